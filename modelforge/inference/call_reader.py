"""Pieces of an answer → the same pieces without the calls in it, and the calls at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from modelforge.inference.stop_texts import overlap
from modelforge.tasks.call_core import Call
from modelforge.tasks.call_form import CallForm
from modelforge.tasks.reasoning import CLOSES, OPENS


class CallReader:
    """Holds back what follows the first mark of a call, and the white space before it, until the answer has ended.

    What is no call by the form of the chat template, or calls a function that was not described, stays text, to the
    letter. In reasoning nothing is looked for.
    """

    def __init__(self, form: CallForm, tools: Sequence[Mapping[str, Any]], *, within_reasoning: bool = False) -> None:
        """`within_reasoning`: whether the prompt ends with `<think>`."""
        self._form = form
        self._tools = tools
        self._names = {str((tool.get("function") or tool).get("name")) for tool in tools}
        self._held = ""
        self._reasons: bool | None = within_reasoning or None
        """Nothing while it is not known."""
        self._calls = False
        """Whether the mark of a call has come."""
        self._has_begun = False
        """Whether something has come that is no white space, reasoning apart."""

    def push(self, piece: str) -> str:
        """Take a piece; return what is certain to be text now, perhaps nothing."""
        self._held += piece
        if self._calls:
            return ""
        if self._reasons is None and not self._knows_reasoning():
            return ""
        before = self._reasoning() if self._reasons else ""
        return before if self._reasons else before + self._text()

    def end(self, *, by_itself: bool) -> tuple[str, tuple[Call, ...]]:
        """What was held back: the rest of the text, or the calls.

        Args:
            by_itself: whether the model ended its answer; one that was cut off holds no calls.
        """
        held, self._held = self._held, ""
        calls = self._form.read(held.strip(), self._tools) if self._calls and by_itself else None
        if calls is None or not all(call.name in self._names for call in calls):
            return held, ()
        return "", tuple(calls)

    def _knows_reasoning(self) -> bool:
        begin = self._held.lstrip()
        if OPENS.startswith(begin):
            return begin == OPENS and self._says(reasons=True)
        return self._says(reasons=begin.startswith(OPENS))

    def _says(self, *, reasons: bool) -> bool:
        self._reasons = reasons
        return True

    def _reasoning(self) -> str:
        """What is certain of the reasoning, its end included."""
        place = self._held.find(CLOSES)
        self._reasons = place < 0
        size = place + len(CLOSES) if place >= 0 else len(self._held) - overlap(self._held, CLOSES)
        return self._take(size)

    def _text(self) -> str:
        """What is certain to stand before the first call."""
        opening = self._form.opening
        begin = self._held.lstrip()
        if not opening:
            if not begin and not self._has_begun:
                return ""
            self._calls = not self._has_begun and begin[0] in "{["
            self._has_begun = True
            return "" if self._calls else self._take(len(self._held))
        place = self._held.find(opening)
        self._calls = place >= 0
        size = place if self._calls else len(self._held) - overlap(self._held, opening)
        return self._take(len(self._held[:size].rstrip()))

    def _take(self, size: int) -> str:
        taken, self._held = self._held[:size], self._held[size:]
        return taken
