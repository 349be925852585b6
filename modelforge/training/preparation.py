"""From a config to prepared data: rows read, checked, split, tokenised, stored and planned for, before any training."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, islice
from pathlib import Path
from typing import Any

from modelforge.data.canonical_file import read_canonical
from modelforge.data.collator import padded_width
from modelforge.data.materialise import materialise
from modelforge.data.preflight import Preflight
from modelforge.data.source import resolve_dataset
from modelforge.data.split import split_rows, write_split
from modelforge.data.token_store import write_tokens
from modelforge.exceptions import ConfigurationError
from modelforge.hardware.fitness import trainable_shape
from modelforge.hardware.memory import plan_memory
from modelforge.hardware.model_shape import ModelShape
from modelforge.providers.folder_digest import digest_of_folder
from modelforge.providers.model_source import resolve_model
from modelforge.providers.provider_factory import ProviderFactory
from modelforge.quantization.quantization_factory import QuantizationFactory
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.support import READING, why_not
from modelforge.schemas.config.unheeded import Known, Unheeded, unheeded
from modelforge.schemas.dataset import Shape, ValidationReport
from modelforge.schemas.plan import MemoryPlan
from modelforge.schemas.preflight import Finding, PreflightReport, PreviewToken, RowPreview
from modelforge.storage.file_manager import FileManager
from modelforge.storage.prepared_data import PreparedData, SplitName
from modelforge.strategies.reward_library import refuse_as_base
from modelforge.strategies.strategy_factory import StrategyFactory
from modelforge.strategies.warm_up import warm_up_findings
from modelforge.tasks.features import MarkedToken
from modelforge.tasks.head import Head
from modelforge.tasks.task import Task, row_named
from modelforge.tasks.task_factory import TaskFactory
from modelforge.training.split_notes import leakage_notes, split_notes

HEEDED = "settings-are-heeded"
"""The truth that every key which is set changes something."""


@dataclass(frozen=True)
class Preparation:
    """What was found out about a run before it starts."""

    checked: PreflightReport
    """The verdict of the preflight, but for the keys that change nothing."""
    plan: MemoryPlan
    validation: ValidationReport
    dataset_sha256: str | None
    model_commit: str | None = None
    """Of a hub model: the commit whose tokenizer made the tokens, and whose shape was planned for."""
    model_sha256: str | None = None
    """Of a model in a folder: what it was then."""
    unheeded: tuple[Unheeded, ...] = ()
    """Keys that are set and change nothing."""

    @property
    def preflight(self) -> PreflightReport:
        """The whole verdict; keys that change nothing are a warning."""
        findings = (*self.checked.findings, *_unheeded_findings(self.unheeded))
        return self.checked.model_copy(update={"findings": findings})


def prepare(config: TrainingConfig, files: FileManager, destination: Path) -> Preparation:
    """Read, check, split and tokenise all rows into `destination`; hold them against the training truths; plan memory.

    Raises:
        ProviderError: the model cannot be used.
        DatasetValidationError: the data has errors, each named by line.
        ConfigurationError: model, data and config do not go together.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    destination.mkdir(parents=True, exist_ok=True)
    data = PreparedData(destination)
    provider = ProviderFactory.create_provider(config.provider)
    task = TaskFactory.create_task(config.task)
    source = resolve_model(config.model, provider, files, config.model_revision)
    refuse_as_base(source)
    QuantizationFactory.check(config)
    source = provider.pin(source)
    provider.validate_model_access(source)
    digest = digest_of_folder(source, provider)
    tokenizer = provider.load_tokenizer(source)
    shape = trainable_shape(config, source.location, source.revision)
    task = task.for_model(shape)
    _refuse_by_kind(config, task)
    strategy = StrategyFactory.create_strategy(config.strategy.name)
    strategy.check(config, files, provider, tokenizer)
    validation, notes = _rows(config, files, strategy.shapes or task.shapes, data)
    task = task.for_rows(read_canonical(data.rows("train")))
    head = strategy.head(task)
    _refuse_smoothing(config, head)
    provider.check_fit(source, config, head)
    encoder = strategy.encoder(task, tokenizer, config)
    preflight = Preflight(encoder, strategy.collator(task, tokenizer, config), shape.vocab_size)
    for split in _splits(data):
        numbered = ((int(row["row"]), row) for row in read_canonical(data.rows(split)))
        write_tokens(data.tokens(split), encoder.columns, preflight.usable(numbered, split))
    to_come = strategy.tokens_to_come(config)
    longest = max(preflight.longest, 1) + to_come
    trained = (row for row in read_canonical(data.rows("train")) if int(row["row"]) not in preflight.untrained)
    return Preparation(
        checked=preflight.report(
            [
                *notes,
                *task.findings(),
                *strategy.findings(trained, config),
                *warm_up_findings(strategy, data.tokens("train"), config),
                *_beyond_positions(preflight.longest, shape),
                *_targets_beyond_positions(preflight.label_span, shape),
            ]
        ),
        plan=plan_memory(
            config,
            shape,
            padded_width(longest, config.data.max_length),
            labelled=preflight.label_span + to_come,
        ),
        validation=validation,
        dataset_sha256=validation.sha256,
        model_commit=source.revision,
        model_sha256=digest,
        unheeded=unheeded(config, Known(shape.layout, validation.shape, source.revision is not None)),
    )


def _unheeded_findings(found: Sequence[Unheeded]) -> list[Finding]:
    """One warning that names every key which is set and changes nothing."""
    if not found:
        return []
    keys = sum(len(one.keys) for one in found)
    many = "1 setting has" if keys == 1 else f"{keys} settings have"
    remedies = "; or ".join(dict.fromkeys(one.remedy for one in found))
    return [
        Finding(
            truth=HEEDED,
            severity="warning",
            message=f"{many} no effect in this run. {' '.join(one.message for one in found)}",
            fix=f"Leave {'it' if keys == 1 else 'them'} out, or {remedies}.",
            total=keys,
            code="settings-unheeded",
            params={"count": keys, "keys": ", ".join(key for one in found for key in one.keys)},
        )
    ]


def _refuse_by_kind(config: TrainingConfig, task: Task) -> None:
    """Hold a task of a plug-in that writes nothing against the table of what cannot be right together, as the bundled
    ones are, which stand in it by their names."""
    if task.writes_answers:
        return
    if refusal := why_not(config, task=READING[0]):
        raise ConfigurationError(
            f"The task {config.task} writes no answers but reads with a head, and that does not go with the recipe: "
            f"{refusal.reason}.",
            hint="Change that in the recipe.",
            code="task-against-recipe",
            params={"task": config.task, "refusal": refusal.code},
        )


def _refuse_smoothing(config: TrainingConfig, head: Head) -> None:
    """Refuse what the recipe asks for and this head's loss would not heed: the trainer smooths `labels` alone."""
    if config.optimization.label_smoothing_factor and "labels" not in head.label_names:
        raise ConfigurationError(
            "label_smoothing_factor has no effect on a head that marks where an answer stands.",
            hint="Set optimization.label_smoothing_factor: 0.",
            code="smoothing-not-on-spans",
        )


def _beyond_positions(longest: int, shape: ModelShape) -> Iterator[Finding]:
    """Rows that are longer than what the model was made for."""
    limit = shape.position_limit
    known = limit or (None if shape.layout == "encoder-decoder" else shape.max_positions)  # T5's are relative
    if known is None or longest <= known:
        return
    meant = f"has positions for {known:,} alone" if limit else f"was made for {known:,}: beyond that it gets worse"
    yield Finding(
        truth="rows-within-positions",
        severity="error" if limit else "warning",
        message=f"The longest row has {longest:,} tokens, and the model {meant}.",
        fix=f"Set data.max_length to {known:,} or less, or choose a model with a longer context.",
        code="rows-beyond-positions" if limit else "rows-beyond-made-for",
        params={"longest": longest, "limit": known},
    )


def _targets_beyond_positions(longest: int, shape: ModelShape) -> Iterator[Finding]:
    """Targets that are longer than the positions of an encoder-decoder, which has as many on either side."""
    limit = shape.position_limit
    if shape.layout != "encoder-decoder" or limit is None or longest <= limit:
        return
    yield Finding(
        truth="targets-within-positions",
        severity="error",
        message=f"The longest target has {longest:,} tokens, and the model has positions for {limit:,} alone.",
        fix=f"Set data.max_target_length to {limit:,} or less, or choose a model with a longer context.",
        code="targets-beyond-positions",
        params={"longest": longest, "limit": limit},
    )


def preview(
    config: TrainingConfig, files: FileManager, rows: int, most_tokens: int | None = None, first: int = 1
) -> list[RowPreview]:
    """Some rows, each token marked as the trainer would treat it: both sides of a pair, all windows of a text.

    Args:
        most_tokens: how many tokens of each are shown; None shows all.
        first: the number of the row to begin with; where it is left out, the one behind it.
    """
    provider = ProviderFactory.create_provider(config.provider)
    task = TaskFactory.create_task(config.task)
    model = resolve_model(config.model, provider, files, config.model_revision)
    tokenizer = provider.load_tokenizer(model)
    task = task.for_model(ModelShape.read(model.location, model.revision))
    strategy = StrategyFactory.create_strategy(config.strategy.name)
    with files.scratch() as scratch:
        canonical = PreparedData(scratch).rows("train")
        source = resolve_dataset(config.dataset, files, config.dataset_revision)
        materialise(source, config.data, strategy.shapes or task.shapes, canonical)
        task = task.for_rows(read_canonical(canonical))
        behind = dropwhile(lambda row: int(row["row"]) < first, read_canonical(canonical))
        chosen = list(islice(behind, rows))
    encoder = strategy.encoder(task, tokenizer, config)
    shown = []
    for row in chosen:
        with row_named(int(row["row"])):
            made = encoder.features(row)
        shown += [
            RowPreview(
                row=int(row["row"]),
                tokens=_preview_tokens(tokens[:most_tokens], tokenizer),
                more=len(tokens) - len(tokens[:most_tokens]),
            )
            for features in made
            for tokens in features.marked()
        ]
    return shown


def _rows(
    config: TrainingConfig, files: FileManager, shapes: tuple[Shape, ...], data: PreparedData
) -> tuple[ValidationReport, list[Finding]]:
    """Canonical rows of both sides of the split, and what was noticed on the way."""
    options = config.data
    source = resolve_dataset(config.dataset, files, config.dataset_revision)
    with files.scratch() as scratch:
        whole = PreparedData(scratch).rows("train")
        report = materialise(source, options, shapes, whole)
        split = split_rows(
            whole,
            0.0 if options.validation_dataset else options.validation_split,
            config.seed,
            max_samples=options.max_samples,
            drop_duplicates=options.drop_duplicates,
        )
        write_split(whole, split, data.rows("train"), data.rows("validation"), data.split)
    notes = split_notes(split, data.rows("validation"))
    if options.validation_dataset:
        other = resolve_dataset(options.validation_dataset, files, None)
        materialise(other, options, shapes, data.rows("validation"))
        notes += leakage_notes(data.rows("train"), data.rows("validation"), apart=True)
    return report.model_copy(update={"near_duplicates": split.near_duplicates}), notes


def _splits(data: PreparedData) -> tuple[SplitName, ...]:
    return ("train", "validation") if data.has_validation else ("train",)


def _preview_tokens(tokens: Sequence[MarkedToken], tokenizer: Any) -> tuple[PreviewToken, ...]:
    return tuple(PreviewToken(id=token.id, text=tokenizer.decode([token.id]), role=token.role) for token in tokens)
