"""Runs that learn from pairs: the reference, the rewards, the report, and going on after a stop."""

from __future__ import annotations

import inspect
import json
import math
import re
import shutil
from pathlib import Path
from typing import Any, get_args

import pytest
import torch
from tiny_runs import TinyRun, carry_out, make_run, tiny_config

from modelforge.hardware.activations import FP32
from modelforge.hardware.compute import resolve_compute
from modelforge.hardware.logits import FORWARD_TILES
from modelforge.hardware.memory import plan_memory
from modelforge.hardware.model_shape import ModelShape
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.strategies import DpoConfig
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.strategies.dropout import keep_adapter_dropout_alone
from modelforge.training.checkpoints import newest_valid

LOSSES: tuple[str, ...] = get_args(DpoConfig.model_fields["loss_type"].annotation)


def write_pairs(path: Path, rows: int = 24, said_before: str = "") -> Path:
    lines = [
        {
            "prompt": [{"role": "user", "content": f"{said_before}Ball {n}{' of all' * (n % 3)}?"}],
            "chosen": [{"role": "assistant", "content": f"good {n}"}],
            "rejected": [{"role": "assistant", "content": f"bad {n}{'!' * (n % 4)}"}],
        }
        for n in range(rows)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def pair_config(model: Path, folder: Path, **written: Any) -> TrainingConfig:
    return tiny_config(model, write_pairs(folder / "pairs.jsonl"), **{"strategy": {"name": "dpo"}, **written})


@pytest.fixture(scope="module")
def whole(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> TinyRun:
    folder = tmp_path_factory.mktemp("pairs")
    return carry_out(make_run(pair_config(tiny_model, folder), FileManager(folder / "home")))


def test_training_begins_where_the_model_equals_its_reference(whole: TinyRun) -> None:
    first = whole.said("progress")[0]

    assert first["loss"] == pytest.approx(math.log(2), abs=1e-4)
    assert first["reward_margin"] == pytest.approx(0, abs=1e-5)


def make_gpt2(folder: Path, tokenizer: Path, dropout: float) -> Path:
    """Write a GPT-2 of two layers that drops a share of everything in training, with the tokenizer of another."""
    import torch
    from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    shares = dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), dropout)
    model = GPT2LMHeadModel(GPT2Config(vocab_size=262, n_embd=32, n_layer=2, n_head=2, n_positions=512, **shares))
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(tokenizer).save_pretrained(folder)
    return folder


def test_a_base_that_has_dropout_begins_as_its_reference_too(tiny_model: Path, tmp_path: Path) -> None:
    config = pair_config(
        make_gpt2(tmp_path / "gpt2", tiny_model, dropout=0.1),
        tmp_path,
        lora={"lora_dropout": 0.5},
        optimization={"max_steps": 1},
        evaluation={"generate": False, "eval_strategy": "no"},
    )

    first = carry_out(make_run(config, FileManager(tmp_path / "home"))).said("progress")[0]

    assert first["loss"] == pytest.approx(math.log(2), abs=1e-6)
    assert first["reward_margin"] == pytest.approx(0, abs=1e-6)


def test_the_dropout_of_adapters_is_left(tiny_model: Path, tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    gpt2 = AutoModelForCausalLM.from_pretrained(make_gpt2(tmp_path, tiny_model, dropout=0.1))
    model = get_peft_model(gpt2, LoraConfig(lora_dropout=0.5, target_modules=["c_attn"], fan_in_fan_out=True))

    keep_adapter_dropout_alone(model)

    shares = {name: layer.p for name, layer in model.named_modules() if isinstance(layer, torch.nn.Dropout)}
    assert {share for name, share in shares.items() if "lora_dropout" in name} == {0.5}
    assert {share for name, share in shares.items() if "lora_dropout" not in name} == {0.0}


@pytest.mark.parametrize("strategy", ["dpo", "kto", "reward"])
def test_the_dropout_of_adapters_acts_in_training(tiny_model: Path, tmp_path: Path, strategy: str) -> None:
    def losses(share: float) -> list[float]:
        config = pair_config(
            tiny_model,
            tmp_path,
            strategy={"name": strategy},
            lora={"lora_dropout": share},
            evaluation={"generate": False, "eval_strategy": "no", "max_rows": 1},
        )
        return carry_out(make_run(config, FileManager(tmp_path / f"home-{share}"))).losses

    first, *later = losses(0.5)
    same, *others = losses(0.0)

    assert first == pytest.approx(same, abs=1e-6)  # fresh adapters add nothing yet
    assert all(one != pytest.approx(other, abs=1e-6) for one, other in zip(later, others, strict=True))


def test_a_share_that_is_a_number_is_dropout_as_well() -> None:
    from transformers import OPTConfig, OPTForCausalLM

    sizes = {"hidden_size": 8, "ffn_dim": 8, "word_embed_proj_dim": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    model = OPTForCausalLM(OPTConfig(vocab_size=16, dropout=0.5, attention_dropout=0.5, layerdrop=0.5, **sizes))
    ids = torch.arange(16)[None]

    keep_adapter_dropout_alone(model)

    with torch.no_grad():
        trained, asked = model.train()(ids).logits, model.eval()(ids).logits
    assert torch.equal(trained, asked)


def test_rewards_are_said_with_the_progress_and_grow(whole: TinyRun) -> None:
    last, evaluated = whole.said("progress")[-1], whole.said("evaluation")[-1]

    assert last["reward_margin"] > 0
    assert last["reward_margin"] == pytest.approx(last["reward_chosen"] - last["reward_rejected"], abs=1e-3)
    assert 0 <= evaluated["reward_accuracy"] <= 1
    assert "perplexity" not in evaluated


def test_the_report_is_about_the_preference(whole: TinyRun) -> None:
    report = whole.said("report")[0]

    assert report["primary_metric"] == "preference_accuracy"
    assert report["metrics"]["preference_accuracy"]["n"] == 6
    assert {"exact_match", "perplexity"} <= set(report["metrics"])
    assert report["examples"][0]["expected"].startswith("good")


def test_only_the_trained_adapter_is_kept(whole: TinyRun) -> None:
    newest = newest_valid(whole.folder).path
    assert newest is not None
    assert not (newest / "ref").exists()
    model = FileManager(whole.folder.home).model(whole.model_id or "").root
    assert (model / "adapter_model.safetensors").exists()
    assert not (model / "ref").exists()


def test_a_stopped_run_goes_on_to_the_same_bits(whole: TinyRun, tiny_model: Path, tmp_path: Path) -> None:
    broken = make_run(
        pair_config(tiny_model, tmp_path, checkpointing={"save_steps": 1}), FileManager(tmp_path / "home")
    )
    assert carry_out(broken, stop_after=2).status == "stopped"
    assert carry_out(broken).status == "succeeded"

    assert broken.losses == whole.losses
    weights = [
        (FileManager(run.folder.home).model(run.model_id or "").root / "adapter_model.safetensors").read_bytes()
        for run in (whole, broken)
    ]
    assert weights[0] == weights[1]


def test_lengths_are_divided_by_where_the_loss_does(tiny_model: Path, tmp_path: Path) -> None:
    config = pair_config(
        tiny_model,
        tmp_path,
        strategy={"name": "dpo", "loss_type": "ipo"},
        evaluation={"generate": False},
        optimization={"max_steps": 1},
    )

    run = carry_out(make_run(config, FileManager(tmp_path / "home")))

    # IPO's loss at the start is the square of 1 / (2 beta)
    assert run.losses[0] == pytest.approx(25, rel=1e-3)
    assert run.said("report")[0]["primary_metric"] == "preference_accuracy"


def test_the_losses_are_those_of_trl() -> None:
    """All but `sft`: it learns from the chosen answer alone, with no reference, which is a strategy of its own here."""
    from trl import DPOTrainer

    known = set(re.findall(r'loss_type == "(\w+)"', inspect.getsource(DPOTrainer)))

    assert known - {"sft"} == set(LOSSES)


@pytest.fixture(scope="module")
def prepared(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run of two steps that has not begun."""
    folder = tmp_path_factory.mktemp("losses")
    config = pair_config(
        tiny_model,
        folder,
        optimization={"max_steps": 2},
        evaluation={"generate": False, "eval_strategy": "no", "max_rows": 2},
    )
    return make_run(config, FileManager(folder / "home")).folder


@pytest.mark.parametrize("loss", LOSSES)
def test_each_loss_moves_the_weights(loss: str, prepared: RunFolder, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    from modelforge.training import engine

    shutil.copytree(prepared.home, tmp_path / "home")
    files, written = FileManager(tmp_path / "home"), prepared.read_spec()
    strategy = DpoConfig(loss_type=loss, label_smoothing=0.001 if loss in ("robust", "exo_pair") else 0.0)
    spec = written.model_copy(update={"config": written.config.model_copy(update={"strategy": strategy})})
    said: list[dict[str, Any]] = []

    engine.run(
        spec,
        files.run(spec.id),
        lambda kind, data: said.append(data) if kind == "progress" else None,
        lambda: False,
    )

    assert [data["grad_norm"] > 0 for data in said] == [True, True]
    weights = load_file(files.model(spec.id).root / "adapter_model.safetensors")
    assert max(float(weight.abs().max()) for name, weight in weights.items() if "lora_B" in name) > 1e-3


def test_the_plan_counts_both_sides_and_the_reference(tiny_model: Path, tmp_path: Path) -> None:
    pairs = pair_config(tiny_model, tmp_path, optimization={"per_device_train_batch_size": 64})
    single = pairs.model_copy(update={"strategy": type(tiny_config(tiny_model, tmp_path).strategy)()})
    shape = ModelShape.read(str(tiny_model))

    plans = [plan_memory(config, shape, 96, runtime=0) for config in (single, pairs)]

    assert resolve_compute(pairs).device == "cpu"
    assert plans[1].parts.activations > 1.9 * plans[0].parts.activations
    assert plans[1].largest_micro_batch < plans[0].largest_micro_batch * 0.6 or plans[1].largest_micro_batch == 4096


def test_the_plan_counts_logits_for_as_many_positions_as_are_scored(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a long prompt none is: in the evaluation of 6 pairs at once the plan stands close above what is there."""
    from trl.trainer import utils

    scored: list[int] = []
    apply = utils._ChunkedLogProbFunction.apply

    def counted(hidden: Any, *rest: Any) -> Any:
        scored.append(len(hidden))
        return apply(hidden, *rest)

    monkeypatch.setattr(utils._ChunkedLogProbFunction, "apply", counted)
    config = pair_config(
        tiny_model,
        tmp_path,
        data={"max_length": 256},
        optimization={"max_steps": 1, "per_device_train_batch_size": 1},
        evaluation={"generate": False, "per_device_eval_batch_size": 6},
    )
    write_pairs(tmp_path / "pairs.jsonl", said_before="Once upon a time there was a ball. " * 4)

    run = carry_out(make_run(config, FileManager(tmp_path / "home")))

    plan = run.preparation.plan
    assert plan.moment == "evaluation"
    took = int(FORWARD_TILES * max(scored) * ModelShape.read(str(tiny_model)).vocab_size * FP32)
    assert took <= plan.parts.logits < 1.5 * took
