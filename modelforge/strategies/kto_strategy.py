"""Kahneman-Tversky optimisation on TRL's trainer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar

from modelforge.data.marked_answers import MarkedCollator, MarkedEncoder, marked_sides
from modelforge.evaluation.mark_evaluator import MarkEvaluator
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.strategies import KtoConfig
from modelforge.schemas.dataset import Shape
from modelforge.schemas.preflight import Finding
from modelforge.strategies.dropout import keep_adapter_dropout_alone
from modelforge.strategies.frozen_reference import switch_off_for_reference
from modelforge.strategies.strategy import TrainingStrategy, Workbench
from modelforge.strategies.trainer_arguments import trainer_arguments, trainer_parts
from modelforge.tasks.task import CanonicalRow, Task

IDEAL = (1.0, 4 / 3)
"""What the good answers may weigh together, as a multiple of the bad ones (equation 8 of the paper)."""


class KtoStrategy(TrainingStrategy):
    """Make answers marked good likelier and those marked bad less likely, relative to the frozen starting model.

    Ethayarajh et al. 2024, https://arxiv.org/abs/2402.01306.
    """

    name: ClassVar[str] = "kto"
    shapes: ClassVar[tuple[Shape, ...]] = ("unpaired_preference", "preference")

    def encoder(self, task: Task, tokenizer: Any, config: TrainingConfig) -> MarkedEncoder:
        """Answers one by one, each with its mark."""
        return MarkedEncoder(task, tokenizer, config)

    def collator(self, task: Task, tokenizer: Any, config: TrainingConfig) -> MarkedCollator:  # noqa: ARG002
        """The answers of a batch, and its prompts with one another's answers."""
        return MarkedCollator(
            tokenizer.pad_token_id, most=config.data.max_length, mismatched=_kto(config).loss_type == "kto"
        )

    def evaluator(self, task: Task, tokenizer: Any, config: TrainingConfig) -> MarkEvaluator:
        """How often the model's likelihoods have moved as the marks ask."""
        return MarkEvaluator(task, tokenizer, config)

    def findings(self, rows: Iterable[CanonicalRow], config: TrainingConfig) -> list[Finding]:
        """What is wrong with the balance of good and bad answers."""
        marks = [good for row in rows for _, good in marked_sides(row)]
        return balance_findings(sum(marks), len(marks) - sum(marks), _kto(config))

    def create_trainer(self, bench: Workbench) -> Any:
        """TRL's `KTOTrainer` on answers that are tokenised already, so that nothing is rendered a second time."""
        from trl import KTOConfig as TrlConfig
        from trl import KTOTrainer

        class PreparedAnswers(KTOTrainer):  # type: ignore[misc]
            def _prepare_dataset(self, dataset: Any, *_: Any) -> Any:
                return dataset

        keep_adapter_dropout_alone(bench.model)
        strategy = _kto(bench.config)
        arguments = TrlConfig(
            **trainer_arguments(bench),
            beta=strategy.beta,
            loss_type=strategy.loss_type,
            desirable_weight=strategy.desirable_weight,
            undesirable_weight=strategy.undesirable_weight,
            disable_dropout=False,  # ours leaves that of the adapters
            max_length=None,
        )
        rows = bench.train_rows
        collator = replace(
            self.collator(bench.task, bench.tokenizer, bench.config), spares=(rows[0], rows[len(rows) // 2])
        )
        trainer = PreparedAnswers(args=arguments, **trainer_parts(bench, collator))
        # TRL insists on the order of the file because it pairs prompts with other answers there; our collator does that
        # within the batch, so rows can be shuffled as they should.
        trainer.args.train_sampling_strategy = "random"
        switch_off_for_reference(bench.model)
        return trainer


def balance_findings(good: int, bad: int, strategy: KtoConfig) -> list[Finding]:
    """Warnings: one kind of answer is missing, or the two weigh far from what the paper recommends."""
    if not good or not bad:
        return [
            Finding(
                truth="marks-balanced",
                severity="warning",
                message=f"Every answer is marked {'good' if good else 'bad'}: there is nothing to tell apart.",
                fix="Add answers with the other mark, or use strategy: sft on good answers alone.",
                code="all-marked-good" if good else "all-marked-bad",
            )
        ]
    weighs = good * strategy.desirable_weight / (bad * strategy.undesirable_weight or 1e-9)
    if IDEAL[0] * 0.75 <= weighs <= IDEAL[1] * 1.25:
        return []
    low, high = (ratio * bad * strategy.undesirable_weight / good for ratio in IDEAL)
    return [
        Finding(
            truth="marks-balanced",
            severity="warning",
            message=f"{good:,} good answers weigh {weighs:.2g} times as much as {bad:,} bad ones; the paper recommends "
            f"{IDEAL[0]:g} to {IDEAL[1]:.2g}.",
            fix=f"Set strategy.desirable_weight between {low:.2g} and {high:.2g}.",
            code="marks-unbalanced",
            params={
                "good": good,
                "bad": bad,
                "times": float(f"{weighs:.2g}"),
                "least": IDEAL[0],
                "most": float(f"{IDEAL[1]:.2g}"),
                "low": float(f"{low:.2g}"),
                "high": float(f"{high:.2g}"),
            },
        )
    ]


def _kto(config: TrainingConfig) -> KtoConfig:
    assert isinstance(config.strategy, KtoConfig)
    return config.strategy
