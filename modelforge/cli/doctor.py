"""`modelforge doctor`: is this machine ready, and does the whole road work on it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from modelforge.cli.options import Json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from modelforge.schemas.hardware import Hardware
    from modelforge.schemas.health import Check

MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "bold red")}
GIB = 2**30


def doctor(
    quick: Annotated[bool, typer.Option("--quick", help="Only look; train nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Check this machine, and really train, resume, merge and chat with a tiny model, within a minute.

    Example: modelforge doctor --quick
    """
    from rich.console import Console

    from modelforge.schemas.health import HealthReport
    from modelforge.services.doctor_service import DoctorService
    from modelforge.settings import Settings

    console = Console(highlight=False, quiet=as_json)
    service = DoctorService(Settings.from_environment())
    hardware, libraries = service.hardware(), service.libraries()
    _show_machine(console, hardware, libraries)
    checks: list[Check] = []
    for check in service.checks(hardware):
        checks.append(check)
        _show_check(console, check)
    if not quick and all(check.verdict != "failed" for check in checks):
        for check in _self_test(console):
            checks.append(check)
            _show_check(console, check)
    report = HealthReport(
        ok=all(check.verdict != "failed" for check in checks),
        hardware=hardware,
        libraries=libraries,
        checks=tuple(checks),
    )
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    console.print("\nReady." if report.ok else "\nNot ready: see the lines marked ✗.")
    if not report.ok:
        raise typer.Exit(1)


def _self_test(console: Console) -> Iterator[Check]:
    from modelforge.services.self_test import self_test

    return self_test(working=lambda stage: console.status(f"{stage} …"))


def _show_machine(console: Console, hardware: Hardware, libraries: dict[str, str | None]) -> None:
    console.print(f"System     {hardware.system}, {hardware.processor}, {hardware.cores} cores")
    for gpu in hardware.accelerators:
        console.print(
            f"GPU {gpu.index}      {gpu.name}, {gpu.free_bytes / GIB:.1f} of {gpu.total_bytes / GIB:.1f} GiB free"
        )
    console.print(f"Profile    {hardware.profile}; bf16 {'in hardware' if hardware.fast_bf16 else 'only emulated'}")
    installed = ", ".join(f"{name} {version}" for name, version in libraries.items() if version)
    console.print(f"Libraries  {installed}\n", soft_wrap=True)


def _show_check(console: Console, check: Check) -> None:
    from rich.text import Text

    mark, style = MARKS[check.verdict]
    seconds = f" ({check.seconds:.1f} s)" if check.seconds is not None else ""
    console.print(Text.assemble((mark, style), f" {check.name}: {check.message}{seconds}"), soft_wrap=True)
    if check.fix and check.verdict != "ok":
        console.print(Text(f"  → {check.fix}"), soft_wrap=True)
