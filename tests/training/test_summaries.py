"""An encoder-decoder's whole way: trained, published, merged, asked; and accumulated batches weigh as one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import carry_out, make_run, tiny_config

from modelforge.hardware.memory import plan_memory
from modelforge.hardware.model_shape import ModelShape
from modelforge.inference.chat_engine import ChatEngine
from modelforge.schemas.preflight import Finding
from modelforge.schemas.sampling import Sampling
from modelforge.starter import sample_path, starter_path
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.seq2seq_generation import answer_texts
from modelforge.tasks.summarization import EncoderDecoderSummarization
from tests.tasks.tiny_bart import make_bart
from tests.tasks.tiny_t5 import make_t5

TASK = EncoderDecoderSummarization()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    lines = sample_path("conversations").read_text(encoding="utf-8").splitlines(keepends=True)[:16]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("make", [make_t5, make_bart])
def test_a_run_is_published_merged_and_asked(make: Any, data: Path, files: FileManager, tmp_path: Path) -> None:
    config = tiny_config(
        make(tmp_path / "model"),
        data,
        task="summarization",
        data={"max_length": 256, "source_prefix": "Note: "},
        optimization={"max_steps": 2, "learning_rate": 5e-2},
        output={"merge": True},
    )
    run = carry_out(make_run(config, files))

    assert run.status == "succeeded"
    assert run.preparation.preflight.ok
    [report] = run.said("report")
    assert report["primary_metric"] == "rougeL"
    assert {"rouge1", "rouge2", "rougeL", "perplexity"} <= set(report["metrics"])
    written = adapter_names(files.model(run.model_id or "").root)
    assert written
    assert not [name for name in written if "shared" in name or "lm_head" in name]
    merged = files.model(f"{run.model_id}-merged").read_manifest()
    assert (merged.task, merged.source_prefix, merged.plain_prompts) == ("summarization", "Note: ", True)
    check = merged.merge_check or {}
    assert check["largest_logit_difference"] <= check["tolerance"]

    document = json.loads(data.read_text().splitlines()[0])["document"]
    engine = ChatEngine.load(run.model_id or "", files)
    asked = [{"role": "user", "content": "An earlier text."}, {"role": "user", "content": document}]
    row = {"prompt": [{"role": "user", "content": document}], "completion": [{"role": "assistant", "content": "."}]}
    source = TASK.encode(row, engine.tokenizer, config).kept_source
    assert engine.prompt_ids(asked) == source
    limits = {"max_new_tokens": 12, "batch_size": 1}
    stream = engine.stream(asked, Sampling(max_new_tokens=12))
    assert stream.text() == answer_texts(engine.model, engine.tokenizer, [source], **limits)[0]
    with engine.model.disable_adapter():
        base = answer_texts(engine.model, engine.tokenizer, [source], **limits)[0]
    assert engine.stream(asked, Sampling(max_new_tokens=12), base=True).text() == base
    full = ChatEngine.load(merged.id, files)
    assert full.stream(asked, Sampling(max_new_tokens=12), base=True).text() == base


def findings_of_long(
    rows: list[dict[str, str]], files: FileManager, tmp_path: Path, name: str, **data: int
) -> dict[str, Finding]:
    """What the preflight finds, by truth. BART has 320 learned positions, in its decoder as in its encoder."""
    path = tmp_path / "long.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    config = tiny_config(make_bart(tmp_path / "bart"), path, task="summarization", data=data)
    findings = make_run(config, files, name).preparation.preflight.findings
    return {finding.truth: finding for finding in findings}


def test_targets_beyond_learned_positions_are_refused(files: FileManager, tmp_path: Path) -> None:
    rows = [{"document": f"Document {n}.", "summary": f"{n} " + "and so on, " * 200} for n in range(8)]

    def found(longest: int) -> dict[str, Finding]:
        lengths = {"max_length": 256, "max_target_length": longest}
        return findings_of_long(rows, files, tmp_path, f"to-{longest}", **lengths)

    refused = found(321)["targets-within-positions"]
    assert (refused.severity, refused.params) == ("error", {"longest": 321, "limit": 320})
    assert "data.max_target_length to 320" in (refused.fix or "")
    assert "targets-within-positions" not in found(320)


def test_documents_beyond_learned_positions_are_refused(files: FileManager, tmp_path: Path) -> None:
    rows = [{"document": f"Document {n}. " + "and so on, " * 200, "summary": f"It is {n}."} for n in range(8)]

    def found(longest: int) -> dict[str, Finding]:
        return findings_of_long(rows, files, tmp_path, f"from-{longest}", max_length=longest)

    refused = found(321)["rows-within-positions"]
    assert (refused.severity, refused.params) == ("error", {"longest": 321, "limit": 320})
    assert "data.max_length to 320" in (refused.fix or "")
    assert "rows-within-positions" not in found(320)


def adapter_names(folder: Path) -> list[str]:
    from safetensors import safe_open

    with safe_open(folder / "adapter_model.safetensors", "pt") as file:
        return list(file.keys())


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_accumulated_batches_weigh_as_one(data: Path, tmp_path: Path, smoothing: float) -> None:
    """Two rows of unequal length in one batch, or one after the other: the same step."""
    one = stepped(data, tmp_path / "one", smoothing, per_device_train_batch_size=2)
    two = stepped(data, tmp_path / "two", smoothing, gradient_accumulation_steps=2, per_device_train_batch_size=1)
    assert two == pytest.approx(one, rel=2e-3, abs=2e-6)


def stepped(data: Path, folder: Path, smoothing: float, **batch: int) -> list[float]:
    """Some numbers by which one step of plain gradient descent moves the weights."""
    import torch
    from datasets import Dataset
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, TrainingArguments

    from modelforge.strategies.mean_loss_trainer import MeanLossTrainer
    from tests.data.canonical_rows import to_canonical

    config = tiny_config(starter_path("seq2seq"), data, task="summarization", data={"max_length": 256})
    tokenizer = AutoTokenizer.from_pretrained(starter_path("seq2seq"))
    model: Any = AutoModelForSeq2SeqLM.from_pretrained(starter_path("seq2seq"), dtype=torch.float32)
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    read = [json.loads(line) for line in data.read_text().splitlines()[:2]]
    read[1]["summary"] = read[1]["summary"][:12]  # so that a mean of means is not the mean
    columns = {"document": "document", "summary": "summary"}
    rows = [TASK.encode(to_canonical(row, "summary", columns), tokenizer, config).columns for row in read]
    trainer = MeanLossTrainer(
        model=model,
        args=TrainingArguments(
            output_dir=str(folder),
            max_steps=1,
            optim="sgd",
            learning_rate=1.0,
            lr_scheduler_type="constant",
            max_grad_norm=0.0,
            use_cpu=True,
            report_to=[],
            save_strategy="no",
            disable_tqdm=True,
            remove_unused_columns=False,
            label_smoothing_factor=smoothing,
            **batch,
        ),
        train_dataset=Dataset.from_list(rows),
        data_collator=TASK.collator(tokenizer, config),
    )
    trainer.train()
    moved = [(weight.detach() - before[name]).flatten()[:40] for name, weight in model.named_parameters()]
    return torch.cat(moved).tolist()


def test_the_memory_plan_counts_what_is_written_apart_from_what_is_read(data: Path) -> None:
    shape = ModelShape.read(str(starter_path("seq2seq")))

    def planned(read: int, written: int) -> int:
        config = tiny_config(
            starter_path("seq2seq"),
            data,
            task="summarization",
            data={"max_target_length": written},
            optimization={"per_device_train_batch_size": 8},
        )
        return plan_memory(config, shape, read, runtime=0).total_bytes

    short, longer_text, longer_summary = planned(256, 64), planned(512, 64), planned(256, 320)
    assert short < longer_text < longer_summary, "every written token costs a row of logits over the vocabulary"
