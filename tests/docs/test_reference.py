"""The reference pages are what the code says now, and leave nothing out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from modelforge.cli.app import COMMANDS
from modelforge.schemas.config.fields import config_fields
from modelforge.schemas.config.spellings import FLAT
from modelforge.schemas.events import EventKind
from modelforge.settings import Settings

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
PAGES = (
    "configuration.md",
    "environment.md",
    "cli.md",
    "events-and-files.md",
    "errors.md",
    "support.md",
    "data-problems.md",
)


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every page written anew, in a process of its own as `make docs` does it."""
    folder = tmp_path_factory.mktemp("reference")
    subprocess.run([sys.executable, ROOT / "docs" / "generate.py", folder], check=True, timeout=120)
    return folder


def test_every_generated_page_is_known(regenerated: Path) -> None:
    assert sorted(path.name for path in regenerated.iterdir()) == sorted(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_up_to_date(regenerated: Path, page: str) -> None:
    written, committed = ((folder / page).read_text(encoding="utf-8") for folder in (regenerated, REFERENCE))
    assert written == committed, f"docs/reference/{page} is out of date: run `make docs`."


def test_every_key_and_every_other_spelling_is_in_the_reference() -> None:
    text = (REFERENCE / "configuration.md").read_text(encoding="utf-8")
    for name in (*(field.dotted for field in config_fields()), *FLAT):
        assert f"`{name}`" in text, name


@pytest.mark.parametrize("page", [REFERENCE / "environment.md", ROOT / "README.md"], ids=lambda path: path.name)
def test_every_settings_variable_is_documented(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name in Settings.model_fields:
        variable = "HF_TOKEN" if name == "hf_token" else f"MODELFORGE_{name.upper()}"
        assert f"`{variable}`" in text, variable


def test_every_event_and_every_command_is_in_the_reference() -> None:
    events = (REFERENCE / "events-and-files.md").read_text(encoding="utf-8")
    commands = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    assert all(f"| `{kind}` |" in events for kind in get_args(EventKind))
    assert all(f"## modelforge {name}" in commands for name in COMMANDS)
