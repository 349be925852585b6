"""Two stages that really train: the second begins where the first one ended, and what it makes can be used."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tiny_runs import WORDS, tiny_config, write_rows

from modelforge.evaluation.report_text import renderable
from modelforge.exceptions import ConfigurationError
from modelforge.hardware.model_shape import ModelShape
from modelforge.inference.loading import load_model
from modelforge.providers.provider import LoadOptions, ModelSource
from modelforge.schemas.config.stages import parse_stages
from modelforge.schemas.model import id_when_merged
from modelforge.schemas.report import EvaluationReport
from modelforge.schemas.run import RunSpec
from modelforge.services.stage_making import check_stages, make_stages
from modelforge.starter import starter_path
from modelforge.storage.file_manager import FileManager
from modelforge.training import engine
from modelforge.training.merge import merge


def write_pairs(path: Path, rows: int = 24) -> Path:
    lines = [
        {"prompt": f"Which colour has ball {n}?", "chosen": f"{WORDS[n % 8]} {n}", "rejected": f"no idea {n % 5}"}
        for n in range(rows)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def recipe(model: Path, folder: Path, *stages: dict[str, Any]) -> dict[str, Any]:
    shared = tiny_config(model, write_rows(folder / "rows.jsonl")).model_dump(mode="json", exclude={"strategy", "name"})
    pairs = write_pairs(folder / "pairs.jsonl")
    first, second = stages or ({}, {})
    return {
        **shared,
        "stages": [{"strategy": "sft", **first}, {"strategy": "dpo", "dataset": str(pairs), **second}],
    }


def carry_out(spec: RunSpec, files: FileManager) -> str:
    result = engine.run(spec, files.run(spec.id), lambda _kind, _data: None, lambda: False)
    assert result.model_id == spec.id
    return spec.id


def logits(folder: Path) -> Any:
    """What a model of the library says of a few tokens, loaded as the playground loads it."""
    import torch

    loaded = load_model(ModelSource(str(folder)), LoadOptions(device="cpu", dtype=torch.float32))
    with torch.no_grad():
        return loaded.model(input_ids=torch.tensor([[1, 9, 30, 44, 60]])).logits


@pytest.fixture(scope="module")
def two_stages(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[FileManager, RunSpec, RunSpec]:
    """SFT, and DPO on its result, carried out: (files, first, second)."""
    folder = tmp_path_factory.mktemp("stages")
    files = FileManager(folder / "home")
    first, second = make_stages(parse_stages(recipe(tiny_model, folder)), files)
    assert files.run(second.id).preflight.exists()  # checked before the first one's model was there
    assert files.models() == []
    for spec in (first, second):
        carry_out(spec, files)
    return files, first, second


def test_the_second_stage_begins_with_the_first_one_s_model(
    tiny_model: Path, two_stages: tuple[FileManager, RunSpec, RunSpec]
) -> None:
    import torch
    from peft import PeftModel

    files, first, second = two_stages
    assert second.config.model == first.id
    assert second.stage is not None
    assert (second.stage.needs, second.stage.runs) == ((first.id,), (first.id, second.id))
    sft, dpo = files.model(first.id), files.model(second.id)
    assert (dpo.read_manifest().base_model, dpo.read_manifest().kind) == (first.id, "adapter")

    loaded = load_model(ModelSource(str(dpo.root)), LoadOptions(device="cpu", dtype=torch.float32))
    assert isinstance(loaded.model, PeftModel)
    with torch.no_grad(), loaded.model.disable_adapter():
        start = loaded.model(input_ids=torch.tensor([[1, 9, 30, 44, 60]])).logits
    torch.testing.assert_close(start, logits(sft.root), atol=1e-5, rtol=1e-4)
    assert (logits(dpo.root) - start).abs().max() > 1e-3
    assert (logits(sft.root) - logits(tiny_model)).abs().max() > 1e-3
    merged = merge(second.id, files=files)
    assert merged.id == id_when_merged(second.id)
    torch.testing.assert_close(logits(files.model(merged.id).root), logits(dpo.root), atol=1e-4, rtol=1e-3)


def test_the_last_stage_s_report_compares_with_what_the_first_one_began_with(tiny_model: Path, tmp_path: Path) -> None:
    files = FileManager(tmp_path / "home")
    rows = {"dataset": str(tmp_path / "rows.jsonl"), "strategy": "sft"}
    stages = ({"name": "one"}, {**rows, "name": "two"}, {**rows, "name": "three"})
    written = recipe(tiny_model, tmp_path, *stages[:2])
    specs = make_stages(parse_stages({**written, "stages": [*written["stages"], stages[2]]}), files)
    reports = []
    for spec in specs:
        carry_out(spec, files)
        reports.append(EvaluationReport.model_validate_json(files.run(spec.id).report_json.read_bytes()))

    first, second, third = reports
    whole = third.since_start
    assert first.since_start is None
    assert second.since_start is not None
    assert second.since_start.stages == ("one", "two")
    assert whole is not None
    assert (whole.model, whole.stages) == (str(tiny_model), ("one", "two", "three"))
    assert list(whole.metrics) == list(third.metrics)
    for name, metric in whole.metrics.items():
        made = [report.metrics[name].tuned for report in reports]
        assert metric.values == pytest.approx((first.metrics[name].base, *made))
        assert metric.difference == pytest.approx(made[-1] - first.metrics[name].base)
        assert metric.n == third.metrics[name].n
    text = files.run(specs[2].id).report_json.with_suffix(".md").read_text()
    assert f"| Metric | {tiny_model} | after one | after two | after three | Difference |" in text
    shown = io.StringIO()
    Console(width=200, file=shown).print(renderable(third))
    assert "after three" in shown.getvalue()


def test_stages_that_were_measured_on_other_rows_are_not_compared_as_a_whole(
    two_stages: tuple[FileManager, RunSpec, RunSpec],
) -> None:
    files, *specs = two_stages
    for spec in specs:
        report = EvaluationReport.model_validate_json(files.run(spec.id).report_json.read_bytes())
        assert report.since_start is None


def test_the_shape_of_an_adapter_is_that_of_the_model_at_the_bottom(tmp_path: Path) -> None:
    """A second stage stands on an adapter, whose base is a starter by name, or lay in a home that was moved since."""
    for name, base in (("first", "starter:chat"), ("second", "/moved/models/first"), ("third", "/moved/models/second")):
        folder = tmp_path / "models" / name
        folder.mkdir(parents=True)
        (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": base, "revision": None}))
        assert ModelShape.read(str(folder)) == ModelShape.read(str(starter_path("chat"))), name


def test_a_stage_goes_on_from_merged_weights_where_the_one_before_publishes_them(
    tiny_model: Path, tmp_path: Path
) -> None:
    files = FileManager(tmp_path / "home")
    parsed = parse_stages(recipe(tiny_model, tmp_path, {"output": {"merge": True}}, {}))
    first, second = make_stages(parsed, files)
    assert second.config.model == id_when_merged(first.id)


def test_rows_held_out_of_a_stage_are_looked_for_in_what_all_stages_before_it_train_on(
    tiny_model: Path, tmp_path: Path
) -> None:
    files = FileManager(tmp_path / "home")
    written = recipe(tiny_model, tmp_path)
    rows = (tmp_path / "rows.jsonl").read_text()
    seen, other = tmp_path / "seen.jsonl", tmp_path / "other.jsonl"
    seen.write_text(rows)
    other.write_text(rows.replace("ball", "a very different sort of thing"))
    third = {"strategy": "sft", "name": "again", "dataset": str(other), "data": {"validation_dataset": str(seen)}}
    parsed = parse_stages({**written, "stages": [*written["stages"], third]})
    with files.scratch() as scratch:
        made = [checked.preparation.preflight for checked in check_stages(parsed, files, scratch)]

    leaks = [[one.message for one in preflight.findings if one.truth == "no-leakage"] for preflight in made]
    assert [len(found) for found in leaks] == [0, 0, 1]
    assert leaks[2][0].startswith(f"{made[0].rows} held-out row(s) are in what stage sft trains on, ")


def test_prompts_held_out_of_a_stage_are_looked_for_in_the_stages_before_it(tiny_model: Path, tmp_path: Path) -> None:
    written = recipe(tiny_model, tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    pairs = [
        {"prompt": one["input"], "chosen": f"It would be {n * 7919}", "rejected": "?"} for n, one in enumerate(rows)
    ]
    held_out = tmp_path / "held-out.jsonl"
    held_out.write_text("".join(json.dumps(pair) + "\n" for pair in pairs))
    written["stages"][1]["data"] = {"validation_dataset": str(held_out)}
    with FileManager(tmp_path / "home").scratch() as scratch:
        first, second = check_stages(parse_stages(written), FileManager(tmp_path / "home"), scratch)

    (found,) = [one for one in second.preparation.preflight.findings if one.code == "earlier-stage-learned-prompts"]
    assert found.params == {"count": first.preparation.preflight.rows, "stage": "sft"}
    assert "in what stage sft trains on, with another answer" in found.message


def test_a_later_stage_that_would_be_refused_refuses_all(tiny_model: Path, tmp_path: Path) -> None:
    files = FileManager(tmp_path / "home")
    short = parse_stages(recipe(tiny_model, tmp_path, {}, {"data": {"max_length": 8}}))
    with pytest.raises(ConfigurationError, match=r"Stage 2 of 2 \(dpo\): The preflight refuses") as caught:
        make_stages(short, files)
    place = {"stage_number": 2, "stages": 2, "stage_name": "dpo"}
    assert (caught.value.code, caught.value.params.items() >= place.items()) == ("preflight-refuses", True)
    assert files.runs() == []
