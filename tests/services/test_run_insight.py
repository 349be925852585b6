"""What a run measured: after a resume, between two looks, and at a hundred thousand steps."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from modelforge.database.database_manager import DatabaseManager
from modelforge.evaluation.row_scores import RowScores
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.events import Event, EventKind
from modelforge.schemas.run import RunSpec, RunView
from modelforge.services.run_insight import RunInsight
from modelforge.storage.atomic import write_json
from modelforge.storage.file_manager import FileManager

Said = tuple[EventKind, int, float]
"""(kind, step, loss)"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[DatabaseManager]:
    manager = DatabaseManager(f"sqlite:///{tmp_path / 'modelforge.db'}")
    manager.migrate()
    config = TrainingConfig(model="starter:chat", dataset="sample:support")
    manager.add_run(RunView(id="one", name="one", status="running", created_at=datetime.now(UTC), config=config))
    yield manager
    manager.close()


@pytest.fixture
def insight(database: DatabaseManager, tmp_path: Path) -> RunInsight:
    return RunInsight(database, FileManager(tmp_path))


def say(database: DatabaseManager, *said: Said) -> None:
    last = database.event_position("one")[1]
    events = [
        Event(seq=last + place, epoch=1, time=0.0, kind=kind, data={"step": step, "loss": loss, "fast": True})
        for place, (kind, step, loss) in enumerate(said, start=1)
    ]
    database.store_events("one", events, last + len(events))


def series(insight: RunInsight) -> dict[str, list[tuple[int, float]]]:
    found = insight.metrics("one", 3000).series
    return {name: list(zip(one.steps, one.values, strict=True)) for name, one in found.items()}


def test_after_a_resume_no_step_counts_that_will_be_done_again(database: DatabaseManager, insight: RunInsight) -> None:
    say(database, ("progress", 10, 4), ("evaluation", 10, 4), ("progress", 20, 3), ("progress", 30, 2))
    say(database, ("evaluation", 30, 2.5))
    assert series(insight) == {"loss": [(10, 4), (20, 3), (30, 2)], "evaluation_loss": [(10, 4), (30, 2.5)]}
    say(database, ("progress", 20, 3.5))  # from the checkpoint of step 10 on
    assert series(insight) == {"loss": [(10, 4), (20, 3.5)], "evaluation_loss": [(10, 4)]}
    assert series(RunInsight(database, insight.files)) == series(insight)


def test_events_that_were_forgotten_are_not_remembered(database: DatabaseManager, insight: RunInsight) -> None:
    say(database, ("progress", 1, 4), ("progress", 2, 3))
    assert insight.metrics("one", 3000).last_seq == 2
    database.forget_events("one")
    assert (series(insight), insight.metrics("one", 3000).last_seq) == ({}, 0)


def test_a_hundred_thousand_steps_are_read_once(insight: RunInsight, tmp_path: Path) -> None:
    names = ("loss", "learning_rate", "grad_norm", "token_accuracy", "tokens_per_second", "memory_bytes")
    rows = (
        (step, json.dumps({"step": step, "total_steps": 100_000} | {name: 1 + step % 97 / 7 for name in names}))
        for step in range(1, 100_001)
    )
    with sqlite3.connect(tmp_path / "modelforge.db") as file:
        file.executemany("INSERT INTO run_events VALUES ('one', ?, 1, 0.0, 'progress', ?)", rows)
        file.execute("UPDATE runs SET last_seq = 100000")
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        found = insight.metrics("one", 3000)
        seconds.append(time.perf_counter() - began)
        assert {name: (len(one.steps), one.total) for name, one in found.series.items()} == dict.fromkeys(
            names, (3000, 100_000)
        )
    assert seconds[1] < seconds[0] / 2
    assert seconds[0] < 20, "1.2 s and then 0.2 s where the machine is free"


def test_all_measured_answers_can_be_read_in_their_order_page_by_page(insight: RunInsight, tmp_path: Path) -> None:
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    config = TrainingConfig(model="starter:chat", dataset="sample:support")
    spec = RunSpec(id="one", name="one", created_at=datetime.now(UTC), config=config, dataset_sha256=None, versions={})
    folder = insight.files.create_run(spec, prepared)
    names = [f"row {number}" for number in range(7)]

    def write(side: Literal["base", "tuned"], answers: tuple[str, ...] | None) -> None:
        scores = RowScores(
            prompts=tuple(names), references=tuple(names), nll=(1.0,) * 7, tokens=(1,) * 7, answers=answers
        )
        write_json(folder.scores(side), scores.model_dump(mode="json"))

    assert insight.answers("one", 0, 5).total == 0, "nothing is measured yet"
    write("base", tuple(f"{name} before" for name in names))
    assert insight.answers("one", 0, 5).total == 0, "one side is"
    write("tuned", tuple(f"{name} after" for name in names))
    first, second = (insight.answers("one", offset, 5) for offset in (0, 5))
    assert (first.total, len(first.items), len(second.items)) == (7, 5, 2)
    found = [(one.prompt, one.expected, one.base, one.tuned) for one in (*first.items, *second.items)]
    assert found == [(name, name, f"{name} before", f"{name} after") for name in names]
    assert insight.answers("one", 7, 5).items == ()
    write("tuned", None)
    assert insight.answers("one", 0, 5).total == 0, "no answers were written"
