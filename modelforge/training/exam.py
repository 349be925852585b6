"""What models are measured on apart from any run, and how: the rows, the settings that a model brings, the models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from modelforge.data.canonical_file import CanonicalRows
from modelforge.data.materialise import materialise
from modelforge.data.measured_rows import count_unmeasured, drawn
from modelforge.data.source import resolve_dataset
from modelforge.exceptions import ConfigurationError, NotFoundError
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.parse import Reading, read_keys, refusal, validate
from modelforge.schemas.evaluation import EvaluationRequest
from modelforge.schemas.model import ModelManifest
from modelforge.schemas.remark import Remark, remark
from modelforge.schemas.run import RunSpec
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.storage.prepared_data import PreparedData
from modelforge.strategies.strategy_factory import StrategyFactory
from modelforge.tasks.task import CanonicalRow
from modelforge.tasks.task_factory import TaskFactory
from modelforge.training.held_out import held_out_rows

ASKED = ("system_prompt", "source_prefix")
"""The keys of `data` that say what a model is asked with, and which its manifest keeps."""
CUT = ("max_length", "max_target_length", "truncation_mode", "doc_stride")
"""The keys of `data` that say how much of a row a model is fed, and which its manifest keeps."""
COUNTED = ("completion_only_loss", "assistant_only_loss")
"""The knobs of `strategy` that say which tokens count, and which a model's manifest keeps."""


@dataclass
class Exam:
    """What models are measured on, and how."""

    config: TrainingConfig
    rows: Sequence[CanonicalRow]
    define: Sequence[CanonicalRow]
    """The rows that define what the task asks for: a classifier's labels, for example."""
    run: RunFolder | None = None
    spec: RunSpec | None = None
    revisions: dict[str, str | None] = field(default_factory=dict)
    """Model → what it is loaded at, where that is known: the base at the commit that the model was trained on."""
    remarks: list[Remark] = field(default_factory=list)
    base: str | None = None
    """The model that the one which the exam is set for was trained from, where that is known."""
    written: frozenset[str] = frozenset()
    """The keys that the request says itself, dotted: they hold for every model."""

    def say_unmeasured(self, count: int, rows: int) -> None:
        """Note how many of the rows are not measured, where there are any."""
        if count:
            limit = self.config.data.max_length
            self.remarks.append(remark("rows-not-measured", count=count, rows=rows, limit=limit))


def set_exam(request: EvaluationRequest, files: FileManager, scratch: Path) -> Exam:
    """The rows that are asked for, and the config that they are measured by. Raises as `evaluate` does."""
    manifest = manifest_of(request.model, files)
    if request.dataset is None:
        exam = _of_a_run(request, manifest, files)
    else:
        exam = _of_data(request, manifest, files, scratch)
    exam.base = manifest.base_model if manifest is not None else None
    exam.written = _written(request).keys
    exam.revisions[exam.config.model] = exam.config.model_revision
    if manifest is not None and manifest.base_revision is not None:
        exam.revisions[manifest.base_model] = manifest.base_revision
    return exam


def _of_a_run(request: EvaluationRequest, manifest: ModelManifest | None, files: FileManager) -> Exam:
    """The held-out rows of the run that made the model, judged as that run judged them."""
    run = _run(manifest, files)
    if run is None:
        raise ConfigurationError(
            f"No run is here that made {request.model}, so no rows are known that were held out from it.",
            hint="Name the rows to measure on: `--dataset FILE`.",
            code="no-run-made-model",
            params={"model": request.model},
        )
    spec = run.read_spec()
    config = _config(spec.config.model_dump(mode="json"), _written(request))
    data = PreparedData(run.data)
    reads = manifest is not None and manifest.reads
    rows = held_out_rows(data, config, reads=reads)
    unmeasured = 0 if reads else count_unmeasured(data)
    if not rows and unmeasured:
        raise nothing_measured(unmeasured, config.data.max_length)
    if not rows:
        raise ConfigurationError(
            f"Run {run.id} held out no rows.",
            hint="Name the rows: `--dataset FILE`.",
            code="run-held-out-nothing",
            params={"run": run.id},
        )
    exam = Exam(config, rows, CanonicalRows(data.rows("train")), run, spec)
    exam.say_unmeasured(unmeasured, len(rows) + unmeasured)
    return exam


def nothing_measured(rows: int, limit: int) -> ConfigurationError:
    """The refusal where every row would be left out of training."""
    return ConfigurationError(
        f"None of {rows:,} row(s) can be measured: in training all would be left out, since they are longer than "
        f"{limit:,} tokens or nothing of their answer is within them.",
        hint="Raise data.max_length, within what the model can take, or name other rows: `--dataset FILE`.",
        code="no-row-measurable",
        params={"count": rows, "limit": limit},
    )


def _of_data(request: EvaluationRequest, manifest: ModelManifest | None, files: FileManager, scratch: Path) -> Exam:
    """All rows of a dataset, or as many as `evaluation.max_rows` says, drawn by the seed."""
    known: dict[str, object] = {"model": request.model, "dataset": request.dataset}
    if manifest is not None:
        known |= {"task": manifest.task, "data": _brought(manifest)}
    written = _written(request)
    config = _config(known, written)
    if manifest is not None:
        config = as_counted(config, manifest, written.keys)
    strategy, task = StrategyFactory.create_strategy(config.strategy.name), TaskFactory.create_task(config.task)
    source = resolve_dataset(config.dataset, files, config.dataset_revision)
    whole = config.data.model_copy(update={"validation_split": 0.0})  # one row is enough to measure on
    report = materialise(source, whole, strategy.shapes or task.shapes, scratch / "rows.parquet")
    rows = CanonicalRows(scratch / "rows.parquet")
    exam = Exam(config, rows, rows)
    wanted = config.evaluation.max_rows
    if wanted is not None and wanted < len(rows):
        exam.rows = [rows[place] for place in drawn(len(rows), wanted, config.seed)]
        exam.remarks.append(remark("rows-drawn", wanted=wanted, rows=len(rows)))
    run = _run(manifest, files)
    if run is not None and report.sha256 is not None and run.read_spec().dataset_sha256 == report.sha256:
        exam.remarks.append(remark("learned-these-rows", model=request.model))
    return exam


def _brought(manifest: ModelManifest) -> dict[str, object]:
    """Those of a model of an earlier version lack some, and so have the defaults."""
    values = {name: getattr(manifest, name) for name in (*ASKED, *CUT)}
    return {name: value for name, value in values.items() if value is not None}


def as_counted(config: TrainingConfig, manifest: ModelManifest, written: frozenset[str]) -> TrainingConfig:
    """The config by which those tokens count that were in the loss of the model's training, unless the request says so
    itself (`written`: its keys). A strategy that has no such knobs counts answers alone."""
    strategy = config.strategy
    said = {name: getattr(manifest, name) for name in COUNTED if name in type(strategy).model_fields}
    brought = {name: value for name, value in said.items() if value is not None}
    unsaid = {name: value for name, value in brought.items() if f"strategy.{name}" not in written}
    return config.model_copy(update={"strategy": strategy.model_copy(update=unsaid)}) if unsaid else config


def _written(request: EvaluationRequest) -> Reading:
    return read_keys({**request.config, **({"task": request.task} if request.task else {})})


def _config(base: dict[str, object], written: Reading) -> TrainingConfig:
    """The keys of the request over those that the model brings."""
    config, faults = validate(written.over(read_keys(base)))
    if config is None:
        raise refusal(faults)
    return config


def manifest_of(model: str, files: FileManager) -> ModelManifest | None:
    """The manifest of a model of the library; nothing for any other."""
    try:
        return files.model(model).read_manifest()
    except NotFoundError:
        return None


def _run(manifest: ModelManifest | None, files: FileManager) -> RunFolder | None:
    try:
        return files.run(manifest.run_id or "") if manifest else None
    except NotFoundError:
        return None
