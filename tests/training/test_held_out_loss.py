"""The held-out loss along the way is the report's: nats per labelled token, however rows are batched or packed."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import WORDS, TinyRun, carry_out, make_run, tiny_config

from modelforge.evaluation.row_scores import RowScores
from modelforge.storage.file_manager import FileManager
from tests.tasks.tiny_bart import make_bart
from tests.tasks.tiny_encoders import make_tiny
from tests.tasks.tiny_t5 import make_t5

UNCHANGED = {"learning_rate": 0.0, "max_steps": 1}
ONCE = {"eval_strategy": "steps", "eval_steps": 1, "generate": False, "sample_rows": 0, "max_rows": None}


def unequal_rows(path: Path) -> Path:
    """Answers of one word and of many."""
    lines = [
        {"input": f"Say {n}.", "output": " ".join(WORDS[(n + k) % 8] for k in range(1 if n % 2 else 20))}
        for n in range(20)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def said_and_measured(run: TinyRun) -> tuple[dict[str, Any], float]:
    """What the trainer says of the held-out rows, and their nats per token as they were measured before."""
    assert run.status == "succeeded"
    measured = RowScores.model_validate_json(run.folder.scores("base").read_bytes())
    assert max(measured.tokens) > 4 * min(measured.tokens) or measured.likelihood_metric == "log_loss"
    (said,) = run.said("evaluation")
    return said, sum(measured.nll) / sum(measured.tokens)


@pytest.mark.parametrize(
    ("batch", "packing", "smoothing"),
    [(1, False, 0.0), (4, False, 0.0), (4, False, 0.3), (1, True, 0.0), (3, True, 0.3)],
)
def test_the_loss_of_a_language_model_is_that_of_all_labelled_tokens(
    tiny_model: Path, tmp_path: Path, files: FileManager, batch: int, packing: bool, smoothing: float
) -> None:
    config = tiny_config(
        tiny_model,
        unequal_rows(tmp_path / "rows.jsonl"),
        strategy={"name": "sft", "packing": packing},
        data={"max_length": 256, "validation_split": 0.5},
        optimization={**UNCHANGED, "label_smoothing_factor": smoothing},
        evaluation={**ONCE, "per_device_eval_batch_size": batch},
    )

    said, nats = said_and_measured(carry_out(make_run(config, files)))

    assert said["loss"] == pytest.approx(nats, rel=1e-5)
    assert said["perplexity"] == pytest.approx(math.exp(nats), rel=1e-4)


@pytest.mark.parametrize("make", [make_t5, make_bart])
def test_so_is_that_of_an_encoder_decoder(make: Any, tmp_path: Path, files: FileManager) -> None:
    config = tiny_config(
        make(tmp_path / "model"),
        unequal_rows(tmp_path / "rows.jsonl"),
        task="summarization",
        data={"max_length": 256, "validation_split": 0.5},
        optimization={**UNCHANGED, "label_smoothing_factor": 0.2},
        evaluation={**ONCE, "per_device_eval_batch_size": 3},
    )

    said, nats = said_and_measured(carry_out(make_run(config, files)))

    assert said["loss"] == pytest.approx(nats, rel=1e-5)
    assert said["perplexity"] == pytest.approx(math.exp(nats), rel=1e-4)


def test_that_of_a_classifier_is_its_log_loss_and_no_perplexity(tmp_path: Path, files: FileManager) -> None:
    data = tmp_path / "weather.jsonl"
    rows = [{"text": f"Day {n} was fine{' indeed' * n}.", "label": ("cold", "hot")[n % 2]} for n in range(20)]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    config = tiny_config(
        make_tiny("bert", tmp_path / "bert"),
        data,
        task="text-classification",
        data={"validation_split": 0.5},
        optimization={**UNCHANGED, "label_smoothing_factor": 0.3},
        evaluation={**ONCE, "per_device_eval_batch_size": 3},
    )

    said, nats = said_and_measured(carry_out(make_run(config, files)))

    assert said["loss"] == pytest.approx(nats, rel=1e-5)
    assert "perplexity" not in said
