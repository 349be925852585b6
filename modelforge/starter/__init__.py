"""The starter models and sample datasets that come with the package. Importing this loads no torch."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

STARTER = "starter:"
"""Stands before the name of a starter model wherever a model is named."""
_ROOT = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class StarterModel:
    """A small bundled model: for learning the workflow and for tests, not for work."""

    name: str
    tasks: tuple[str, ...]
    mode: Literal["chat", "text"] | None
    """How it is asked as it is: in a conversation, or with one text; nothing where it needs a head first."""
    architecture: str
    parameters: int
    path: Path
    description: str

    @property
    def id(self) -> str:
        """`starter:NAME`, as configurations name it."""
        return f"{STARTER}{self.name}"


_STARTERS = (
    StarterModel(
        name="chat",
        tasks=("text-generation",),
        mode="chat",
        architecture="LlamaForCausalLM",
        parameters=6_163_712,
        path=_ROOT / "models" / "chat",
        description="Copies, extracts, classifies and follows a short instruction in simple English.",
    ),
    StarterModel(
        name="encoder",
        tasks=("text-classification", "extractive-question-answering"),
        mode=None,
        architecture="BertForMaskedLM",
        parameters=2_681_920,
        path=_ROOT / "models" / "encoder",
        description="Fills gaps in short stories and messages, and so has learned to look answers up in a text.",
    ),
    StarterModel(
        name="seq2seq",
        tasks=("summarization",),
        mode="text",
        architecture="T5ForConditionalGeneration",
        parameters=2_743_296,
        path=_ROOT / "models" / "seq2seq",
        description="Reads a text and writes another: sums up short stories, picks and copies, fills gaps.",
    ),
)
_SAMPLES = ("conversations", "docstrings", "questions", "ratings", "replies", "support", "tickets")


def list_starters() -> tuple[StarterModel, ...]:
    """All starter models."""
    return _STARTERS


def starter_path(name: str) -> Path:
    """The folder of a starter model, a standard Hugging Face folder. Raises ConfigurationError for an unknown name."""
    for starter in _STARTERS:
        if starter.name == name:
            return starter.path
    raise _unknown("starter model", "starter", name, tuple(starter.name for starter in _STARTERS))


def list_samples() -> tuple[str, ...]:
    """The names of all sample datasets; `sample:NAME` names one in a configuration."""
    return _SAMPLES


def sample_path(name: str) -> Path:
    """The JSONL file of a sample dataset. Raises ConfigurationError for an unknown name."""
    if name in _SAMPLES:
        return _ROOT / "samples" / f"{name}.jsonl"
    raise _unknown("sample dataset", "sample", name, _SAMPLES)


def _unknown(noun: str, prefix: str, name: str, known: tuple[str, ...]) -> Exception:
    from modelforge.exceptions import ConfigurationError

    listed = ", ".join(f"{prefix}:{one}" for one in known)
    return ConfigurationError(
        f"There is no {noun} named {name!r}.",
        hint=f"Choose one of: {listed}.",
        code="nothing-of-this-name",
        params={"name": f"{prefix}:{name}"},
    )
