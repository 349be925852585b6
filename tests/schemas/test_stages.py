"""A recipe of several stages: partial recipes over shared keys, and what keeps them from going together."""

from __future__ import annotations

from typing import Any

import pytest

from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.config.stages import is_staged, parse_stages, refer_to
from modelforge.services.stage_making import stand_in

RLHF = {"name": "rlhf", "num_generations": 4}
SHARED: dict[str, Any] = {"model": "owner/base", "model_revision": "v1", "dataset": "sample:replies", "lr": 1e-3}


def test_a_stage_is_laid_over_the_shared_keys_and_goes_on_from_the_one_before() -> None:
    shared = {**SHARED, "name": "replies", "strategy": {"name": "sft", "packing": True}, "lora": {"r": 8}}
    parsed = parse_stages(
        {
            **shared,
            "stages": [
                {"dataset": "sample:support", "lora": {"lora_alpha": 4}},
                {"strategy": {"name": "dpo", "beta": 0.2}, "optimization": {"learning_rate": 5e-4}},
                {"name": "again", "strategy": {"neftune_noise_alpha": 5}, "model": "stage:1"},
            ],
        }
    )
    first, second, third = parsed.stages
    assert (parsed.name, parsed.notices) == ("replies", ("`lr` was read as `optimization.learning_rate`.",))
    assert [stage.name for stage in parsed.stages] == ["sft", "dpo", "again"]
    assert (first.config.dataset, second.config.dataset) == ("sample:support", "sample:replies")
    assert (first.config.lora.r, first.config.lora.lora_alpha, second.config.lora.r) == (8, 4, 8)
    assert first.config.optimization.learning_rate == 1e-3
    assert second.config.optimization.learning_rate == 5e-4
    assert second.config.strategy.name == "dpo"
    assert third.config.strategy.packing
    assert [stage.config.model for stage in parsed.stages] == ["owner/base", "stage:sft", "stage:sft"]
    assert [stage.config.model_revision for stage in parsed.stages] == ["v1", None, None]
    assert [stage.needs for stage in parsed.stages] == [(), ("sft",), ("sft",)]
    assert {parsed.root(stage).model_revision for stage in parsed.stages} == {"v1"}
    assert refer_to(second.config, {"sft": "run-one"}).model == "run-one"


@pytest.mark.parametrize(
    ("stages", "key", "words"),
    [
        ([{}, {"model": "stage:dpo"}], "stages.1.model", "an earlier stage (stage:sft)"),
        ([{"model": "stage:1"}, {}], "stages.0.model", "no stage comes before the first"),
        ([{}, {"name": "sft"}], "stages.1.name", "no earlier stage has"),
        ([{}, {"name": "The second"}], "stages.1.name", "small letters"),
        ([{}, {"lora": {"rank": 3}}], "stages.1.lora.rank", "a known key"),
        ([{}, {"lora": {"r": 0}}], "stages.1.lora.r", "greater than or equal to 1"),
        ([{"strategy": "reward"}, {"model": "stage:1"}], "stages.1.model", "a model that writes answers"),
        ([{}, {"strategy": {**RLHF, "reward_model": "stage:1"}}], "stages.1.strategy.reward_model", "strategy: reward"),
        ([{}, {"seed": 7}], "stages.1.seed", "as in stage sft"),
        ([{}, {"data": {"validation_split": 0.2}}], "stages.1.data.validation_split", "as in stage sft"),
        (
            [{"data": {"validation_dataset": "sample:support"}}, {}],
            "stages.1.data.validation_dataset",
            "as in stage sft",
        ),
        ([{}, {"strategy": "qlora"}], "stages.1.quantization.bits", "merging an adapter into quantised weights"),
    ],
)
def test_what_is_wrong_is_told_by_stage(stages: list[Any], key: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_stages({**SHARED, "stages": stages})
    fault = caught.value.details["errors"][0]
    assert fault["key"] == key
    assert words in fault["expected"]


@pytest.mark.parametrize("stages", [[], [{}], {"sft": {}}, [{}, "dpo"], None, [{}] * 11])
def test_stages_are_a_list_of_partial_recipes(stages: Any) -> None:
    with pytest.raises(ConfigurationError, match="2 to 10 partial recipes"):
        parse_stages({**SHARED, "stages": stages})


def test_reinforcement_goes_on_from_what_answers_and_is_judged_by_the_reward_model() -> None:
    batches = {"per_device_train_batch_size": 8}
    parsed = parse_stages({**SHARED, **batches, "stages": [{}, {"strategy": "reward"}, {"strategy": RLHF}]})
    judge, policy = parsed.stages[1:]
    assert (judge.config.model, policy.config.model) == ("stage:sft", "stage:sft")
    assert policy.config.model_dump()["strategy"]["reward_model"] == "stage:reward"
    assert policy.needs == ("sft", "reward")
    settled = refer_to(policy.config, {"sft": "run-one", "reward": "run-two"})
    assert settled.model_dump()["strategy"]["reward_model"] == "run-two"
    ruled = {**RLHF, "rewards": [{"kind": "length", "at_most": 9}]}
    free = parse_stages({**SHARED, **batches, "stages": [{"strategy": "reward"}, {"strategy": ruled, "model": "a/b"}]})
    assert free.stages[1].needs == ()
    assert stand_in(parsed, policy).strategy.name == "rlhf"
    assert stand_in(parsed, policy).model == "owner/base"


def test_a_quantised_stage_may_go_on_from_a_merged_model() -> None:
    merged = {"output": {"merge": True}}
    parsed = parse_stages({**SHARED, "stages": [merged, {"strategy": "qlora"}]})
    assert parsed.stages[1].config.quantization.bits == 4


def test_stages_that_hold_out_none_of_a_shared_dataset_may_be_evaluated_on_another() -> None:
    other = {"data": {"validation_dataset": "sample:support"}}
    none = {"data": {"validation_split": 0}}
    for stages in ([{}, other], [other, none], [other, other]):
        assert len(parse_stages({**SHARED, "stages": stages}).stages) == 2


def test_where_one_run_is_meant_stages_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="has stages"):
        parse_training_config({**SHARED, "stages": [{}, {}]})


@pytest.mark.parametrize("strategy", ["rlhf", {"name": "rlhf", "rewards": [], "algorithm": "rloo"}])
def test_rlhf_on_pairs_alone_has_a_reward_model_trained_first(strategy: Any) -> None:
    parsed = parse_stages({**SHARED, "strategy": strategy, "max_steps": 7, "output": {"merge": True}})

    reward, rlhf = parsed.stages
    assert (reward.name, rlhf.name, rlhf.needs) == ("reward", "rlhf", ("reward",))
    assert {stage.config.model for stage in parsed.stages} == {"owner/base"}
    assert (reward.config.optimization.max_steps, rlhf.config.optimization.max_steps) == (None, 7)
    assert (reward.config.output.merge, rlhf.config.output.merge) == (False, True)
    assert reward.config.optimization.learning_rate == 1e-3


@pytest.mark.parametrize(
    "strategy",
    ["sft", {"name": "rlhf", "reward_model": "judge"}, {"name": "rlhf", "rewards": [{"kind": "exact_match"}]}],
)
def test_where_it_is_said_what_is_rewarded_there_is_one_run(strategy: Any) -> None:
    assert not is_staged({**SHARED, "strategy": strategy})
