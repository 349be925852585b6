"""Two models on the same rows: each is asked as it was trained, and both are counted by one measure.

What a model is asked with belongs to it: the system turn and the prefix that stood before its texts in training. Which
tokens of a row there are and which of them count is the measure, and a comparison needs one: that of `model`. A model
that reads is shown what its own windows hold, and so is one of another kind, whose figures are of other tokens anyway.
The model that `model` was trained from is measured as `model` is: that is what its run's report compares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from modelforge.exceptions import ModelForgeException
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.model import ModelManifest
from modelforge.schemas.remark import Remark, remark
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.task import CanonicalRow
from modelforge.training.candidates import Candidate
from modelforge.training.exam import ASKED, COUNTED, CUT, Exam, as_counted, manifest_of


def in_own_ways(exam: Exam, candidates: Sequence[Candidate], files: FileManager) -> list[Candidate]:
    """The candidates, the last of which the exam is set for, each with the config that it is measured by. What makes a
    comparison less than fair is remarked."""
    *others, model = candidates
    base = exam.base
    return [*(one if one.name == base else _in_own_way(one, model, exam, files) for one in others), model]


def same_texts(one: Candidate, other: Candidate) -> bool:
    """Whether the tokens that count are of the same texts: prompts that are in the loss have to be alike."""
    strategy = other.config.strategy
    answers_alone = strategy.completion_only_loss or strategy.assistant_only_loss
    return answers_alone or not [*_differing(one.config, other.config, ASKED)]


def _in_own_way(one: Candidate, model: Candidate, exam: Exam, files: FileManager) -> Candidate:
    manifest = manifest_of(one.name, files)
    if manifest is None:
        return one
    has_one_measure = not (one.task.reads or model.task.reads) and one.head == model.head
    mine = ASKED if has_one_measure else (*ASKED, *CUT)
    settled = replace(one, config=_taught(exam.config, manifest, exam.written, mine))
    taught = _taught(exam.config, manifest, exam.written, (*ASKED, *CUT))
    wholly = replace(one, config=as_counted(taught, manifest, exam.written))
    exam.remarks += _remarks(one, settled, wholly, model, exam.rows)
    return settled


def _remarks(
    common: Candidate, settled: Candidate, wholly: Candidate, model: Candidate, rows: Sequence[CanonicalRow]
) -> Iterator[Remark]:
    """What differs between the two models' trainings, where it changes any of the rows.

    Args:
        common: by the settings of `model` alone.
        settled: as it is measured.
        wholly: by its own settings alone.
    """
    against, beside = common.name, model.name
    if count := _otherwise(common, settled, rows):
        keys = ", ".join(_differing(common.config, settled.config, (*ASKED, *CUT)))
        yield remark("asked-in-own-ways", against=against, model=beside, rows=len(rows), keys=keys, count=count)
    if count := _otherwise(settled, wholly, rows):
        keys = ", ".join(_differing(settled.config, wholly.config, (*CUT, *COUNTED)))
        yield remark("measured-as-the-other", against=against, model=beside, rows=len(rows), keys=keys, count=count)


def _taught(
    config: TrainingConfig, manifest: ModelManifest, written: frozenset[str], names: Sequence[str]
) -> TrainingConfig:
    """The config with those keys of `data` that the model was trained with, unless the request says them for all.

    None is an answer of its own to what a model was asked with; for the rest, an earlier version has kept nothing.
    """
    brought = {name: getattr(manifest, name) for name in names if f"data.{name}" not in written}
    known = {name: value for name, value in brought.items() if value is not None or name in ASKED}
    return config.model_copy(update={"data": config.data.model_copy(update=known)})


def _differing(one: TrainingConfig, other: TrainingConfig, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        group = "strategy" if name in COUNTED else "data"
        if getattr(getattr(one, group), name) != getattr(getattr(other, group), name):
            yield f"{group}.{name}"


def _otherwise(one: Candidate, other: Candidate, rows: Sequence[CanonicalRow]) -> int:
    """How many rows become other tokens, or have others in the loss; the two are one model by two configs."""
    if one.config == other.config:
        return 0
    return sum(_made(one, row) != _made(other, row) for row in rows)


def _made(one: Candidate, row: CanonicalRow) -> list[Any] | None:
    """None where the model's chat template refuses a row that is made so."""
    try:
        return [(features.columns, features.left_out) for features in one.features(row)]
    except ModelForgeException:
        return None
