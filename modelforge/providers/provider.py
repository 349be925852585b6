"""The contract of a provider. A new provider is one file with a subclass, and one line in `provider_factory`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from modelforge.providers.hub_fetch import OnBytes
from modelforge.schemas.config import TrainingConfig
from modelforge.tasks.head import CAUSAL, Head


@dataclass(frozen=True)
class ModelSource:
    """Where a model's files are: a local folder, or a hub id at a revision."""

    location: str
    revision: str | None = None

    @property
    def folder(self) -> Path | None:
        """The local folder, or nothing for a hub model."""
        path = Path(self.location)
        return path if path.is_dir() else None


@dataclass(frozen=True)
class LoadOptions:
    """How weights are put into memory."""

    device: str
    """`cpu`, `cuda:0`, `mps`."""
    dtype: Any
    """A `torch.dtype`."""
    attn_implementation: str | None = None
    max_length: int | None = None
    """The longest sequence that the run feeds or writes, in tokens, for providers that set memory aside for it."""
    quantization_config: Any = None
    head_arguments: Mapping[str, Any] = field(default_factory=dict)
    """What the config has to say of a fresh head: `Head.arguments`."""
    merges_adapters: bool = True
    """Whether an adapter becomes part of its base's weights, to be trained on; else it stays beside them, exact."""


class Provider(Protocol):
    """Where weights come from and how they are loaded."""

    name: ClassVar[str]
    patches_libraries: ClassVar[bool] = False
    """Whether `activate` rewrites transformers, so that a worker needs an interpreter that has not imported it yet."""
    fuses_layers: ClassVar[bool] = False
    """Whether its layers keep less for the backward pass than those of transformers: the memory plan counts it."""

    def get_provider_name(self) -> str:
        """The name under which the factory knows this provider."""
        return self.name

    def activate(self) -> None:
        """Called in the worker before transformers is imported, for providers that patch it."""
        return

    def resolve(self, model: str, revision: str | None = None) -> ModelSource:
        """`starter:NAME`, a folder or a hub id → where its files are."""
        ...

    def pin(self, source: ModelSource) -> ModelSource:
        """The same model at the commit that it is at now, which never changes. A folder has none and stays as it is.

        Raises:
            ProviderError: it is not known which commit that is; the hint says what to do.
        """
        return source

    def validate_model_access(self, source: ModelSource) -> None:
        """Check, without loading weights, that the model is there and may be used.

        Raises:
            ProviderError: it is not; the hint says what to do.
        """
        ...

    def check_fit(self, source: ModelSource, config: TrainingConfig, head: Head) -> None:  # noqa: ARG002
        """Check, without loading weights, that the model can be trained so, with this head.

        Raises:
            ProviderError: it cannot; the hint says what to do.
        """
        return

    def fetch(self, source: ModelSource, on_bytes: OnBytes) -> None:  # noqa: ARG002
        """Bring the files that `load_model` reads onto this machine, and tell how far that is.

        What cannot be fetched is left to the loading, which says what is missing.

        Args:
            on_bytes: gets (bytes that are here, bytes in all); not called where nothing is to be fetched.
        """
        return

    def load_tokenizer(self, source: ModelSource) -> Any:
        """The model's tokenizer, with a pad token."""
        ...

    def load_model(self, source: ModelSource, model_class: Any, options: LoadOptions) -> Any:
        """The model with the task's head, on its device."""
        ...

    def add_adapter(self, model: Any, config: TrainingConfig, head: Head = CAUSAL) -> Any:
        """The model with fresh trainable adapters, all else frozen."""
        ...
