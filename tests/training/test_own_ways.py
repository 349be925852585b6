"""Two models on the same rows: each is asked as it was trained, one measure counts, and what is unfair is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_evaluations import ALL, dump, measured
from tiny_runs import TinyRun, carry_out, make_run, tiny_config

from modelforge.schemas.evaluation import Evaluation
from modelforge.schemas.report import MetricComparison
from modelforge.storage.file_manager import FileManager
from tests.tasks.tiny_encoders import make_tiny


def trained(name: str, model: Path | str, data: Path, files: FileManager, /, **written: Any) -> TinyRun:
    options = {"max_rows": None, **written.pop("evaluation", {})}
    config = tiny_config(Path(model), data, optimization={"max_steps": 2}, evaluation=options, **written)
    return carry_out(make_run(config, files, name))


def compared(found: Evaluation, metric: str) -> MetricComparison:
    assert found.report is not None
    return found.report.metrics[metric]


def said(found: Evaluation) -> dict[str, dict[str, Any]]:
    return {one.code: one.params for one in found.remarks.values()}


def notes(rows: int) -> list[dict[str, Any]]:
    return [{"document": f"Note {n}." + " More of it." * n, "summary": f"It is {n}."} for n in range(rows)]


def chats(rows: int) -> list[dict[str, Any]]:
    return [
        {
            "messages": [
                {"role": "user", "content": f"What of {n}?"},
                {"role": "assistant", "content": f"It is {n}{', truly' * n}."},
                {"role": "user", "content": "And then?"},
                {"role": "assistant", "content": f"Then {n + 1}."},
            ]
        }
        for n in range(rows)
    ]


@pytest.mark.parametrize(
    ("task", "key", "ours", "theirs"),
    [
        ("summarization", "source_prefix", "Sum up: ", "tl;dr of what is said here: "),
        ("text-generation", "system_prompt", "Be brief.", "You speak of numbers alone, and of nothing else."),
        ("text-generation", "system_prompt", "Be brief.", None),
    ],
)
def test_each_model_is_asked_as_in_its_own_training(
    tiny_model: Path, files: FileManager, tmp_path: Path, task: str, key: str, ours: str, theirs: str | None
) -> None:
    rows = notes(12) if task == "summarization" else chats(12)
    train, data = dump(tmp_path / "rows.jsonl", rows), dump(tmp_path / "other.jsonl", rows[::-1][:4])
    for name, asked in (("ours", ours), ("theirs", theirs)):
        trained(name, tiny_model, train, files, task=task, data={key: asked, "max_length": 320})

    both = measured("ours", data, files, against="theirs")

    alone = {name: measured(name, data, files).scores["perplexity"].value for name in ("ours", "theirs")}
    assert compared(both, "perplexity").base == pytest.approx(alone["theirs"], rel=1e-4)
    assert compared(both, "perplexity").tuned == pytest.approx(alone["ours"], rel=1e-4)
    told = {"against": "theirs", "model": "ours", "keys": f"data.{key}", "count": 4, "rows": 4}
    assert said(both)["asked-in-own-ways"] == told
    assert "measured-as-the-other" not in said(both)
    forced = measured("ours", data, files, against="theirs", config={**ALL, "data": {key: ours}})
    assert compared(forced, "perplexity").base != pytest.approx(alone["theirs"], rel=1e-4)
    assert "asked-in-own-ways" not in said(forced)


def test_a_model_is_beside_its_base_as_in_the_report_of_its_run(
    tiny_model: Path, files: FileManager, tmp_path: Path
) -> None:
    """The base is a model of the library that was asked otherwise in its own training."""
    train = dump(tmp_path / "rows.jsonl", chats(12))
    trained("first", tiny_model, train, files, data={"system_prompt": "Be long, and tell all that there is."})
    config = tiny_config(
        tiny_model, train, data={"system_prompt": "Be brief."}, optimization={"max_steps": 2}, model="first"
    )
    run = carry_out(make_run(config, files, "second"))
    (report,) = run.said("report")

    found = measured("second", None, files, against="first", config={})

    assert compared(found, "perplexity").base == pytest.approx(report["metrics"]["perplexity"]["base"], rel=1e-4)
    assert "asked-in-own-ways" not in said(found)


@pytest.mark.parametrize("knobs", [{"assistant_only_loss": True}, {"completion_only_loss": False}])
def test_the_tokens_of_the_training_count_on_a_dataset_too(
    tiny_model: Path, files: FileManager, tmp_path: Path, knobs: dict[str, bool]
) -> None:
    held_out = dump(tmp_path / "held-out.jsonl", chats(5))
    train = dump(tmp_path / "rows.jsonl", chats(12))
    run = trained("ours", tiny_model, train, files, strategy=knobs, data={"validation_dataset": str(held_out)})
    (report,) = run.said("report")

    found = measured("ours", held_out, files)

    theirs = report["metrics"]["perplexity"]["tuned"]
    assert found.scores["perplexity"].value == pytest.approx(theirs, rel=1e-4)
    answers = {"strategy": {name: not value for name, value in knobs.items()}}
    otherwise = measured("ours", held_out, files, config={**ALL, **answers})
    assert otherwise.scores["perplexity"].value != pytest.approx(theirs, rel=1e-3)
    named = measured("ours", held_out, files, config={**ALL, "strategy": "sft"})
    assert named.scores["perplexity"].value == pytest.approx(theirs, rel=1e-4)


def test_one_measure_counts_for_both_and_where_the_other_learned_otherwise_this_is_said(
    tiny_model: Path, files: FileManager, tmp_path: Path
) -> None:
    train, data = dump(tmp_path / "rows.jsonl", chats(12)), dump(tmp_path / "other.jsonl", chats(6))
    trained("ours", tiny_model, train, files, data={"max_length": 96})
    trained("theirs", tiny_model, train, files, data={"max_length": 88}, strategy={"assistant_only_loss": True})

    both = measured("ours", data, files, against="theirs")

    told = said(both)["measured-as-the-other"]
    assert told["keys"] == "data.max_length, strategy.assistant_only_loss"
    assert (told["count"], told["rows"]) == (6, 6)
    assert compared(both, "perplexity").n == 6
    forced = {"strategy": {"assistant_only_loss": False}, "data": {"max_length": 96}}
    assert said(measured("ours", data, files, against="theirs", config={**ALL, **forced})) == {}


def test_perplexities_over_prompts_that_differ_are_not_compared(
    tiny_model: Path, files: FileManager, tmp_path: Path
) -> None:
    """Not even where both prompts have as many tokens."""
    train, data = dump(tmp_path / "rows.jsonl", chats(12)), dump(tmp_path / "other.jsonl", chats(4))
    strategy = {"completion_only_loss": False}
    for name, asked in (("ours", "Be brief."), ("theirs", "Be quick.")):
        trained(name, tiny_model, train, files, strategy=strategy, data={"system_prompt": asked, "max_length": 320})

    both = measured("ours", data, files, against="theirs")

    assert both.report is not None
    assert "perplexity" not in both.report.metrics
    assert both.scores["perplexity"].n == 4
    assert said(both).keys() == {"asked-in-own-ways", "perplexities-of-other-texts"}


def test_a_model_that_reads_is_shown_what_its_own_windows_hold(tmp_path: Path, files: FileManager) -> None:
    rows = [
        {"text": f"Day {n}:{' it went by' * n} {('sun', 'rain')[n % 2]}", "label": ("sun", "rain")[n % 2]}
        for n in range(12)
    ]
    train, data = dump(tmp_path / "rows.jsonl", rows), dump(tmp_path / "other.jsonl", rows[2:10])
    model = make_tiny("bert", tmp_path / "model")
    for name, cut in (("ours", {"max_length": 16}), ("theirs", {"max_length": 40, "truncation_mode": "keep_end"})):
        trained(name, model, train, files, task="text-classification", data=cut)

    both = measured("ours", data, files, against="theirs")

    alone = measured("theirs", data, files).scores["log_loss"].value
    assert compared(both, "log_loss").base == pytest.approx(alone, rel=1e-4)
    assert said(both)["asked-in-own-ways"]["keys"] == "data.max_length, data.truncation_mode"


def test_models_whose_templates_write_calls_otherwise_are_compared(
    tiny_model: Path, files: FileManager, tmp_path: Path
) -> None:
    """The expected answer is the call as each of them writes it."""
    import shutil

    models = []
    for mark in ("call", "do"):
        models.append(shutil.copytree(tiny_model, tmp_path / mark))
        (models[-1] / "chat_template.jinja").write_text(
            "{% for t in tools or [] %}{{ t | tojson }}{% endfor %}{% for m in messages %}<|user|>{{ m.role }}\n"
            "{{ m.content or '' }}{% for c in m.tool_calls or [] %}" + mark + " {{ c.function | tojson }}"
            "{% endfor %}<|end|>{% endfor %}{% if add_generation_prompt %}<|user|>assistant\n{% endif %}"
        )
    tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    call = {"role": "assistant", "tool_calls": [{"function": {"name": "weather", "arguments": {"town": "Mainz"}}}]}
    rows = [{"messages": [{"role": "user", "content": f"Rain {n}?"}, call], "tools": [tool]} for n in range(3)]
    data = dump(tmp_path / "rows.jsonl", rows)

    found = measured(str(models[0]), data, files, against=str(models[1]))

    assert found.report is not None
    assert compared(found, "exact_match").n == 3
    assert all(example.expected.startswith("call {") for example in found.report.examples)
