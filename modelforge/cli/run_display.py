"""What a terminal shows of a run: checks, plan, progress, report, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from modelforge.cli.amounts import duration, gib
from modelforge.schemas.config import ParsedConfig, TrainingConfig
from modelforge.schemas.config.stages import ParsedStages
from modelforge.schemas.events import Event
from modelforge.schemas.plan import MemoryPlan
from modelforge.schemas.preflight import PreflightReport
from modelforge.schemas.report import EvaluationReport
from modelforge.schemas.run import RunStage
from modelforge.storage.atomic import read_json

if TYPE_CHECKING:
    from modelforge.storage.file_manager import FileManager
    from modelforge.storage.folders import RunFolder

BESIDE_THE_LOSS = {
    "perplexity": "perplexity",
    "reward": "reward",
    "reward_margin": "margin",
    "reward_accuracy": "right pairs",
    "kl": "KL",
}
"""What an evaluation may have measured → its name in prose."""
TO_ANSWER = ("modelforge chat {model}", "talk to it")
TO_READ = ('modelforge predict {model} "…"', "ask it")
TO_FIND = ('modelforge predict {model} "…" --context "…"', "ask it")
TO_JUDGE = ("modelforge train -c RECIPE strategy.reward_model={model}", "a recipe of rlhf, judged by it")
WAYS = {"chat": TO_ANSWER, "text": TO_ANSWER, "labels": TO_READ, "span": TO_FIND, None: TO_JUDGE}
"""What to do with a model, by how it is asked; one that is not asked scores answers."""
TO_MERGE = ("modelforge merge {model}", "one model without an adapter")
MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red")}


class Display(Protocol):
    """What a command tells about a run, while it goes on."""

    def begin(self, parsed: ParsedConfig | ParsedStages) -> None: ...
    def prepared(self, preflight: PreflightReport, plan: MemoryPlan) -> None: ...
    def stage(self, stage: RunStage) -> None: ...
    def created(self, folder: RunFolder) -> None: ...
    def event(self, event: Event) -> None: ...
    def ended(self, result: dict[str, Any], files: FileManager) -> None: ...


class JsonDisplay:
    """One JSON object per line: the run's events, then the result."""

    def begin(self, parsed: ParsedConfig | ParsedStages) -> None:
        """Other spellings, as notices."""
        for notice in parsed.notices:
            self._line({"kind": "notice", "data": {"text": notice}})

    def prepared(self, preflight: PreflightReport, plan: MemoryPlan) -> None:
        """Preflight and plan, as events."""
        self._line({"kind": "preflight", "data": preflight.model_dump(mode="json")})
        self._line({"kind": "plan", "data": plan.model_dump(mode="json")})

    def stage(self, stage: RunStage) -> None:
        """Which stage of a recipe comes now."""
        self._line({"kind": "recipe_stage", "data": stage.model_dump(mode="json")})

    def created(self, folder: RunFolder) -> None:
        """The preflight and the plan that the run was made with."""
        self._line({"kind": "run", "data": {"id": folder.id, "folder": str(folder.root)}})
        self._line({"kind": "preflight", "data": read_json(folder.preflight)})
        self._line({"kind": "plan", "data": read_json(folder.plan)})

    def event(self, event: Event) -> None:
        """The event as it stands in `events.jsonl`."""
        self._line(event.model_dump(mode="json"))

    def ended(self, result: dict[str, Any], files: FileManager) -> None:  # noqa: ARG002 - the display's contract
        """The result of the run."""
        self._line({"kind": "result", "data": result})

    @contextmanager
    def working(self, _what: str) -> Iterator[None]:
        """Nothing to show."""
        yield

    @contextmanager
    def following(self) -> Iterator[None]:
        """Nothing to show."""
        yield

    def _line(self, document: dict[str, Any]) -> None:
        import json

        typer.echo(json.dumps(document, ensure_ascii=False, default=str))


class RunDisplay:
    """Words, a progress bar and tables."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:>4.0f}/{task.total:.0f}"),
            TextColumn("{task.fields[figures]}"),
            console=self.console,
        )
        self.bars: dict[str, TaskID] = {}

    def begin(self, parsed: ParsedConfig | ParsedStages) -> None:
        """What is trained on what, and on which machine."""
        from modelforge.hardware.detector import detect

        machine = detect()
        for notice in parsed.notices:
            self.console.print(Text(f"Note: {notice}", style="yellow"))
        devices = ", ".join(f"{gpu.name} ({gib(gpu.free_bytes)} free)" for gpu in machine.accelerators)
        memory = f"{machine.cores} cores, {gib(machine.memory_available_bytes)} memory free"
        self._fact("Hardware", f"{devices + '; ' if devices else 'no GPU; '}{memory}")
        if isinstance(parsed, ParsedConfig):
            self._fact("Job", job(parsed.config))
            return
        for number, stage in enumerate(parsed.stages, 1):
            self._fact(f"Stage {number}", f"{stage.name}: {job(stage.config)}")

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """A spinner for work whose end is not known."""
        with self.console.status(f"{what} …"):
            yield

    def stage(self, stage: RunStage) -> None:
        """Which stage of a recipe comes now."""
        self.console.print(Text(f"\n{stage.words.capitalize()}", style="bold"))

    def created(self, folder: RunFolder) -> None:
        """The checks and the plan that the run was made with."""
        self.prepared(
            PreflightReport.model_validate(read_json(folder.preflight)),
            MemoryPlan.model_validate(read_json(folder.plan)),
        )
        self._fact("Run", folder.id)

    def prepared(self, preflight: PreflightReport, plan: MemoryPlan) -> None:
        """The verdict of the preflight and the memory plan."""
        self._preflight(preflight)
        self._plan(plan)

    @contextmanager
    def following(self) -> Iterator[None]:
        """The progress bars of a run, live."""
        with self.progress:
            yield

    def event(self, event: Event) -> None:
        """Show an event where it belongs."""
        show = getattr(self, f"_on_{event.kind}", None)
        if show:
            show(event.data)

    def ended(self, result: dict[str, Any], files: FileManager) -> None:
        """The report, where the model is, and what to try next."""
        from modelforge.evaluation.report_text import renderable

        run_id, model_id = result["run_id"], result["model_id"]
        if result["status"] != "success":
            self.console.print(f"\nStopped. Its checkpoint is kept; go on with: modelforge runs resume {run_id}")
            return
        self.console.print()
        if result["report"]:
            self.console.print(renderable(EvaluationReport.model_validate(result["report"])))
        else:
            self.console.print("No rows were held out, so nothing shows whether the model got better.")
        self._memory(files.run(run_id))
        self._fact("Model", str(files.model(model_id).root))
        if result["next_run_id"] is not None:
            return
        self.console.print("\nTry next:")
        manifest = files.model(model_id).read_manifest()
        use = WAYS[manifest.mode]
        merge = [TO_MERGE] if manifest.kind == "adapter" and not manifest.scores else []
        for command, why in (use, *merge, (f"modelforge runs show {run_id}", "this report again")):
            command = command.format(model=model_id)
            self.console.print(f"  {command:<58} {why}", soft_wrap=True)

    # Events

    def _on_stage(self, data: dict[str, Any]) -> None:
        detail = f": {data['detail']}" if data.get("detail") else ""
        self.progress.console.print(Text(f"· {data['name']}{detail}", style="dim"))

    def _on_download(self, data: dict[str, Any]) -> None:
        self._bar("download", data["done"], data["total"], f"{gib(data['done'])} of {gib(data['total'])}")

    def _on_generation(self, data: dict[str, Any]) -> None:
        self._bar(f"{data['phase']} answers", data["done"], data["total"], "")

    def _on_progress(self, data: dict[str, Any]) -> None:
        parts = [f"loss {data['loss']:.4f}"]
        if data.get("tokens_per_second"):
            parts.append(f"{data['tokens_per_second']:,.0f} tokens/s")
        if data.get("seconds_left") is not None and data["step"] < data["total_steps"]:  # else it would stay there
            parts.append(f"{duration(data['seconds_left'])} left")
        self._bar("training", data["step"], data["total_steps"], " · ".join(parts))

    def _on_evaluation(self, data: dict[str, Any]) -> None:
        known = (f", {label} {data[name]:.3f}" for name, label in BESIDE_THE_LOSS.items() if name in data)
        self.progress.console.print(Text(f"  step {data['step']}: held-out loss {data['loss']:.4f}{''.join(known)}"))

    def _on_samples(self, data: dict[str, Any]) -> None:
        """The first of the rows, in one line."""
        if data["rows"]:
            row = data["rows"][0]
            right = " ✓" if row["answer"].strip() == row["expected"].strip() else ""
            line = f"  step {data['step']}: {_one_line(row['prompt'])} → {_one_line(row['answer'])}{right}"
            self.progress.console.print(Text(line, style="dim"), overflow="ellipsis", no_wrap=True)

    def _on_notice(self, data: dict[str, Any]) -> None:
        self.progress.console.print(Text(f"Note: {data['text']}", style="yellow"))

    def _bar(self, name: str, done: float, total: float, figures: str) -> None:
        if name not in self.bars:
            self.bars[name] = self.progress.add_task(f"{name:<14}", total=total, figures="")
        self.progress.update(self.bars[name], completed=done, total=total, figures=figures)

    # Parts

    def _preflight(self, report: PreflightReport) -> None:
        worst = "error" if not report.ok else "ok"
        mark, colour = MARKS[worst]
        self._fact(
            "Preflight",
            f"[{colour}]{mark}[/] {report.rows:,} rows to train, {report.validation_rows:,} held out, "
            f"{report.trained_tokens:,} of {report.tokens:,} tokens trained, "
            f"longest row {report.lengths.maximum:,} tokens",
        )
        for finding in report.findings:
            if finding.severity != "ok":
                mark, colour = MARKS[finding.severity]
                fix = f" {finding.fix}" if finding.fix else ""
                self.console.print(Text(f"             {mark} {finding.message}{fix}", style=colour))
        held = sum(finding.severity == "ok" for finding in report.findings)
        self.console.print(Text(f"             {held} training truths hold for every row", style="dim"))

    def _plan(self, plan: MemoryPlan) -> None:
        parts = [(name, getattr(plan.parts, name)) for name in type(plan.parts).model_fields]
        listed = ", ".join(f"{name} {gib(size)}" for name, size in parts if size)
        fits = "fits" if plan.fits else "[red]does not fit[/]"
        self._fact(
            "Memory plan",
            f"{gib(plan.total_bytes)} of {gib(plan.available_bytes)} on {plan.device}: {fits} ({listed}); "
            f"largest micro-batch {plan.largest_micro_batch}",
        )
        for advice in plan.advice:
            self.console.print(Text(f"             → {advice.message}"))

    def _memory(self, folder: RunFolder) -> None:
        if not folder.memory.exists():
            return
        measured = read_json(folder.memory)
        self._fact(
            "Memory",
            f"took {gib(measured['measured_bytes'])}, planned {gib(measured['planned_bytes'])} "
            f"({measured['relative_error']:+.0%})",
        )

    def _fact(self, name: str, text: str) -> None:
        table = Table.grid(padding=(0, 1, 0, 0))
        table.add_column(width=12, style="bold")
        table.add_column(overflow="fold")
        table.add_row(name, text)
        self.console.print(table)


def _one_line(text: str, most: int = 60) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def job(config: TrainingConfig) -> str:
    """What is done to which model on which data."""
    return f"{config.strategy.name} ({config.finetuning_type}) of {config.model} on {config.dataset}"
