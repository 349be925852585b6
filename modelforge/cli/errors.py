"""How a command that fails says so."""

from __future__ import annotations

import json
import sys

from modelforge.exceptions import ConfigurationError, ModelForgeException

FAILED, WRONG_USE = 1, 2


def report_error(error: ModelForgeException, *, as_json: bool) -> int:
    """Print the error with its way out; return the exit code."""
    if as_json:
        problem = {"error": error.slug, "message": error.message, "hint": error.hint, **error.details}
        sys.stdout.write(json.dumps(problem, ensure_ascii=False, default=str) + "\n")
    else:
        from rich.console import Console
        from rich.text import Text

        console = Console(stderr=True, soft_wrap=True)
        console.print(Text.assemble((f"{error.title}: ", "bold red"), error.message))
        if error.hint:
            console.print(Text.assemble(("→ ", "bold"), error.hint))
    return WRONG_USE if isinstance(error, ConfigurationError) and "preflight" not in error.details else FAILED
