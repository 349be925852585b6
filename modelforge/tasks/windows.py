"""A question and a long text → overlapping windows, and the outputs over them → the answer's place in the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any, NamedTuple

from modelforge.exceptions import ConfigurationError

CONTEXT = 1
"""Which of both sequences the text is; the question is 0."""
LEAST_CONTEXT = 8
"""Tokens of the text that a window has to have room for."""
BEST = 20
"""Starts and ends that are tried in each window, the likeliest ones."""
LONGEST_ANSWER = 64
"""Tokens."""


class Span(NamedTuple):
    """An answer found in a text."""

    start: int
    """Characters from the beginning of the text."""
    stop: int
    score: float
    """The sum of both logits, less that of no answer: the answer stands where it is positive."""


class Room(NamedTuple):
    """What a question leaves of a window for the text. Tokens."""

    question: int
    text: int
    most: int
    """Those of a window: at most as many as asked for and as the tokenizer allows."""

    def is_enough(self, stride: int) -> bool:
        """Whether windows that share `stride` of the text get on in it."""
        return self.text >= LEAST_CONTEXT and stride < self.text


def room_beside(question: str, tokenizer: Any, max_length: int) -> Room:
    """What the question leaves of a window of `max_length` tokens."""
    most = min(max_length, tokenizer.model_max_length)
    asked = len(tokenizer(question, add_special_tokens=False)["input_ids"])
    return Room(asked, most - asked - tokenizer.num_special_tokens_to_add(pair=True), most)


@dataclass(frozen=True)
class Window:
    """One window: question, special tokens, and a stretch of the text."""

    input_ids: list[int]
    token_type_ids: list[int]
    """Empty for models without segments."""
    places: list[tuple[int, int] | None]
    """For each token where it stands in the text, in characters; nothing for the question and special tokens."""

    def span_of(self, start: int, stop: int) -> tuple[int, int] | None:
        """The first and the last token of a stretch of characters; nothing where it does not lie wholly inside."""
        inside = [at for at, place in enumerate(self.places) if place and place[0] < stop and place[1] > start]
        if not inside:
            return None
        first, last = self.places[inside[0]], self.places[inside[-1]]
        assert first is not None
        assert last is not None
        return (inside[0], inside[-1]) if first[0] <= start and last[1] >= stop else None


def windows(question: str, context: str, tokenizer: Any, *, max_length: int, stride: int) -> list[Window]:
    """All windows of at most `max_length` tokens and what the tokenizer allows; neighbours share `stride` of the text.

    Raises:
        ConfigurationError: the question leaves no room, or the overlap is not smaller than what a window has room for;
            or the tokenizer does not say where a token stands.
    """
    room = room_beside(question, tokenizer, max_length)
    if not room.is_enough(stride):
        raise ConfigurationError(
            f"A question of {room.question} tokens leaves {room.text} of data.max_length {room.most} for the text, "
            f"with an overlap of {stride}.",
            hint="Raise data.max_length, lower data.doc_stride, or shorten the question.",
            code="question-leaves-no-text",
            params={"question": room.question, "room": room.text, "most": room.most, "overlap": stride},
        )
    return windows_of(room, question, context, tokenizer, stride=stride)


def windows_of(room: Room, question: str, context: str, tokenizer: Any, *, stride: int) -> list[Window]:
    """As `windows`, where the room beside the question is known, and enough.

    Raises:
        ConfigurationError: the tokenizer does not say where a token stands.
    """
    if not tokenizer.is_fast:
        raise ConfigurationError(
            "This tokenizer does not say where its tokens stand in a text, so that no answer can be mapped back.",
            hint="Choose a model with a fast tokenizer (tokenizer.json).",
            code="tokenizer-without-places",
        )
    made = tokenizer(
        question,
        context,
        truncation="only_second",
        max_length=room.most,
        stride=stride,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    types = made.get("token_type_ids") or [[] for _ in made["input_ids"]]
    found = []
    for at, ids in enumerate(made["input_ids"]):
        sequences, offsets = made.sequence_ids(at), made["offset_mapping"][at]
        places = [
            (int(start), int(stop)) if sequence == CONTEXT else None
            for sequence, (start, stop) in zip(sequences, offsets, strict=True)
        ]
        found.append(Window(list(ids), list(types[at]), [_trimmed(place, context) for place in places]))
    return found


class Weighed(NamedTuple):
    """The likely places of an answer in a text."""

    places: dict[tuple[int, int], float]
    """(start, stop) in characters → the sum of both logits, the largest over all windows."""
    nothing: float
    """The same sum for no answer, the smallest over all windows."""

    def best(self) -> Span | None:
        """The likeliest place; nothing where no window has room for one."""
        if not self.places:
            return None
        place, score = max(self.places.items(), key=lambda item: item[1])
        return Span(*place, score - self.nothing)

    def probability(self, span: Span | None) -> float:
        """Of a place, or of no answer, by the softmax over all that were weighed, as SQuAD 2.0's baselines have it."""
        scores = [score - self.nothing for score in self.places.values()]
        highest = max([0.0, *scores])
        whole = exp(-highest) + sum(exp(score - highest) for score in scores)
        return exp((span.score if span else 0.0) - highest) / whole


def best_span(made: Sequence[Window], logits: Sequence[tuple[Any, Any]], no_answer: int) -> Span | None:
    """The likeliest answer over all windows of a text; see `weigh`."""
    return weigh(made, logits, no_answer).best()


def weigh(made: Sequence[Window], logits: Sequence[tuple[Any, Any]], no_answer: int) -> Weighed:
    """The likely answers over all windows of a text, as SQuAD 2.0's baselines find them.

    In each window the likeliest starts and ends are paired; the score is the sum of both logits less the smallest one
    of no answer over all windows.

    Args:
        logits: for each window those of start and end, [tokens] at least.
        no_answer: the position that stands for no answer.
    """
    import torch

    places: dict[tuple[int, int], float] = {}
    nothing = float("inf")
    for window, (starts, ends) in zip(made, logits, strict=True):
        nothing = min(nothing, float(starts[no_answer] + ends[no_answer]))
        length = len(window.input_ids)
        inside = torch.tensor([place is not None for place in window.places])
        likely = [side[:length].masked_fill(~inside, -torch.inf).topk(min(BEST, length)) for side in (starts, ends)]
        for start, stop, score in _pairs(*likely):
            first, last = window.places[start], window.places[stop]
            if first is not None and last is not None:
                place = (first[0], last[1])
                places[place] = max(score, places.get(place, score))
    return Weighed(places, nothing)


def _pairs(starts: Any, ends: Any) -> Iterator[tuple[int, int, float]]:
    for start, left in zip(starts.indices.tolist(), starts.values.tolist(), strict=True):
        for stop, right in zip(ends.indices.tolist(), ends.values.tolist(), strict=True):
            if start <= stop < start + LONGEST_ANSWER:
                yield start, stop, left + right


def _trimmed(place: tuple[int, int] | None, context: str) -> tuple[int, int] | None:
    """Without the white space that some tokenizers count to the token behind it; nothing for white space alone."""
    if place is None:
        return None
    text = context[place[0] : place[1]]
    start = place[0] + len(text) - len(text.lstrip())
    return (start, start + len(text.strip())) if text.strip() else None
