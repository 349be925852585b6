"""Recipes that grow, repeat or hold what no text is: refused on every road, in few words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelforge.cli.recipe import load_any_recipe, load_recipe, overrides_of
from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.config.recipe_yaml import LONGEST_RECIPE, read_yaml
from modelforge.schemas.config.stages import ParsedStages
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.config.written import shown
from modelforge.services.recipes import parse_recipe

NEEDED = "model: starter:chat\ndataset: sample:support\n"
LONGEST_REFUSAL = 4000
"""Characters: some sentences, however large what is refused."""


def bomb(levels: int) -> str:
    """A recipe under 1 KB that stands for `9 ** levels` texts."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return NEEDED + "\n".join(lines) + "\n"


def refusal(text: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        parse_recipe(text)
    said = caught.value
    assert len(said.message) + len(json.dumps(said.details)) + len(json.dumps(said.params)) < LONGEST_REFUSAL
    return said


@pytest.mark.parametrize("text", [bomb(8), bomb(30), NEEDED + "data: &d {columns: *d}\n"])
def test_aliases_that_grow_are_refused_with_their_line(text: str, tmp_path: Path) -> None:
    assert len(text) < 2000
    said = refusal(text)
    file = tmp_path / "recipe.yaml"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as on_the_command_line:
        load_recipe(file)

    assert said.code == on_the_command_line.value.code == "recipe-repeats-too-much"
    assert text.splitlines()[int(said.params["line"]) - 1].count(f"*{said.params['alias']}") > 0


def test_aliases_within_merged_keys_count_as_well() -> None:
    text = "a0: &a0 {k: 1, l: 2}\n" + "".join(
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 12)
    )

    assert refusal(text).code == "recipe-repeats-too-much"


def test_ordinary_anchors_are_read() -> None:
    text = NEEDED + "name: &name tickets\noptimization: &o {learning_rate: 0.1}\ndata: {source_prefix: *name}\n"
    config = parse_recipe(text).config
    merged: Any = read_yaml("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n")

    assert (config.name, config.data.source_prefix) == ("tickets", "tickets")
    assert merged["b"] == {"x": 1, "y": 3}


def test_what_aliases_may_repeat_ends_where_a_recipe_does() -> None:
    half = "x" * (LONGEST_RECIPE // 2 - 1)

    assert len(read_yaml(f"a: &a {half}\nb: *a\nc: *a\n")["c"]) == len(half)
    with pytest.raises(ConfigurationError, match=r"\*a in line 4"):
        read_yaml(f"a: &a {half}\nb: *a\nc: *a\nd: *a\n")


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("model: a\nmodel: b\n", {"key": "model", "first": 1, "line": 2}),
        ("model: a\noptimization:\n  lr: 1\n  seed: 2\n  lr: 3\n", {"key": "lr", "first": 3, "line": 5}),
        ('{"model": "a", "dataset": "b",\n "model": "a"}', {"key": "model", "first": 1, "line": 2}),
    ],
)
def test_a_key_that_stands_twice_is_refused_with_both_lines(text: str, params: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as on_the_command_line:
        load_recipe(file)
    said = refusal(text)

    assert (said.code, said.params, said.hint) == ("recipe-key-twice", params, "Keep one of the two lines.")
    assert on_the_command_line.value.params == params


def test_an_option_of_the_command_line_is_read_alike() -> None:
    with pytest.raises(ConfigurationError, match="twice"):
        overrides_of(["lora={r: 8, r: 16}"])

    assert overrides_of(["name=2024-13-45", "seed=7"]) == {"name": "2024-13-45", "seed": 7}
    with pytest.raises(yaml.YAMLError):
        read_yaml("name: 2024-13-45")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('name: "a\\0b"\n', "name"),
        ('data: {columns: {"\\0": x}}\n', "data.columns"),
        ('data: {columns: {input: "\\uD800"}}\n', "data.columns"),
        ('strategy: {name: "sft\\0"}\n', "strategy.name"),
        ('qqqqqqq: "\\0"\n', None),
    ],
)
def test_text_that_no_database_keeps_is_refused_by_its_key(text: str, key: str | None) -> None:
    [fault] = refusal(NEEDED + text).details["errors"]

    assert (fault["key"], fault["kind"]) == (key or "qqqqqqq", "no-text" if key else "unknown-key")
    assert "\0" not in json.dumps(fault, ensure_ascii=False)


def test_of_many_unknown_keys_the_first_are_named() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_training_config({"model": "m", "dataset": "d", **{f"no key {n}": 1 for n in range(20_000)}})

    assert [fault["key"] for fault in caught.value.details["errors"]] == [f"no key {n}" for n in range(20)]


def test_a_refusal_repeats_the_beginning_of_a_value() -> None:
    wide = {"data": {"columns": {f"column {n}": ["x" * 10_000] * 100 for n in range(1000)}}}
    deep: list[Any] = []
    for _ in range(500):
        deep = [deep]
    with pytest.raises(ConfigurationError) as caught:
        parse_training_config({"model": "m", "dataset": deep, **wide, "seed": 16**9000})

    assert len(caught.value.message) < LONGEST_REFUSAL
    assert [shown(value) for value in ("half", -1, None, [1, "a"], {"r": 8})] == [
        "'half'",
        "-1",
        "None",
        "[1, 'a']",
        "{'r': 8}",
    ]


RECIPE = """
model: starter:chat
dataset: sample:support
cutoff_len: 300
seed: 3
strategy: dpo
lora: {r: 16, lora_alpha: 32}
optimization: {learning_rate: 2.0e-4}
"""


@pytest.mark.parametrize(
    ("override", "read"),
    [
        ("lora_rank=8", lambda config: config.lora.r == 8),
        ("learning_rate=0", lambda config: config.optimization.learning_rate == 0),
        ("lr=1e-3", lambda config: config.optimization.learning_rate == 1e-3),
        ("data.max_length=64", lambda config: config.data.max_length == 64),
        ("max_seq_length=64", lambda config: config.data.max_length == 64),
        ("strategy.name=kto", lambda config: config.strategy.name == "kto"),
        ("strategy.beta=0.3", lambda config: (config.strategy.name, config.strategy.beta) == ("dpo", 0.3)),
        ("lora={r: 8}", lambda config: (config.lora.r, config.lora.lora_alpha) == (8, 32)),
    ],
)
def test_an_override_wins_over_the_recipe_under_whichever_name(
    override: str, read: Callable[[TrainingConfig], bool], tmp_path: Path
) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text(RECIPE)
    before = load_recipe(file).config

    parsed = load_recipe(file, [override]).config

    assert read(parsed)
    assert not read(before)
    assert (parsed.lora.lora_alpha, parsed.seed) == (32, 3)


def test_an_override_wins_within_a_stage_too(tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    stages = (
        "stages:\n- {dataset: sample:support, lora: {r: 4}}\n- {dataset: sample:replies, strategy: dpo, lora_r: 5}\n"
    )
    file.write_text("model: starter:chat\n" + stages)

    parsed = load_any_recipe(file, ["stages.0.lora_rank=8", "stages.1.lora.r=9"])

    assert isinstance(parsed, ParsedStages)
    assert [stage.config.lora.r for stage in parsed.stages] == [8, 9]


def test_two_overrides_of_one_key_under_two_names_are_still_refused(tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text(RECIPE)

    with pytest.raises(ConfigurationError, match="already says"):
        load_recipe(file, ["lora_rank=8", "lora.r=9"])
