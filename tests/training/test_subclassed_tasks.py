"""A subclass of any task is that subclass all the way to the model: its name, its measures, what it knows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from tiny_runs import carry_out, make_run, tiny_config

from modelforge.exceptions import ConfigurationError
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.extractive_question_answering import ExtractiveQuestionAnswering
from modelforge.tasks.summarization import Summarization
from modelforge.tasks.task import Task
from modelforge.tasks.task_factory import TaskFactory
from modelforge.tasks.text_classification import TextClassification
from modelforge.tasks.text_generation import TextGeneration
from tests.tasks.tiny_encoders import make_tiny
from tests.tasks.tiny_t5 import make_t5


class Topics(TextClassification):
    name: ClassVar[str] = "topics"
    metrics: ClassVar[tuple[str, ...]] = ("accuracy",)
    primary_metric: ClassVar[str] = "macro_f1"

    def __init__(self, *known: Any) -> None:
        super().__init__(*known)
        self.said = "of its own"


class Passages(ExtractiveQuestionAnswering):
    name: ClassVar[str] = "passages"
    metrics: ClassVar[tuple[str, ...]] = ("squad_em", "squad_f1", "rougeL")
    primary_metric: ClassVar[str] = "squad_em"


class Headlines(Summarization):
    name: ClassVar[str] = "headlines"
    metrics: ClassVar[tuple[str, ...]] = ("rouge1", "token_f1")
    primary_metric: ClassVar[str] = "rouge1"


class Replies(TextGeneration):
    name: ClassVar[str] = "replies"
    metrics: ClassVar[tuple[str, ...]] = ("token_f1", "rouge1")
    primary_metric: ClassVar[str] = "token_f1"


SUBCLASSES: tuple[type[Task], ...] = (Topics, Passages, Headlines, Replies)
ROWS: dict[type[Task], Callable[[int], dict[str, Any]]] = {
    Topics: lambda n: {"text": f"Day {n} was fine.", "label": ("cold", "hot")[n % 2]},
    Passages: lambda n: {
        "context": f"Ball {n} is red.",
        "question": f"Ball {n}?",
        "answers": {"text": ["red"], "answer_start": [len(f"Ball {n} is ")]},
    },
    Headlines: lambda n: {"document": f"Ball {n} was sold in the evening, for all it is red.", "summary": f"Ball {n}"},
    Replies: lambda n: {"input": f"Ball {n}?", "output": f"Red {n}"},
}


@pytest.fixture(autouse=True)
def plugged(monkeypatch: pytest.MonkeyPatch) -> None:
    for task in SUBCLASSES:
        monkeypatch.setitem(TaskFactory.tasks, task.name, task)


@pytest.mark.parametrize(
    ("task", "make"),
    [
        (Topics, lambda folder, _: make_tiny("bert", folder)),
        (Topics, lambda _, tiny_model: tiny_model),
        (Passages, lambda folder, _: make_tiny("bert", folder)),
        (Passages, lambda _, tiny_model: tiny_model),
        (Headlines, lambda folder, _: make_t5(folder)),
        (Headlines, lambda _, tiny_model: tiny_model),
        (Replies, lambda _, tiny_model: tiny_model),
    ],
    ids=[
        "topics of an encoder",
        "topics of a decoder",
        "passages that are pointed at",
        "passages that are written",
        "headlines of an encoder-decoder",
        "headlines by prompt",
        "replies",
    ],
)
def test_the_report_and_the_model_are_those_of_the_subclass(
    task: type[Task], make: Callable[[Path, Path], Path], tiny_model: Path, files: FileManager, tmp_path: Path
) -> None:
    data = tmp_path / "rows.jsonl"
    data.write_text("".join(json.dumps(ROWS[task](n)) + "\n" for n in range(24)))
    config = tiny_config(make(tmp_path / "model", tiny_model), data, task=task.name, optimization={"max_steps": 1})

    run = carry_out(make_run(config, files))

    report = run.said("report")[0]
    assert report["primary_metric"] == task.primary_metric
    assert set(task.metrics) <= set(report["metrics"])
    manifest = files.model(run.model_id or "").read_manifest()
    assert (manifest.task, manifest.metrics["primary_metric"]) == (task.name, task.primary_metric)


def test_a_subclass_keeps_what_it_knows_besides() -> None:
    made = Topics(("a",)).for_rows([{"label": "b"}, {"label": "a"}]).for_classes(("c",))

    assert type(made) is Topics
    assert (made.said, made.classes) == ("of its own", ("c",))


@pytest.mark.parametrize(
    ("written", "refusal"),
    [
        ({"strategy": {"name": "qlora"}}, "head-of-quantised"),
        ({"strategy": {"name": "sft"}, "quantization": {"bits": 8}}, "head-of-quantised"),
        ({"strategy": {"name": "sft", "packing": True}}, "head-cannot-be-packed"),
        ({"strategy": {"name": "dpo"}}, "compares-answers-to-prompts"),
    ],
)
@pytest.mark.parametrize("task", [Topics, Passages])
def test_a_subclass_that_reads_with_a_head_is_refused_what_its_parent_is(
    task: type[Task], written: dict[str, Any], refusal: str, files: FileManager, tmp_path: Path
) -> None:
    data = tmp_path / "rows.jsonl"
    data.write_text("".join(json.dumps(ROWS[task](n)) + "\n" for n in range(24)))
    config = tiny_config(make_tiny("bert", tmp_path / "model"), data, task=task.name, **written)

    with pytest.raises(ConfigurationError) as refused:
        make_run(config, files)

    assert (refused.value.code, refused.value.params) == (
        "task-against-recipe",
        {"task": task.name, "refusal": refusal},
    )
