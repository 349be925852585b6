"""One run, top to bottom: load → measure → adapt → train → measure → publish.

The engine knows no HTTP and no database: it gets a spec, a folder and two callables. What a stage has finished lies in
the folder, so that an attempt after a crash goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from modelforge.data.canonical_file import CanonicalRows
from modelforge.data.measured_rows import count_unmeasured, measured_tokens
from modelforge.data.preferences import sides_of
from modelforge.data.reasoned_answers import mostly_reason
from modelforge.data.token_store import read_tokens
from modelforge.evaluation.evaluator import Evaluator
from modelforge.evaluation.report_text import write_report
from modelforge.evaluation.row_scores import RowScores
from modelforge.hardware.compute import ResolvedCompute, resolve_compute
from modelforge.hardware.model_shape import ModelShape
from modelforge.hardware.utilization import utilization_of
from modelforge.providers.folder_digest import refuse_changed
from modelforge.providers.hub_fetch import OnBytes
from modelforge.providers.model_source import resolve_model
from modelforge.providers.provider import LoadOptions, ModelSource, Provider
from modelforge.providers.provider_factory import ProviderFactory
from modelforge.quantization.quantization_factory import QuantizationFactory
from modelforge.schemas.events import EventKind
from modelforge.schemas.remark import Remark, remark
from modelforge.schemas.report import EvaluationReport
from modelforge.schemas.run import RunSpec
from modelforge.settings import Settings
from modelforge.storage.atomic import write_json
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import RunFolder
from modelforge.storage.prepared_data import PreparedData
from modelforge.strategies.strategy import RunContext, Workbench
from modelforge.strategies.strategy_factory import StrategyFactory
from modelforge.strategies.trained_parameters import settle_parameters
from modelforge.strategies.warm_up import settle_warm_up
from modelforge.tasks.chat_template import asks_to_think
from modelforge.tasks.head import Head
from modelforge.tasks.task_factory import TaskFactory
from modelforge.tasks.watch import GenerationStopped, Watch
from modelforge.training.adapter_start import fix_start
from modelforge.training.held_out import held_out_rows
from modelforge.training.memory_record import MemoryMeter, compare_with_plan
from modelforge.training.stage_history import since_start
from modelforge.training.trained_state import TrainedState

Emit = Callable[[EventKind, dict[str, Any]], None]
Side = Literal["base", "tuned"]


@dataclass(frozen=True)
class EngineResult:
    """How the run ended."""

    status: Literal["succeeded", "stopped"]
    model_id: str | None = None


def run(spec: RunSpec, folder: RunFolder, emit: Emit, should_stop: Callable[[], bool]) -> EngineResult:
    """Carry out a run, from wherever an earlier attempt left it.

    Returns:
        `stopped` when `should_stop` became true: a checkpoint is there to resume from; else `succeeded`.

    Raises:
        ModelForgeException: the run cannot succeed; the hint says why and what to change.
    """
    bench = _Run(spec, folder, emit, should_stop)
    try:
        bench.load()
        base = bench.measure("base")
        bench.adapt()
        if not bench.train(base.seconds if base else 0.0):
            return EngineResult("stopped")
        report = bench.report(base, bench.measure("tuned"))
        bench.record_memory()
        return EngineResult("succeeded", bench.publish(report))
    except GenerationStopped:
        return EngineResult("stopped")


class _Run:
    """The stages of one run, and what they hand on."""

    model: Any
    tokenizer: Any
    base: ModelSource
    compute: ResolvedCompute
    meter: MemoryMeter
    head: Head
    evaluator: Evaluator

    def __init__(self, spec: RunSpec, folder: RunFolder, emit: Emit, should_stop: Callable[[], bool]) -> None:
        self.spec, self.folder, self.emit, self.should_stop = spec, folder, emit, should_stop
        self.config = spec.config
        self.files = FileManager(folder.home)
        self.data = PreparedData(folder.data)
        self.provider: Provider = ProviderFactory.create_provider(self.config.provider)
        self.strategy = StrategyFactory.create_strategy(self.config.strategy.name)
        self.task = TaskFactory.create_task(self.config.task)
        self.provider.activate()

    def load(self) -> None:
        """Tokenizer and model onto the device."""
        from transformers import set_seed

        self._stage("load", self.config.model)
        self.compute = resolve_compute(self.config)
        self.compute.apply()
        self.meter = MemoryMeter(self.compute.device)
        self.base = resolve_model(self.config.model, self.provider, self.files, self.spec.model_revision)
        refuse_changed(self.base, self.provider, self.config.model, self.spec.model_sha256)
        self.tokenizer = self.provider.load_tokenizer(self.base)
        shape = ModelShape.read(self.base.location, self.base.revision)
        self.task = self.task.for_model(shape).for_rows(CanonicalRows(self.data.rows("train")))
        self.strategy.enter(
            RunContext(self.spec, self.folder, self.files, self.provider, self.compute, self.should_stop)
        )
        self.head = self.strategy.head(self.task)
        self.evaluator = self.strategy.evaluator(self.task, self.tokenizer, self.config)
        self.provider.fetch(self.base, self._percent_by_percent())
        set_seed(self.config.seed)
        self.model = self.provider.load_model(
            self.base,
            self.head.model_class(),
            LoadOptions(
                device=self.compute.device,
                dtype=self.compute.weights_dtype(self.config.finetuning_type),
                attn_implementation=self.compute.attn_implementation,
                max_length=self.config.data.max_length + self.config.evaluation.max_new_tokens,
                quantization_config=QuantizationFactory.create_config(self.config.quantization, self.compute.dtype),
                head_arguments=self.head.arguments,
            ),
        )
        self.head.match(self.model, self.tokenizer)

    def measure(self, side: Side) -> RowScores | None:
        """Score the held-out rows; a side that an earlier attempt has scored is read from the folder."""
        scores = self.folder.scores(side)
        if scores.exists():
            return RowScores.model_validate_json(scores.read_bytes())
        rows = held_out_rows(self.data, self.config, reads=self.task.reads)
        if not rows:
            return None
        self._stage(f"measure the {side} model", remark("held-out-rows", count=len(rows)))
        watch = Watch(
            lambda done, total: self.emit("generation", {"phase": side, "done": done, "total": total}),
            self.should_stop,
        )
        began = time.monotonic()
        measured = self.evaluator.measure(self.model, rows, watch=watch)
        measured = measured.model_copy(update={"seconds": time.monotonic() - began})
        write_json(scores, measured.model_dump(mode="json"))
        return measured

    def adapt(self) -> None:
        """Fresh adapters, or all weights open to training."""
        from transformers import set_seed

        self._stage("adapt", self.config.finetuning_type)
        set_seed(self.config.seed)
        self.model = self.strategy.prepare_model(self.model, self.config, self.provider, self.head)

    def train(self, measuring_seconds: float) -> bool:
        """Train to the end, from the newest valid checkpoint where there is one. False: stopped on request.

        Args:
            measuring_seconds: what the measuring of the result will take, by that of the base.
        """
        fix_start(self.model, self.config, self.folder.adapter_start)
        state = TrainedState(self.folder, self.config, self.emit)
        if state.result is None:
            self._stage("train")
            trainer = self.strategy.create_trainer(self._workbench(measuring_seconds))
            settle_parameters(trainer, self.config)
            settle_warm_up(trainer, self.config)
            if not state.train(trainer, self.should_stop):
                return False
        state.load_result(self.model)
        return True

    def report(self, base: RowScores | None, tuned: RowScores | None) -> EvaluationReport | None:
        """Base against tuned, in figures and in words."""
        if base is None or tuned is None:
            return None
        report = self.evaluator.compare(base, tuned)
        whole = since_start(self.spec, self.files, tuned, self.evaluator)
        unmeasured = 0 if self.task.reads else count_unmeasured(self.data)
        report = report.model_copy(update={"since_start": whole, "unmeasured": unmeasured})
        write_report(report, self.folder.report_json)
        self.emit("report", report.model_dump(mode="json"))
        return report

    def record_memory(self) -> None:
        """The memory plan against what the run took."""
        compare_with_plan(self.folder, self.meter)

    def publish(self, report: EvaluationReport | None) -> str:
        """Put the model into the library, merged as well where asked."""
        from modelforge.training.merge import merge
        from modelforge.training.publish import publish

        self._stage("publish")
        manifest = publish(
            self.model,
            self.tokenizer,
            spec=self.spec,
            base=self.base,
            report=report,
            files=self.files,
            classes=self.task.classes,
            plain_prompts=self.task.is_plain(sides_of(CanonicalRows(self.data.rows("train"))[0])[0]),
            task=self.strategy.makes or self.config.task,
            mode=None if self.strategy.makes else self.task.mode,
            source_prefix=self.task.source_prefix(self.config),
            enable_thinking=mostly_reason(CanonicalRows(self.data.rows("train")))
            if asks_to_think(self.tokenizer.chat_template)
            else None,
        )
        self.emit("model", {"id": manifest.id})
        if self.config.output.merge:
            merged = merge(manifest.id, files=self.files, dtype=self.config.output.dtype)
            self.emit("model", {"id": merged.id})
        return manifest.id

    def _workbench(self, measuring_seconds: float) -> Workbench:
        from modelforge.training.callbacks import ProgressCallback, SaveAndStopCallback

        held_out = measured_tokens(self.data, self.config, reads=self.task.reads)
        return Workbench(
            config=self.config,
            compute=self.compute,
            task=self.task,
            head=self.head,
            model=self.model,
            tokenizer=self.tokenizer,
            train_rows=self.strategy.prepare_dataset(read_tokens(self.data.tokens("train")), self.config),
            validation_rows=held_out and self.strategy.prepare_dataset(held_out.remove_columns("row"), self.config),
            output_folder=self.folder.staging,
            callbacks=(
                ProgressCallback(
                    self.emit,
                    self.meter.now,
                    utilization_of(self.compute.device),
                    has_perplexity=self.strategy.learns_likelihood and not self.head.is_by_row,
                    seconds_after=measuring_seconds,
                ),
                SaveAndStopCallback(self.config.checkpointing),
                *self._samples(),
                *self._tensorboard(),
            ),
        )

    def _samples(self) -> tuple[Any, ...]:
        """Answers along the way, where the model that is trained is one that answers."""
        wanted = self.config.evaluation.sample_rows if self.config.evaluation.generate else 0
        if not wanted or self.head != self.task.head():
            return ()
        from modelforge.training.sample_answers import SampleCallback

        rows = held_out_rows(self.data, self.config, reads=self.task.reads, most=wanted)
        return (SampleCallback(self.task, self.tokenizer, self.config, rows, self.emit, self.should_stop),)

    def _tensorboard(self) -> tuple[Any, ...]:
        if not self.config.logging.tensorboard or Settings.from_environment().disable_tensorboard:
            return ()
        from torch.utils.tensorboard import SummaryWriter
        from transformers.integrations import TensorBoardCallback

        return (TensorBoardCallback(SummaryWriter(str(self.folder.tensorboard))),)

    def _percent_by_percent(self) -> OnBytes:
        """Tells how far the model's download is, no more often than in whole percent."""
        told = -1

        def tell(done: int, total: int) -> None:
            nonlocal told
            if (percent := 100 * done // max(total, 1)) > told:
                told = percent
                self.emit("download", {"done": done, "total": total})

        return tell

    def _stage(self, name: str, detail: str | Remark | None = None) -> None:
        said = {"remark": detail.model_dump(mode="json")} if isinstance(detail, Remark) else {}
        text = detail.sentence if isinstance(detail, Remark) else detail
        self.emit("stage", {"name": name, "detail": text, **said} if text else {"name": name})
