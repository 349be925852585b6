"""Proving a block of JSON Lines good as a whole.

Row by row, Python costs more than the parser. Most files are good, and most rows plain: texts in known columns, or user
and assistant in turn. For a block of such rows each question ("are all of these texts?") is asked once, of all rows, in
C. Where an answer is no, nothing is decided here: the block is then checked row by row, and that names the fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from itertools import chain
from operator import itemgetter
from typing import Any

import orjson

from modelforge.data.digests import digest_of
from modelforge.data.json_rows import texts_written_in_block
from modelforge.schemas.dataset import Shape

TEXT_SHAPES: tuple[Shape, ...] = ("input_output", "summary", "prompt_completion", "alpaca", "text")
MAY_BE_EMPTY = ("input", "system")
"""Of alpaca's columns."""
PLAIN = frozenset({str, int, bool, type(None)})
"""Types that a column may hold which the shape does not use."""


class QuickCheck:
    """For rows of one shape. `known` are the columns that may appear, extra ones that were named already included."""

    def __init__(self, shape: Shape, columns: Mapping[str, str], known: Set[str]) -> None:
        self.used = tuple(columns.values())
        self.known = known
        self._tests = _tests(shape, columns)

    def digests(self, lines: Sequence[bytes]) -> list[int] | None:
        """The digest of each row where all are good and plain; None where that is not sure."""
        if self._tests is None:
            return None
        try:
            rows = list(map(orjson.loads, lines))
        except orjson.JSONDecodeError:
            return None
        if set(map(type, rows)) != {dict} or len(keys := set(map(tuple, rows))) != 1:
            return None
        names = keys.pop()
        if not self.known >= set(names) >= set(self.used):
            return None
        values = {name: list(map(itemgetter(name), rows)) for name in names}
        texts = self._texts(values)
        if texts is None or texts + len(names) * len(rows) != texts_written_in_block(b"\n".join(lines)):
            return None
        return list(map(digest_of, zip(*(values[name] for name in self.used), strict=True)))

    def _texts(self, values: Mapping[str, list[Any]]) -> int | None:
        """The keys and texts inside all values; None where one of them is not good and plain."""
        total = 0
        for name, column in values.items():
            test = (self._tests or {}).get(name, _extra)
            texts = test(column)
            if texts is None:
                return None
            total += texts
        return total


Test = Callable[[list[Any]], int | None]
"""How many keys and texts the values of a column hold; None where one is not good and plain."""


def _tests(shape: Shape, columns: Mapping[str, str]) -> dict[str, Test] | None:
    if shape in TEXT_SHAPES and "history" not in columns and "tools" not in columns:
        return {
            name: _texts if shape == "alpaca" and expected in MAY_BE_EMPTY else _full_texts
            for expected, name in columns.items()
        }
    if shape == "messages" and "tools" not in columns:
        return {columns["messages"]: _conversations}
    return None


def _texts(values: list[Any]) -> int | None:
    if set(map(type, values)) != {str}:
        return None
    joined = "".join(values)
    return None if "\0" in joined or "\ufffd" in joined or any(map(str.isspace, values)) else len(values)


def _full_texts(values: list[Any]) -> int | None:
    texts = _texts(values)
    return None if not all(values) else texts


def _extra(values: list[Any]) -> int | None:
    types = list(map(type, values))
    return types.count(str) if set(types) <= PLAIN else None


def _conversations(values: list[Any]) -> int | None:
    """Turns of a role and a text: a system turn perhaps, then user and assistant in turn."""
    if set(map(type, values)) != {list}:
        return None
    turns = list(chain.from_iterable(values))
    if set(map(type, turns)) != {dict} or set(map(len, turns)) != {2}:
        return None
    try:
        contents = list(map(itemgetter("content"), turns))
        talks = [turns[1:] if turns and turns[0]["role"] == "system" else turns for turns in values]
        roles = list(map(itemgetter("role"), chain.from_iterable(talks)))
    except KeyError:
        return None
    lengths = list(map(len, talks))
    if not all(lengths) or any(length & 1 for length in lengths):
        return None
    if roles[0::2].count("user") != len(roles) // 2 or roles[1::2].count("assistant") != len(roles) // 2:
        return None
    return None if _full_texts(contents) is None else 4 * len(turns)
