"""`modelforge open`: a fresh link into the server that runs."""

from __future__ import annotations

import os
import sys
import webbrowser
from typing import Annotated

import typer

from modelforge.cli.options import Json

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


def open_page(
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the link.")] = False,
    as_json: Json = False,
) -> None:
    """Print a fresh link that signs a browser in to the server of this home, and open it where there is a display.

    The link works once, within 15 minutes, on this server.

    Example: modelforge open
    """
    from modelforge.cli.output import dump
    from modelforge.cli.workplace import Workplace
    from modelforge.services.launch_links import fresh_link
    from modelforge.storage.launch_files import LaunchFiles

    files = LaunchFiles(Workplace.open().files.home)
    link = fresh_link(files)
    dump({"link": link}) if as_json else typer.echo(f"ModelForge: {link}")
    if not no_browser and _has_display():
        webbrowser.open(files.write_page(link).as_uri())


def _has_display() -> bool:
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in DISPLAYS)
