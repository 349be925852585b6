"""How deep a JSON body nests, counted while it arrives: a parser that recurses never sees a bottomless one."""

from __future__ import annotations

import re

from modelforge.exceptions import ConfigurationError

DEEPEST = 64
MARKS = re.compile(rb'\\.|["\[\]{}]', re.DOTALL)
OPENING, CLOSING = b"[{", b"]}"


class DepthCounter:
    """Takes a body block by block; blocks may end anywhere, within a string or an escape."""

    def __init__(self, deepest: int = DEEPEST) -> None:
        self.deepest = deepest
        self._depth = 0
        self._in_string = False
        self._held = b""

    def feed(self, block: bytes) -> None:
        """Count a block. Raises ConfigurationError below the deepest level allowed."""
        data = self._held + block
        trailing = len(data) - len(data.rstrip(b"\\"))
        self._held = b"\\" if trailing % 2 else b""
        for match in MARKS.finditer(data, 0, len(data) - len(self._held)):
            mark = match[0]
            if mark == b'"':
                self._in_string = not self._in_string
            elif not self._in_string:
                self._depth += (mark in OPENING) - (mark in CLOSING)
                if self._depth > self.deepest:
                    raise ConfigurationError(
                        f"The JSON nests deeper than {self.deepest} levels.",
                        hint="Send a flatter document.",
                        code="json-too-deep",
                        params={"most": self.deepest},
                    )
