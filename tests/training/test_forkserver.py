"""Workers run what is installed, whatever lies in the folder that a command was started in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelforge.training.forkserver import SAFE_PATH, start_forkserver
from modelforge.training.launcher import WORKER
from modelforge.training.secrets import worker_environment

FORKED = """
import sys
from modelforge.training.forkserver import forkserver_context, start_forkserver
if __name__ == "__main__":
    context = forkserver_context()
    start_forkserver()
    child = context.Process(target=print, args=("forked",))
    child.start()
    child.join()
    sys.exit(child.exitcode)
"""


@pytest.fixture
def littered(tmp_path: Path) -> Path:
    """A folder with a user's own files, named like libraries; each leaves a mark when it is imported."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "command.py").write_text(FORKED)
    for name in ("peft", "six", "datasets", "signal"):
        (tmp_path / f"{name}.py").write_text("from pathlib import Path\nPath(__file__).with_suffix('.ran').touch()\n")
    return tmp_path


@pytest.mark.parametrize("command", [["bin/command.py"], [*WORKER[1:], "--help"]], ids=["forkserver", "subprocess"])
def test_files_named_like_libraries_are_not_imported(littered: Path, command: list[str]) -> None:
    environment = worker_environment(os.environ) if command[0] == "-m" else dict(os.environ)
    done = subprocess.run(
        [sys.executable, *command], cwd=littered, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "forked" in done.stdout or "usage" in done.stdout
    assert list(littered.glob("*.ran")) == []


def test_the_environment_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    name, _ = SAFE_PATH
    monkeypatch.delenv(name, raising=False)
    start_forkserver()
    assert name not in os.environ
    monkeypatch.setenv(name, "")
    start_forkserver()
    assert os.environ[name] == ""
