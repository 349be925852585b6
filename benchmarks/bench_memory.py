"""The memory plan against what training really takes, on a CPU: `python benchmarks/bench_memory.py --output FILE`.

Each cell is a run of the product's own parts (provider, strategy, trainer, evaluator) on a random-weight Llama, in a
process of its own, forked from one that has the libraries loaded, as the server starts its workers. Its peak resident
memory (`MemoryMeter.peak`) is held against `plan_memory`. Random weights take as much memory as trained ones.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import statistics
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SHAPES: dict[str, dict[str, int]] = {
    "6M": {"hidden": 256, "inner": 704, "layers": 6, "heads": 8, "kv_heads": 8, "vocab": 4096},
    "52M": {"hidden": 512, "inner": 1408, "layers": 12, "heads": 8, "kv_heads": 4, "vocab": 32000},
    "136M": {"hidden": 768, "inner": 2048, "layers": 16, "heads": 12, "kv_heads": 4, "vocab": 49152},
}
PRELOAD = ["torch", "transformers", "peft", "datasets", "trl.trainer.sft_trainer"]
VALIDATION_ROWS = 4
NEW_TOKENS = 8
MIB = 2**20


@dataclass(frozen=True)
class Cell:
    """One run. `padded` makes all rows of a batch but the first half as long."""

    shape: str
    batch: int
    sequence: int
    finetuning_type: str = "lora"
    gradient_checkpointing: bool = False
    gradient_accumulation_steps: int = 1
    lora_dropout: float = 0.0
    use_dora: bool = False
    packing: bool = False
    label_smoothing_factor: float = 0.0
    optim: str = "adamw_torch"
    attn_implementation: str = "auto"
    eval_batch: int = 1
    padded: bool = True


CELLS = (
    Cell("6M", 4, 256),
    Cell("6M", 16, 128),
    Cell("6M", 2, 512, padded=False),
    Cell("6M", 8, 512, gradient_checkpointing=True),
    Cell("6M", 8, 256, finetuning_type="full"),
    Cell("6M", 8, 256, lora_dropout=0.05),
    Cell("6M", 8, 256, use_dora=True),
    Cell("6M", 4, 256, packing=True),
    Cell("6M", 8, 256, label_smoothing_factor=0.1),
    Cell("6M", 8, 256, attn_implementation="eager"),
    Cell("6M", 1, 64, eval_batch=8, finetuning_type="full", optim="sgd"),
    Cell("52M", 4, 256),
    Cell("52M", 4, 256, gradient_checkpointing=True),
    Cell("52M", 1, 512),
    Cell("52M", 8, 64, finetuning_type="full"),
    Cell("52M", 2, 128, finetuning_type="full", gradient_accumulation_steps=2),
    Cell("52M", 2, 256, finetuning_type="full", gradient_checkpointing=True, optim="adafactor"),
    Cell("52M", 1, 128, eval_batch=8),
    Cell("136M", 2, 128),
    Cell("136M", 1, 512, gradient_checkpointing=True),
    Cell("136M", 1, 128, finetuning_type="full"),
)


def make_model(shape: str, folder: Path) -> None:
    """Write a random-weight Llama of `shape` with a tokenizer into `folder`."""
    import torch
    from tokenizers import Tokenizer, models
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    size = SHAPES[shape]
    torch.manual_seed(0)
    config = LlamaConfig(
        hidden_size=size["hidden"],
        intermediate_size=size["inner"],
        num_hidden_layers=size["layers"],
        num_attention_heads=size["heads"],
        num_key_value_heads=size["kv_heads"],
        vocab_size=size["vocab"],
        max_position_embeddings=4096,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    words = Tokenizer(models.WordLevel({f"w{index}": index for index in range(100)}, unk_token="w0"))
    PreTrainedTokenizerFast(tokenizer_object=words, pad_token="w1", eos_token="w2").save_pretrained(folder)


def config_of(cell: Cell, model: Path) -> Any:
    """The `TrainingConfig` of a cell: two optimizer steps, then the held-out loss."""
    from modelforge.schemas.config import parse_training_config

    return parse_training_config(
        {
            "model": str(model),
            "dataset": "random",
            "finetuning_type": cell.finetuning_type,
            "strategy": {"name": "sft", "packing": cell.packing},
            "data": {"max_length": cell.sequence},
            "lora": {"lora_dropout": cell.lora_dropout, "use_dora": cell.use_dora},
            "optimization": {
                "per_device_train_batch_size": cell.batch,
                "gradient_accumulation_steps": cell.gradient_accumulation_steps,
                "max_steps": 2,
                "optim": cell.optim,
                "label_smoothing_factor": cell.label_smoothing_factor,
            },
            "compute": {
                "device": "cpu",
                "num_threads": 1,
                "gradient_checkpointing": cell.gradient_checkpointing,
                "attn_implementation": cell.attn_implementation,
            },
            "checkpointing": {"save_strategy": "no"},
            "evaluation": {"per_device_eval_batch_size": cell.eval_batch, "max_new_tokens": NEW_TOKENS},
        }
    ).config


def measure(cell: Cell, model: Path) -> dict[str, Any]:
    """Plan the run, do it, and return both figures in bytes. Runs in a process of its own."""
    from modelforge.hardware.compute import resolve_compute
    from modelforge.hardware.detector import detect
    from modelforge.hardware.memory import plan_memory
    from modelforge.hardware.model_shape import ModelShape
    from modelforge.training.memory_record import MemoryMeter

    began = time.monotonic()
    config, hardware = config_of(cell, model), detect()
    plan = plan_memory(config, ModelShape.read(str(model)), cell.sequence, hardware)
    compute = resolve_compute(config, hardware)
    compute.apply()
    with tempfile.TemporaryDirectory() as folder:
        train(cell, config, compute, model, Path(folder))
    peak = MemoryMeter("cpu").peak()
    return {
        **asdict(cell),
        "moment": plan.moment,
        "runtime": plan.parts.runtime,
        "planned": plan.total_bytes,
        "measured": peak,
        "relative_error": round((plan.total_bytes - peak) / peak, 4),
        "seconds": round(time.monotonic() - began, 1),
    }


def train(cell: Cell, config: Any, compute: Any, model_folder: Path, output: Path) -> None:
    """The run itself: score, generate, train two steps with an evaluation, score and generate again."""
    from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

    from modelforge.providers.huggingface_provider import HuggingFaceProvider
    from modelforge.providers.provider import LoadOptions
    from modelforge.strategies.sft_strategy import SftStrategy
    from modelforge.strategies.strategy import Workbench
    from modelforge.tasks.text_generation import TextGeneration

    provider, strategy, task = HuggingFaceProvider(), SftStrategy(), TextGeneration()
    options = LoadOptions(compute.device, compute.weights_dtype(cell.finetuning_type), compute.attn_implementation)
    model = provider.load_model(provider.resolve(str(model_folder)), AutoModelForCausalLM, options)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(model_folder)
    count = cell.batch * cell.gradient_accumulation_steps * 2
    training, validation = rows_of(cell, count), rows_of(cell, VALIDATION_ROWS * cell.eval_batch)
    score(model, tokenizer, validation, config)
    model = strategy.prepare_model(model, config, provider)
    bench = Workbench(
        config=config,
        compute=compute,
        task=task,
        head=task.head(),
        model=model,
        tokenizer=tokenizer,
        train_rows=strategy.prepare_dataset(training, config),
        validation_rows=strategy.prepare_dataset(validation, config),
        output_folder=output,
    )
    trainer = strategy.create_trainer(bench)
    trainer.train()
    score(trainer.model, tokenizer, validation, config)


def rows_of(cell: Cell, count: int) -> Any:
    """`count` rows of random tokens, each trained on its second half."""
    import random

    from datasets import Dataset

    draw, top = random.Random(0), SHAPES[cell.shape]["vocab"]
    rows = []
    for index in range(count):
        length = cell.sequence // 2 if cell.padded and index % cell.batch else cell.sequence
        ids = [draw.randrange(3, top) for _ in range(length)]
        rows.append({"input_ids": ids, "labels": [-100] * (length // 2) + ids[length // 2 :]})
    return Dataset.from_list(rows)


def score(model: Any, tokenizer: Any, validation: Any, config: Any) -> None:
    """What the evaluator does with the held-out rows: their likelihood, and answers to their prompts."""
    from modelforge.tasks.generation import generate_answers
    from modelforge.tasks.likelihood import row_nll
    from modelforge.tasks.tokenised_row import TokenisedRow

    batch = config.evaluation.per_device_eval_batch_size
    rows = [TokenisedRow(row["input_ids"], row["labels"]) for row in validation.to_list()]
    row_nll(model, rows, batch_size=batch)
    prompts = [row["input_ids"][: len(row["input_ids"]) // 2] for row in validation.to_list()]
    generate_answers(model, tokenizer, prompts, max_new_tokens=NEW_TOKENS, batch_size=batch)


def run(cells: tuple[Cell, ...], models: Path) -> list[dict[str, Any]]:
    """Measure every cell, one after the other; models are made in `models` once."""
    os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    results = []
    for cell in cells:
        folder = models / cell.shape
        if not folder.exists():
            _in_process(context, make_model, cell.shape, folder)
        result = _in_process(context, measure, cell, folder)
        results.append(result)
        print(_line(result), flush=True)
    return results


def _in_process(context: Any, function: Any, *arguments: Any) -> Any:
    """Call `function` in a process of its own, so that its peak memory is its own."""
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(sender, function, arguments))
    process.start()
    sender.close()
    try:
        answer = receiver.recv()
    except EOFError:
        process.join()
        raise SystemExit(f"{function.__name__}{arguments} ended with {process.exitcode}") from None
    process.join()
    return answer


def _answer(sender: Any, function: Any, arguments: tuple[Any, ...]) -> None:
    place = Path("/dev/stderr" if "BENCH_VERBOSE" in os.environ else os.devnull)
    with place.open("w") as sink, redirect_stdout(sink), redirect_stderr(sink):
        sender.send(function(*arguments))


def _line(result: dict[str, Any]) -> str:
    options = [
        f"{name}={value}" for name, value in result.items() if name in _SHOWN and value not in (False, 0, "auto")
    ]
    planned, measured = result["planned"] / MIB, result["measured"] / MIB
    return (
        f"{result['shape']:>5} batch {result['batch']:>2} x {result['sequence']:>4}  planned {planned:7.0f}"
        f"  measured {measured:7.0f} MiB  {result['relative_error']:+7.1%}  {result['moment']:<10}"
        f" {result['seconds']:5.1f} s  {' '.join(options)}"
    )


_SHOWN = (
    "finetuning_type", "gradient_checkpointing", "gradient_accumulation_steps", "lora_dropout", "use_dora", "packing",
    "label_smoothing_factor", "optim", "attn_implementation", "eval_batch",
)  # fmt: skip


def main() -> None:
    """Run all cells and store the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, help="where to write the results as JSON")
    parser.add_argument("--only", default="", help="only cells whose text contains this")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as models:
        results = run(tuple(cell for cell in CELLS if options.only in repr(cell)), Path(models))
    errors = [abs(result["relative_error"]) for result in results]
    print(f"{len(results)} cells: median error {statistics.median(errors):.1%}, largest {max(errors):.1%}")
    if options.output:
        from importlib.metadata import version

        versions = {name: version(name) for name in ("torch", "transformers", "trl", "peft")}
        document = {"machine": platform.platform(), "versions": versions, "cells": results}
        options.output.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
