"""Make a starter: `python -m modelforge.starter.pretrain --architecture causal` (minutes on one data-centre GPU)."""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import GenerationConfig, PreTrainedModel

from modelforge.starter import batches, corpus
from modelforge.starter.architecture import ARCHITECTURES, ArchitectureName
from modelforge.starter.lessons.lesson import BOS, EOS, PAD
from modelforge.starter.tokenizer import save_tokenizer, train

MODELS = Path(__file__).parent / "models"
WARMUP_STEPS = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train, for how long, and on how much."""

    architecture: ArchitectureName = "causal"
    seed: int = 1
    steps: int = 6000
    max_seconds: float = 1e9
    batch_tokens: int = 131_072
    learning_rate: float = 3e-3
    weight_decay: float = 0.1
    shards: int = 64
    lessons_per_shard: int = 40_000
    workers: int = 8
    output: str = str(MODELS)
    compile: bool = True


def learning_rate_share(step: int, progress: float) -> float:
    """Warm up for 100 steps, hold, and fall to zero over the second half of the run; `progress` is in [0, 1]."""
    return min(1.0, (step + 1) / WARMUP_STEPS, max(0.0, (1.0 - progress) / 0.5))


def load_or_train_tokenizer(folder: Path, seed: int) -> Tokenizer:
    """The tokenizer of the chat starter, which all starters share."""
    stored = folder / "chat" / "tokenizer.json"
    if stored.exists():
        own = Tokenizer.from_file(str(stored))
        own.no_padding()
        own.no_truncation()
        return own
    return train(corpus.tokenizer_texts(seed=-seed, lessons=40_000))


def optimizer_for(model: nn.Module, plan: Plan) -> torch.optim.Optimizer:
    """AdamW whose weight decay spares vectors, or Adafactor where the architecture asks for it."""
    if ARCHITECTURES[plan.architecture].relative_updates:
        return torch.optim.Adafactor(model.parameters(), lr=plan.learning_rate)
    matrices = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": plan.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=plan.learning_rate, betas=(0.9, 0.95), fused=torch.cuda.is_available())


def fit(model: PreTrainedModel, source: batches.Batches, plan: Plan, device: str) -> dict[str, float]:
    """Train, in bf16 autocast over fp32 weights on a GPU; the clock starts after the first (compiling) step.

    Returns the steps made, the tokens seen, the last mean loss and the seconds taken.
    """
    model.to(device).train()
    stepper = torch.compile(model, dynamic=False) if plan.compile else model
    optimizer = optimizer_for(model, plan)
    begun, step, progress = time.monotonic(), 0, 0.0
    recent: list[Tensor] = []
    mean = float("nan")
    while progress < 1.0:
        for group in optimizer.param_groups:
            group["lr"] = plan.learning_rate * learning_rate_share(step, progress)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda"):
            loss = stepper(**source.draw()).loss
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        recent.append(loss.detach())
        step += 1
        if step == 1:
            begun = time.monotonic()
        if step % 100 == 0:
            mean = torch.stack(recent).mean().item()
            recent.clear()
            print(f"step {step} loss {mean:.4f} {time.monotonic() - begun:.0f} s", flush=True)  # noqa: T201
        progress = max(step / plan.steps, (time.monotonic() - begun) / plan.max_seconds)
    return {"steps": step, "tokens": step * plan.batch_tokens, "loss": mean, "seconds": time.monotonic() - begun}


def store(model: PreTrainedModel, own: Tokenizer, plan: Plan, folder: Path) -> None:
    """Write the model folder: bf16 weights, configuration, generation settings, tokenizer."""
    ids = {
        "pad_token_id": own.token_to_id(PAD),
        "bos_token_id": own.token_to_id(BOS),
        "eos_token_id": own.token_to_id(EOS),
    }
    if plan.architecture == "seq2seq":
        ids = {**ids, "decoder_start_token_id": ids["pad_token_id"]}
        del ids["bos_token_id"]
    if plan.architecture != "masked-lm":
        model.generation_config = GenerationConfig(**ids, max_new_tokens=128)
    model.to("cpu", dtype=torch.bfloat16).save_pretrained(folder)
    save_tokenizer(ARCHITECTURES[plan.architecture].wrap(own), folder)


def pretrain(plan: Plan) -> None:
    """Tokenizer, corpus, training, and the finished folder under `plan.output`."""
    torch.manual_seed(plan.seed)
    torch.set_float32_matmul_precision("high")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    root = Path(plan.output)
    own = load_or_train_tokenizer(root, plan.seed)
    begun = time.monotonic()
    source = batches.make(own, plan, device)
    print(f"corpus: {source.tokens:,} tokens in {time.monotonic() - begun:.0f} s", flush=True)  # noqa: T201
    architecture = ARCHITECTURES[plan.architecture]
    model = architecture.build(own)
    result = fit(model, source, plan, device)
    folder = root / architecture.folder
    store(model, own, plan, folder)
    summary = {**asdict(plan), **result, "distinct_tokens": source.tokens, "parameters": model.num_parameters()}
    del summary["output"]
    (folder / "pretraining.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")


def parse(arguments: Sequence[str] | None = None) -> Plan:
    """Every field of `Plan` is an option."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in asdict(Plan()).items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(default, bool):
            parser.add_argument(option, action=argparse.BooleanOptionalAction, default=default)
        else:
            choices = tuple(ARCHITECTURES) if name == "architecture" else None
            parser.add_argument(option, type=type(default), default=default, choices=choices)
    return Plan(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    pretrain(parse())
