"""Amounts in the words of the command line."""

from __future__ import annotations

import pytest

from modelforge.cli.amounts import gib


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 KiB"), (1536, "2 KiB"), (6_700_000, "6.4 MiB"), (512 * 2**20, "512 MiB"), (3 * 2**29, "1.5 GiB")],
)
def test_bytes_are_counted_by_1024_and_called_so(size: int, words: str) -> None:
    assert gib(size) == words
