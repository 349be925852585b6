"""The wheel brings the web app: built, installed into an environment of its own, and asked for its page."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "modelforge" / "web" / "dist" / "index.html"
SERVED = re.compile(r"^ModelForge: (http://[^/]+)/#launch=")

pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="the web app is not built; `make web` builds it")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an empty environment that holds the wheel; what it depends on is seen from outside."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    leave_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "modelforge", source / "modelforge", ignore=leave_out)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source],
        check=True,
        timeout=300,
        cwd=folder,
    )
    (wheel,) = folder.glob("modelforge-*.whl")
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / "bin" / "python"
    subprocess.run([*pip, "--python", python, "install", "--no-deps", wheel], check=True, timeout=300, cwd=folder)
    return python


@pytest.fixture(scope="module")
def address(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server of the wheel answers."""
    home = tmp_path_factory.mktemp("home")
    outside = [path for path in sys.path if path.endswith("site-packages")]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE", "COV_"))},
        "MODELFORGE_HOME": str(home),
        "PYTHONPATH": os.pathsep.join(outside),
        "PYTHONSAFEPATH": "1",
    }
    check = "import modelforge; print(modelforge.__file__)"
    place = subprocess.run([installed, "-c", check], env=environment, capture_output=True, text=True, cwd=home)
    assert str(installed.parents[1]) in place.stdout, place
    server = subprocess.Popen(
        [installed, "-m", "modelforge.cli", "serve", "--port", "0"],
        env=environment,
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        found = next(match for line in server.stdout if (match := SERVED.match(line)))
        yield found.group(1)
    finally:
        server.terminate()
        server.wait(timeout=60)


def test_the_wheel_serves_the_page_with_its_scripts_and_styles(address: str) -> None:
    page = _text(f"{address}/")
    assert '<div id="root">' in page
    named = re.findall(r'(?:src|href)="(/[^"]+)"', page)
    assert any(path.endswith(".js") for path in named)
    assert any(path.endswith(".css") for path in named)
    for path in named:
        assert _text(f"{address}{path}"), path
    assert _text(f"{address}/runs/any-run") == page


def test_what_goes_out_gzipped_is_what_goes_out_plain(address: str) -> None:
    named = re.findall(r'(?:src|href)="(/assets/[^"]+)"', _text(f"{address}/"))
    assert named
    for path in named:
        asked = urllib.request.Request(f"{address}{path}", headers={"accept-encoding": "gzip"})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            assert answer.headers["content-encoding"] == "gzip", path
            assert gzip.decompress(answer.read()).decode() == _text(f"{address}{path}"), path


def test_no_script_or_style_stands_in_the_page_itself(address: str) -> None:
    page = _text(f"{address}/")
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))


def _text(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode("utf-8"))
