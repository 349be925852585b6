"""The preflight: every row as the trainer will be fed it, held against the training truths before any training."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from modelforge.data.pairs import labels_of, pair_columns
from modelforge.data.preferences import sides_of
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.preflight import Finding, LengthSummary, PreflightReport
from modelforge.tasks.chat_rendering import end_token_ids
from modelforge.tasks.task import CanonicalRow, Task
from modelforge.tasks.tokenised_row import IGNORED, TokenisedRow

NAMED_ROWS = 20
HISTOGRAM_BINS = 20

TRUTHS: dict[str, tuple[str, str]] = {
    "answer-is-trained": (
        "The trained tokens of every row spell its answer.",
        "The chat template changes answers. Check `modelforge data preview`, or use the model's own template.",
    ),
    "prompt-not-trained": (
        "No token of a prompt is in the loss.",
        "Check `modelforge data preview`; the chat template puts prompt text into the answer.",
    ),
    "end-token-trained": (
        "Every trained turn ends with a trained end token.",
        "The chat template closes turns without an end token; use a template that does.",
    ),
    "one-bos": (
        "No row begins with two BOS tokens.",
        "Remove the BOS token from the data's own text, or from the chat template.",
    ),
    "same-ids": (
        "Training and the playground turn a prompt into the same ids.",
        "An answer begins in the middle of a token. Let prompts end, or answers begin, at a whole word.",
    ),
    "ids-in-vocabulary": (
        "Every id has an embedding.",
        "Tokenizer and model do not belong together; take both from one place.",
    ),
    "batch-keeps-rows": (
        "Batches hold every token and label of their rows, and nothing of the padding is trained.",
        "This is a fault of ModelForge; please report it with the recipe.",
    ),
}


@dataclass
class Preflight:
    """Sees every row once, in order, and gives the verdict at the end. Keeps counts, not rows."""

    task: Task
    tokenizer: Any
    config: TrainingConfig
    collator: Any
    """Takes rows as the trainer has them: `input_ids` and `labels`, or those of both sides of a pair."""
    vocabulary_size: int
    """Rows of the model's embedding."""
    broken: dict[str, list[int]] = field(default_factory=lambda: {truth: [] for truth in TRUTHS})
    broken_total: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TRUTHS, 0))
    lengths: array[int] = field(default_factory=lambda: array("q"))
    left_out: list[tuple[int, str]] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=lambda: {"train": 0, "validation": 0})
    tokens: int = 0
    trained: int = 0

    def __post_init__(self) -> None:
        self._ends = end_token_ids(self.tokenizer)
        self._batch: list[tuple[int, tuple[TokenisedRow, ...]]] = []

    def usable(self, rows: Iterator[tuple[int, CanonicalRow]], split: str) -> Iterator[tuple[int, TokenisedRow]]:
        """Tokenise `rows` (number, canonical row), check each, and pass on those that can be trained on.

        Of a preference both sides are passed on, the chosen answer first, or neither.
        """
        for number, canonical in rows:
            sides = sides_of(canonical)
            made = tuple(self.task.tokenise(side, self.tokenizer, self.config) for side in sides)
            self.lengths.extend(len(row.input_ids) for row in made)
            if reason := _left_out(made):
                self.left_out.append((number, reason))
                continue
            if any(row.is_cut for row in made):
                self.cut.append(number)
            broken = (self._broken_truths(side, row) for side, row in zip(sides, made, strict=True))
            for truth in dict.fromkeys(chain.from_iterable(broken)):
                self._note(truth, number)
            self._collate_later(number, made)
            self._count(made, split)
            for row in made:
                yield number, row
        self._collate()

    @property
    def longest(self) -> int:
        """Tokens of the longest row after cutting."""
        return min(max(self.lengths, default=0), self.config.data.max_length)

    def report(self, notes: Sequence[Finding] = ()) -> PreflightReport:
        """The verdict. `notes` are findings of others: the split's leakage, for example."""
        findings = (*self._truth_findings(), *self._row_findings(), *notes)
        return PreflightReport(
            ok=all(finding.severity != "error" for finding in findings),
            rows=self.rows["train"],
            validation_rows=self.rows["validation"],
            rows_left_out=len(self.left_out),
            rows_cut=len(self.cut),
            tokens=self.tokens,
            trained_tokens=self.trained,
            lengths=summarise(self.lengths),
            findings=findings,
        )

    def _broken_truths(self, canonical: CanonicalRow, row: TokenisedRow) -> Iterator[str]:
        ids = row.input_ids
        bos = self.tokenizer.bos_token_id
        if bos is not None and bos not in self._ends and ids[:2] == [bos, bos]:
            yield "one-bos"
        if max(ids) >= self.vocabulary_size:
            yield "ids-in-vocabulary"
        if any(ids[end] not in self._ends or row.labels[end] == IGNORED for end in row.turn_ends):
            yield "end-token-trained"
        prompt = self.task.prompt_ids(canonical, self.tokenizer, self.config)
        if prompt is not None and ids[: len(prompt)] != prompt:
            yield "same-ids"
        yield from self._broken_answer(canonical, row)

    def _broken_answer(self, canonical: CanonicalRow, row: TokenisedRow) -> Iterator[str]:
        """Read the trained tokens back and compare them with the data: independent of how they were chosen."""
        strategy = self.config.strategy
        if "text" in canonical or not (strategy.completion_only_loss or strategy.assistant_only_loss):
            return
        spelled = self._spelled(
            [token for token, label in zip(row.input_ids, row.labels, strict=True) if label != IGNORED]
        )
        answer = self._spelled(self.tokenizer(self.task.reference(canonical), add_special_tokens=False)["input_ids"])
        if not spelled.endswith(answer):
            yield "answer-is-trained"
            return
        before = spelled[: len(spelled) - len(answer)]
        prompt = self.task.prompt_text(canonical).strip()
        if not strategy.assistant_only_loss and len(prompt) > 3 and prompt in before:
            yield "prompt-not-trained"

    def _spelled(self, ids: Sequence[int]) -> str:
        return str(self.tokenizer.decode(ids, skip_special_tokens=True)).strip()

    def _count(self, made: tuple[TokenisedRow, ...], split: str) -> None:
        self.rows[split] += 1
        if split == "train":
            self.tokens += sum(len(row.kept_ids) for row in made)
            self.trained += sum(row.trained_tokens for row in made)

    def _collate_later(self, number: int, made: tuple[TokenisedRow, ...]) -> None:
        self._batch.append((number, made))
        if len(self._batch) == self.config.optimization.per_device_train_batch_size:
            self._collate()

    def _collate(self) -> None:
        """Run the trainer's collator over the gathered rows, and look for every token and label in what it made."""
        if not self._batch:
            return
        numbers, rows = zip(*self._batch, strict=True)
        self._batch = []
        batch = self.collator([_fed(made) for made in rows])
        if not _holds_all(batch, [row for side in zip(*rows, strict=True) for row in side]):
            self._note("batch-keeps-rows", numbers[0])

    def _note(self, truth: str, number: int) -> None:
        self.broken_total[truth] += 1
        if len(self.broken[truth]) < NAMED_ROWS:
            self.broken[truth].append(number)

    def _truth_findings(self) -> Iterator[Finding]:
        for truth, (message, fix) in TRUTHS.items():
            total = self.broken_total[truth]
            if not total:
                yield Finding(truth=truth, severity="ok", message=message)
                continue
            yield Finding(
                truth=truth,
                severity="error",
                message=f"Broken in {total:,} row(s), first in row {self.broken[truth][0]}: {message}",
                fix=fix,
                rows=tuple(self.broken[truth]),
                total=total,
            )

    def _row_findings(self) -> Iterator[Finding]:
        limit = self.config.data.max_length
        if self.left_out:
            number, reason = self.left_out[0]
            none_left = self.rows["train"] == 0
            yield Finding(
                truth="answers-kept",
                severity="error" if none_left else "warning",
                message=f"{len(self.left_out):,} row(s) are not trained on; row {number}: {reason}.",
                fix=f"Raise data.max_length above {limit:,}, or shorten those rows.",
                rows=tuple(number for number, _ in self.left_out[:NAMED_ROWS]),
                total=len(self.left_out),
            )
        if self.cut:
            yield Finding(
                truth="rows-whole",
                severity="warning",
                message=f"{len(self.cut):,} row(s) are longer than {limit:,} tokens and are cut.",
                fix=f"Raise data.max_length to {max(self.lengths):,} to train on them whole.",
                rows=tuple(self.cut[:NAMED_ROWS]),
                total=len(self.cut),
            )
        if self.rows["train"] == 0 and not self.left_out:
            yield Finding(truth="rows-to-train", severity="error", message="There are no rows.", fix="Add rows.")
        if self.rows["validation"] == 0:
            yield Finding(
                truth="held-out-rows",
                severity="warning",
                message="No rows are held out, so nothing will show whether the model got better.",
                fix="Set data.validation_split or data.validation_dataset.",
            )


def summarise(lengths: Sequence[int]) -> LengthSummary:
    """Minimum, median, 95th percentile, maximum and a histogram of row lengths in tokens."""
    import numpy as np

    if not len(lengths):
        return LengthSummary(minimum=0, median=0, p95=0, maximum=0)
    values = np.asarray(lengths)
    edges = np.unique(np.linspace(values.min(), values.max(), HISTOGRAM_BINS + 1).round().astype(int))
    counts, _ = np.histogram(values, bins=edges) if len(edges) > 1 else (np.array([len(values)]), edges)
    uppers = edges[1:] if len(edges) > 1 else edges
    return LengthSummary(
        minimum=int(values.min()),
        median=int(np.median(values)),
        p95=int(np.percentile(values, 95)),
        maximum=int(values.max()),
        histogram=tuple((int(upper), int(count)) for upper, count in zip(uppers, counts, strict=True)),
    )


def _left_out(made: tuple[TokenisedRow, ...]) -> str | None:
    """Why a row cannot be trained on: one of its answers was cut away, or nothing is left that tells them apart."""
    if reason := next((row.left_out for row in made if row.left_out), None):
        return reason
    if len(made) > 1 and made[0].kept_ids == made[1].kept_ids:
        return "its two answers are the same tokens" + (" after cutting" if made[0].is_cut else "")
    return None


def _fed(made: tuple[TokenisedRow, ...]) -> dict[str, Any]:
    """A row as the collator is fed it by the trainer."""
    if len(made) > 1:
        return pair_columns(*({"input_ids": row.kept_ids, "labels": row.kept_labels} for row in made))
    row = made[0]
    return {"input_ids": row.kept_ids, "labels": row.kept_labels, "seq_lengths": [len(row.kept_ids)]}


def _holds_all(made: dict[str, Any], rows: Sequence[TokenisedRow]) -> bool:
    ids, labels = made["input_ids"], labels_of(made)
    if "attention_mask" in made:
        real = made["attention_mask"].bool()
        padding_is_silent = bool((labels[~real] == IGNORED).all())
        ids, labels = ids[real], labels[real]
    else:
        padding_is_silent = made["position_ids"].flatten().tolist() == [
            position for row in rows for position in range(len(row.kept_ids))
        ]
    return (
        padding_is_silent
        and ids.flatten().tolist() == [token for row in rows for token in row.kept_ids]
        and labels.flatten().tolist() == [label for row in rows for label in row.kept_labels]
    )
