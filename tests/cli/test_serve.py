"""`modelforge serve` that cannot start: one line of what and why, and an exit code of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelforge.database.database_manager import DatabaseManager
from modelforge.exceptions import DatabaseError


def modelforge(home: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "modelforge.cli", *arguments],
        env={**os.environ, "MODELFORGE_HOME": home, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_settings_that_cannot_be_used_are_wrong_use(tmp_path: Path) -> None:
    done = modelforge(str(tmp_path), "serve", "--port", "0", MODELFORGE_RATE_LIMIT="many")

    assert (done.returncode, done.stdout) == (2, "")
    assert "MODELFORGE_RATE_LIMIT" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_there_ends_the_start_with_the_way_out(tmp_path: Path) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:9/none"
    done = modelforge(str(tmp_path), "serve", "--port", "0", MODELFORGE_DB_URL=url)
    last = done.stderr.strip().splitlines()[-1]

    assert done.returncode == 1, done.stderr
    assert "MODELFORGE_DB_URL" in last
    assert "rebuilt" not in done.stderr
    assert list(tmp_path.glob("server-*.json")) == []
    with pytest.raises(DatabaseError) as caught:
        DatabaseManager(url).list_runs()
    assert caught.value.code == "database-unreachable"
    assert "rebuild" not in str(caught.value)


@pytest.mark.parametrize("command", [("runs", "ls"), ("serve", "--port", "0")])
def test_a_home_that_cannot_be_made_is_told_without_a_traceback(command: tuple[str, ...]) -> None:
    done = modelforge("/dev/null/home", *command)

    assert done.returncode == 1, done.stderr
    assert "/dev/null/home" in done.stderr
    assert "Traceback" not in done.stderr
