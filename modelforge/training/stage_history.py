"""A recipe of several stages as a whole: what the first one began with against what the last one made."""

from __future__ import annotations

from typing import Literal

from modelforge.evaluation.evaluator import Evaluator
from modelforge.evaluation.row_scores import RowScores
from modelforge.exceptions import NotFoundError
from modelforge.schemas.report import SinceStart, StagedMetric
from modelforge.schemas.run import RunSpec
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder


def since_start(spec: RunSpec, files: FileManager, tuned: RowScores, evaluator: Evaluator) -> SinceStart | None:
    """How the model has changed over this stage and those that it goes on from.

    Nothing is measured for it: the scores of the earlier runs are taken, so that there is something to say only where
    they were measured on the very rows of this one, by the same measures. Nothing where it is no later stage, or where
    an earlier run is gone.

    Args:
        tuned: of this run's model.
    """
    chain = _chain(spec, files)
    if not chain:
        return None
    scores = [_scores(chain[0], "base"), *(_scores(run, "tuned") for run in chain)]
    measured = [one for one in scores if one is not None and _rows(one) == _rows(tuned)]
    if len(measured) < len(scores):
        return None
    first, *after = [*measured, tuned]
    steps = [evaluator.compare(first, one).metrics for one in after]
    shared = [name for name in steps[-1] if all(name in step for step in steps)]
    if not shared:
        return None
    return SinceStart(
        model=chain[0].read_spec().config.model,
        stages=tuple(_stage_name(one) for one in (*(run.read_spec() for run in chain), spec)),
        metrics={
            name: StagedMetric(
                **steps[-1][name].model_dump(),
                values=(steps[-1][name].base, *(step[name].tuned for step in steps)),
            )
            for name in shared
        },
    )


def _chain(spec: RunSpec, files: FileManager) -> list[RunFolder]:
    """The runs of the recipe whose models lead to this one's, the first of them first."""
    stages = spec.stage.runs if spec.stage else ()
    chain: list[RunFolder] = []
    one = spec
    while (maker := _maker(one.config.model, files)) in stages and maker is not None:
        chain.insert(0, files.run(maker))
        one = chain[0].read_spec()
    return chain


def _maker(model: str, files: FileManager) -> str | None:
    """The run that made a model of the library, while it is there."""
    try:
        run_id = files.model(model).read_manifest().run_id
        return files.run(run_id).id if run_id else None
    except NotFoundError:
        return None


def _scores(run: RunFolder, side: Literal["base", "tuned"]) -> RowScores | None:
    file = run.scores(side)
    return RowScores.model_validate_json(file.read_bytes()) if file.exists() else None


def _rows(scores: RowScores) -> tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...]]:
    return scores.prompts, scores.references, scores.tokens


def _stage_name(spec: RunSpec) -> str:
    return spec.stage.name if spec.stage else spec.name
