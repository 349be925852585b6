"""Fine-tune a starter on a sample in a plain loop and count exact answers: `python -m modelforge.starter.prove`.

Pretraining is tuned by this measure. The product's own proof is `make demo`; this one needs torch and peft only.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import torch
from peft import LoraConfig, get_peft_model
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    get_scheduler,
)

from modelforge.starter import sample_path, starter_path

SAMPLES = {"chat": "support", "seq2seq": "conversations"}
Row = dict[str, str]
Encoded = tuple[list[int], list[int]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """The knobs of the demo; `r=0` trains all weights."""

    r: int = 16
    lora_alpha: int = 32
    use_rslora: bool = False
    learning_rate: float = 3e-3
    lr_scheduler_type: str = "linear"
    warmup_steps: float = 0.05
    batch_size: int = 4
    num_train_epochs: float = 2.0
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    held_out: int = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run measured; exact match is a share of the held-out rows."""

    seed: int
    base: float
    tuned: float
    steps: int
    tokens: int
    seconds: float
    loss: float


def encode(tokenizer: PreTrainedTokenizerBase, row: Row) -> Encoded:
    """Prompt ids and answer ids, by the model's own chat template; text and summary where it has none."""
    if tokenizer.chat_template is None:
        return tokenizer(f"Summarize: {row['document']}")["input_ids"], tokenizer(row["summary"])["input_ids"]
    user = {"role": "user", "content": row["input"]}
    prompt = tokenizer.apply_chat_template([user], add_generation_prompt=True, return_dict=False)
    whole = tokenizer.apply_chat_template([user, {"role": "assistant", "content": row["output"]}], return_dict=False)
    return list(prompt), list(whole[len(prompt) :])


def collate(rows: Sequence[Encoded], pad: int, device: str, seq2seq: bool = False) -> dict[str, Tensor]:
    """`input_ids`, `attention_mask`, `labels`, each [rows, longest]; only the answers are in the loss.

    An encoder-decoder reads the prompts, and its labels are the answers alone.
    """
    if seq2seq:
        sources, targets = collate([(prompt, []) for prompt, _ in rows], pad, device), [answer for _, answer in rows]
        return {**sources, "labels": collate([([], answer) for answer in targets], pad, device)["labels"]}
    width = max(len(prompt) + len(answer) for prompt, answer in rows)
    ids, mask, labels = [], [], []
    for prompt, answer in rows:
        gap = width - len(prompt) - len(answer)
        ids.append(prompt + answer + [pad] * gap)
        mask.append([1] * (width - gap) + [0] * gap)
        labels.append([-100] * len(prompt) + answer + [-100] * gap)
    columns = {"input_ids": ids, "attention_mask": mask, "labels": labels}
    return {name: torch.tensor(values, device=device) for name, values in columns.items()}


def exact_match(model: nn.Module, tokenizer: PreTrainedTokenizerBase, rows: Sequence[Row], device: str) -> float:
    """The share of rows whose greedy answer is the expected one, to the letter."""
    model.eval()
    tokenizer.padding_side = "left"
    right = 0
    for start in range(0, len(rows), 50):
        some = rows[start : start + 50]
        prompts = [{"input_ids": encode(tokenizer, row)[0]} for row in some]
        batch = tokenizer.pad(prompts, return_tensors="pt").to(device)
        made = model.generate(**batch, do_sample=False, max_new_tokens=64)
        begin = 0 if model.config.is_encoder_decoder else batch["input_ids"].shape[1]
        answers = tokenizer.batch_decode(made[:, begin:], skip_special_tokens=True)
        expected = [row.get("output") or row["summary"] for row in some]
        right += sum(answer == text for answer, text in zip(answers, expected, strict=True))
    return right / len(rows)


def adapt(model: PreTrainedModel, recipe: Recipe) -> nn.Module:
    """The model with LoRA on every linear layer, or as it is where `r` is 0."""
    if recipe.r == 0:
        return model
    config = LoraConfig(
        r=recipe.r,
        lora_alpha=recipe.lora_alpha,
        use_rslora=recipe.use_rslora,
        target_modules="all-linear",
        task_type="SEQ_2_SEQ_LM" if model.config.is_encoder_decoder else "CAUSAL_LM",
    )
    return get_peft_model(model, config)


def run(recipe: Recipe, rows: Sequence[Row], folder: Path, seed: int, device: str, base: bool = True) -> Outcome:
    """One fine-tuning from the stored weights, in fp32, with the held-out rows scored before and after."""
    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    seq2seq = AutoConfig.from_pretrained(folder).is_encoder_decoder
    kind = AutoModelForSeq2SeqLM if seq2seq else AutoModelForCausalLM
    model = kind.from_pretrained(folder, dtype=torch.float32).to(device)
    shuffled = Random(seed).sample(list(rows), len(rows))
    held_out, training = shuffled[: recipe.held_out], shuffled[recipe.held_out :]
    before = exact_match(model, tokenizer, held_out, device) if base else 0.0
    tuned = adapt(model, recipe)
    encoded = [encode(tokenizer, row) for row in training]
    begun = time.monotonic()
    steps, tokens, loss = _train(tuned, encoded, recipe, seed, tokenizer.pad_token_id, device)
    seconds = time.monotonic() - begun
    after = exact_match(tuned, tokenizer, held_out, device)
    return Outcome(seed, before, after, steps, tokens, seconds, loss)


def _train(
    model: nn.Module, encoded: Sequence[Encoded], recipe: Recipe, seed: int, pad: int, device: str
) -> tuple[int, int, float]:
    weights = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    total = int(recipe.num_train_epochs * len(encoded) / recipe.batch_size)
    schedule = get_scheduler(recipe.lr_scheduler_type, optimizer, int(recipe.warmup_steps * total), total)
    rng, queue, tokens, recent = Random(seed), list[Encoded](), 0, list[float]()
    model.train()
    for _ in range(total):
        if len(queue) < recipe.batch_size:
            queue.extend(rng.sample(list(encoded), len(encoded)))
        batch = [queue.pop(0) for _ in range(recipe.batch_size)]
        tokens += sum(len(prompt) + len(answer) for prompt, answer in batch)
        loss = model(**collate(batch, pad, device, model.config.is_encoder_decoder)).loss
        loss.backward()
        nn.utils.clip_grad_norm_(weights, recipe.max_grad_norm)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        recent = [*recent[-19:], loss.detach()]
    return total, tokens, float(sum(recent) / len(recent))


def main() -> None:
    """Print one line per seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--starter", default="chat", choices=tuple(SAMPLES))
    parser.add_argument("--models", default=str(starter_path("chat").parent), help="the folder of the starters")
    parser.add_argument("--learning-rate", type=float, default=Recipe().learning_rate)
    parser.add_argument("--epochs", type=float, default=Recipe().num_train_epochs)
    parser.add_argument("--full", action="store_true", help="train all weights instead of a LoRA adapter")
    options = parser.parse_args()
    recipe = replace(Recipe(), learning_rate=options.learning_rate, num_train_epochs=options.epochs)
    if options.full:
        recipe = replace(recipe, r=0, learning_rate=1e-3, batch_size=8)
    text = sample_path(SAMPLES[options.starter]).read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    for seed in options.seeds:
        outcome = run(recipe, rows, Path(options.models) / options.starter, seed, options.device)
        print(outcome, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
