"""The engine, top to bottom, on the tiny model: what it leaves, how it stops, how it goes on."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_runs import TinyRun, carry_out, make_run, tiny_config, write_rows
from transformers import TrainerControl, TrainerState, TrainingArguments

from modelforge.data.canonical_file import read_canonical
from modelforge.exceptions import DivergenceError
from modelforge.storage.file_manager import FileManager
from modelforge.storage.prepared_data import PreparedData
from modelforge.training.callbacks import ProgressCallback
from modelforge.training.checkpoints import published
from modelforge.training.trained_state import TrainedState


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "colours.jsonl")


def weights_of(run: TinyRun, files: FileManager) -> str:
    name = (
        "adapter_model.safetensors" if run.folder.read_spec().config.finetuning_type == "lora" else "model.safetensors"
    )
    return hashlib.sha256((files.model(run.model_id or "").root / name).read_bytes()).hexdigest()


@pytest.mark.parametrize("kind", ["lora", "full"])
def test_a_run_leaves_a_report_a_model_and_its_memory_beside_the_plan(
    tiny_model: Path, data: Path, files: FileManager, kind: str
) -> None:
    run = carry_out(make_run(tiny_config(tiny_model, data, finetuning_type=kind), files))

    report = json.loads(run.folder.report_json.read_text())
    assert run.status == "succeeded"
    assert report["metrics"]["exact_match"]["n"] == report["metrics"]["perplexity"]["n"] == 6
    assert set(report["metrics"]["exact_match"]) >= {"base", "tuned", "difference", "ci95", "n"}
    assert report["verdict"] in ("better", "no evidence", "worse")
    assert files.model(run.model_id or "").read_manifest().kind == ("adapter" if kind == "lora" else "full")
    assert json.loads(run.folder.memory.read_text())["measured_bytes"] > 0
    assert [said["name"] for said in run.said("stage")] == [
        "load",
        "measure the base model",
        "adapt",
        "train",
        "measure the tuned model",
        "publish",
    ]


def test_progress_is_the_trainers_step_by_step(tiny_model: Path, data: Path, files: FileManager) -> None:
    run = carry_out(make_run(tiny_config(tiny_model, data), files))

    progress = run.said("progress")
    assert [said["step"] for said in progress] == [1, 2, 3, 4]
    assert {said["total_steps"] for said in progress} == {4}
    assert all(said["loss"] > 0 and said["grad_norm"] > 0 and said["tokens_per_second"] > 0 for said in progress)
    measuring = json.loads(run.folder.scores("base").read_text())["seconds"]
    assert progress[-1]["seconds_left"] == measuring > 0  # the result is measured after the last step


def test_the_time_left_counts_what_lies_between_steps_and_behind_them(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[dict[str, Any]] = []
    callback = ProgressCallback(
        lambda _, data: said.append(data), lambda: 0, lambda: None, has_perplexity=False, seconds_after=7
    )
    state, nothing = TrainerState(max_steps=10), TrainerControl()
    clock = 0.0
    monkeypatch.setattr("time.monotonic", lambda: clock)
    arguments = TrainingArguments()
    callback.on_train_begin(arguments, state, nothing)
    for step, pause in ((1, 3), (2, 0)):
        callback.on_step_begin(arguments, state, nothing)
        clock += 1
        state.global_step = step
        callback.on_step_end(arguments, state, nothing)
        callback.on_log(arguments, state, nothing, {"loss": 1.0, "num_tokens": 100.0 * step})
        clock += pause  # an evaluation

    assert [data["seconds_left"] for data in said] == [9 * 1 + 7, 8 * 5 / 2 + 7]
    assert [data["tokens_per_second"] for data in said] == [100, 100]


@pytest.mark.parametrize("logged", ["num_input_tokens_seen", "num_tokens"])
def test_a_resumed_run_is_as_quick_as_before(logged: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checkpoint's tokens were seen by an earlier attempt: they are none of the first seconds of this one."""
    said: list[dict[str, Any]] = []
    callback = ProgressCallback(lambda _, data: said.append(data), lambda: 0, lambda: None)
    seen, clock = 50_000, 0.0
    state, nothing, arguments = TrainerState(max_steps=503), TrainerControl(), TrainingArguments()
    state.global_step, state.num_input_tokens_seen = 500, seen
    monkeypatch.setattr("time.monotonic", lambda: clock)
    callback.on_train_begin(arguments, state, nothing)
    for _ in range(3):
        callback.on_step_begin(arguments, state, nothing)
        clock, seen = clock + 1, seen + 100
        state.global_step += 1
        callback.on_step_end(arguments, state, nothing)
        callback.on_log(arguments, state, nothing, {"loss": 1.0, logged: seen})

    assert [data["tokens_per_second"] for data in said] == [100, 100, 100]


def test_plain_text_is_trained_to_its_last_token(tiny_model: Path, tmp_path: Path, files: FileManager) -> None:
    texts = [f"{number} " + "once upon a time " * (number % 5 + 1) for number in range(20)]
    data = tmp_path / "texts.jsonl"
    data.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    config = tiny_config(
        tiny_model, data, data={"max_length": 16}, optimization={"max_steps": None, "num_train_epochs": 1}
    )
    run = carry_out(make_run(config, files))

    assert run.status == "succeeded"
    held_out = {row["row"] for row in read_canonical(PreparedData(run.folder.data).rows("validation"))}
    trained = [text for number, text in enumerate(texts, 1) if number not in held_out]
    assert held_out
    assert run.said("progress")[-1]["tokens"] == sum(len(text) + 1 for text in trained)  # a token per byte, and its end
    assert run.said("report")[0]["primary_metric"] == "perplexity"


def test_a_run_that_learns_nothing_says_no_evidence(tiny_model: Path, data: Path, files: FileManager) -> None:
    run = carry_out(make_run(tiny_config(tiny_model, data, optimization={"learning_rate": 0}), files))

    report = run.said("report")[0]
    assert report["verdict"] == "no evidence"
    assert all(metric["difference"] == 0 and metric["ci95"] == [0, 0] for metric in report["metrics"].values())


def test_a_stopped_run_goes_on_to_the_same_weights(tiny_model: Path, data: Path, files: FileManager) -> None:
    config = tiny_config(tiny_model, data, lora={"lora_dropout": 0.2}, optimization={"max_steps": 8})
    whole = carry_out(make_run(config, files, "whole"))

    run = carry_out(make_run(config, files, "parts"), stop_after=3)
    assert (run.status, run.model_id) == ("stopped", None)
    carry_out(run)

    assert run.status == "succeeded"
    assert run.losses == whole.losses
    assert weights_of(run, files) == weights_of(whole, files)


@pytest.mark.parametrize("strategy", ["sft", "dpo"])
@pytest.mark.parametrize("stop_after", [1, 4])
def test_a_resumed_run_tells_the_mean_of_all_steps_since_the_last_figure(
    tiny_model: Path, files: FileManager, tmp_path: Path, strategy: str, stop_after: int
) -> None:
    """A figure is told of steps 1, 2 to 4, and 5 to 8; the run is stopped behind the second of them, or the fifth."""
    rows = [{"prompt": f"Ball {n}?", "chosen": f"good {n}" * (n % 4 + 1), "rejected": f"bad {n}"} for n in range(20)]
    if strategy == "sft":
        rows = [{"prompt": row["prompt"], "completion": row["chosen"]} for row in rows]
    data = tmp_path / "rows.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    config = tiny_config(
        tiny_model,
        data,
        strategy=strategy,
        optimization={"max_steps": 8},
        logging={"logging_steps": 4, "tensorboard": False},
        evaluation={"eval_strategy": "no", "generate": False},
    )
    whole = carry_out(make_run(config, files, "whole"))

    run = carry_out(make_run(config, files, "parts"), stop_after=stop_after)
    assert run.status == "stopped"
    assert [said["step"] for said in run.said("checkpoint")] == [stop_after + 1]
    carry_out(run)

    assert [said["step"] for said in run.said("progress")] == [1, 4, 8]
    for measure in ("loss", "grad_norm", "learning_rate", "token_accuracy", "reward_margin"):
        assert [said.get(measure) for said in run.said("progress")] == [
            said.get(measure) for said in whole.said("progress")
        ]
    assert weights_of(run, files) == weights_of(whole, files)


def test_answers_along_the_way_change_nothing_of_the_training(tiny_model: Path, data: Path, files: FileManager) -> None:
    settings: dict[str, Any] = {"lora": {"lora_dropout": 0.2}, "optimization": {"max_steps": 6}}
    every_second = {"eval_strategy": "steps", "eval_steps": 2}
    asked = carry_out(make_run(tiny_config(tiny_model, data, **settings, evaluation=every_second), files, "asked"))
    config = tiny_config(tiny_model, data, **settings, evaluation={**every_second, "sample_rows": 0})
    silent = carry_out(make_run(config, files, "silent"))

    assert [said["step"] for said in asked.said("samples")] == [2, 4, 6]
    assert [len(said["rows"]) for said in asked.said("samples")] == [3, 3, 3]
    prompts = {tuple(row["prompt"] for row in said["rows"]) for said in asked.said("samples")}
    assert len(prompts) == 1
    assert all("ball" in row["prompt"] and row["expected"] for row in asked.said("samples")[0]["rows"])
    assert silent.said("samples") == []
    assert asked.losses == silent.losses
    assert asked.said("evaluation") == silent.said("evaluation")
    assert [said["grad_norm"] for said in asked.said("progress")] == [
        said["grad_norm"] for said in silent.said("progress")
    ]
    assert weights_of(asked, files) == weights_of(silent, files)


def test_a_stop_while_rows_are_answered_ends_the_run_at_once(tiny_model: Path, data: Path, files: FileManager) -> None:
    from modelforge.training import engine

    run = make_run(tiny_config(tiny_model, data, evaluation={"eval_strategy": "steps", "eval_steps": 2}), files)
    events: list[tuple[str, dict[str, Any]]] = []
    result = engine.run(
        run.folder.read_spec(),
        run.folder,
        lambda kind, said: events.append((kind, said)),
        lambda: any(kind == "evaluation" for kind, _ in events),
    )

    assert result.status == "stopped"
    assert [kind for kind, _ in events].count("evaluation") == 1
    assert "samples" not in {kind for kind, _ in events}
    assert carry_out(run).status == "succeeded"


def test_an_attempt_after_the_training_trains_nothing_again(tiny_model: Path, data: Path, files: FileManager) -> None:
    run = carry_out(make_run(tiny_config(tiny_model, data), files))
    before = weights_of(run, files)
    files.delete_model(run.model_id or "")
    run.folder.scores("tuned").unlink()
    run.events.clear()

    carry_out(run)

    assert run.losses == []
    assert weights_of(run, files) == before


def test_steps_that_end_inside_an_epoch_are_not_followed_by_one_more(
    tiny_model: Path, data: Path, files: FileManager
) -> None:
    """The worker was killed behind its last checkpoint, before it had noted that this is the result."""
    run = carry_out(make_run(tiny_config(tiny_model, data), files))
    before = weights_of(run, files)
    files.delete_model(run.model_id or "")
    for written in (run.folder.trained, run.folder.scores("tuned")):
        written.unlink()
    run.events.clear()

    assert carry_out(run).status == "succeeded"

    assert run.losses == []
    assert weights_of(run, files) == before


@pytest.mark.parametrize(
    ("ends", "last"),
    [
        ({"optimization": {"max_steps": None, "num_train_epochs": 0.5}}, 5),
        (
            {
                "optimization": {"max_steps": 12, "learning_rate": 0},
                "evaluation": {"eval_strategy": "steps", "eval_steps": 2, "generate": False},
                "checkpointing": {"early_stopping_patience": 1},
            },
            4,
        ),
    ],
    ids=["inside an epoch", "early"],
)
def test_a_worker_killed_behind_its_last_checkpoint_has_trained_all(
    tiny_model: Path,
    data: Path,
    files: FileManager,
    monkeypatch: pytest.MonkeyPatch,
    ends: dict[str, Any],
    last: int,
) -> None:
    """Before it had noted that this is the result."""
    run = make_run(tiny_config(tiny_model, data, **ends), files)
    with monkeypatch.context() as killed:
        killed.setattr(TrainedState, "_keep_result", interrupt)
        with pytest.raises(KeyboardInterrupt):
            carry_out(run)
    assert not run.folder.trained.exists()

    assert carry_out(run).status == "succeeded"

    assert [said["step"] for said in run.said("progress")] == [*range(1, last + 1)]
    assert json.loads(run.folder.trained.read_text())["checkpoint"].startswith(f"checkpoint-{last}")


def interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def test_a_training_that_diverges_fails_and_publishes_nothing(
    lively: tuple[Any, Any], data: Path, files: FileManager, tmp_path: Path
) -> None:
    """Weights so large that the loss overflows: transformers would show it as 0 and train on."""
    model, tokenizer = lively
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1e30)
    for part in (model, tokenizer):
        part.save_pretrained(tmp_path / "broken")
    run = make_run(tiny_config(tmp_path / "broken", data, data={"validation_split": 0}), files)

    with pytest.raises(DivergenceError, match=r"diverged: .* is not a number at step 1"):
        carry_out(run)

    assert run.losses == []
    assert list(files.models()) == []


def test_a_reward_model_is_trained_upon_an_adapter_that_writes(
    tiny_model: Path, data: Path, files: FileManager
) -> None:
    writer = carry_out(make_run(tiny_config(tiny_model, data), files, "writer"))
    pairs = data.parent / "pairs.jsonl"
    lines = [{"prompt": f"Ball {n}?", "chosen": f"good {n}", "rejected": f"bad {n}"} for n in range(12)]
    pairs.write_text("".join(json.dumps(line) + "\n" for line in lines))
    steps, quiet = {"max_steps": 2}, {"eval_strategy": "no"}
    config = tiny_config(
        Path("x"), pairs, model=writer.model_id, strategy="reward", optimization=steps, evaluation=quiet
    )

    judge = carry_out(make_run(config, files, "judge"))

    assert judge.status == "succeeded"
    assert files.model(judge.model_id or "").read_manifest().task == "reward"


def test_a_stop_while_the_base_is_measured_stops(tiny_model: Path, data: Path, files: FileManager) -> None:
    from modelforge.training import engine

    run = make_run(tiny_config(tiny_model, data), files)

    assert engine.run(run.folder.read_spec(), run.folder, lambda *_: None, lambda: True).status == "stopped"
    assert carry_out(run).status == "succeeded"


def test_without_held_out_rows_there_is_no_report(tiny_model: Path, data: Path, files: FileManager) -> None:
    run = carry_out(make_run(tiny_config(tiny_model, data, data={"validation_split": 0}), files))

    assert run.status == "succeeded"
    assert run.said("report") == []
    assert not run.folder.report_json.exists()


def test_plain_text_is_measured_by_perplexity_and_marked_plain(
    tiny_model: Path, tmp_path: Path, files: FileManager
) -> None:
    text = tmp_path / "text.jsonl"
    text.write_text("".join(json.dumps({"text": f"Line {n} of a long story."}) + "\n" for n in range(20)))

    run = carry_out(make_run(tiny_config(tiny_model, text), files))

    assert set(run.said("report")[0]["metrics"]) == {"perplexity"}
    assert files.model(run.model_id or "").read_manifest().plain_prompts


def test_the_best_checkpoint_is_published_and_kept(tiny_model: Path, data: Path, files: FileManager) -> None:
    config = tiny_config(
        tiny_model,
        data,
        optimization={"max_steps": 6, "learning_rate": 0.9, "lr_scheduler_type": "constant", "max_grad_norm": 0},
        evaluation={"eval_strategy": "steps", "eval_steps": 1, "generate": False},
        checkpointing={"load_best_model_at_end": True, "save_total_limit": 1, "save_strategy": "no"},
    )

    run = carry_out(make_run(config, files))

    losses = {said["step"]: said["loss"] for said in run.said("evaluation")}
    best = min(losses, key=lambda step: losses[step])
    assert json.loads(run.folder.trained.read_text())["checkpoint"].startswith(f"checkpoint-{best}")
    assert len(list(published(run.folder))) <= 2


def test_training_stops_early_when_the_loss_no_longer_falls(tiny_model: Path, data: Path, files: FileManager) -> None:
    config = tiny_config(
        tiny_model,
        data,
        optimization={"max_steps": 12, "learning_rate": 0},
        evaluation={"eval_strategy": "steps", "eval_steps": 2, "generate": False},
        checkpointing={"early_stopping_patience": 2},
    )

    run = carry_out(make_run(config, files))

    assert run.said("progress")[-1]["step"] == 6
    assert run.status == "succeeded"


def test_an_adapter_and_its_merged_model_are_both_published(tiny_model: Path, data: Path, files: FileManager) -> None:
    run = carry_out(make_run(tiny_config(tiny_model, data, output={"merge": True}), files))

    kinds = {folder.id: folder.read_manifest().kind for folder in files.models()}
    assert sorted(kinds.values()) == ["adapter", "merged"]
    assert [said["id"] for said in run.said("model")] == sorted(kinds, key=lambda model: kinds[model])


def test_a_model_of_the_library_can_be_trained_further(tiny_model: Path, data: Path, files: FileManager) -> None:
    first = carry_out(make_run(tiny_config(tiny_model, data), files, "first"))

    second = carry_out(make_run(tiny_config(Path(first.model_id or ""), data), files, "second"))

    assert second.status == "succeeded"
    assert second.said("report")[0]["metrics"]["perplexity"]["base"] == pytest.approx(
        first.said("report")[0]["metrics"]["perplexity"]["tuned"], rel=1e-5
    )


def tensorboard_files(folder: Any) -> list[Path]:
    return list(folder.tensorboard.glob("events.out.*")) if folder.tensorboard.exists() else []


def test_tensorboard_logs_are_written_unless_the_environment_forbids_them(
    tiny_model: Path, data: Path, files: FileManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tiny_config(tiny_model, data, logging={"tensorboard": True}, optimization={"max_steps": 1})
    assert tensorboard_files(carry_out(make_run(config, files, "with")).folder)

    monkeypatch.setenv("MODELFORGE_DISABLE_TENSORBOARD", "1")
    assert not tensorboard_files(carry_out(make_run(config, files, "without")).folder)
