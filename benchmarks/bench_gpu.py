"""What a GPU makes of the product's own runs: `python benchmarks/bench_gpu.py --output FOLDER`, in under eight minutes.

Each cell is a real run of the engine (load, measure, adapt, train, measure, publish) in a process of its own, on a
Llama of random weights that is made on the device: it is stopped half way and goes on from its checkpoint. Speed is in
real tokens, without padding; the first steps of each attempt do not count. A cell that fails prints its reason, and
the others go on. `--unsloth` adds the cells of that provider, which need its environment.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

LLAMA = {"rope_theta": 500_000.0, "max_position_embeddings": 8192, "rms_norm_eps": 1e-5}
SHAPES: dict[str, dict[str, Any]] = {
    "1B": {
        **LLAMA,
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 16,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "vocab_size": 128_256,
        "tie_word_embeddings": True,
    },
    "8B": {
        **LLAMA,
        "hidden_size": 4096,
        "intermediate_size": 14_336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "vocab_size": 128_256,
        "tie_word_embeddings": False,
    },
    "tiny": {
        **LLAMA,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "vocab_size": 4096,
        "tie_word_embeddings": True,
    },
}
"""Those of Llama 3.2 1B and Llama 3.1 8B; `tiny` shows that the script works."""
HELD_OUT = 8
WARM_UP = 3
"""Steps of an attempt that are not timed: kernels are chosen and compiled in them."""
PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets", "bitsandbytes", "unsloth")
GIB = 2**30


@dataclass(frozen=True)
class Cell:
    """One run: a shape, what its recipe says, and how long it may take."""

    name: str
    shape: str
    recipe: dict[str, Any] = field(default_factory=dict)
    batch: int = 8
    accumulate: int = 1
    steps: int = 20
    limit: float = 90.0
    words: int = 500
    """In the longest answers; the starter's tokenizer makes some 2.6 tokens of each."""
    prompt_words: int = 0
    """In each prompt; of these no logits are made."""
    whole: bool = False
    """Also run undisturbed, and hold the resumed run's losses and weights against it."""


RECOMPUTE = {"compute": {"gradient_checkpointing": True}}
NF4 = {"quantization": {"bits": 4}, "optimization": {"optim": "paged_adamw_8bit"}}
CELLS = (
    Cell("bf16 LoRA", "1B"),
    Cell("QLoRA", "8B", {"strategy": {"name": "qlora"}, **NF4, **RECOMPUTE}, limit=150),
    Cell(
        "full fine-tune",
        "1B",
        {
            "finetuning_type": "full",
            "optimization": {"learning_rate": 1e-4, "optim": "paged_adamw_8bit"},
            "compute": {"gradient_checkpointing": True},
        },
        steps=12,
        limit=170,
    ),
    Cell("DPO", "1B", {"strategy": {"name": "dpo"}, "optimization": {"learning_rate": 5e-5}}, batch=4, steps=12),
    Cell("bf16 LoRA, deterministic", "1B", {"compute": {"full_determinism": True}}, steps=12, whole=True),
    Cell("bf16 LoRA", "8B", RECOMPUTE, limit=120),
    Cell("bf16 LoRA, packed", "1B", {"strategy": {"packing": True}, "data": {"max_length": 4096}}, batch=2),
    Cell("bf16 LoRA, pissa_niter_16", "1B", {"lora": {"init_lora_weights": "pissa_niter_16"}}, steps=12),
    Cell("8-bit base, LoRA+", "1B", {"quantization": {"bits": 8}, "lora": {"loraplus_lr_ratio": 4}}, steps=12),
    Cell("bf16 LoRA, long prompts", "1B", steps=12, words=60, prompt_words=440),
    Cell(
        "DPO, long prompts",
        "1B",
        {"strategy": {"name": "dpo"}, "optimization": {"learning_rate": 5e-5}},
        batch=4,
        steps=12,
        words=60,
        prompt_words=440,
    ),
)
UNSLOTH = (
    Cell("Unsloth bf16 LoRA", "1B", {"provider": "unsloth"}, limit=150),
    Cell("Unsloth QLoRA", "8B", {"provider": "unsloth", "strategy": {"name": "qlora"}, **NF4, **RECOMPUTE}, limit=200),
)
TRIAL = (
    Cell("LoRA", "tiny", batch=2, steps=10, limit=300, words=20, whole=True),
    Cell("DPO", "tiny", {"strategy": {"name": "dpo"}}, batch=2, steps=10, limit=300, words=20),
    Cell(
        "DPO, long prompts",
        "tiny",
        {"strategy": {"name": "dpo"}},
        batch=2,
        steps=10,
        limit=300,
        words=8,
        prompt_words=20,
    ),
    Cell("LoRA, packed", "tiny", {"strategy": {"packing": True}}, batch=1, steps=10, limit=300, words=20),
    Cell("full", "tiny", {"finetuning_type": "full"}, batch=2, steps=10, limit=300, words=20),
)


def config_of(cell: Cell, model: Path, data: Path) -> Any:
    """The `TrainingConfig` of a cell: answers are not generated, since random weights have none."""
    from modelforge.schemas.config import parse_training_config

    recipe: dict[str, Any] = {
        "model": str(model),
        "dataset": str(data),
        "data": {"max_length": 2048, "validation_split": HELD_OUT / rows_of(cell)},
        "optimization": {
            "max_steps": cell.steps,
            "per_device_train_batch_size": cell.batch,
            "gradient_accumulation_steps": cell.accumulate,
            "learning_rate": 5e-4,
            "max_grad_norm": 1.0,
        },
        "checkpointing": {"save_strategy": "no", "save_total_limit": 1},
        "evaluation": {"generate": False, "eval_strategy": "no", "max_rows": HELD_OUT},
        "logging": {"tensorboard": False},
    }
    for key, value in cell.recipe.items():
        recipe[key] = {**recipe.get(key, {}), **value} if isinstance(value, dict) else value
    return parse_training_config(recipe).config


def rows_of(cell: Cell) -> int:
    """Enough rows that none is seen twice; packs hold about four."""
    packed = 5 if cell.recipe.get("strategy", {}).get("packing") else 1
    return cell.batch * cell.accumulate * cell.steps * packed + 2 * HELD_OUT


def write_rows(cell: Cell, path: Path) -> None:
    """Rows of which every fourth has an answer twice as long as the others, so that batches are padded.

    The rejected answers of pairs are made of other words, which is what there is to be learned.
    """
    import random

    words = [f"{a}{b}" for a in ("red", "old", "far", "sun", "sea") for b in ("man", "bird", "hill", "day", "boat")]
    backwards = [word[::-1] for word in words]
    draw = random.Random(0)

    def text(count: int, words: Sequence[str] = words) -> str:
        return " ".join(draw.choice(words) for _ in range(count))

    with path.open("w", encoding="utf-8") as file:
        for number in range(rows_of(cell)):
            answer = text(cell.words // 2 if number % 4 else cell.words)
            prompt = f"Write line {number}. {text(cell.prompt_words)} "
            row = {"input": prompt, "output": answer}
            if cell.recipe.get("strategy", {}).get("name") == "dpo":
                row = {"prompt": prompt, "chosen": answer, "rejected": text(len(answer.split()), backwards)}
            file.write(json.dumps(row) + "\n")


def make_model(shape: str, folder: Path) -> None:
    """Write a Llama of `shape` in bf16 with the starter's tokenizer; drawn on the device, where that takes a second."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    from modelforge.starter import starter_path

    tokenizer = AutoTokenizer.from_pretrained(starter_path("chat"))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device(device):
        model = LlamaForCausalLM(
            LlamaConfig(
                **SHAPES[shape],
                bos_token_id=tokenizer.bos_token_id,
                eos_token_id=tokenizer.eos_token_id,
                pad_token_id=tokenizer.pad_token_id,
            )
        )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


# One cell, in a process of its own


def measure(cell: Cell, model: Path, work: Path) -> dict[str, Any]:
    """Carry the run out in two attempts, and where asked in one; what it took and what it came to."""
    from modelforge.providers.provider_factory import ProviderFactory
    from modelforge.storage.file_manager import FileManager

    data, files = work / "rows.jsonl", FileManager(work / "home")
    write_rows(cell, data)
    config = config_of(cell, model, data)
    ProviderFactory.create_provider(config.provider).activate()
    began = time.monotonic()
    first, first_result = attempt(folder_of(config, files, "parts"), stop_after=cell.steps // 2)
    folder = files.run("parts")
    second, result = attempt(folder)
    losses = [data["loss"] for _, data in (*first, *second)]
    found = {
        "seconds": round(time.monotonic() - began, 1),
        "tokens_per_second": round(tokens_per_step(cell, config, files) / step_seconds(first, second)),
        "peak_gib": round(peak_bytes() / GIB, 1),
        "planned_gib": round(json.loads(folder.plan.read_text())["total_bytes"] / GIB, 1),
        "losses": [round(loss, 4) for loss in losses],
        "loss_falls": statistics.mean(losses[-3:]) < statistics.mean(losses[:3]),
        "resumed": (first_result, result) == ("stopped", "succeeded")
        and [data["step"] for _, data in (*first, *second)] == list(range(1, cell.steps + 1)),
        "report": perplexities(folder),
    }
    if cell.whole:
        undisturbed, _ = attempt(folder_of(config, files, "whole"))
        found["equal_to_whole"] = [data["loss"] for _, data in undisturbed] == losses and weights(
            files, "whole"
        ) == weights(files, "parts")
    return found


def folder_of(config: Any, files: Any, run_id: str) -> Any:
    """Prepare a run as the server does, and make its folder."""
    from modelforge.schemas.run import RunSpec
    from modelforge.training.preparation import prepare

    with files.scratch() as scratch:
        made = prepare(config, files, scratch / "data")
        spec = RunSpec(
            id=run_id,
            name=run_id,
            created_at=datetime.now(UTC),
            config=config,
            dataset_sha256=made.dataset_sha256,
            versions={},
        )
        return files.create_run(spec, scratch / "data", preflight=made.preflight, plan=made.plan)


def attempt(folder: Any, stop_after: int | None = None) -> tuple[list[tuple[float, dict[str, Any]]], str]:
    """One attempt at a run: its progress with the moment it was told at, and how it ended."""
    import gc

    import torch

    from modelforge.training import engine

    progress: list[tuple[float, dict[str, Any]]] = []

    def emit(kind: str, data: dict[str, Any]) -> None:
        if kind == "progress":
            progress.append((time.monotonic(), data))

    def should_stop() -> bool:
        return stop_after is not None and len(progress) >= stop_after

    result = engine.run(folder.read_spec(), folder, emit, should_stop)  # type: ignore[arg-type]
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return progress, result.status


def step_seconds(*attempts: list[tuple[float, dict[str, Any]]]) -> float:
    """The median time from one step to the next, the first steps of each attempt left out."""
    return statistics.median(
        later - earlier
        for told in attempts
        for (earlier, _), (later, _) in zip(told[WARM_UP - 1 :], told[WARM_UP:], strict=False)
    )


def tokens_per_step(cell: Cell, config: Any, files: Any) -> float:
    """Real tokens in one optimizer step, on average."""
    from modelforge.acceleration.packing import pack
    from modelforge.data.token_store import read_tokens
    from modelforge.storage.prepared_data import PreparedData

    rows = read_tokens(PreparedData(files.run("parts").data).tokens("train"))
    columns = [name for name in rows.column_names if name.endswith("input_ids")]
    lengths = [len(row[name]) for row in rows for name in columns]
    sides = 2 if config.strategy.name == "dpo" else 1
    per_row = statistics.mean(lengths) * sides
    if cell.recipe.get("strategy", {}).get("packing"):
        per_row = sum(lengths) / len(pack(lengths, config.data.max_length))
    return per_row * cell.batch * cell.accumulate


def peak_bytes() -> int:
    """The most that was reserved on the device."""
    from modelforge.training.memory_record import MemoryMeter

    return MemoryMeter(device_name()).peak()


def device_name() -> str:
    """`cuda:0` where there is one."""
    import torch

    return "cuda:0" if torch.cuda.is_available() else "cpu"


def perplexities(folder: Any) -> dict[str, float] | None:
    """The held-out perplexity before and after, as the report has it; DPO has the accuracy of preferences."""
    if not folder.report_json.exists():
        return None
    metrics = json.loads(folder.report_json.read_text())["metrics"]
    return {name: [round(found[side], 3) for side in ("base", "tuned")] for name, found in metrics.items()}  # type: ignore[misc]


def weights(files: Any, run_id: str) -> bytes:
    """The bytes of a published adapter."""
    return bytes((files.model(run_id).root / "adapter_model.safetensors").read_bytes())


# All cells


def run_cell(cell: Cell, model: Path, work: Path, seconds: float) -> dict[str, Any]:
    """Run a cell in a process of its own, ended when its time is up."""
    answer, log = work / "answer.json", work / "log.txt"
    command = [sys.executable, __file__, "--cell", cell.name, "--shape", cell.shape, "--model", str(model)]
    with log.open("w") as out:
        process = subprocess.Popen(
            [*command, "--work", str(work)], stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            return {"error": f"not done after {seconds:.0f} s", "log": log.read_text()[-1500:]}
    if not answer.exists():
        return {"error": f"ended with code {process.returncode}", "log": log.read_text()[-1500:]}
    return dict(json.loads(answer.read_text()))


def run_all(cells: tuple[Cell, ...], models: Path, folder: Path, budget: float) -> Iterator[dict[str, Any]]:
    """Every cell for which there is time, its model made when it is first needed."""
    deadline = time.monotonic() + budget
    for number, cell in enumerate(cells):
        model, work = models / cell.shape, folder / f"cell-{number}"
        left = deadline - time.monotonic()
        if left < 30:
            yield {"cell": cell.name, "shape": cell.shape, "error": "not run: the time was used up"}
            continue
        if not (model / "config.json").exists():
            make = [sys.executable, __file__, "--make", cell.shape, "--model", str(model)]
            subprocess.run(make, check=True, timeout=300)
        work.mkdir()
        yield {"cell": cell.name, "shape": cell.shape, **run_cell(cell, model, work, min(cell.limit, left))}
        shutil.rmtree(work)


def machine() -> dict[str, Any]:
    """What it ran on."""
    from modelforge.hardware.detector import detect

    found = {name: metadata.version(name) for name in PACKAGES if _is_installed(name)}
    gpus = [f"{gpu.name}, {gpu.total_bytes / GIB:.0f} GiB" for gpu in detect().accelerators]
    return {
        "device": gpus or [detect().processor],
        "python": platform.python_version(),
        "versions": found,
        "date": datetime.now(UTC).date().isoformat(),
    }


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def table(found: dict[str, Any]) -> str:
    """The results as Markdown."""
    versions = ", ".join(f"{name} {version}" for name, version in found["machine"]["versions"].items())
    lines = [
        "# Runs on a GPU, measured",
        "",
        f"`python benchmarks/bench_gpu.py{' --unsloth' if found['unsloth'] else ''}`, {found['machine']['date']}, "
        f"{'; '.join(found['machine']['device'])}, Python {found['machine']['python']}, {versions}.",
        "",
        "Random weights in the shapes of Llama 3.2 1B and Llama 3.1 8B; LoRA of rank 16 on all linear layers; rows of",
        "650 or 1,300 tokens. Tokens/s are real tokens, padding left out. Each run was stopped half way and resumed.",
        "",
        "| run | shape | tokens/s | peak GiB | planned GiB | loss first → last | falls | resumed | seconds |",
        "|---|---|--:|--:|--:|---|---|---|--:|",
    ]
    for row in found["cells"]:
        if "error" in row:
            lines.append(f"| {row['cell']} | {row['shape']} | | | | {row['error']} | | | |")
            continue
        resumed = "yes" if row["resumed"] else "no"
        if "equal_to_whole" in row:
            resumed = "equal to the bit" if row["equal_to_whole"] else f"{resumed}, not equal to the bit"
        lines.append(
            f"| {row['cell']} | {row['shape']} | {row['tokens_per_second']:,} | {row['peak_gib']} | "
            f"{row['planned_gib']} | {row['losses'][0]} → {row['losses'][-1]} | "
            f"{'yes' if row['loss_falls'] else 'no'} | {resumed} | {row['seconds']} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """All cells, or one of them in the process that was started for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results")
    parser.add_argument("--budget", type=float, default=900.0, help="seconds for all cells together")
    parser.add_argument("--models", type=Path, help="where the models are made, and stay; default: a folder that goes")
    parser.add_argument("--unsloth", action="store_true", help="the cells of that provider, and only those")
    parser.add_argument("--trial", action="store_true", help="tiny cells, on whatever is there")
    for inner in ("--cell", "--shape", "--make", "--model", "--work"):
        parser.add_argument(inner, help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
    if options.make:
        make_model(options.make, Path(options.model))
    elif options.cell:
        one_cell(options)
    else:
        all_cells(options)


def one_cell(options: argparse.Namespace) -> None:
    """Write what a cell came to, or why it failed."""
    known = (*CELLS, *UNSLOTH, *TRIAL)
    cell = next(cell for cell in known if (cell.name, cell.shape) == (options.cell, options.shape))
    try:
        answer = measure(cell, Path(options.model), Path(options.work))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the cell's result
        answer = {"error": f"{type(error).__name__}: {str(error)[:300]}", "log": traceback.format_exc()[-1500:]}
    (Path(options.work) / "answer.json").write_text(json.dumps(answer))


def all_cells(options: argparse.Namespace) -> None:
    """Print each result as it comes, and write both files after each, so that a cut run leaves what it had."""
    cells = TRIAL if options.trial else UNSLOTH if options.unsloth else CELLS
    name = "bench_gpu_unsloth" if options.unsloth else "bench_gpu"
    found: dict[str, Any] = {"machine": machine(), "unsloth": options.unsloth, "cells": []}
    options.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for result in run_all(cells, options.models or Path(folder), Path(folder), options.budget):
            print(json.dumps(result), flush=True)
            found["cells"].append(result)
            (options.output / f"{name}.json").write_text(json.dumps(found, indent=2) + "\n")
            (options.output / f"{name}.md").write_text(table(found))
    print(table(found))


if __name__ == "__main__":
    main()
