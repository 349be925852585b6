"""A recipe of several stages: partial recipes laid over shared keys, each of which may start from an earlier result."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config.parse import Path, Reading, fault_of, read_keys, refusal, validate
from modelforge.schemas.config.reward_stage import STAGES, wants_reward_stage, with_reward_stage
from modelforge.schemas.config.rlhf import RlhfConfig
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.remark import Remark, remark, sentences

REFERENCE = "stage:"
"""`stage:2` or `stage:sft`: the model that an earlier stage of the same recipe makes."""
MAY_REFER: tuple[Path, ...] = (("model",), ("strategy", "reward_model"))
"""The keys that may name an earlier stage's model."""
NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
MOST_STAGES = 10
JUDGE = "reward"
"""The strategy whose model scores answers and writes none: nothing goes on from it, and `rlhf` is judged by it."""


@dataclass(frozen=True)
class Stage:
    """One stage as it was understood: its keys over the shared ones, its references to earlier stages by name."""

    name: str
    config: TrainingConfig
    shared: frozenset[str] = frozenset()
    """The keys that it takes over from beside the stages: `lora.r`."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of the earlier stages whose models it loads."""
        return tuple(dict.fromkeys(reference.removeprefix(REFERENCE) for _, reference in references(self.config)))


@dataclass(frozen=True)
class ParsedStages:
    """A valid recipe of several stages, and what was read differently from how it was written."""

    stages: tuple[Stage, ...]
    name: str | None = None
    """The name that the whole was given."""
    remarks: tuple[Remark, ...] = ()

    @property
    def notices(self) -> tuple[str, ...]:
        """The remarks in English."""
        return sentences(self.remarks)

    def named(self, name: str) -> Stage:
        """The stage with this name."""
        return next(stage for stage in self.stages if stage.name == name)

    def ancestors(self, stage: Stage) -> list[Stage]:
        """The earlier stages whose model `stage` goes on from, the latest first."""
        found: list[Stage] = []
        while stage.config.model.startswith(REFERENCE):
            stage = self.named(stage.config.model.removeprefix(REFERENCE))
            found.append(stage)
        return found

    def root(self, stage: Stage) -> TrainingConfig:
        """The config whose model is there already, and which `stage` descends from: its own, or an earlier stage's."""
        return (self.ancestors(stage) or [stage])[-1].config


def is_staged(written: Mapping[str, Any]) -> bool:
    """Whether a recipe has stages, or is carried out in some: rlhf on pairs trains a reward model first."""
    return STAGES in written or wants_reward_stage(written)


def parse_stages(written: Mapping[str, Any]) -> ParsedStages:
    """Read a recipe with `stages`: a list of partial recipes, each laid over the keys beside it.

    A stage without a model goes on from the stage before it.

    Raises:
        ConfigurationError: with `details["errors"]`, each fault as key, found, expected and fix.
    """
    said: list[Remark] = []
    if wants_reward_stage(written):
        written, said = with_reward_stage(written), [remark("reward-model-first")]
    parts = _parts(written[STAGES])
    shared = read_keys({key: value for key, value in written.items() if key != STAGES})
    name = shared.values.pop("name", None)
    faults, stages, remarks = list(shared.faults), list[Stage](), [*said, *shared.remarks]
    for number, part in enumerate(parts):
        own = read_keys({key: value for key, value in part.items() if key != "name"})
        _goes_on(own, stages)
        reading = own.over(shared)
        _judged(reading.values, stages)
        stage_name = str(part.get("name") or _default_name(reading, stages))
        wrong = [*_wrong_name(stage_name, stages), *_refer(reading.values, stages)]
        config, found = validate(reading)
        if config is not None:
            stages.append(Stage(stage_name, config, shared.keys - own.keys))
            wrong += _wrong_together(stages[-1], stages[:-1])
        remarks += [
            remark("read-as-in-stage", number=number + 1, written=one.params["written"], key=one.params["key"])
            for one in own.remarks
        ]
        faults += [{**fault, "key": f"{STAGES}.{number}.{fault['key']}"} for fault in (*wrong, *found)]
        if faults:
            break  # what comes behind stands on it
    if name is not None and not isinstance(name, str):
        faults.append(fault_of("string_type", "name", name, "text", "Give the recipe a name in words, or none."))
    if faults:
        raise refusal(faults)
    return ParsedStages(tuple(stages), name, tuple(remarks))


def references(config: TrainingConfig) -> list[tuple[Path, str]]:
    """Where a config names an earlier stage's model, and what it names."""
    return _references(config.model_dump())


def refer_to(config: TrainingConfig, models: Mapping[str, str]) -> TrainingConfig:
    """The config with the ids of models in the place of stages' names."""
    values = config.model_dump()
    for path, reference in _references(values):
        _holder(values, path)[path[-1]] = models[reference.removeprefix(REFERENCE)]
    return TrainingConfig.model_validate(values)


def _parts(stages: Any) -> Sequence[Mapping[str, Any]]:
    listed = isinstance(stages, list) and all(isinstance(part, dict) for part in stages)
    if not listed or not 2 <= len(stages) <= MOST_STAGES:
        raise ConfigurationError(
            f"`{STAGES}` has to be a list of 2 to {MOST_STAGES} partial recipes.",
            hint="For example: `stages: [{strategy: sft, dataset: A}, {strategy: dpo, dataset: B}]`.",
            code="stages-not-a-list",
            params={"most": MOST_STAGES},
        )
    return list(stages)


def _default_name(reading: Reading, earlier: Sequence[Stage]) -> str:
    strategy = reading.values.get("strategy")
    name = str(strategy.get("name", "sft")) if isinstance(strategy, dict) else "sft"
    taken = {stage.name for stage in earlier}
    return name if name not in taken else f"{name}-{len(earlier) + 1}"


def _wrong_name(name: str, earlier: Sequence[Stage]) -> list[dict[str, Any]]:
    if not NAME.fullmatch(name):
        return [fault_of("stage-name", "name", name, "small letters, digits and hyphens", "For example `name: sft`.")]
    if any(stage.name == name for stage in earlier):
        return [
            fault_of("stage-named-twice", "name", name, "a name that no earlier stage has", "Name each stage once.")
        ]
    return []


def _goes_on(own: Reading, earlier: Sequence[Stage]) -> None:
    """A stage without a model goes on from the last one that writes answers. A revision is that of its own model."""
    answering = [stage.name for stage in earlier if stage.config.strategy.name != JUDGE]
    if answering and "model" not in own.values:
        own.values["model"] = f"{REFERENCE}{answering[-1]}"
    if "model" in own.values:
        own.values.setdefault("model_revision", None)


def _judged(values: dict[str, Any], earlier: Sequence[Stage]) -> None:
    """Where `rlhf` does not say what answers are rewarded for, the newest reward model of the recipe judges them."""
    judges = [stage.name for stage in earlier if stage.config.strategy.name == JUDGE]
    strategy = values.get("strategy")
    if not judges or not isinstance(strategy, dict) or strategy.get("name") != "rlhf":
        return
    if not strategy.get("rewards") and strategy.get("reward_model") is None:
        strategy["reward_model"] = f"{REFERENCE}{judges[-1]}"


def _refer(values: dict[str, Any], earlier: Sequence[Stage]) -> list[dict[str, Any]]:
    """Have every reference name an earlier stage by its name."""
    names = {str(number): stage.name for number, stage in enumerate(earlier, 1)} | {s.name: s.name for s in earlier}
    known = ", ".join(f"{REFERENCE}{stage.name}" for stage in earlier)
    faults = []
    for path, reference in _references(values):
        name = names.get(reference.removeprefix(REFERENCE).strip())
        if name is None:
            expected = f"an earlier stage ({known})" if known else "a model; no stage comes before the first"
            kind, fix = "no-earlier-stage", "Name what is there when this stage begins."
            faults.append(fault_of(kind, ".".join(path), reference, expected, fix, known=known))
        else:
            _holder(values, path)[path[-1]] = f"{REFERENCE}{name}"
    return faults


def _wrong_together(stage: Stage, earlier: Sequence[Stage]) -> list[dict[str, Any]]:
    """What keeps a stage from going on from the one that it names."""
    config = stage.config
    judge = _named(earlier, config.strategy.reward_model if isinstance(config.strategy, RlhfConfig) else None)
    if judge is not None and judge.config.strategy.name != JUDGE:
        named = f"{REFERENCE}{judge.name}"
        return [fault_of("stage-is-no-judge", "strategy.reward_model", named, "a stage with strategy: reward", "")]
    start = _named(earlier, config.model)
    if start is None:
        return []
    if (other := _split_otherwise(config, start.config)) is not None:
        key, found = other
        expected = f"as in stage {start.name}, which trains on the same dataset"
        fix = "Else rows held out here were trained on there: share the key."
        return [fault_of("split-otherwise", key, found, expected, fix, stage=start.name)]
    if start.config.strategy.name == JUDGE:
        expected = "a model that writes answers; a reward model scores them"
        fix = "Name it as strategy.reward_model of an rlhf stage."
        return [fault_of("stage-scores-answers", "model", config.model, expected, fix)]
    if start.config.task != config.task:
        expected = f"{start.config.task}, as stage {start.name} that it goes on from"
        known = {"task": start.config.task, "stage": start.name}
        fix = "Give both stages one task, or this one another model."
        return [fault_of("stage-of-another-task", "task", config.task, expected, fix, **known)]
    if config.quantization.bits and start.config.finetuning_type == "lora" and not start.config.output.merge:
        fix = f"Set output.merge: true in stage {start.name}; this stage then starts from its merged model."
        expected = "a start in full precision: merging an adapter into quantised weights loses part of what it learned"
        bits = config.quantization.bits
        return [fault_of("adapter-into-quantised", "quantization.bits", bits, expected, fix, stage=start.name)]
    return []


def _split_otherwise(config: TrainingConfig, start: TrainingConfig) -> tuple[str, Any] | None:
    """The key by which two configs hold out different rows of one dataset, and its value in the first; or nothing."""
    if config.dataset != start.dataset or config.data.validation_dataset:
        return None
    if start.data.validation_dataset:  # that stage trains on every row of the dataset
        return ("data.validation_dataset", None) if config.data.validation_split else None
    splits = {
        "seed": (config.seed, start.seed),
        "data.validation_split": (config.data.validation_split, start.data.validation_split),
        "data.drop_duplicates": (config.data.drop_duplicates, start.data.drop_duplicates),
    }
    return next(((key, values[0]) for key, values in splits.items() if values[0] != values[1]), None)


def _named(earlier: Sequence[Stage], reference: str | None) -> Stage | None:
    return next((stage for stage in earlier if reference == f"{REFERENCE}{stage.name}"), None)


def _references(values: Mapping[str, Any]) -> list[tuple[Path, str]]:
    found = []
    for path in MAY_REFER:
        holder = _holder(values, path)
        value = holder.get(path[-1]) if isinstance(holder, dict) else None
        if isinstance(value, str) and value.startswith(REFERENCE):
            found.append((path, value))
    return found


def _holder(values: Any, path: Path) -> Any:
    for name in path[:-1]:
        values = values.get(name)
    return values
