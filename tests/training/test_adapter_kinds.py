"""Ways in which adapters begin and learn: what is published stands on the base that nobody moved, and resumes equal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_runs import TinyRun, carry_out, make_run, tiny_config, write_rows

from modelforge.evaluation.evaluator import Evaluator
from modelforge.evaluation.row_scores import RowScores
from modelforge.exceptions import ProviderError
from modelforge.inference.loading import LoadedModel, inference_options, load_model
from modelforge.providers.huggingface_provider import HuggingFaceProvider
from modelforge.providers.provider import LoadOptions, ModelSource
from modelforge.quantization.quantization_factory import QuantizationFactory
from modelforge.schemas.config import TrainingConfig
from modelforge.storage.file_manager import FileManager
from modelforge.storage.prepared_data import PreparedData
from modelforge.tasks.task_factory import TaskFactory
from modelforge.training.adapter_start import fix_start
from modelforge.training.held_out import held_out_rows

FOUR_BITS = {"bits": 4}
KINDS: dict[str, dict[str, Any]] = {
    "pissa": {"lora": {"init_lora_weights": "pissa"}},
    "pissa_niter_16 with rsLoRA": {"lora": {"init_lora_weights": "pissa_niter_16", "use_rslora": True}},
    "olora": {"lora": {"init_lora_weights": "olora", "lora_dropout": 0.2}},
    "loftq": {"lora": {"init_lora_weights": "loftq"}, "quantization": FOUR_BITS},
    "8 bits": {"quantization": {"bits": 8}, "optimization": {"optim": "paged_adamw_8bit"}},
    "LoRA+": {"lora": {"loraplus_lr_ratio": 16, "lora_dropout": 0.2}},
    "LoRA+ in 8 bits": {"lora": {"loraplus_lr_ratio": 4}, "optimization": {"optim": "adamw_8bit"}},
    "gaussian with DoRA": {"lora": {"init_lora_weights": "gaussian", "use_dora": True}},
}
MOVING = [kind for kind in KINDS if kind.startswith(("pissa", "olora"))]
QUICK = {"evaluation": {"generate": False}}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "colours.jsonl")


def scores(run: TinyRun, side: Any) -> RowScores:
    """Without how long it took, which is another time at every measuring."""
    return RowScores.model_validate_json(run.folder.scores(side).read_bytes()).model_copy(update={"seconds": 0.0})


def published(run: TinyRun, files: FileManager) -> LoadedModel:
    return load_model(ModelSource(str(files.model(run.model_id or "").root)), inference_options())


def scored_again(run: TinyRun, loaded: LoadedModel) -> RowScores:
    """The held-out rows of a run, scored with what was published."""
    config = run.folder.read_spec().config
    rows = held_out_rows(PreparedData(run.folder.data), config)
    evaluator = Evaluator(TaskFactory.create_task(config.task), loaded.tokenizer, config)
    return evaluator.measure(loaded.model, rows)


def weights(run: TinyRun, files: FileManager) -> bytes:
    return (files.model(run.model_id or "").root / "adapter_model.safetensors").read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_a_stopped_run_goes_on_to_the_same_weights(tiny_model: Path, data: Path, files: FileManager, kind: str) -> None:
    config = tiny_config(tiny_model, data, **KINDS[kind], **QUICK)
    whole = carry_out(make_run(config, files, "whole"))

    run = carry_out(make_run(config, files, "parts"), stop_after=2)
    assert run.status == "stopped"
    carry_out(run)

    assert run.losses == whole.losses
    assert weights(run, files) == weights(whole, files)


@pytest.mark.parametrize("kind", MOVING)
def test_what_is_published_is_the_trained_model_on_the_base_that_nobody_moved(
    tiny_model: Path, data: Path, files: FileManager, kind: str
) -> None:
    plain = carry_out(make_run(tiny_config(tiny_model, data, **QUICK), files, "plain"))
    run = carry_out(make_run(tiny_config(tiny_model, data, **KINDS[kind], **QUICK), files))
    loaded = published(run, files)

    assert scores(run, "base") == scores(plain, "base")
    assert scored_again(run, loaded).nll == pytest.approx(scores(run, "tuned").nll, abs=1e-4)
    with loaded.model.disable_adapter():
        assert scored_again(run, loaded).nll == pytest.approx(scores(run, "base").nll, abs=1e-5)


def prepared(model: Path, config: TrainingConfig, seed: int) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    provider = HuggingFaceProvider()
    quantization = QuantizationFactory.create_config(config.quantization, torch.float32)
    options = LoadOptions("cpu", torch.float32, quantization_config=quantization)
    base = provider.load_model(ModelSource(str(model)), AutoModelForCausalLM, options)
    torch.manual_seed(seed)
    return provider.add_adapter(base, config)


def logits(model: Any) -> Any:
    import torch

    with torch.no_grad():
        return model.eval()(torch.arange(10, 40)[None]).logits


def test_a_start_that_comes_out_otherwise_is_put_back(tiny_model: Path, data: Path, tmp_path: Path) -> None:
    import torch

    config = tiny_config(tiny_model, data, lora={"init_lora_weights": "pissa_niter_16"})
    start = tmp_path / "start.safetensors"
    first = prepared(tiny_model, config, seed=0)
    fix_start(first, config, start)
    trained = {name: weight + 0.05 for name, weight in first.named_parameters() if "lora_" in name}

    second = prepared(tiny_model, config, seed=1)  # the quick decomposition draws: another machine's comes out so too
    fix_start(second, config, start)
    for model in (first, second):
        model.load_state_dict(trained, strict=False)

    assert torch.allclose(logits(second), logits(first), atol=1e-4)


def test_loftq_begins_nearer_to_the_full_model_and_is_published_nearer_to_the_trained_one(
    tiny_model: Path, data: Path, files: FileManager
) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    full = logits(AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32))
    begun = {
        init: (
            logits(prepared(tiny_model, tiny_config(tiny_model, data, quantization=FOUR_BITS, lora=lora), seed=0))
            - full
        )
        .abs()
        .mean()
        for init, lora in {"default": {}, "loftq": {"init_lora_weights": "loftq", "r": 12}}.items()
    }
    assert begun["loftq"] < 0.6 * begun["default"]

    gaps = {}
    for init in begun:
        lora = {"init_lora_weights": init, "r": 12}
        config = tiny_config(tiny_model, data, quantization=FOUR_BITS, lora=lora, **QUICK)
        run = carry_out(make_run(config, files, init))
        nll = scored_again(run, published(run, files)).nll
        gaps[init] = sum(abs(a - b) for a, b in zip(nll, scores(run, "tuned").nll, strict=True))
    assert gaps["loftq"] < gaps["default"]


@pytest.mark.parametrize(
    ("lora", "words"),
    [
        ({"init_lora_weights": "pissa", "r": 20}, "cannot give .* rank 20"),
        ({"init_lora_weights": "olora", "target_modules": ["lm_head"]}, "shares its weights"),
        ({"init_lora_weights": "pissa", "target_modules": ["q_proj", "embed_tokens"]}, "embed_tokens is none"),
    ],
)
def test_what_cannot_be_taken_back_is_refused(tiny_model: Path, data: Path, lora: dict[str, Any], words: str) -> None:
    with pytest.raises(ProviderError, match=words):
        prepared(tiny_model, tiny_config(tiny_model, data, lora=lora), seed=0)
