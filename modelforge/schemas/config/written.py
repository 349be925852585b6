"""What somebody wrote as a value: repeated in a refusal in few words, and looked through for what no text is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from reprlib import Repr
from typing import Any

NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""Characters that no database and no file keeps: NUL, and halves of one that stands in two."""
MOST_BITS = 1024


class _Short(Repr):
    """The beginning of a value's `repr`, in bounded time and memory however large or deep the value is."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxdict = self.maxlist = self.maxtuple = 8
        self.maxstring = self.maxother = 200

    def repr_int(self, value: int, level: int) -> str:
        """A whole number; Python itself writes none of many thousand digits."""
        return super().repr_int(value, level) if value.bit_length() <= MOST_BITS else f"{hex(value)[:20]}..."


MOST_SHOWN = 500
SHORT = _Short()


def shown(value: Any) -> str:
    """A value as a refusal repeats it: as Python writes it, cut to `MOST_SHOWN` characters."""
    text = SHORT.repr(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."


def is_storable(value: Any) -> bool:
    """Whether every text within a value, keys included, is one that a database and a file can keep."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str) and NO_TEXT.search(part):
            return False
        if isinstance(part, Mapping):
            waiting += [*part.keys(), *part.values()]
        elif isinstance(part, list | tuple):
            waiting += part
    return True
