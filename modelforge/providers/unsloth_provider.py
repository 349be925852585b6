"""Models through Unsloth: its own loading, kernels and LoRA, in an environment of its own (docs/guides/unsloth.md)."""

from __future__ import annotations

import importlib.util
import os
from typing import Any, ClassVar

from modelforge.exceptions import ProviderError
from modelforge.hardware.accelerators import find_accelerators
from modelforge.providers.huggingface_provider import HuggingFaceProvider
from modelforge.providers.provider import LoadOptions, ModelSource
from modelforge.providers.weight_files import check_loadable
from modelforge.schemas.config import TrainingConfig
from modelforge.storage.adapter_config import is_adapter
from modelforge.tasks.head import CAUSAL, Head

PACKAGE = "unsloth"


class UnslothProvider(HuggingFaceProvider):
    """Finds models and tokenizers as the hub's provider does, and has Unsloth load and adapt them on a CUDA GPU."""

    name: ClassVar[str] = "unsloth"
    patches_libraries: ClassVar[bool] = True
    fuses_layers: ClassVar[bool] = True

    def activate(self) -> None:
        """Import Unsloth, which rewrites transformers, PEFT and TRL, before any of them is imported."""
        require_unsloth()
        try:
            importlib.import_module(PACKAGE)
        except (ImportError, NotImplementedError, RuntimeError) as error:
            raise ProviderError(
                f"unsloth could not be imported: {error}",
                hint="Make its environment anew with `make unsloth`, or set provider: huggingface.",
                code="unsloth-not-importable",
                params={"reason": str(error)},
            ) from error

    def validate_model_access(self, source: ModelSource) -> None:
        """Check that Unsloth can run here, and that the model is there; nothing of Unsloth is imported."""
        require_unsloth()
        if source.folder is not None and is_adapter(source.folder):
            raise ProviderError(
                f"{source.folder.name} is an adapter, which unsloth would train on as it is.",
                hint=f"Merge it first with `modelforge merge {source.folder.name}`, or set provider: huggingface.",
                code="unsloth-takes-no-adapter",
                params={"model": source.folder.name},
            )
        super().validate_model_access(source)

    def load_model(self, source: ModelSource, model_class: Any, options: LoadOptions) -> Any:  # noqa: ARG002 - its own
        """The causal language model that Unsloth makes of the files, under the very name that was asked for.

        Unsloth would exchange many hub names for uploads of its own; `use_exact_model_name` keeps to the recipe.
        """
        from unsloth import FastLanguageModel

        check_loadable(source)
        bits = options.quantization_config
        try:
            model, _ = FastLanguageModel.from_pretrained(
                source.location,
                revision=source.revision,
                max_seq_length=options.max_length,
                dtype=options.dtype,
                load_in_4bit=bool(bits and bits.load_in_4bit),
                load_in_8bit=bool(bits and bits.load_in_8bit),
                load_in_16bit=bits is None,
                quantization_config=bits,
                device_map={"": options.device},
                use_exact_model_name=True,
                use_gradient_checkpointing=False,
                trust_remote_code=False,
            )
        except (OSError, ValueError, ImportError, NotImplementedError, RuntimeError) as error:
            raise ProviderError(
                f"unsloth could not load {source.location}: {str(error).strip() or type(error).__name__}",
                hint="Set provider: huggingface for a model that unsloth does not know.",
                code="unsloth-not-loaded",
                params={"model": source.location, "reason": str(error).strip() or type(error).__name__},
            ) from error
        return model

    def add_adapter(self, model: Any, config: TrainingConfig, head: Head = CAUSAL) -> Any:  # noqa: ARG002 - causal alone
        """Unsloth's LoRA layers; with `compute.gradient_checkpointing` its own recomputation, which offloads."""
        from unsloth import FastLanguageModel

        lora = config.lora
        return FastLanguageModel.get_peft_model(
            model,
            r=lora.r,
            lora_alpha=lora.lora_alpha,
            lora_dropout=lora.lora_dropout,
            target_modules=lora.target_modules,
            use_rslora=lora.use_rslora,
            use_gradient_checkpointing="unsloth" if config.compute.gradient_checkpointing else False,
            random_state=config.seed,
        )


def require_unsloth() -> None:
    """Refuse where Unsloth cannot run, without importing it. Its own UNSLOTH_FORCE_CPU=1 is let through, for trying.

    Raises:
        ProviderError: the package or a CUDA GPU is missing; the hint has the command that mends it.
    """
    if importlib.util.find_spec(PACKAGE) is None:
        raise ProviderError(
            "provider is unsloth, but the package is not installed in this environment.",
            hint="`make unsloth` makes an environment for it, .venv-unsloth; run ModelForge from there. "
            "Or set provider: huggingface.",
            code="unsloth-missing",
        )
    forced = os.environ.get("UNSLOTH_FORCE_CPU") == "1"
    if not forced and not any(found.kind == "cuda" for found in find_accelerators()):
        raise ProviderError(
            "provider is unsloth, which needs an NVIDIA GPU, and none was found on this machine.",
            hint="`nvidia-smi` says what the driver sees. Or set provider: huggingface.",
            code="unsloth-without-gpu",
        )
