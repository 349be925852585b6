"""The command line: one file per noun, thin, over the services.

Exit codes: 0 done, 1 failed, 2 wrong use.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run `modelforge`. Errors that ModelForge raises on purpose end with their message and hint, never a traceback."""
    from modelforge.cli.app import app
    from modelforge.cli.errors import report_error
    from modelforge.exceptions import ModelForgeException

    try:
        app()
    except ModelForgeException as error:
        sys.exit(report_error(error, as_json="--json" in sys.argv))
