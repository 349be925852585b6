"""Training truths that batches and steps decide, on the trainer that runs use: TRL's, fed by our rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import carry_out, make_run, tiny_config, write_rows

from modelforge.data.collator import PackedCollator, PaddingCollator
from modelforge.data.token_store import read_tokens
from modelforge.exceptions import ConfigurationError
from modelforge.hardware.compute import resolve_compute
from modelforge.providers.huggingface_provider import HuggingFaceProvider
from modelforge.providers.provider import LoadOptions
from modelforge.schemas.config import TrainingConfig
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.storage.prepared_data import PreparedData
from modelforge.strategies.strategy import Workbench
from modelforge.strategies.strategy_factory import StrategyFactory
from modelforge.tasks.task_factory import TaskFactory


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "colours.jsonl")


def trainer_of(config: TrainingConfig, folder: RunFolder) -> Any:
    """The trainer of a run, as the engine makes it, without its callbacks."""
    import torch
    from transformers import set_seed

    provider, task = HuggingFaceProvider(), TaskFactory.create_task(config.task)
    strategy = StrategyFactory.create_strategy(config.strategy.name)
    source = provider.resolve(config.model)
    set_seed(config.seed)
    model = provider.load_model(source, task.head().model_class(), LoadOptions("cpu", torch.float32, "sdpa"))
    set_seed(config.seed)
    return strategy.create_trainer(
        Workbench(
            config=config,
            compute=resolve_compute(config),
            task=task,
            head=task.head(),
            model=strategy.prepare_model(model, config, provider),
            tokenizer=provider.load_tokenizer(source),
            train_rows=strategy.prepare_dataset(read_tokens(PreparedData(folder.data).tokens("train")), config),
            validation_rows=None,
            output_folder=folder.staging,
        )
    )


def first_gradient(config: TrainingConfig, files: FileManager, name: str) -> tuple[float, Any]:
    """Loss and gradient of one optimizer step over the first rows, in order."""
    import torch

    trainer = trainer_of(config, make_run(config, files, name).folder)
    captured: dict[str, Any] = {}
    original = trainer._clip_grad_norm

    def keep(model: Any) -> Any:
        captured["gradient"] = torch.cat([p.grad.flatten().clone() for p in model.parameters() if p.grad is not None])
        return original(model)

    trainer._clip_grad_norm = keep
    trainer._get_train_sampler = lambda *_: torch.utils.data.SequentialSampler(trainer.train_dataset)
    trainer.train()
    return trainer.state.log_history[0]["loss"], captured["gradient"]


def test_accumulated_batches_equal_one_big_batch(tiny_model: Path, data: Path, files: FileManager) -> None:
    import torch

    def step(batch: int, accumulated: int, name: str) -> tuple[float, Any]:
        optimization = {
            "max_steps": 1,
            "per_device_train_batch_size": batch,
            "gradient_accumulation_steps": accumulated,
        }
        return first_gradient(
            tiny_config(tiny_model, data, finetuning_type="full", optimization=optimization), files, name
        )

    (big_loss, big), (small_loss, small) = step(8, 1, "big"), step(2, 4, "small")

    assert small_loss == pytest.approx(big_loss, rel=1e-5)
    assert torch.allclose(big, small, rtol=1e-4, atol=1e-7)


def test_packed_rows_give_the_loss_and_gradient_of_padded_rows(
    tiny_model: Path, data: Path, files: FileManager
) -> None:
    import torch

    def step(packing: bool, name: str) -> tuple[float, Any]:
        config = tiny_config(
            tiny_model,
            data,
            finetuning_type="full",
            strategy={"packing": packing},
            data={"max_length": 480},
            optimization={"max_steps": 1, "per_device_train_batch_size": 18},
        )
        return first_gradient(config, files, name)

    (padded_loss, padded), (packed_loss, packed) = step(False, "padded"), step(True, "packed")

    assert packed_loss == pytest.approx(padded_loss, rel=1e-5)
    assert torch.allclose(padded, packed, rtol=1e-3, atol=1e-6)


def test_packed_rows_do_not_see_each_other(tiny_model: Path, data: Path, files: FileManager) -> None:
    import torch

    together, alone = packed_and_apart(tiny_model, data, files)

    assert torch.allclose(together, alone, atol=1e-5)


def test_packing_is_refused_where_layers_hand_a_state_from_row_to_row(
    tiny_model: Path, data: Path, files: FileManager, tmp_path: Path
) -> None:
    hybrid = make_hybrid(tmp_path / "hybrid", tiny_model)

    together, alone = packed_and_apart(hybrid, data, files)
    with pytest.raises(ConfigurationError, match=r"Rows cannot be packed for this model \(type lfm2\)") as caught:
        make_run(tiny_config(hybrid, data.with_name("not read"), strategy={"packing": True}), files, "packed")

    assert (together - alone).abs().max() > 0.01
    assert caught.value.code == "packing-mixes-rows"


def packed_and_apart(folder: Path, data: Path, files: FileManager) -> tuple[Any, Any]:
    """The logits of three rows, packed and each by itself, `[tokens, words]`."""
    import torch
    from transformers import AutoModelForCausalLM

    run = make_run(tiny_config(folder, data), files).folder
    rows = [read_tokens(PreparedData(run.data).tokens("train"))[index] for index in range(3)]
    model = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="sdpa").eval()
    packed = PackedCollator()(
        [
            {
                "input_ids": [token for row in rows for token in row["input_ids"]],
                "labels": [label for row in rows for label in row["labels"]],
                "seq_lengths": [len(row["input_ids"]) for row in rows],
            }
        ]
    )
    with torch.no_grad():
        together = model(packed["input_ids"], position_ids=packed["position_ids"], use_cache=False).logits[0]
        alone = torch.cat([model(torch.tensor([row["input_ids"]]), use_cache=False).logits[0] for row in rows])
    return together, alone


def make_hybrid(folder: Path, tokenizer: Path) -> Path:
    """Write an LFM2 of a convolution and an attention layer, lively, with the tokenizer of another model."""
    import torch
    from transformers import AutoTokenizer, Lfm2Config, Lfm2ForCausalLM

    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2, "num_key_value_heads": 2}
    torch.manual_seed(0)
    model = Lfm2ForCausalLM(
        Lfm2Config(vocab_size=262, num_hidden_layers=2, layer_types=["conv", "full_attention"], pad_token_id=0, **sizes)
    )
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(12 if parameter.dim() > 1 else 1)
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(tokenizer).save_pretrained(folder)
    return folder


def test_padding_is_silent_when_pad_and_end_are_one_token() -> None:
    rows = [{"input_ids": [5, 6, 2], "labels": [-100, 6, 2]}, {"input_ids": [7, 2], "labels": [-100, 2]}]

    batch = PaddingCollator(pad_token_id=2, most=3)(rows)

    assert batch["labels"].tolist() == [[-100, 6, 2], [-100, 2, -100]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 1, 0]]
    assert PaddingCollator(0)(rows)["input_ids"].shape == (2, 16)
    assert PaddingCollator(0, most=10)(rows)["input_ids"].shape == (2, 10)


@pytest.mark.parametrize(("batch", "accumulated", "steps"), [(4, 4, 2), (4, 1, 5), (5, 2, 2)])
def test_the_last_partial_window_is_trained_as_well(
    tiny_model: Path, data: Path, files: FileManager, batch: int, accumulated: int, steps: int
) -> None:
    optimization = {
        "max_steps": None,
        "num_train_epochs": 1,
        "per_device_train_batch_size": batch,
        "gradient_accumulation_steps": accumulated,
    }
    run = carry_out(
        make_run(tiny_config(tiny_model, data, optimization=optimization, evaluation={"generate": False}), files)
    )

    assert run.preparation.preflight.rows == 18
    assert run.said("progress")[-1]["step"] == steps
    assert run.said("progress")[-1]["tokens"] == run.preparation.preflight.tokens


def test_the_split_is_seeded_and_stored_with_the_run(tiny_model: Path, data: Path, files: FileManager) -> None:
    def split(seed: int, name: str) -> list[int]:
        folder = make_run(tiny_config(tiny_model, data, seed=seed), files, name).folder
        return list(json.loads(PreparedData(folder.data).split.read_text())["validation"])

    assert split(1, "one") == split(1, "again") != split(2, "two")


def test_the_trainer_gets_the_ids_that_the_preflight_saw(tiny_model: Path, data: Path, files: FileManager) -> None:
    config = tiny_config(tiny_model, data)
    run = make_run(config, files)
    trainer = trainer_of(config, run.folder)

    tokens = sum(int(batch["attention_mask"].sum()) for batch in trainer.get_train_dataloader())
    trained = sum(int((batch["labels"] != -100).sum()) for batch in trainer.get_train_dataloader())

    assert (tokens, trained) == (run.preparation.preflight.tokens, run.preparation.preflight.trained_tokens)


@pytest.mark.parametrize(
    ("model_type", "positions", "severity"),
    [("gpt2", 40, "error"), ("gpt2", 200, None), ("llama", 40, "warning"), ("llama", 200, None)],
)
def test_rows_longer_than_the_model_s_positions_are_told_before_the_start(
    model_type: str, positions: int, severity: str | None, tiny_model: Path, data: Path, files: FileManager
) -> None:
    """Learned positions end; rotary ones go on, and answers get worse."""
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    sizes = {"n_positions": positions, "n_embd": 32, "n_layer": 1, "n_head": 2}
    if model_type == "llama":
        sizes = {"max_position_embeddings": positions, "hidden_size": 32, "intermediate_size": 64}
        sizes |= {"num_hidden_layers": 1, "num_attention_heads": 2}
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    config = AutoConfig.for_model(model_type, vocab_size=len(tokenizer), **sizes)
    folder = data.parent / model_type
    for part in (AutoModelForCausalLM.from_config(config), tokenizer):
        part.save_pretrained(folder)

    preflight = make_run(tiny_config(folder, data), files).preparation.preflight

    found = [one for one in preflight.findings if one.truth == "rows-within-positions"]
    assert [one.severity for one in found] == ([severity] if severity else [])
    assert preflight.ok == (severity != "error")
