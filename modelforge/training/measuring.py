"""Models measured apart from any run: on a dataset, or on the rows that were held out of the run that made one."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from modelforge.evaluation.bootstrap import Interval, Resampling, compare_macro_f1, compare_means, compare_rankings
from modelforge.evaluation.confusion import numbered_classes
from modelforge.evaluation.evaluator import Evaluator
from modelforge.evaluation.metrics import TOLD_APART, perplexity
from modelforge.evaluation.report import untrained_remark
from modelforge.evaluation.report_text import write_report
from modelforge.evaluation.row_scores import RowScores
from modelforge.hardware.compute import ResolvedCompute, resolve_compute
from modelforge.providers.provider import LoadOptions
from modelforge.quantization.quantization_factory import QuantizationFactory
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.evaluation import Evaluation, EvaluationRequest, ModelScore
from modelforge.schemas.remark import Remark, by_sentence, remark, sentences
from modelforge.storage.atomic import publish_folder, write_json
from modelforge.storage.file_manager import FileManager
from modelforge.strategies.strategy import RunContext
from modelforge.tasks.watch import Watch
from modelforge.training.candidates import Candidate, fit
from modelforge.training.exam import Exam, set_exam
from modelforge.training.own_ways import in_own_ways, same_texts

OnProgress = Callable[[str, int, int], None]
"""(model, rows done, rows in all)."""


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
        exam = set_exam(request, files, scratch)
        compute = resolve_compute(exam.config)
        compute.apply()
        candidates = [Candidate.of(name, exam, files) for name in (request.against, request.model) if name]
        *others, last = candidates = fit(exam, in_own_ways(exam, candidates, files))
        *measured, (evaluator, scores) = (_measure(one, exam, compute, files, on_progress) for one in candidates)
        if note := untrained_remark(request.model, scores):
            exam.remarks.append(note)
        report = None
        for one, (_, other) in zip(others, measured, strict=True):
            report = evaluator.compare(*_comparable(other, scores, same_texts(one, last), exam.remarks))
        found = Evaluation(
            id=evaluation_id,
            created_at=datetime.now(UTC),
            model=request.model,
            against=request.against,
            task=exam.config.task,
            dataset=exam.config.dataset,
            run_id=exam.run.id if exam.run else None,
            rows=len(exam.rows),
            scores=model_scores(scores, exam.config),
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
    """Metric → its mean over rows with a bootstrap interval; macro F1 of classes; how well marks are told apart; the
    likelihood as the task has it."""
    how = Resampling.of(config)
    by_row = {name: np.array(values) for name, values in scores.scores.items() if values}
    if scores.likelihood_metric == "log_loss" and any(scores.tokens):
        tokens = np.array(scores.tokens)
        by_row["log_loss"] = np.array(scores.nll)[tokens > 0] / tokens[tokens > 0]
    found = {name: _score(compare_means(np.zeros_like(rows), rows, how), len(rows)) for name, rows in by_row.items()}
    if scores.classes and scores.answers:
        right, said, _ = numbered_classes(scores, scores)
        never_right = np.full_like(right, max(right.max(), said.max()) + 1)  # a class that nothing has
        found["macro_f1"] = _score(compare_macro_f1(right, never_right, said, how), len(said))
    if len(set(scores.marks)) == 2:
        good = np.array(scores.marks)  # which, taken for nats, make every bad answer the likelier one
        nats = np.array(scores.per_token, dtype=np.float64)
        found[TOLD_APART] = _score(compare_rankings(good, nats, good, how), len(good))
    counted = [(nll, count) for nll, count in zip(scores.nll, scores.counted, strict=True) if count]
    if counted and scores.likelihood_metric == "perplexity":
        mean = perplexity(sum(nll for nll, _ in counted), sum(count for _, count in counted))
        found["perplexity"] = ModelScore(value=mean, n=len(counted))
    return found


def _score(beside_nothing: Interval, rows: int) -> ModelScore:
    """A model's own figure, from its comparison with one that scores 0 everywhere."""
    return ModelScore(value=beside_nothing.tuned, ci95=(beside_nothing.low, beside_nothing.high), n=rows)


# The models


def _measure(
    one: Candidate, exam: Exam, compute: ResolvedCompute, files: FileManager, on_progress: OnProgress
) -> tuple[Evaluator, RowScores]:
    """Load a model, an adapter upon its base, and score every row; the model is let go again."""
    config, strategy = one.config, one.strategy
    if exam.run is not None and exam.spec is not None:
        strategy.enter(RunContext(exam.spec, exam.run, files, one.provider, compute, lambda: False))
    head = one.head
    model = one.provider.load_model(
        one.source,
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
    head.match(model, one.tokenizer)
    evaluator = strategy.evaluator(one.task, one.tokenizer, config)
    measured = evaluator.measure(model, exam.rows, watch=Watch(lambda done, total: on_progress(one.name, done, total)))
    del model
    gc.collect()  # the next one may need the memory
    return evaluator, measured


def _comparable(
    other: RowScores, scores: RowScores, same_texts: bool, remarks: list[Remark]
) -> tuple[RowScores, RowScores]:
    """Both without likelihoods where these are not of the same: a perplexity is one per token, of the same texts."""
    # Each is judged by the answer as its own chat template writes it; the report shows one of the two.
    other = other.model_copy(update={"references": scores.references})
    if other.tokens == scores.tokens and same_texts:
        return other, scores
    if scores.likelihood_metric != "perplexity":
        remarks.append(remark("log-losses-not-compared"))
    else:
        remarks.append(remark("perplexities-not-compared" if same_texts else "perplexities-of-other-texts"))
    none = {"tokens": (0,) * len(scores.tokens)}
    return other.model_copy(update=none), scores.model_copy(update=none)
