"""Models measured apart from any run: on a dataset, or on the rows that were held out of the run that made one."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from modelforge.data.canonical_file import CanonicalRows
from modelforge.data.materialise import materialise
from modelforge.data.source import resolve_dataset
from modelforge.evaluation.bootstrap import Interval, compare_macro_f1, compare_means
from modelforge.evaluation.confusion import numbered_classes
from modelforge.evaluation.evaluator import Evaluator
from modelforge.evaluation.report import untrained_remark
from modelforge.evaluation.report_text import write_report
from modelforge.evaluation.row_scores import RowScores
from modelforge.exceptions import ConfigurationError, NotFoundError
from modelforge.hardware.compute import ResolvedCompute, resolve_compute
from modelforge.hardware.model_shape import ModelShape
from modelforge.providers.model_source import resolve_model
from modelforge.providers.provider import LoadOptions
from modelforge.providers.provider_factory import ProviderFactory
from modelforge.quantization.quantization_factory import QuantizationFactory
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.parse import read_keys, refusal, validate
from modelforge.schemas.evaluation import Evaluation, EvaluationRequest, ModelScore
from modelforge.schemas.model import ModelManifest
from modelforge.schemas.remark import Remark, by_sentence, remark, sentences
from modelforge.schemas.run import RunSpec
from modelforge.storage.atomic import publish_folder, write_json
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.storage.prepared_data import PreparedData
from modelforge.strategies.strategy import RunContext
from modelforge.strategies.strategy_factory import StrategyFactory
from modelforge.tasks.task import CanonicalRow
from modelforge.tasks.task_factory import TaskFactory
from modelforge.tasks.watch import Watch
from modelforge.training.held_out import held_out_rows

OnProgress = Callable[[str, int, int], None]
"""(model, rows done, rows in all)."""


@dataclass
class _Exam:
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


def evaluate(
    request: EvaluationRequest,
    files: FileManager,
    *,
    evaluation_id: str,
    owner: str | None = None,
    on_progress: OnProgress = lambda _model, _done, _total: None,
) -> Evaluation:
    """Measure a model, and compare it with another where one is named; kept as `evaluations/ID/`.

    Raises:
        ConfigurationError: there are no rows to measure on, or they do not go with the task.
        NotFoundError, ProviderError: a model or a dataset cannot be found or used.
        DatasetValidationError: the data has errors, each named by line.
        StorageError: the result could not be kept.
    """
    with files.scratch() as scratch:
        exam = _set(request, files, scratch)
        compute = resolve_compute(exam.config)
        compute.apply()
        other = _measure(request.against, exam, compute, files, on_progress) if request.against else None
        evaluator, scores = _measure(request.model, exam, compute, files, on_progress)
        if note := untrained_remark(request.model, scores):
            exam.remarks.append(note)
        report = None
        if other is not None:
            report = evaluator.compare(*_comparable(other[1], scores, exam.remarks))
        found = Evaluation(
            id=evaluation_id,
            created_at=datetime.now(UTC),
            model=request.model,
            against=request.against,
            task=exam.config.task,
            dataset=exam.config.dataset,
            run_id=exam.run.id if exam.run else None,
            rows=len(exam.rows),
            scores=model_scores(evaluator.alone(scores), exam.config),
            report=report,
            notices=sentences(exam.remarks),
            remarks=by_sentence(exam.remarks),
            owner=owner,
        )
        staging = scratch / evaluation_id
        staging.mkdir()
        if report is not None:
            write_report(report, staging / "report.json")
        write_json(staging / "evaluation.json", found.model_dump(mode="json"))
        publish_folder(staging, files.evaluation(evaluation_id))
    return found


def model_scores(scores: RowScores, config: TrainingConfig) -> dict[str, ModelScore]:
    """Metric → its mean over rows with a bootstrap interval; macro F1 of classes; the likelihood as the task has it."""
    drawn: dict[str, Any] = {
        "resamples": config.evaluation.bootstrap_resamples,
        "confidence": config.evaluation.confidence,
        "seed": config.seed,
    }
    by_row = {name: np.array(values) for name, values in scores.scores.items() if values}
    if scores.likelihood_metric == "log_loss" and any(scores.tokens):
        tokens = np.array(scores.tokens)
        by_row["log_loss"] = np.array(scores.nll)[tokens > 0] / tokens[tokens > 0]
    found = {
        name: _score(compare_means(np.zeros_like(rows), rows, **drawn), len(rows)) for name, rows in by_row.items()
    }
    if scores.classes and scores.answers:
        right, said, _ = numbered_classes(scores, scores)
        never_right = np.full_like(right, max(right.max(), said.max()) + 1)  # a class that nothing has
        found["macro_f1"] = _score(compare_macro_f1(right, never_right, said, **drawn), len(said))
    counted = [(nll, count) for nll, count in zip(scores.nll, scores.tokens, strict=True) if count]
    if counted and scores.likelihood_metric == "perplexity":
        per_token = sum(nll for nll, _ in counted) / sum(count for _, count in counted)
        found["perplexity"] = ModelScore(value=float(np.exp(min(per_token, 700.0))), n=len(counted))
    return found


def _score(beside_nothing: Interval, rows: int) -> ModelScore:
    """A model's own figure, from its comparison with one that scores 0 everywhere."""
    return ModelScore(value=beside_nothing.tuned, ci95=(beside_nothing.low, beside_nothing.high), n=rows)


# The rows


def _set(request: EvaluationRequest, files: FileManager, scratch: Path) -> _Exam:
    manifest = _manifest(request.model, files)
    if request.dataset is None:
        exam = _of_a_run(request, manifest, files)
    else:
        exam = _of_data(request, manifest, files, scratch)
    exam.revisions[exam.config.model] = exam.config.model_revision
    if manifest is not None and manifest.base_revision is not None:
        exam.revisions[manifest.base_model] = manifest.base_revision
    return exam


def _of_a_run(request: EvaluationRequest, manifest: ModelManifest | None, files: FileManager) -> _Exam:
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
    config = _config(spec.config.model_dump(mode="json"), request)
    data = PreparedData(run.data)
    rows = held_out_rows(data, config)
    if not rows:
        raise ConfigurationError(
            f"Run {run.id} held out no rows.",
            hint="Name the rows: `--dataset FILE`.",
            code="run-held-out-nothing",
            params={"run": run.id},
        )
    return _Exam(config, rows, CanonicalRows(data.rows("train")), run, spec)


def _of_data(request: EvaluationRequest, manifest: ModelManifest | None, files: FileManager, scratch: Path) -> _Exam:
    """All rows of a dataset, or as many as `evaluation.max_rows` says, drawn by the seed."""
    known: dict[str, object] = {"model": request.model, "dataset": request.dataset}
    if manifest is not None:
        asked = {"system_prompt": manifest.system_prompt, "source_prefix": manifest.source_prefix}
        known |= {"task": manifest.task, "data": asked}
    config = _config(known, request)
    strategy, task = StrategyFactory.create_strategy(config.strategy.name), TaskFactory.create_task(config.task)
    source = resolve_dataset(config.dataset, files, config.dataset_revision)
    report = materialise(source, config.data, strategy.shapes or task.shapes, scratch / "rows.parquet")
    rows = CanonicalRows(scratch / "rows.parquet")
    exam = _Exam(config, rows, rows)
    wanted = config.evaluation.max_rows
    if wanted is not None and wanted < len(rows):
        chosen = sorted(random.Random(config.seed).sample(range(len(rows)), wanted))
        exam.rows = [rows[index] for index in chosen]
        exam.remarks.append(remark("rows-drawn", wanted=wanted, rows=len(rows)))
    run = _run(manifest, files)
    if run is not None and report.sha256 is not None and run.read_spec().dataset_sha256 == report.sha256:
        exam.remarks.append(remark("learned-these-rows", model=request.model))
    return exam


def _config(base: dict[str, object], request: EvaluationRequest) -> TrainingConfig:
    """The keys of the request over those that the model brings."""
    written = {**request.config, **({"task": request.task} if request.task else {})}
    config, faults = validate(read_keys(written).over(read_keys(base)))
    if config is None:
        raise refusal(faults)
    return config


def _manifest(model: str, files: FileManager) -> ModelManifest | None:
    try:
        return files.model(model).read_manifest()
    except NotFoundError:
        return None


def _run(manifest: ModelManifest | None, files: FileManager) -> RunFolder | None:
    try:
        return files.run(manifest.run_id or "") if manifest else None
    except NotFoundError:
        return None


# The models


def _measure(
    name: str, exam: _Exam, compute: ResolvedCompute, files: FileManager, on_progress: OnProgress
) -> tuple[Evaluator, RowScores]:
    """Load a model, an adapter upon its base, and score every row; the model is let go again."""
    config = exam.config
    provider = ProviderFactory.create_provider(config.provider)
    provider.activate()
    source = resolve_model(name, provider, files, exam.revisions.get(name))
    provider.validate_model_access(source)
    tokenizer = provider.load_tokenizer(source)
    task = TaskFactory.create_task(config.task).for_model(ModelShape.read(source.location, source.revision))
    task = task.for_rows(exam.define)
    if (manifest := _manifest(name, files)) is not None and manifest.classes:
        task = task.for_classes(manifest.classes)
    strategy = StrategyFactory.create_strategy(config.strategy.name)
    if exam.run is not None and exam.spec is not None:
        strategy.enter(RunContext(exam.spec, exam.run, files, provider, compute, lambda: False))
    head = strategy.head(task)
    model = provider.load_model(
        source,
        head.model_class(),
        LoadOptions(
            device=compute.device,
            dtype=compute.weights_dtype(config.finetuning_type),
            attn_implementation=compute.attn_implementation,
            max_length=config.data.max_length + config.evaluation.max_new_tokens,
            quantization_config=QuantizationFactory.create_config(config.quantization, compute.dtype),
            head_arguments=head.arguments,
            merges_adapters=False,
        ),
    ).eval()
    head.match(model, tokenizer)
    evaluator = strategy.evaluator(task, tokenizer, config)
    measured = evaluator.measure(model, exam.rows, watch=Watch(lambda done, total: on_progress(name, done, total)))
    del model
    gc.collect()  # the next one may need the memory
    return evaluator, measured


def _comparable(other: RowScores, scores: RowScores, remarks: list[Remark]) -> tuple[RowScores, RowScores]:
    """Both without likelihoods where these are not of the same: a perplexity is one per token."""
    if other.tokens == scores.tokens:
        return other, scores
    is_perplexity = scores.likelihood_metric == "perplexity"
    remarks.append(remark("perplexities-not-compared" if is_perplexity else "log-losses-not-compared"))
    none = {"tokens": (0,) * len(scores.tokens)}
    return other.model_copy(update=none), scores.model_copy(update=none)
