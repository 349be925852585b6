"""Models of the Hugging Face hub, local folders and the bundled starters, through transformers and PEFT."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from modelforge.exceptions import ProviderError
from modelforge.hardware.hub_config import hub_commit
from modelforge.hardware.hub_reach import may_be_asked
from modelforge.hardware.model_shape import adapter_labels, label_names
from modelforge.providers.adapter_fit import (
    peft_initialisation,
    refuse_embeddings,
    refuse_moved_badly,
    with_saved_adapter,
)
from modelforge.providers.fresh_head import (
    begin_anew,
    begin_anew_beside,
    has_other_classes,
    note_fresh_head,
    trained_in_full,
)
from modelforge.providers.hub_access import check_hub_access
from modelforge.providers.hub_fetch import TO_TRAIN_FROM, OnBytes, fetch
from modelforge.providers.model_head import check_head, check_type
from modelforge.providers.model_source import resolve_base
from modelforge.providers.provider import LoadOptions, ModelSource, Provider
from modelforge.providers.target_modules import check_target_modules
from modelforge.providers.weight_files import check_loadable, check_weight_files
from modelforge.quantization.differentiable import keep_differentiable
from modelforge.quantization.loftq import begin_at_the_remainder
from modelforge.schemas.config import TrainingConfig
from modelforge.starter import STARTER, starter_path
from modelforge.storage.adapter_config import is_adapter
from modelforge.storage.atomic import read_json
from modelforge.tasks.head import CAUSAL, Head, forget_fresh


class HuggingFaceProvider(Provider):
    """Loads with `from_pretrained`: safetensors only, and no code from the hub is ever run."""

    name: ClassVar[str] = "huggingface"

    def resolve(self, model: str, revision: str | None = None) -> ModelSource:
        """`starter:NAME`, a folder or a hub id → where its files are."""
        if model.startswith(STARTER):
            return ModelSource(str(starter_path(model.removeprefix(STARTER))))
        if _looks_like_a_path(model):
            return ModelSource(str(Path(model).expanduser().resolve()))
        return ModelSource(model, revision)

    def pin(self, source: ModelSource) -> ModelSource:
        """A hub model at its commit; offline, the one that the cache has."""
        if source.folder is not None or _looks_like_a_path(source.location):
            return source
        return replace(source, revision=hub_commit(source.location, source.revision))

    def validate_model_access(self, source: ModelSource) -> None:
        """Check that config, weights and tokenizer are there, without loading them; of an adapter, its base's too."""
        if source.folder is None:
            if _looks_like_a_path(source.location):
                raise ProviderError(
                    f"There is no model folder {source.location}.",
                    hint="Check the path, or name a hub id.",
                    code="no-model-folder",
                    params={"path": source.location},
                )
            check_hub_access(source)
        elif _check_folder(source.folder) == "adapter":
            return self.validate_model_access(resolve_base(source.folder, self))
        check_type(_config_of(source), source.location)

    def check_fit(self, source: ModelSource, config: TrainingConfig, head: Head) -> None:
        """Check that the weights have the head that is trained and the layers that are adapted, and that no adapter
        would be merged into fewer bits."""
        folder = source.folder
        if folder and is_adapter(folder):
            if config.quantization.bits:
                raise ProviderError(
                    f"{folder.name} is an adapter; merged into a quantised base it would lose of what it learned.",
                    hint=f"`modelforge merge {folder.name}` makes a model of it, which can then be quantised; or leave "
                    "quantization.bits empty.",
                    code="adapter-into-fewer-bits",
                    params={"model": folder.name},
                )
            return self.check_fit(resolve_base(folder, self), config, head)
        check_head(_config_of(source), head, source.location)
        if config.finetuning_type == "lora" and isinstance(config.lora.target_modules, list):
            try:
                check_target_modules(source, head, config.lora.target_modules)
            except (OSError, ValueError, ImportError) as error:
                raise _load_failure("model", source, error) from error

    def fetch(self, source: ModelSource, on_bytes: OnBytes) -> None:
        """A hub model into the hub's cache; of an adapter folder, its base."""
        from huggingface_hub.errors import HfHubHTTPError, HTTPError, OfflineModeIsEnabled  # type: ignore[attr-defined]

        folder = source.folder
        if folder is None:
            with contextlib.suppress(HfHubHTTPError, HTTPError, OfflineModeIsEnabled, OSError):
                fetch(source.location, "model", source.revision, on_bytes, TO_TRAIN_FROM)
        elif is_adapter(folder):
            self.fetch(resolve_base(folder, self), on_bytes)

    def load_tokenizer(self, source: ModelSource) -> Any:
        """The model's tokenizer, with a pad token."""
        from transformers import AutoTokenizer

        folder = source.folder
        if folder and is_adapter(folder) and not (folder / "tokenizer_config.json").exists():
            return self.load_tokenizer(resolve_base(folder, self))
        try:
            tokenizer = AutoTokenizer.from_pretrained(
                source.location,
                revision=source.revision,
                trust_remote_code=False,
                local_files_only=folder is None and not may_be_asked(),
            )
        except (OSError, ValueError) as error:
            raise _load_failure("tokenizer", source, error) from error
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        return tokenizer

    def load_model(self, source: ModelSource, model_class: Any, options: LoadOptions) -> Any:
        """The model with the task's head, on its device. An adapter folder is loaded upon its base, or into it."""
        check_loadable(source)
        folder = source.folder
        if folder and is_adapter(folder):
            base = self.load_model(resolve_base(folder, self), model_class, replace(options, merges_adapters=True))
            adapted = with_saved_adapter(base, folder)
            forget_fresh(base, adapted.active_peft_config.modules_to_save or ())
            if not options.merges_adapters:
                return adapted
            merged = adapted.merge_and_unload(safe_merge=True)
            if has_other_classes(adapter_labels(folder), options.head_arguments):
                begin_anew_beside(merged)
            return merged
        arguments: dict[str, Any] = {
            "dtype": options.dtype,
            "use_safetensors": True,
            "trust_remote_code": False,
            **options.head_arguments,
        }
        # A classifier of other classes than the checkpoint's begins anew.
        arguments["ignore_mismatched_sizes"] = "num_labels" in options.head_arguments
        if options.attn_implementation:
            arguments["attn_implementation"] = options.attn_implementation
        if options.quantization_config is not None:
            arguments["quantization_config"] = options.quantization_config
            arguments["device_map"] = {"": options.device}
        try:
            model, loading = model_class.from_pretrained(
                source.location, revision=source.revision, output_loading_info=True, **arguments
            )
        except (OSError, ValueError, ImportError) as error:
            raise _load_failure("model", source, error) from error
        if options.head_arguments and has_other_classes(label_names(_config_of(source)), options.head_arguments):
            loading["missing_keys"].update(begin_anew(model))
        note_fresh_head(model, loading, source)
        if options.quantization_config is None:
            return model.to(options.device)
        keep_differentiable(model)
        return model

    def add_adapter(self, model: Any, config: TrainingConfig, head: Head = CAUSAL) -> Any:
        """The model with fresh LoRA layers, all else frozen; seeded by the caller."""
        from peft import LoraConfig, get_peft_model

        lora = config.lora
        peft_config = LoraConfig(
            r=lora.r,
            lora_alpha=lora.lora_alpha,
            lora_dropout=lora.lora_dropout,
            target_modules=lora.target_modules,
            use_rslora=lora.use_rslora,
            use_dora=lora.use_dora,
            init_lora_weights=peft_initialisation(lora),
            **trained_in_full(model, head),
        )
        refuse_embeddings(model, lora)
        adapted = get_peft_model(model, peft_config)
        if lora.moves_base:
            refuse_moved_badly(adapted, lora)
        if lora.init_lora_weights == "loftq":
            begin_at_the_remainder(adapted, _unquantised(model))
        return adapted


def _looks_like_a_path(model: str) -> bool:
    """Hub ids are `OWNER/NAME` or `NAME`; everything else that could be a path is one, as is a folder that exists."""
    return model.startswith((".", "/", "~")) or model.count("/") > 1 or Path(model).is_dir()


def _check_folder(folder: Path) -> Literal["model", "adapter"]:
    adapter = is_adapter(folder)
    if not adapter and not (folder / "config.json").exists():
        raise ProviderError(
            f"The folder {folder} holds no config.json.",
            hint="Name the folder that `save_pretrained` wrote.",
            code="no-config-json",
            params={"model": str(folder)},
        )
    check_weight_files(folder, adapter=adapter)
    return "adapter" if adapter else "model"


def _config_of(source: ModelSource) -> dict[str, Any]:
    """`config.json` as it lies in the folder, or in the cache, where the check of access has put it."""
    if source.folder is None:
        from huggingface_hub import hf_hub_download

        path = Path(hf_hub_download(source.location, "config.json", revision=source.revision))
    else:
        path = source.folder / "config.json"
    config: dict[str, Any] = read_json(path)
    return config


def _unquantised(model: Any) -> Any:
    """The model as its files have it, on the CPU: read anew, since a quantised one no longer knows."""
    import torch

    revision = getattr(model.config, "_commit_hash", None)  # only models of the hub have one
    return type(model).from_pretrained(model.name_or_path, revision=revision, dtype=torch.float32, use_safetensors=True)


def _load_failure(what: str, source: ModelSource, error: Exception) -> ProviderError:
    first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return ProviderError(
        f"The {what} of {source.location} could not be loaded: {first_line}",
        hint="Check the name and the revision; a gated model needs HF_TOKEN; offline, only downloaded models load.",
        code="tokenizer-not-loaded" if what == "tokenizer" else "model-not-loaded",
        params={"model": source.location, "reason": first_line},
    )
