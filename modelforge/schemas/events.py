"""What a run says while it runs: one JSON object per line in `events.jsonl`."""

from __future__ import annotations

from typing import Any, Literal

from modelforge.schemas.base import Schema

EventKind = Literal[
    "state",  # {"status", "reason"?}: the run changed its state
    "stage",  # {"name", "detail"?, "remark"?}: data, load, adapt, train, evaluate, publish …
    "download",  # {"done", "total"}: bytes of the model, where it is fetched from the hub
    "preflight",  # PreflightReport
    "plan",  # MemoryPlan
    "progress",  # {"step", "total_steps", "epoch", "loss", "learning_rate", "grad_norm", "tokens", "tokens_per_second",
    #               "seconds_left", "memory_bytes", "utilization"}, and where rewards are learned from "reward_chosen"?,
    #               "reward_rejected"?, "reward_margin"?, "reward_accuracy"?, "reward"?, "reward_std"?,
    #               "reward_NAME"? of each reward, "kl"?, "entropy"?, "completion_length"?, "truncated"?, "clip_ratio"?
    "evaluation",  # {"step", "loss", "perplexity"?}, and what "progress" has of rewards
    "samples",  # {"step", "rows"}: the prompt, expected and answer of a few held-out rows, asked at an evaluation
    "checkpoint",  # {"step", "name", "best"}
    "generation",  # {"phase": "base" | "tuned", "done", "total"}
    "notice",  # {"text", "remark"?, "error"?}: a sentence, and the `Remark` or `ErrorWords` that it is
    "report",  # EvaluationReport
    "model",  # {"id"}: the model was published
    "error",  # {"type", "message", "hint", "step"?, "code"?, "params"}: `RunError`
    "heartbeat",  # {"step"}
]


class Event(Schema):
    """One event of one run. `seq` counts from 1 without a gap; `epoch` counts the run's attempts from 1."""

    seq: int
    epoch: int
    time: float
    """Seconds since 1970, UTC."""
    kind: EventKind
    data: dict[str, Any]
