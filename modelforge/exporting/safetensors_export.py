"""An export as a folder of safetensors, which everything reads that reads Hugging Face models."""

from __future__ import annotations

from pathlib import Path

from modelforge.inference.chat_engine import ChatEngine
from modelforge.inference.loading import LoadedModel
from modelforge.providers.provider import ModelSource
from modelforge.schemas.export import ExportKind
from modelforge.schemas.model import ModelManifest
from modelforge.schemas.remark import Remark
from modelforge.storage.folders import ModelFolder
from modelforge.training.merge import load_in_fp32
from modelforge.training.publish import published_dtype, save_full
from modelforge.training.saved_tokenizer import save_tokenizer


class SafetensorsExport:
    """Writes the folder, and reads it back."""

    texts = (0, 0)

    def __init__(self, kind: ExportKind, base: ModelSource) -> None:
        self.numbers = kind.numbers
        self.base = base
        self.remarks: list[Remark] = []

    def refuse_early(self, folder: ModelFolder) -> None:
        """Every model that can be loaded can be written so."""

    def write(self, staging: Path, loaded: LoadedModel, engine: ChatEngine) -> None:  # noqa: ARG002 - GGUF needs it
        """Write the weights and the tokenizer."""
        dtype = published_dtype(loaded.model.dtype, self.base, self.numbers)
        self.numbers = str(dtype).removeprefix("torch.")
        save_full(loaded.model, staging, dtype)
        save_tokenizer(loaded.tokenizer, staging)

    def read_back(self, staging: Path, manifest: ModelManifest) -> LoadedModel:
        """The model as any later user reads it, in fp32."""
        loaded = load_in_fp32(staging)
        return LoadedModel(loaded.model, loaded.tokenizer, manifest)
