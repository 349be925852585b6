"""Rules of the house that no linter knows: what is light stays light, and names stay."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import modelforge
from modelforge import exceptions

HEAVY = ("torch", "transformers", "trl", "peft", "datasets")
ROOT = Path(modelforge.__file__).parent


@pytest.mark.parametrize(
    "module",
    ["modelforge.cli.app", "modelforge.schemas.config", "modelforge.database.database_manager", "modelforge.starter"],
)
def test_light_modules_load_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])"

    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"


def test_help_needs_little_more_processor_time_than_typer_does_by_itself() -> None:
    bare = "import typer\napp = typer.Typer()\n@app.command()\ndef bare(): ...\napp(['--help'])"

    # By turns and the least of three, for a busy machine takes several times as long for both. Alone: 0.4 s.
    bare_seconds, seconds = zip(
        *((processor_seconds("-c", bare), processor_seconds("-m", "modelforge.cli", "--help")) for _ in range(3)),
        strict=True,
    )

    assert min(seconds) < 1.5 * min(bare_seconds)


def processor_seconds(*arguments: str) -> float:
    """Processor time of a Python process with these arguments, user and system."""
    code = (
        "import resource, subprocess, sys\n"
        f"subprocess.run([sys.executable, *{arguments!r}], check=True, stdout=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime)"
    )
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def test_no_path_is_joined_outside_storage_from_an_id() -> None:
    joined = [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if "storage" not in path.parts
        and any(word in path.read_text() for word in ('/ "runs"', '/ "models"', '/ "datasets"'))
    ]

    assert [path for path in joined if not path.startswith("starter/")] == []


def test_every_error_has_a_status_a_title_and_stands_in_the_drawn_tree() -> None:
    classes = [
        value
        for value in vars(exceptions).values()
        if isinstance(value, type) and issubclass(value, exceptions.ModelForgeException)
    ]

    for error in classes:
        assert 400 <= error.status < 600
        assert f"{error.__name__}" in (exceptions.__doc__ or "")
        assert str(error.status) in (exceptions.__doc__ or "")
        assert error("what", hint="how").slug.islower()


def test_files_and_functions_stay_small() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in ROOT.rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 300 and "migrations" not in path.parts
    }

    assert long == {}
