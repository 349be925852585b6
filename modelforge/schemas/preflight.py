"""The preflight: what the trainer would really be fed, checked before anything is trained."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from modelforge.exceptions import Params
from modelforge.schemas.base import Schema
from modelforge.schemas.problem_codes import Phrase

FindingCode = Literal[
    "answer-is-trained",
    "prompt-not-trained",
    "end-token-trained",
    "tools-are-written",
    "turns-are-read",
    "one-bos",
    "same-ids",
    "labels-spell-answer",
    "labels-without-input",
    "target-end-trained",
    "one-bos-on-each-side",
    "span-is-answer",
    "text-is-read",
    "label-is-its-class",
    "ids-in-vocabulary",
    "batch-keeps-rows",
    "rows-left-out",
    "rows-cut",
    "rows-without-system-prompt",
    "answers-as-context",
    "answers-as-context-only",
    "no-rows",
    "nothing-held-out",
    "rows-not-measured",
    "no-row-measured",
    "rows-beyond-positions",
    "rows-beyond-made-for",
    "exact-duplicates",
    "near-duplicates",
    "learned-rows-held-out",
    "earlier-stage-learned-rows",
    "prompts-on-both-sides",
    "learned-prompts-held-out",
    "earlier-stage-learned-prompts",
    "classes-to-learn",
    "lopsided-classes",
    "one-class",
    "all-marked-good",
    "all-marked-bad",
    "marks-unbalanced",
    "unanswerable",
    "unanswerable-taught",
    "too-few-prompts",
    "warm-up-outlasts-training",
    "warm-up-is-all",
    "reward-model-other-prompts",
    "reward-model-other-template",
    "targets-beyond-positions",
    "settings-unheeded",
]
"""What ModelForge itself may find. Texts in other languages are kept by these names."""


class Finding(Schema):
    """One training truth and whether it holds for all rows."""

    truth: str
    """A stable, hyphenated name: `end-token-trained`."""
    severity: Literal["ok", "warning", "error"]
    message: str
    fix: str | None = None
    rows: tuple[int, ...] = ()
    """The first rows concerned, from 1, in the order of the dataset."""
    held_out_rows: tuple[int, ...] = ()
    """Those of `data.validation_dataset`, by its own numbers; rows held out of the dataset itself are among `rows`."""
    total: int = 0
    code: FindingCode | None = None
    """Which text `message` and `fix` are; none where a plug-in wrote them."""
    params: Params = Field(default_factory=dict)
    """The values within them, by name."""
    reason: Phrase | None = None
    """Why rows are left out: that of the first one, which is also the value `reason`."""


class LengthSummary(Schema):
    """Row lengths in tokens, before cutting."""

    minimum: int
    median: int
    p95: int
    maximum: int
    histogram: tuple[tuple[int, int], ...] = ()
    """(upper bound in tokens, rows)."""


class PreflightReport(Schema):
    """The verdict over all rows, as the trainer would be fed them."""

    ok: bool
    rows: int
    validation_rows: int
    rows_left_out: int
    """Rows whose whole answer would be cut, or that are longer than allowed with `truncation_mode: drop`."""
    rows_cut: int
    tokens: int
    trained_tokens: int
    lengths: LengthSummary
    findings: tuple[Finding, ...]


class PreviewToken(Schema):
    """One token of a row and what training does with it."""

    id: int
    text: str
    role: Literal["trained", "ignored", "cut"]


class RowPreview(Schema):
    """One row, token by token."""

    row: int
    tokens: tuple[PreviewToken, ...]
    more: int = 0
    """Tokens behind these."""
