"""Rows that ask the same: a model that has learned one answer to a prompt is not measured by another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import orjson

from modelforge.data.canonical import CanonicalRow
from modelforge.data.preferences import sides_of

if TYPE_CHECKING:
    from modelforge.data.duplicates import Duplicates

Positions = npt.NDArray[np.int64]
"""Places of rows, from 0 in the order of a file."""
NONE = -1
"""Instead of a row: there is no prompt."""


def prompt_of(row: CanonicalRow) -> bytes | None:
    """What a model reads before what it is to learn, to the letter; None where it learns all, as in plain text.

    Of a conversation that is all before its last turn, of a text with a class the text. A text asks the same as a
    conversation that begins with it.
    """
    if "label" in row and "text" in row:
        read = [row["text"], row.get("text_pair")]
    elif "messages" in row:
        read = row["messages"][:-1]
    elif "prompt" in row or "chosen" in row:
        read = row.get("prompt") or sides_of(row)[0]["prompt"]
    else:
        return None
    if isinstance(read, str) and read:
        read = [{"role": "user", "content": read}]
    return orjson.dumps([read, row.get("tools")], option=orjson.OPT_SORT_KEYS) if read else None


def first_with_prompt(digests: Positions, asks: npt.NDArray[np.bool_]) -> Positions:
    """For each row the first one with the same prompt, `NONE` where it has none: [rows].

    Args:
        digests: of the prompts: [rows].
        asks: whether a row has one: [rows].
    """
    found = np.full(len(digests), NONE, dtype=np.int64)
    rows = np.flatnonzero(asks)
    _, first, inverse = np.unique(digests[rows], return_index=True, return_inverse=True)
    found[rows] = rows[first[inverse]]
    return found


def with_prompts(found: Duplicates, kept: Positions, most: int) -> Positions:
    """The groups of duplicates, joined where their rows share a prompt: for each row the first row of its group.

    A prompt of more than `most` rows joins none of them, and no group becomes larger than that.

    Args:
        kept: the rows that count.
    """
    groups, prompts = found.groups.copy(), found.prompts
    sizes = np.bincount(groups[kept], minlength=len(groups))
    asking = kept[prompts[kept] != NONE]
    asked = np.bincount(prompts[asking], minlength=len(groups))
    repeated = asking[(prompts[asking] != asking) & (asked[prompts[asking]] <= most)]
    for row in repeated.tolist():
        left, right = sorted((_root(groups, row), _root(groups, int(prompts[row]))))
        if left != right and sizes[left] + sizes[right] <= most:
            groups[right] = left
            sizes[left] += sizes[right]
    while not np.array_equal(pointed := groups[groups], groups):
        groups = pointed
    return groups


def asked_in_training(prompts: Positions, held_out: Positions, train: Positions) -> Positions:
    """Those of the rows `held_out` whose prompt a row of `train` has too."""
    known = np.zeros(len(prompts) + 1, dtype=bool)
    known[prompts[train]] = True
    known[NONE] = False
    return held_out[known[prompts[held_out]]]


def _root(groups: Positions, row: int) -> int:
    while groups[row] != row:
        groups[row] = groups[groups[row]]
        row = int(groups[row])
    return row
