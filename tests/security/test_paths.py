"""S4: no string that the API is given leads out of the home. Hostile strings × every string field of the OpenAPI."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_strings import hostile_strings

HERE = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.usefixtures("untraced")  # what is asked here is asked by the tests of `routers` and by `test_fuzz.py` too
def test_no_string_leads_out_of_the_home(tmp_path: Path, figure: Callable[[int, int], int]) -> None:
    home, outside = tmp_path / "home", tmp_path / "outside"
    nowhere = tmp_path / "nowhere"
    outside.mkdir()
    nowhere.mkdir()
    (outside / "secret.jsonl").write_text('{"input": "a", "output": "b"}\n' * 20)
    number, share = figure(300, 2000), figure(9, 1)
    path = os.pathsep.join([str(HERE), str(HERE.parent / "faults")])
    done = subprocess.run(
        [sys.executable, str(HERE / "path_audit.py"), str(home), str(outside), str(number), str(share)],
        env={**os.environ, "PYTHONPATH": path, "MODELFORGE_LOG_LEVEL": "ERROR"},
        cwd=nowhere,
        capture_output=True,
        text=True,
        timeout=figure(580, 7000),
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["outside"] == []
    assert list(nowhere.iterdir()) == []
    assert found["faults"] == []
    assert found["fields"] > 60
    assert found["asked"] > 50 * number // share


def test_the_strings_are_many_and_the_same_each_time(tmp_path: Path) -> None:
    assert len(set(hostile_strings(2000, tmp_path))) == 2000
    assert hostile_strings(300, tmp_path) == hostile_strings(300, tmp_path)
