"""One JSON object from its bytes, checked for what a fast parser lets pass.

orjson keeps the last of two equal keys, and rounds integers beyond 64 bits.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np
import orjson

from modelforge.data.json_faults import explain
from modelforge.data.problem_log import Fault, shown
from modelforge.data.problem_phrases import phrase

DEEPEST = 100
"""Levels of nesting that a row may have."""
UNSAFE = -1
FIRST_UNSAFE = 2.0**63
QUOTE, BACKSLASH = 0x22, 0x5C


def parse_row(data: bytes) -> dict[str, Any] | Fault:
    """The object in `data`, or what is wrong with it."""
    parsed = parse_quickly(data)
    if isinstance(parsed, Fault):
        return parsed
    return key_written_twice(data, parsed) or parsed[0]


def parse_quickly(data: bytes, *, ended: bool = True) -> tuple[dict[str, Any], int] | Fault:
    """The object in `data` and how many keys and texts it holds; keys written twice are not looked for.

    `ended` is false for the last line of a file without a line break, where broken JSON usually means a cut file.
    """
    try:
        row = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return explain(data, error, ended=ended)
    if type(row) is not dict:
        return Fault("row-not-an-object", None, shown(row))
    texts = _texts_inside(row, FIRST_UNSAFE)
    if texts < 0:
        fault = _unsafe(data, row)
        if fault is not None:
            return fault
        texts = _texts_inside(row, math.inf)
    return row, texts


def texts_written(data: bytes) -> int:
    """The keys and texts that JSON writes: half of its quotes, without the escaped ones.

    Where a key is written twice, that is more than the parsed rows hold. Counting is ten times faster than parsing with
    a hook on every key.
    """
    escaped = data.replace(b"\\\\", b"").count(b'\\"') if b"\\" in data else 0
    return (data.count(b'"') - escaped) // 2


def texts_written_in_block(data: bytes) -> int:
    """The same, quick for many rows at once: a quote is escaped behind an odd run of backslashes."""
    signs = np.frombuffer(data, dtype=np.uint8)
    quotes = int(np.count_nonzero(signs == QUOTE))
    slashes = np.flatnonzero(signs[:-1] == BACKSLASH)
    if len(slashes):
        last = np.append(np.diff(slashes) != 1, True)
        ends = slashes[last]
        lengths = np.diff(np.flatnonzero(last), prepend=-1)
        quotes -= int(np.count_nonzero((signs[ends + 1] == QUOTE) & (lengths % 2 == 1)))
    return quotes // 2


def key_written_twice(data: bytes, parsed: tuple[dict[str, Any], int]) -> Fault | None:
    """The fault where an object inside `data` writes a key twice."""
    if texts_written(data) == parsed[1]:
        return None
    name = _doubled_key(data)
    return None if name is None else Fault("duplicate-key", name, phrase("key-repeated", key=name))


def _texts_inside(row: dict[str, Any], limit: float) -> int:
    """The keys and texts inside `row`; UNSAFE where it is nested too deep or a number may have been rounded."""
    texts = depth = 0
    level: list[Any] = [row]
    while level:
        depth += 1
        if depth > DEEPEST:
            return UNSAFE
        deeper: list[Any] = []
        for holder in level:
            if type(holder) is dict:
                texts += len(holder)
                holder = holder.values()
            for item in holder:
                kind = type(item)
                if kind is str:
                    texts += 1
                elif kind is dict or kind is list:
                    deeper.append(item)
                elif kind is float and abs(item) >= limit:
                    return UNSAFE
        level = deeper
    return texts


def _unsafe(data: bytes, row: dict[str, Any]) -> Fault | None:
    """The fault behind UNSAFE; None for a number that was written as a large float, such as 1e300."""
    if depth_of(row) > DEEPEST:
        return Fault("deep-nesting", None, phrase("more-levels", most=DEEPEST))
    number = re.search(rb"(?<![\w.\"-])-?\d{19,}(?![\w.])", data)
    return Fault("huge-number", None, shown(number.group().decode())) if number else None


def depth_of(value: Any) -> int:
    """The levels of nesting, without recursion."""
    level, here = 0, [value]
    while here:
        level += 1
        here = [
            item
            for holder in here
            if isinstance(holder, dict | list)
            for item in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(item, dict | list)
        ]
    return level


def _doubled_key(data: bytes) -> str | None:
    """The first key that one object has twice."""
    doubled: list[str] = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value in pairs:
            if key in result:
                doubled.append(key)
            result[key] = value
        return result

    json.loads(data, object_pairs_hook=note, parse_int=float)
    return doubled[0] if doubled else None
