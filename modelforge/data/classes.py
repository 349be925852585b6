"""Rows of a text and the class that it belongs to, and what their classes look like as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from modelforge.data.fields import MISSING, Row, text_of
from modelforge.data.problem_log import Fault, ProblemLog, shown
from modelforge.data.problem_phrases import phrase

MOST_CLASSES = 1000
"""More than this is no set of classes, and is not counted further."""
NAMED = 5


def classification_row(values: Row, columns: Mapping[str, str], faults: list[Fault]) -> dict[str, Any] | None:
    """`{"text", "text_pair"?, "label"}`; the label is the class's name as text, whatever type the file gives it."""
    text = text_of(values, columns["text"], faults)
    row: dict[str, Any] = {"text": text}
    if "text_pair" in columns:
        row["text_pair"] = text_of(values, columns["text_pair"], faults)
    row["label"] = _label(values.get(columns["label"], MISSING), columns["label"], faults)
    return None if text is None else row


def sorted_classes(labels: Iterable[str]) -> tuple[str, ...]:
    """Every class once, numbers by their size and names by the alphabet: the order of the model's outputs."""
    found = set(labels)
    if all(label.removeprefix("-").isdecimal() for label in found):
        return tuple(sorted(found, key=int))
    return tuple(sorted(found))


class ClassCount:
    """Counts the rows of each class as they pass, in constant memory."""

    def __init__(self) -> None:
        self._rows: Counter[str] = Counter()

    def add(self, label: str) -> None:
        """Count one row."""
        if len(self._rows) <= MOST_CLASSES:
            self._rows[label] += 1

    def note(self, log: ProblemLog, column: str) -> None:
        """Name what is odd about the classes of a whole file."""
        if len(self._rows) > MOST_CLASSES:
            log.add("too-many-classes", phrase("more-labels", most=MOST_CLASSES), column=column)
        elif len(self._rows) == 1:
            log.add("one-class", phrase("in-every-row", label=shown(next(iter(self._rows)))), column=column)
        elif single := [label for label, rows in self._rows.items() if rows == 1]:
            listed = ", ".join(repr(label) for label in single[:NAMED])
            more = len(single) - NAMED
            log.add("class-with-one-row", phrase("and-more", labels=listed, more=more) if more > 0 else listed,
                    column=column)  # fmt: skip


def _label(value: Any, name: str, faults: list[Fault]) -> str | None:
    if value is MISSING:
        faults.append(Fault("missing-field", name, phrase("no-such-column"), phrase("class-of-row")))
    elif value is None:
        faults.append(Fault("null-value", name, "null", phrase("class-of-row"), phrase("name-the-class")))
    elif isinstance(value, bool):
        return "true" if value else "false"
    elif isinstance(value, int):
        return str(value)
    elif isinstance(value, str):
        return (text_of({name: value}, name, faults) or "").strip() or None
    else:
        faults.append(Fault("label-not-a-class", name, shown(value)))
    return None
