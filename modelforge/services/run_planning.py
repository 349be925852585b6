"""What a config would do, found out in a child process: preflight, memory plan, and the first rows token by token."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modelforge.hardware.hub_reach import waited_for
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.stages import ParsedStages
from modelforge.schemas.preflight import RowPreview
from modelforge.schemas.run_requests import PlanReport
from modelforge.services.stage_making import check_stages
from modelforge.storage.file_manager import FileManager

if TYPE_CHECKING:
    from modelforge.training.preparation import Preparation


@waited_for()
def plan_in_child(home: Path, what: TrainingConfig | ParsedStages) -> PlanReport:
    """Prepare all rows, keep the verdict."""
    from modelforge.training.preparation import prepare

    files = FileManager(home)
    with files.scratch() as scratch:
        if isinstance(what, TrainingConfig):
            return _plan_report(what, prepare(what, files, scratch))
        first, *later = [
            _plan_report(found.stage.config, found.preparation) for found in check_stages(what, files, scratch)
        ]
    return first.model_copy(update={"later": tuple(later)})


def _plan_report(config: TrainingConfig, found: Preparation) -> PlanReport:
    return PlanReport(config=config, preflight=found.preflight, plan=found.plan, validation=found.validation)


@waited_for()
def preview_in_child(home: Path, config: TrainingConfig, rows: int, most_tokens: int, first: int) -> list[RowPreview]:
    """So many rows from the row `first` on, token by token, up to `most_tokens` of each."""
    from modelforge.training.preparation import preview

    return preview(config, FileManager(home), rows, most_tokens, first)
