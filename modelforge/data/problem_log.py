"""Where the checks write what they find: the first problems in full, the rest counted."""

from __future__ import annotations

from typing import NamedTuple

from modelforge.data.problem_kinds import KINDS
from modelforge.schemas.dataset import Problem

KEPT = 20
"""Problems that are described in full."""
READABLE = 80
"""Characters of a value that a message quotes."""


class Fault(NamedTuple):
    """A problem before it is known in which file and line it stands."""

    kind: str
    column: str | None
    found: str
    expected: str | None = None
    fix: str | None = None


def shown(value: object) -> str:
    """`value` as a message quotes it: its beginning, escaped, on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value[: READABLE + 1] if isinstance(value, str | bytes | list) else value)
    return text if len(text) <= READABLE else f"{text[: READABLE - 1]}…"


class ProblemLog:
    """Collects the problems of one dataset in constant memory."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.errors: list[Problem] = []
        self.total = 0
        self.warnings: list[Problem] = []
        self._said: set[tuple[str, str | None]] = set()

    def add(
        self,
        kind: str,
        found: str,
        *,
        line: int | None = None,
        column: str | None = None,
        expected: str | None = None,
        fix: str | None = None,
    ) -> None:
        """Note a problem of the named kind; `expected` and `fix` override the kind's own words."""
        about = KINDS[kind]
        if about.severity == "error":
            self.total += 1
            kept = self.errors
        else:
            if (kind, column) in self._said:
                return
            if len(self.warnings) < KEPT:
                self._said.add((kind, column))
            kept = self.warnings
        if len(kept) < KEPT:
            kept.append(
                Problem(
                    kind=kind,
                    file=self.file,
                    line=line,
                    column=column,
                    found=found,
                    expected=expected or about.expected,
                    fix=fix or about.fix,
                )
            )

    def add_fault(self, fault: Fault, line: int | None) -> None:
        """Note a row's fault, now that its line is known."""
        self.add(fault.kind, fault.found, line=line, column=fault.column, expected=fault.expected, fix=fault.fix)
