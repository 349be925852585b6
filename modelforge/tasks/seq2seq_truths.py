"""The training truths of encoder-decoders, and the rows that break them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modelforge.tasks.chat_rendering import end_token_ids
from modelforge.tasks.source_and_target import SourceAndTarget
from modelforge.tasks.task import Truth

TRUTHS: Mapping[str, Truth] = {
    "answer-is-trained": Truth(
        "The labels of every row spell its answer, or the beginning of one that is too long.",
        "The tokenizer changes answers. Check `modelforge data preview`.",
        "labels-spell-answer",
    ),
    "prompt-not-trained": Truth(
        "The labels hold nothing of the input.",
        "This is a fault of ModelForge; please report it with the recipe.",
        "labels-without-input",
    ),
    "end-token-trained": Truth(
        "Every answer that is not cut ends with a trained end token.",
        "The tokenizer has no end token; use one that has.",
        "target-end-trained",
    ),
    "one-bos": Truth(
        "No input and no answer begins with two BOS tokens.",
        "Remove the BOS token from the data's own text.",
        "one-bos-on-each-side",
    ),
}


def broken_truths(row: SourceAndTarget, answer: str, tokenizer: Any) -> Iterator[str]:
    """The truths that `row` breaks; `answer` is the text that it should teach."""
    bos, ends = tokenizer.bos_token_id, end_token_ids(tokenizer)
    if bos is not None and bos not in ends and [bos, bos] in (row.source[:2], row.target[:2]):
        yield "one-bos"
    whole = len(row.kept_target) == len(row.target)
    if row.target[-1] not in ends or (whole and row.kept_target[-1] not in ends):
        yield "end-token-trained"
    # The labels are read back and compared with the data, independently of how they were made.
    spelled = _spelled(row.kept_target, tokenizer)
    expected = _spelled(tokenizer(answer, add_special_tokens=False)["input_ids"], tokenizer)
    fits = spelled == expected if whole else expected.startswith(spelled.rstrip("\ufffd"))
    if not fits:
        yield "prompt-not-trained" if whole and expected in spelled else "answer-is-trained"


def _spelled(ids: list[int], tokenizer: Any) -> str:
    return str(tokenizer.decode(ids, skip_special_tokens=True)).strip()
