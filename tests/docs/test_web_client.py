"""The web app's client is made from the API as it is now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "frontend" / "src" / "lib" / "api" / "openapi.json"


def test_the_description_behind_the_client_is_up_to_date(tmp_path: Path) -> None:
    written = tmp_path / "openapi.json"
    script = ROOT / "frontend" / "scripts" / "write_openapi.py"
    subprocess.run([sys.executable, script, written], check=True, timeout=120)
    assert written.read_text(encoding="utf-8") == COMMITTED.read_text(encoding="utf-8"), "Run `make docs`."


def test_the_lock_names_no_registry() -> None:
    lock = (ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
