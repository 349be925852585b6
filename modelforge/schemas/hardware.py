"""What this machine has."""

from __future__ import annotations

from typing import Any, Literal

from modelforge.schemas.base import Schema

Profile = Literal["cpu", "low", "mid", "high"]
NoteCode = Literal[
    "smallest-chat",
    "short-english",
    "strong-for-its-size",
    "extraction",
    "one-narrow-task",
    "well-known-base",
    "many-languages",
    "best-from-6-gb",
    "english-writing",
    "all-rounder",
    "reasoning",
    "best-from-8-gb",
    "best-from-16-gb",
    "most-used-base",
    "function-calling",
    "short-summaries",
    "summaries",
    "news-summaries",
    "longer-summaries",
    "short-questions",
    "classic-encoder",
    "exact-encoder",
    "starter",
]


class Accelerator(Schema):
    """One GPU, or Apple's unified memory."""

    index: int
    name: str
    kind: Literal["cuda", "mps"]
    total_bytes: int
    free_bytes: int
    utilization: float | None = None
    """Per cent."""
    compute_capability: str | None = None


class Hardware(Schema):
    """What this machine has, now."""

    system: str
    processor: str
    cores: int
    """Cores this process may use."""
    physical_cores: int | None = None
    """Cores without hyper-threads, at most `cores`: as many threads as a run takes by itself."""
    memory_total_bytes: int
    memory_available_bytes: int
    disk_free_bytes: int
    accelerators: tuple[Accelerator, ...] = ()
    profile: Profile
    """By the largest accelerator's memory: low below 7.2 GB, mid below 15.2 GB, high from there."""
    fast_bf16: bool
    """Whether bf16 matrix products are computed in hardware."""


class RecommendedModel(Schema):
    """A model worth starting from."""

    id: str
    """`starter:NAME` or a Hugging Face hub id."""
    tasks: tuple[str, ...]
    profiles: tuple[Profile, ...]
    """The machines on which it can be fine-tuned well."""
    parameters: int
    memory_bytes: int
    """Memory for LoRA, one row of 1,024 tokens at a time with gradient checkpointing: what the plan says by which the
    model fits here."""
    quantized: bool = False
    """Whether that is on a 4-bit base, since one of 16 bits does not fit."""
    quantized_memory_bytes: int
    """The same on a 4-bit base, as measured on a GPU."""
    license: str
    note: str
    """What it is good for, in half a sentence."""
    note_code: NoteCode
    """Which text `note` is. Texts in other languages are kept by these names."""
    config: dict[str, Any] | None = None
    """Its `config.json` as far as a memory plan needs it."""


class LiveHardwareView(Schema):
    """How busy this machine is."""

    time: float
    """Seconds since 1970, UTC."""
    cpu_percent: float
    """Of all cores, since the last look."""
    load: float
    """Processes that ran or waited for a core, averaged over a minute."""
    memory_total_bytes: int
    memory_available_bytes: int
    disk_free_bytes: int
    server_bytes: int
    """Memory of the server itself."""
    accelerators: tuple[Accelerator, ...] = ()
