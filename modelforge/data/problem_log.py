"""Where the checks write what they find: the first problems in full, the rest counted."""

from __future__ import annotations

from typing import NamedTuple

from modelforge.data.problem_kinds import KINDS
from modelforge.data.problem_phrases import phrase, words
from modelforge.schemas.dataset import Problem
from modelforge.schemas.problem_codes import Phrase, ProblemCode

KEPT = 20
"""Problems that are described in full."""
READABLE = 80
"""Characters of a value that a message quotes."""


class Fault(NamedTuple):
    """A problem before it is known in which file and line it stands."""

    kind: ProblemCode
    column: str | None
    found: str | Phrase
    """The value that stands there, or what is to be said of it."""
    expected: Phrase | None = None
    """In place of the kind's own words."""
    fix: Phrase | None = None
    """In place of the kind's own words."""

    def problem(self, file: str, line: int | None) -> Problem:
        """The same in full, with where it stands."""
        about = KINDS[self.kind]
        said = {"found": self.found, "expected": self.expected, "fix": self.fix}
        return Problem(
            kind=self.kind,
            file=file,
            line=line,
            column=self.column,
            found=words(self.found),
            expected=words(self.expected or about.expected),
            fix=words(self.fix or about.fix),
            phrases={part: one for part, one in said.items() if isinstance(one, Phrase)},
        )


def shown(value: object) -> str:
    """`value` as a message quotes it: its beginning, escaped, on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value[: READABLE + 1] if isinstance(value, str | bytes | list) else value)
    return text if len(text) <= READABLE else f"{text[: READABLE - 1]}…"


def too_long(length: int) -> Fault:
    """A row of so many bytes."""
    return Fault("row-too-long", None, phrase("megabytes", size=f"{length / 2**20:.1f}"))


class _Alike(NamedTuple):
    """What problems have in common that a person mends in one go."""

    kind: str
    column: str | None
    expected: str
    fix: str


class ProblemLog:
    """Collects the problems of one dataset in constant memory."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.errors: list[Problem] = []
        self.total = 0
        self.warnings: list[Problem] = []
        self._said: set[tuple[str, str | None]] = set()
        self._alike: dict[_Alike, tuple[int, int | None]] = {}

    def add(
        self,
        kind: ProblemCode,
        found: str | Phrase,
        *,
        line: int | None = None,
        column: str | None = None,
        expected: Phrase | None = None,
        fix: Phrase | None = None,
    ) -> None:
        """Note a problem of the named kind; `expected` and `fix` override the kind's own words."""
        self.add_fault(Fault(kind, column, found, expected, fix), line)

    def add_fault(self, fault: Fault, line: int | None) -> None:
        """Note a row's fault, now that its line is known."""
        if KINDS[fault.kind].severity == "error":
            self.total += 1
            kept = self.errors
            self._count(fault, line)
        else:
            if (fault.kind, fault.column) in self._said:
                return
            if len(self.warnings) < KEPT:
                self._said.add((fault.kind, fault.column))
            kept = self.warnings
        if len(kept) < KEPT:
            kept.append(fault.problem(self.file, line))

    def told_together(self) -> tuple[Problem, ...]:
        """The errors that are kept, each with how many there are like it in all, and where the last one stands."""
        told = []
        for one in self.errors:
            alike, last = self._alike[_Alike(one.kind, one.column, one.expected, one.fix)]
            told.append(one.model_copy(update={"alike": alike, "last_line": last}))
        return tuple(told)

    def _count(self, fault: Fault, line: int | None) -> None:
        """Count an error beside those like it; one of a kind that is not kept is in the total alone."""
        about = KINDS[fault.kind]
        key = _Alike(fault.kind, fault.column, words(fault.expected or about.expected), words(fault.fix or about.fix))
        if key in self._alike or len(self.errors) < KEPT:
            times, last = self._alike.get(key, (0, None))
            self._alike[key] = (times + 1, line if line is not None else last)
