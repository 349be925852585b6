"""A form is told what the two tables say: of every key that does nothing, and of every choice that is refused."""

from __future__ import annotations

from typing import Any

import pytest

from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.schemas.config.applicable import applicable
from modelforge.schemas.config.unheeded import Known

BASE: dict[str, Any] = {"model": "m", "dataset": "d"}


def read(**recipe: Any) -> TrainingConfig:
    return parse_training_config({**BASE, **recipe}).config


def idle(config: TrainingConfig, layout: str = "decoder", device: str = "cpu") -> dict[str, str]:
    found = applicable(config, Known(layout, "messages", model_has_revisions=False), device)
    return {one.key: one.code for one in found.idle}


def refused(config: TrainingConfig, device: str = "cpu") -> dict[str, set[Any]]:
    found: dict[str, set[Any]] = {}
    for one in applicable(config, Known("decoder"), device).refused:
        found.setdefault(one.key, set()).add(one.value)
    return found


def test_what_does_nothing_is_named_whether_it_is_set_or_not() -> None:
    chat = idle(read())
    assert chat["data.doc_stride"] == "windows-are-for-encoders"
    assert chat["data.source_prefix"] == "prefix-is-for-summaries"
    assert idle(read(data={"doc_stride": 7})) == chat
    answering = idle(read(task="extractive-question-answering"), "encoder")
    assert "data.doc_stride" not in answering
    assert answering["evaluation.max_new_tokens"] == "encoder-writes-nothing"
    assert idle(read(finetuning_type="full"))["lora.r"] == "full-without-adapter"


def test_a_key_with_a_choice_that_does_something_is_not_closed() -> None:
    cut = {"truncation_mode": "keep_end"}
    question = read(task="extractive-question-answering", data=cut)
    assert "data.truncation_mode" not in idle(question, "encoder")
    sampling = read(strategy={"name": "rlhf", "rewards": [{"kind": "length", "at_most": 9}]})
    assert idle(sampling)["data.truncation_mode"] == "prompt-asked-whole"


def test_keys_of_other_strategies_are_not_spoken_of() -> None:
    assert "strategy.assistant_only_loss" in idle(read(task="text-classification"), "encoder")
    assert not any(key.startswith("strategy.") for key in idle(read(strategy="dpo")))


def test_a_choice_is_refused_by_the_others_that_are_made_and_by_the_machine() -> None:
    found = refused(read(task="text-classification"))
    assert found["quantization.bits"] == {4, 8}
    assert found["strategy.packing"] == {True}
    assert found["strategy.name"] == {"qlora", "dpo", "kto", "reward", "rlhf"}
    assert refused(read())["compute.precision"] == {"fp16"}
    assert "compute.precision" not in refused(read(), "cuda")
    assert refused(read(compute={"device": "cuda"}), "cpu").get("compute.precision") is None
    assert refused(read(finetuning_type="full"))["lora.loraplus_lr_ratio"] == {1}


def test_what_follows_a_decision_does_not_stand_in_its_way() -> None:
    quantised = read(strategy="qlora")
    assert quantised.quantization.bits == 4
    assert refused(quantised)["finetuning_type"] == {"full"}, "qlora itself trains adapters"
    assert "finetuning_type" not in refused(read(quantization={"bits": 4}))


@pytest.mark.parametrize(
    "recipe",
    [
        {},
        {"finetuning_type": "full"},
        {"task": "text-classification"},
        {"task": "summarization"},
        {"strategy": "dpo"},
        {"strategy": "reward"},
        {"lora": {"use_dora": True}},
        {"quantization": {"bits": 8}},
        {"compute": {"device": "cpu"}},
    ],
    ids=str,
)
def test_what_is_refused_is_what_the_server_would_refuse(recipe: dict[str, Any]) -> None:
    """Each choice that is named is tried, each of the same keys that is not named as well."""
    config = read(**recipe, **({} if "compute" in recipe else {"compute": {"device": "cpu"}}))
    written = config.model_dump(mode="json")
    for key, values in refused(config).items():
        group, _, leaf = key.rpartition(".")
        for value in values:
            decision = key in ("task", "strategy.name", "finetuning_type")
            whole = {**BASE, **recipe} if decision else written
            changed = {**whole, group: {**written[group], leaf: value}} if group else {**whole, leaf: value}
            if key == "strategy.name":
                changed["strategy"] = value
            with pytest.raises(ConfigurationError):
                parse_training_config(changed)
