"""Real evaluations of tiny models, in this process."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

from modelforge.schemas.evaluation import Evaluation, EvaluationRequest
from modelforge.storage.file_manager import FileManager
from modelforge.training.measuring import evaluate

ALL = {
    "evaluation": {"max_rows": None, "max_new_tokens": 4, "bootstrap_resamples": 100},
    "compute": {"device": "cpu", "precision": "fp32", "num_threads": 1},
}


def dump(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """The rows as a file."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def measured(model: Path | str, data: Path | None, files: FileManager, **request: Any) -> Evaluation:
    """A model on all rows of `data`, else on the held-out rows of its run."""
    asked = {"model": str(model), "dataset": data and str(data), "config": ALL, **request}
    return evaluate(EvaluationRequest.model_validate(asked), files, evaluation_id=f"eval-{uuid4().hex}")
