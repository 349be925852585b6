"""The preflight: every row as the trainer will be fed it, held against the training truths before any training."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from modelforge.data.collator import IGNORED
from modelforge.data.concerned_rows import ConcernedRows
from modelforge.data.context_turns import ContextTurns
from modelforge.schemas.preflight import Finding, LengthSummary, PreflightReport
from modelforge.schemas.problem_codes import Phrase
from modelforge.tasks.features import Collator, Features
from modelforge.tasks.row_encoder import RowEncoder
from modelforge.tasks.task import CanonicalRow, Truth, row_named

HISTOGRAM_BINS = 20

ALWAYS: Mapping[str, Truth] = {
    "ids-in-vocabulary": Truth(
        "Every id has an embedding.",
        "Tokenizer and model do not belong together; take both from one place.",
        "ids-in-vocabulary",
    ),
    "batch-keeps-rows": Truth(
        "Batches hold every token and label of their rows, and nothing of the padding is trained.",
        "This is a fault of ModelForge; please report it with the recipe.",
        "batch-keeps-rows",
    ),
}
"""What must hold whatever the task is; each task adds its own."""


@dataclass
class Preflight:
    """Sees every row once, in order, and gives the verdict at the end. Keeps counts, not rows."""

    encoder: RowEncoder
    collator: Collator
    """The trainer's own."""
    vocabulary_size: int
    """Rows of the model's embedding."""
    broken: dict[str, ConcernedRows] = field(default_factory=dict)
    """By the truth that they break."""
    lengths: array[int] = field(default_factory=lambda: array("q"))
    left_out: ConcernedRows = field(default_factory=ConcernedRows)
    unmeasured: ConcernedRows = field(default_factory=ConcernedRows)
    """Held-out rows that are left out, of models that write: models that read are asked about them all the same."""
    held_out: int = 0
    """Rows of the held-out side."""
    untrained: set[int] = field(default_factory=set)
    """Rows of the training side that are left out."""
    cut: ConcernedRows = field(default_factory=ConcernedRows)
    unprompted: ConcernedRows = field(default_factory=ConcernedRows)
    """Rows that data.system_prompt is not put before."""
    rows: Counter[str] = field(default_factory=Counter)
    tokens: int = 0
    trained: int = 0
    label_span: int = 0
    """Tokens of a row from its first label on, at most."""

    def __post_init__(self) -> None:
        self._config = self.encoder.config
        self._context = ContextTurns(self.encoder.tokenizer, self._config)
        self._batch: list[tuple[int, Features]] = []
        self._apart = False

    @property
    def truths(self) -> dict[str, Truth]:
        """All that must hold, by name."""
        return {**self.encoder.truths, **ALWAYS}

    def usable(self, rows: Iterator[tuple[int, CanonicalRow]], split: str) -> Iterator[tuple[int, Features]]:
        """Encode `rows` (number, canonical row), check each, and pass on what can be trained on.

        A row is passed on whole or not at all: both answers of a preference, all windows of a long text.

        Raises:
            ConfigurationError: a row cannot be encoded for this model; it is named.
        """
        self._apart = split == "validation" and self._config.data.validation_dataset is not None
        for number, canonical in rows:
            with row_named(number, held_out=self._apart):
                made = self.encoder.features(canonical)
            if self._config.data.system_prompt and self.encoder.task.is_plain(canonical):
                self.unprompted.add(number, self._apart)
            sequences = [sequence for features in made for sequence in features.sequences]
            self.lengths.extend(len(sequence) for sequence in sequences)
            self.held_out += split == "validation"
            if reason := next((features.left_out for features in made if features.left_out), None):
                self._leave_out(number, reason, split)
                continue
            if any(features.is_cut for features in made):
                self.cut.add(number, self._apart)
            self._context.add(number, canonical, self._apart)
            for truth in self.encoder.broken_truths(canonical, made):
                self._note(truth, number)
            if max(max(sequence, default=0) for sequence in sequences) >= self.vocabulary_size:
                self._note("ids-in-vocabulary", number)
            self._count(made, split)
            for features in made:
                self._collate_later(number, features)
                yield number, features
        self._collate()

    @property
    def longest(self) -> int:
        """Tokens of the longest row after cutting."""
        return min(max(self.lengths, default=0), self._config.data.max_length)

    def report(self, notes: Sequence[Finding] = ()) -> PreflightReport:
        """The verdict. `notes` are findings of others: the split's leakage, for example."""
        findings = (*self._truth_findings(), *self._row_findings(), *self._context.findings(), *notes)
        return PreflightReport(
            ok=all(finding.severity != "error" for finding in findings),
            rows=self.rows["train"],
            validation_rows=self.rows["validation"],
            rows_left_out=self.left_out.total + self.unmeasured.total,
            rows_cut=self.cut.total,
            tokens=self.tokens,
            trained_tokens=self.trained,
            lengths=summarise(self.lengths),
            findings=findings,
        )

    def _leave_out(self, number: int, reason: Phrase, split: str) -> None:
        if split == "train":
            self.untrained.add(number)
        is_measured = split == "train" or self.encoder.task.reads
        (self.left_out if is_measured else self.unmeasured).add(number, self._apart, reason)

    def _count(self, made: Sequence[Features], split: str) -> None:
        self.rows[split] += 1
        self.label_span = max(self.label_span, *(label_span(features) for features in made))
        if split == "train":
            self.tokens += sum(features.kept_tokens for features in made)
            self.trained += sum(features.trained_tokens for features in made)

    def _collate_later(self, number: int, features: Features) -> None:
        self._batch.append((number, features))
        if len(self._batch) == self._config.optimization.per_device_train_batch_size:
            self._collate()

    def _collate(self) -> None:
        """Run the trainer's collator over the gathered rows, and look for every token and label in what it made."""
        if not self._batch:
            return
        rows = [features.columns for _, features in self._batch]
        if self.collator.rows_of(self.collator(rows)) != rows:
            self._note("batch-keeps-rows", self._batch[0][0])
        self._batch = []

    def _note(self, truth: str, number: int) -> None:
        self.broken.setdefault(truth, ConcernedRows()).add(number, self._apart)

    def _truth_findings(self) -> Iterator[Finding]:
        for truth, (message, fix, code) in self.truths.items():
            broken = self.broken.get(truth)
            if broken is None:
                yield Finding(truth=truth, severity="ok", message=message, code=code)
                continue
            yield Finding(
                truth=truth,
                severity="error",
                message=f"Broken in {broken.total:,} row(s), first in {broken.place}: {message}",
                fix=fix,
                **broken.named,
                code=code,
                params={"count": broken.total, "first": broken.first},
            )

    def _row_findings(self) -> Iterator[Finding]:
        limit = self._config.data.max_length
        if left_out := self.left_out.total:
            reason = self.left_out.why
            none_left = self.rows["train"] == 0
            yield Finding(
                truth="answers-kept",
                severity="error" if none_left else "warning",
                message=f"{left_out:,} row(s) are not trained on; {self.left_out.place}: {reason}.",
                fix=f"Correct those rows; where they are too long, raise data.max_length above {limit:,}.",
                **self.left_out.named,
                code="rows-left-out",
                params={"count": left_out, "row": self.left_out.first, "reason": reason, "limit": limit},
                reason=self.left_out.reason,
            )
        if cut := self.cut.total:
            yield Finding(
                truth="rows-whole",
                severity="warning",
                message=f"{cut:,} row(s) are longer than {limit:,} tokens and are cut.",
                fix=f"Raise data.max_length to {max(self.lengths):,} to train on them whole.",
                **self.cut.named,
                code="rows-cut",
                params={"count": cut, "limit": limit, "longest": max(self.lengths)},
            )
        if unprompted := self.unprompted.total:
            yield Finding(
                truth="system-prompt-is-read",
                severity="warning",
                message=f"{unprompted:,} row(s) are no conversations, and get no data.system_prompt.",
                fix="Leave data.system_prompt out, or give these rows as `messages`, or as prompts that are lists of "
                "messages.",
                **self.unprompted.named,
                code="rows-without-system-prompt",
                params={"count": unprompted},
            )
        if self.rows["train"] == 0 and not left_out:
            yield Finding(
                truth="rows-to-train",
                severity="error",
                message="There are no rows.",
                fix="Add rows.",
                code="no-rows",
            )
        if self.unmeasured.total:
            yield self._unmeasured_finding()
        if self.held_out == 0:
            yield Finding(
                truth="held-out-rows",
                severity="warning",
                message="No rows are held out, so nothing will show whether the model got better.",
                fix="Set data.validation_split or data.validation_dataset.",
                code="nothing-held-out",
            )

    def _unmeasured_finding(self) -> Finding:
        reason = self.unmeasured.why
        count, limit, none_left = self.unmeasured.total, self._config.data.max_length, self.rows["validation"] == 0
        told = f"{count:,} held-out row(s) are not measured"
        if none_left:
            told = (
                f"None of the {count:,} held-out row(s) is measured, so nothing will show whether the model got better"
            )
        return Finding(
            truth="held-out-rows",
            severity="warning",
            message=f"{told}; {self.unmeasured.place}: {reason}.",
            fix=f"Correct those rows; where they are too long, raise data.max_length above {limit:,}.",
            **self.unmeasured.named,
            code="no-row-measured" if none_left else "rows-not-measured",
            params={"count": count, "row": self.unmeasured.first, "reason": reason, "limit": limit},
            reason=self.unmeasured.reason,
        )


def label_span(features: Features) -> int:
    """Tokens from the first label on, of a pair those of the side that has more; all of the row where labels have no
    column, and none of a prompt alone."""
    labelled = [column for name, column in features.columns.items() if name.endswith("labels")]
    if not labelled:
        return features.kept_tokens if features.trained_tokens else 0
    return max(_from_first_label(column) for column in labelled)


def _from_first_label(labels: Sequence[int]) -> int:
    first = next((at for at, label in enumerate(labels) if label != IGNORED), len(labels))
    return len(labels) - first


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
