"""What is remarked beside a result: the sentences as ever, and by their names for other languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from modelforge.exceptions import ConfigurationError
from modelforge.schemas.evaluation import Evaluation
from modelforge.schemas.export import ExportCheck, ExportManifest
from modelforge.schemas.model import MergeCheck
from modelforge.schemas.remark import by_sentence, remark
from modelforge.services.recipes import parse_recipe

NOW = datetime(2026, 1, 2, tzinfo=UTC)
CHECK = ExportCheck(
    verdict="same",
    prompts=4,
    same_answers=4,
    same_tokens=1.0,
    divergence=0.0,
    largest_logit_difference=0.0,
    largest_weight_error=0.0,
)


def test_what_was_read_otherwise_is_told_in_words_and_by_name() -> None:
    parsed = parse_recipe("{model: starter:chat, dataset: sample:support, lr: 0.001}")

    [sentence] = parsed.notices
    assert sentence == "`lr` was read as `optimization.learning_rate`."
    assert parsed.remarks == {sentence: remark("read-as", written="lr", key="optimization.learning_rate")}


def test_a_stage_says_which_one_it_is() -> None:
    parsed = parse_recipe("{model: starter:chat, dataset: sample:support, stages: [{lr: 0.001}, {}]}")

    assert [(one.code, one.params["number"]) for one in parsed.remarks.values()] == [("read-as-in-stage", 1)]
    assert parsed.notices == ("Stage 1: `lr` was read as `optimization.learning_rate`.",)


def test_the_check_of_a_merge_names_the_figures_of_its_sentence() -> None:
    check = MergeCheck(dtype="bfloat16", prompts=7, same_answers=6, largest_logit_difference=0.012345, tolerance=0.25)

    assert check.sentence == (
        "Checked against the adapter on 7 prompts: the same token ids, 6 of 7 answers the same, logits apart by at "
        "most 0.012 (allowed: 0.25, bfloat16)."
    )
    assert check.remark.params["difference"] == 0.012345


def test_what_an_earlier_version_has_written_is_read_without_names() -> None:
    manifest = ExportManifest(
        id="a", model_id="m", model_name="M", created_at=NOW, files=(), bytes=0, check=CHECK, notes=("A note.",)
    ).model_dump(mode="json")
    found = Evaluation(
        id="e", created_at=NOW, model="m", task="text-generation", dataset="d", rows=1, scores={}, notices=("Few.",)
    ).model_dump(mode="json")
    for document in (manifest, found):
        del document["remarks"]

    assert (ExportManifest.model_validate(manifest).notes, ExportManifest.model_validate(manifest).remarks) == (
        ("A note.",),
        {},
    )
    assert (Evaluation.model_validate(found).notices, Evaluation.model_validate(found).remarks) == (("Few.",), {})


def test_what_is_kept_is_read_as_it_was_written() -> None:
    said = remark("texts-split-otherwise", rules="gpt-2", other=3, texts=90)
    manifest = ExportManifest(
        id="a",
        model_id="m",
        model_name="M",
        created_at=NOW,
        files=(),
        bytes=0,
        check=CHECK,
        notes=(said.sentence,),
        remarks=by_sentence([said]),
    )

    assert ExportManifest.model_validate_json(manifest.model_dump_json()) == manifest


@pytest.mark.parametrize(
    ("recipe", "kind", "params"),
    [
        ("learning_rat: 1", "misspelt-key", {"near": "optimization.learning_rate"}),
        ("bf16: true", "misspelt-key", {"near": "compute.precision"}),
        ("output_dir: runs", "misspelt-key", {"near": "name"}),
        ("template: llama3", "unknown-key", {}),
        ("qqqqqqqq: 1", "unknown-key", {}),
        ("lr: 0.1, learning_rate: 0.2", "said-twice", {"other": "lr", "said": "0.1"}),
        ("finetuning_type: half", "literal_error", {"expected": "'lora', 'full'"}),
        ("seed: -1", "greater_than_equal", {"ge": 0}),
        ("strategy: qlora, finetuning_type: full", "qlora-trains-adapters", {}),
        ("strategy: kto, optimization: {label_smoothing_factor: 0.1}", "smooths-another-loss", {"strategy": "kto"}),
        ("strategy: {name: kto, desirable_weight: 0, undesirable_weight: 0}", "both-weights-zero", {}),
    ],
)
def test_a_refused_recipe_names_each_fault_by_its_kind(recipe: str, kind: str, params: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_recipe(f"{{model: starter:chat, dataset: sample:support, {recipe}}}")

    [fault] = caught.value.details["errors"]
    assert (fault["kind"], fault["params"]) == (kind, params)
    assert caught.value.code == "config-not-usable"
    assert caught.value.message == f"The configuration cannot be used. {caught.value.params['faults']}"
