"""A recipe of several stages → its runs: every stage checked over all of its rows before the first one is queued."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from modelforge.evaluation.rewards.python_function import sha256_of
from modelforge.exceptions import ModelForgeException, restored, told
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.rewards import LengthReward
from modelforge.schemas.config.rlhf import RlhfConfig
from modelforge.schemas.config.stages import JUDGE, REFERENCE, ParsedStages, Stage, refer_to
from modelforge.schemas.config.unheeded import without
from modelforge.schemas.model import id_when_merged
from modelforge.schemas.preflight import Finding
from modelforge.schemas.run import RunSpec, RunStage, RunTicket
from modelforge.services.run_making import RECORDED, check_reward_file, default_name, needs_reward_file, refuse_broken
from modelforge.storage.file_manager import FileManager
from modelforge.storage.prepared_data import PreparedData
from modelforge.storage.run_drafts import RunDraft

if TYPE_CHECKING:
    from modelforge.training.preparation import Preparation

LONGEST_NAME = 100


@dataclass(frozen=True)
class CheckedStage:
    """A stage, and what was found out about it before it starts."""

    stage: Stage
    preparation: Preparation
    data: Path
    """The folder with its prepared rows."""


def check_stages(parsed: ParsedStages, files: FileManager, scratch: Path) -> Iterator[CheckedStage]:
    """Preflight and memory plan of one stage after the other, over all rows.

    The model that a later stage goes on from is not there yet. Its tokenizer and its shape are: those of the model that
    the first stage begins with, and so the rows become the same tokens.

    Raises:
        ModelForgeException: as `prepare` does; the message begins with the stage.
    """
    from modelforge.training.preparation import prepare

    unheeded: dict[str, set[str]] = {}
    commits: dict[tuple[str, str | None], str | None] = {}
    for number, stage in enumerate(parsed.stages, 1):
        with errors_of(stage, number, len(parsed.stages)):
            data = scratch / stage.name
            config = stand_in(parsed, stage)
            named = (config.model, config.model_revision)  # one commit for all stages, though the hub may move on
            made = prepare(config.model_copy(update={"model_revision": commits.get(named, named[1])}), files, data)
            commits[named] = made.model_commit or named[1]
            unheeded[stage.name] = {key for found in made.unheeded for key in found.keys}
            everywhere = set.intersection(*unheeded.values()) if number == len(parsed.stages) else set()
            idle = without(made.unheeded, stage.shared - everywhere)
            leaks = [found for one in parsed.ancestors(stage) for found in _leaks_from(one, stage, scratch, data)]
            checked = made.checked.model_copy(update={"findings": (*made.checked.findings, *leaks)})
            yield CheckedStage(stage, replace(made, checked=checked, unheeded=idle), data)


def _leaks_from(earlier: Stage, stage: Stage, scratch: Path, data: Path) -> list[Finding]:
    """Rows held out of a stage that the model had learned in an earlier one, however their splits came about."""
    from modelforge.training.split_notes import leakage_notes

    held_out = PreparedData(data)
    if not held_out.has_validation:
        return []
    learned = PreparedData(scratch / earlier.name).rows("train")
    apart = stage.config.data.validation_dataset is not None
    return leakage_notes(learned, held_out.rows("validation"), apart=apart, stage=earlier.name)


def stand_in(parsed: ParsedStages, stage: Stage) -> TrainingConfig:
    """The stage's config on what is there already: the model that its chain begins with.

    A reward model that is still to be trained on that same model is left to the run: any rule holds its place.
    """
    root, strategy = parsed.root(stage), stage.config.strategy
    if isinstance(strategy, RlhfConfig) and strategy.reward_model in {f"{REFERENCE}{name}" for name in stage.needs}:
        rules = strategy.rewards or (LengthReward(at_most=1),)
        strategy = strategy.model_copy(update={"reward_model": None, "rewards": rules})
    known = {"model": root.model, "model_revision": root.model_revision, "strategy": strategy}
    return stage.config.model_copy(update=known)


def make_stages(
    parsed: ParsedStages,
    files: FileManager,
    *,
    force: bool = False,
    owner: str | None = None,
    ticket: RunTicket | None = None,
    reward_source: bytes | None = None,
) -> list[RunSpec]:
    """Check every stage, and make the folders of all its runs, or none.

    Args:
        force: start although the memory plan of a stage says that it does not fit.
        owner: the account that submitted it.
        ticket: the first run's place in the server's queue, the others stand right behind it; none for runs that are
            carried out in a terminal.
        reward_source: the Python file whose function is among the rewards of a stage; that run keeps a copy.

    Raises:
        ModelForgeException: a stage was refused; the message begins with the stage. Nothing was made.
    """
    check_reward_file([stage.config for stage in parsed.stages], reward_source is not None)
    specs = stage_specs(parsed, files, owner)
    with files.scratch() as scratch:
        drafts = []
        for place, (spec, checked) in enumerate(zip(specs, check_stages(parsed, files, scratch), strict=True)):
            found = checked.preparation
            with errors_of(checked.stage, place + 1, len(specs)):
                refuse_broken(found, force=force)
            source = reward_source if needs_reward_file(spec.config) else None
            known = {"dataset_sha256": found.dataset_sha256, "reward_sha256": source and sha256_of(source)}
            begins = parsed.root(checked.stage) is checked.stage.config  # else its model is one that this recipe makes
            if begins:
                known |= {"model_commit": found.model_commit, "model_sha256": found.model_sha256}
            spec = spec.model_copy(update=known)
            drafts.append(RunDraft(spec, checked.data, found.preflight, found.plan, behind(ticket, place), source))
        files.create_runs(drafts)
    return [draft.spec for draft in drafts]


def stage_specs(parsed: ParsedStages, files: FileManager, owner: str | None = None) -> list[RunSpec]:
    """What each stage's run goes by, earlier results named by the ids that their models will have."""
    name = parsed.name or default_name(parsed.stages[0].config, files)
    names = [f"{name[: LONGEST_NAME - len(stage.name) - 1]}-{stage.name}" for stage in parsed.stages]
    made = {stage.name: files.new_run_id(name) for stage, name in zip(parsed.stages, names, strict=True)}
    models = {stage.name: _publishes(stage, made[stage.name]) for stage in parsed.stages}
    versions = {package: metadata.version(package) for package in RECORDED}
    return [
        RunSpec(
            id=made[stage.name],
            name=names[place],
            created_at=datetime.now(UTC),
            config=refer_to(stage.config, models),
            dataset_sha256=None,
            versions=versions,
            owner=owner,
            stage=RunStage(
                number=place + 1,
                name=stage.name,
                runs=tuple(made.values()),
                names=tuple(made),
                needs=tuple(made[needed] for needed in stage.needs),
            ),
        )
        for place, stage in enumerate(parsed.stages)
    ]


def _publishes(stage: Stage, run_id: str) -> str:
    """The id of the model that later stages load."""
    merged = stage.config.output.merge and stage.config.strategy.name != JUDGE
    return id_when_merged(run_id) if merged else run_id


@contextmanager
def errors_of(stage: Stage, number: int, stages: int) -> Iterator[None]:
    """Have an error say which stage it speaks of, also by the values beside its code."""
    try:
        yield
    except ModelForgeException as error:
        message = f"Stage {number} of {stages} ({stage.name}): {error.message}"
        place = {"stage_number": number, "stages": stages, "stage_name": stage.name}
        raise restored({**told(error), "message": message, "params": {**error.params, **place}}) from error


def behind(ticket: RunTicket | None, place: int) -> RunTicket | None:
    """The place in the queue of the stage that is `place` behind the first one."""
    if ticket is None or place == 0:
        return ticket
    return RunTicket(priority=ticket.priority, position=ticket.position + place / 1000)
