"""The held-out loss and the rewards along the way are of the rows that are scored before and after."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from tiny_runs import TinyRun, carry_out, make_run, tiny_config, write_rows

from modelforge.data.measured_rows import drawn, measured_tokens
from modelforge.evaluation.row_scores import RowScores
from modelforge.schemas.config import TrainingConfig
from modelforge.storage.file_manager import FileManager
from modelforge.storage.prepared_data import PreparedData
from modelforge.strategies.rlhf_strategy import RlhfStrategy
from modelforge.training.held_out import held_out_rows

EVERY_STEP = {"eval_strategy": "steps", "eval_steps": 1, "generate": False}


def held_out_numbers(run: TinyRun, config: TrainingConfig) -> list[int]:
    return [row["row"] for row in held_out_rows(PreparedData(run.folder.data), config)]


@pytest.mark.parametrize("most", [2, None])
def test_the_loss_along_the_way_is_that_of_the_rows_measured_before(
    tiny_model: Path, tmp_path: Path, most: int | None
) -> None:
    config = tiny_config(
        tiny_model,
        write_rows(tmp_path / "rows.jsonl"),
        optimization={"learning_rate": 0.0, "max_steps": 1},
        evaluation={**EVERY_STEP, "max_rows": most},
    )
    run = carry_out(make_run(config, FileManager(tmp_path / "home")))

    before = RowScores.model_validate_json(run.folder.scores("base").read_bytes())
    assert len(before.tokens) == (most or 6)
    (along,) = run.said("evaluation")
    assert along["loss"] == pytest.approx(sum(before.nll) / sum(before.tokens), rel=1e-5)


def test_all_windows_of_the_rows_are_measured_and_none_of_others(tiny_model: Path, tmp_path: Path) -> None:
    data = tmp_path / "texts.jsonl"
    texts = [f"Story {n}: " + f"word {n} and another one. " * (5 * n + 1) for n in range(20)]
    data.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    config = tiny_config(tiny_model, data, data={"validation_split": 0.5}, evaluation={"max_rows": 4})
    run = make_run(config, FileManager(tmp_path / "home"))
    prepared = PreparedData(run.folder.data)

    tokens = measured_tokens(prepared, config)
    whole = measured_tokens(prepared, tiny_config(tiny_model, data, evaluation={"max_rows": None}))

    chosen = held_out_numbers(run, config)
    assert tokens is not None
    assert whole is not None
    assert len(chosen) == 4 < len(tokens) < len(whole)
    assert tokens.to_list() == [row for row in whole.to_list() if row["row"] in chosen]


def test_a_run_whose_held_out_rows_are_all_too_long_is_trained(tiny_model: Path, tmp_path: Path) -> None:
    held_out = tmp_path / "long.jsonl"
    held_out.write_text("".join(json.dumps({"input": "long " * 200, "output": f"{n}"}) + "\n" for n in range(3)))
    config = tiny_config(
        tiny_model,
        write_rows(tmp_path / "rows.jsonl"),
        data={"validation_dataset": str(held_out), "truncation_mode": "drop"},
        optimization={"max_steps": 1},
        evaluation=EVERY_STEP,
    )
    run = carry_out(make_run(config, FileManager(tmp_path / "home")))

    assert run.status == "succeeded"
    assert (run.said("evaluation"), len(run.losses)) == ([], 1)


def test_rewards_along_the_way_are_of_the_rows_scored_before_and_after(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []
    create = RlhfStrategy.create_trainer

    def create_trainer(self: RlhfStrategy, bench: Any) -> Any:
        made.append(create(self, bench))
        return made[-1]

    monkeypatch.setattr(RlhfStrategy, "create_trainer", create_trainer)
    config = tiny_config(
        tiny_model,
        write_rows(tmp_path / "rows.jsonl"),
        strategy={
            "name": "rlhf",
            "num_generations": 2,
            "max_completion_length": 4,
            "rewards": [{"kind": "length", "at_most": 2}],
        },
        optimization={"max_steps": 1},
        evaluation={"max_rows": 3},
    )
    run = carry_out(make_run(config, FileManager(tmp_path / "home")))

    (trainer,) = made
    asked = [orjson.loads(row)["prompt"] for row in trainer.eval_dataset["canonical"]]
    assert asked == [row["prompt"] for row in held_out_rows(PreparedData(run.folder.data), config)]
    assert len(asked) == 3


def test_rows_are_drawn_by_the_seed() -> None:
    assert list(drawn(5, None, 1)) == list(drawn(5, 9, 1)) == [0, 1, 2, 3, 4]
    chosen = drawn(100, 10, 1)
    assert list(chosen) == sorted(set(chosen)) == list(drawn(100, 10, 1)) != list(range(10))
    assert list(chosen) != list(drawn(100, 10, 2))
