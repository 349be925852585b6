"""What the preflight says where a prompt is held out with one answer and trained on with another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import WORDS, make_run, tiny_config

from modelforge.data.canonical_file import read_canonical
from modelforge.schemas.preflight import Finding
from modelforge.storage.file_manager import FileManager
from modelforge.storage.prepared_data import PreparedData

TOLD = {"prompts-on-both-sides", "learned-prompts-held-out", "learned-rows-held-out"}


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def answers(prompts: int, each: int, first: int = 0) -> list[dict[str, Any]]:
    """Marked answers, every second one good, none like another."""
    return [
        {"prompt": f"What about {prompt}?", "completion": f"{WORDS[at % 8] * 3} {at * 7919}", "label": bool(at % 2)}
        for prompt in range(first, first + prompts)
        for at in range(prompt * each, prompt * each + each)
    ]


def told(model: Path, folder: Path, rows: Path, /, **written: Any) -> tuple[list[Finding], list[list[dict[str, Any]]]]:
    """The findings on leakage, and the rows of both sides."""
    run = make_run(tiny_config(model, rows, **written), FileManager(folder / "home"))
    prepared = PreparedData(run.folder.data)
    sides = [list(read_canonical(prepared.rows(side))) for side in ("train", "validation")]
    return [one for one in run.preparation.preflight.findings if one.code in TOLD], sides


@pytest.mark.parametrize("strategy", ["sft", "kto"])
def test_prompts_stay_on_one_side_and_nothing_is_said(tiny_model: Path, tmp_path: Path, strategy: str) -> None:
    rows = answers(24, 3)
    if strategy == "sft":
        for row in rows:
            del row["label"]

    findings, (train, held_out) = told(tiny_model, tmp_path, write(tmp_path / "a.jsonl", rows), strategy=strategy)

    assert findings == []
    assert len(held_out) == 18
    assert {row["prompt"] for row in train}.isdisjoint(row["prompt"] for row in held_out)


def test_prompts_that_could_not_stay_on_one_side_are_counted(tiny_model: Path, tmp_path: Path) -> None:
    data = write(tmp_path / "a.jsonl", answers(1, 40))

    (finding,), (_, held_out) = told(tiny_model, tmp_path, data, strategy="kto")

    assert (finding.code, finding.severity, finding.total) == ("prompts-on-both-sides", "warning", 10)
    assert finding.params == {"count": 10}
    assert list(finding.rows) == [row["row"] for row in held_out][: len(finding.rows)]
    assert finding.message.startswith("10 held-out row(s) have a prompt that is in the training data as well")


def test_learned_prompts_of_a_dataset_to_measure_on_are_counted(tiny_model: Path, tmp_path: Path) -> None:
    rows = answers(10, 2)
    held_out = [rows[0], {**rows[3], "completion": "nothing of the kind, 31337"}, *answers(4, 1, first=50)]

    found, _ = told(
        tiny_model,
        tmp_path,
        write(tmp_path / "a.jsonl", rows),
        strategy="kto",
        data={"validation_dataset": str(write(tmp_path / "b.jsonl", held_out))},
    )

    assert [(one.code, one.total, one.rows, one.held_out_rows) for one in found] == [
        ("learned-rows-held-out", 1, (), (1,)),
        ("learned-prompts-held-out", 1, (), (2,)),
    ]
    assert [one.message.rpartition(": ")[0] for one in found] == [
        "1 held-out row(s) are in the training data as well, 0 resemble one there",
        "1 held-out row(s) have a prompt that is in the training data as well, with another answer",
    ]
