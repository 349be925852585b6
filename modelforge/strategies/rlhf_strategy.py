"""Reinforcement learning from rewards on TRL's GRPO and RLOO trainers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, cast

import orjson

from modelforge.data.canonical_file import read_canonical_bytes
from modelforge.data.measured_rows import measured_tokens
from modelforge.data.prompts import PromptCollator, PromptEncoder
from modelforge.evaluation.answer_evaluator import AnswerEvaluator, answer_to
from modelforge.evaluation.rewards.reward import Reward
from modelforge.evaluation.rewards.reward_factory import rule_rewards
from modelforge.evaluation.rewards.reward_model import model_reward
from modelforge.exceptions import ConfigurationError
from modelforge.providers.provider import Provider
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.rlhf import RlhfConfig
from modelforge.schemas.dataset import Shape
from modelforge.schemas.preflight import Finding
from modelforge.storage.file_manager import FileManager
from modelforge.storage.prepared_data import PreparedData
from modelforge.strategies.dropout import keep_adapter_dropout_alone
from modelforge.strategies.frozen_reference import switch_off_for_reference
from modelforge.strategies.reward_library import RewardModelReads, check_reward_model, load_reward_model
from modelforge.strategies.strategy import RunContext, TrainingStrategy, Workbench
from modelforge.strategies.trainer_arguments import trainer_arguments
from modelforge.tasks.causal_task import CausalTask
from modelforge.tasks.generation import all_end_token_ids
from modelforge.tasks.padding import pad_token_id
from modelforge.tasks.task import CanonicalRow, Task


class RlhfStrategy(TrainingStrategy):
    """Sample answers, score them, and make the better ones likelier, on a leash to the frozen starting model.

    GRPO: Shao et al. 2024, https://arxiv.org/abs/2402.03300. RLOO: Ahmadian et al. 2024,
    https://arxiv.org/abs/2402.14740. The starting model is the trained one with its adapter switched off.
    """

    name: ClassVar[str] = "rlhf"
    shapes: ClassVar[tuple[Shape, ...]] = (
        "prompt_only",
        "preference",
        "unpaired_preference",
        "input_output",
        "summary",
        "question_answering",
        "alpaca",
        "sharegpt",
        "messages",
        "prompt_completion",
    )

    run: RunContext
    rewards: list[Reward]
    judge: RewardModelReads | None = None

    def check(self, config: TrainingConfig, files: FileManager, provider: Provider, tokenizer: Any) -> None:
        """Refuse a run without rewards, a reward model that cannot judge this model's answers, and a tokenizer that
        has nothing to pad them with."""
        strategy = _rlhf(config)
        if not strategy.has_rewards:
            raise ConfigurationError(
                "Nothing says what answers are rewarded for.",
                hint="List rules under strategy.rewards, or name a reward model of the library with "
                "strategy.reward_model; `strategy: reward` trains one from pairs.",
                code="no-rewards-named",
            )
        pad_token_id(tokenizer)
        if strategy.reward_model is not None:
            self.judge = check_reward_model(strategy.reward_model, files, provider, tokenizer)

    def findings(self, rows: Iterable[CanonicalRow], config: TrainingConfig) -> list[Finding]:
        """Whether there are as many prompts as a step samples answers to, since with fewer no step would ever be made;
        and whether the reward model reads them as it was trained to."""
        rows = list(rows)
        prompts, needed = len(rows), _prompts_in_a_step(config)
        judged = self.judge.findings(rows) if self.judge else []
        if not 0 < prompts < needed:
            return judged
        return [
            *judged,
            Finding(
                truth="prompts-for-a-step",
                severity="error",
                message=f"A step samples answers to {needed:,} prompts, and there are {prompts:,} to train on.",
                fix="Add prompts, lower optimization.per_device_train_batch_size or "
                "optimization.gradient_accumulation_steps, or raise strategy.num_generations.",
                code="too-few-prompts",
                params={"needed": needed, "prompts": prompts},
            ),
        ]

    def tokens_to_come(self, config: TrainingConfig) -> int:
        """The longest answer."""
        return _rlhf(config).max_completion_length

    def steps_in_epoch(self, dataset: Any, config: TrainingConfig) -> int:
        """Answers are sampled to whole groups of prompts alone, and gone over `strategy.num_iterations` times."""
        return len(dataset) // _prompts_in_a_step(config) * _rlhf(config).num_iterations

    def enter(self, run: RunContext) -> None:
        """Keep hold of the run: its rows, its reward file, its library."""
        self.run = run

    def encoder(self, task: Task, tokenizer: Any, config: TrainingConfig) -> PromptEncoder:
        """Prompts alone."""
        return PromptEncoder(_causal(task), tokenizer, config, _rlhf(config).max_completion_length)

    def collator(self, task: Task, tokenizer: Any, config: TrainingConfig) -> PromptCollator:  # noqa: ARG002
        """Prompts as they are."""
        return PromptCollator()

    def evaluator(self, task: Task, tokenizer: Any, config: TrainingConfig) -> AnswerEvaluator:
        """What the model's own answers are worth."""
        strategy, folder = _rlhf(config), self.run.folder
        python_file = folder.reward_file if folder.reward_file.exists() else None
        self.rewards = rule_rewards(strategy.rewards, python_file, self.run.spec.reward_sha256)
        if strategy.reward_model is not None:
            model = load_reward_model(strategy.reward_model, self.run, tokenizer)
            size = config.evaluation.per_device_eval_batch_size
            self.rewards.append(model_reward(model, tokenizer.pad_token_id, name="model", batch_size=size))
        return AnswerEvaluator(_causal(task), tokenizer, config, self.rewards)

    def create_trainer(self, bench: Workbench) -> Any:
        """TRL's trainer on prompts that are tokenised already, so that nothing is rendered a second time."""
        from datasets import Dataset
        from trl import GRPOConfig, GRPOTrainer, RLOOConfig, RLOOTrainer

        from modelforge.strategies.sampling import end_where_answers_end, sampling

        keep_adapter_dropout_alone(bench.model)
        strategy, task = _rlhf(bench.config), _causal(bench.task)
        ends = all_end_token_ids(bench.model, bench.tokenizer)
        base, settings = (GRPOTrainer, GRPOConfig) if strategy.algorithm == "grpo" else (RLOOTrainer, RLOOConfig)
        data = PreparedData(self.run.folder.data)
        held_out = measured_tokens(data, bench.config)
        trainer = sampling(base, self.run.should_stop)(
            model=bench.model,
            reward_funcs=[_scored(reward, task, bench.tokenizer, ends) for reward in self.rewards],
            args=settings(
                **trainer_arguments(bench), **_knobs(strategy), reward_weights=[r.weight for r in self.rewards]
            ),
            processing_class=bench.tokenizer,
            train_dataset=_prompts(Dataset.from_file(str(data.tokens("train"))), data.rows("train")),
            eval_dataset=held_out and _prompts(held_out, data.rows("validation")),
            callbacks=list(bench.callbacks),
        )
        end_where_answers_end(trainer, bench.model, bench.tokenizer)
        if strategy.beta and bench.config.finetuning_type == "lora":
            switch_off_for_reference(bench.model)
        return trainer


def _prompts_in_a_step(config: TrainingConfig) -> int:
    """Each of them is answered `strategy.num_generations` times."""
    optimization = config.optimization
    answers = optimization.per_device_train_batch_size * optimization.gradient_accumulation_steps
    return answers // _rlhf(config).num_generations


def _knobs(strategy: RlhfConfig) -> dict[str, Any]:
    shared = {
        "num_generations": strategy.num_generations,
        "num_generations_eval": 1,
        "max_completion_length": strategy.max_completion_length,
        "temperature": strategy.temperature,
        "top_p": strategy.top_p,
        "beta": strategy.beta,
        "epsilon": strategy.epsilon,
        "num_iterations": strategy.num_iterations,
        "disable_dropout": False,  # ours leaves that of the adapters
    }
    if strategy.algorithm == "rloo":
        return shared
    return {
        **shared,
        "loss_type": strategy.loss_type,
        "scale_rewards": strategy.scale_rewards,
        "mask_truncated_completions": strategy.mask_truncated_completions,
    }


def _prompts(tokens: Any, canonical: Path) -> Any:
    """The trainer's dataset: `prompt`, ids, and `canonical`, the row that it came from, as bytes."""
    rows = dict(read_canonical_bytes(canonical))
    return tokens.rename_column("input_ids", "prompt").add_column(
        "canonical", [rows[number] for number in tokens["row"]]
    )


def _scored(reward: Reward, task: CausalTask, tokenizer: Any, ends: Sequence[int]) -> Callable[..., list[float]]:
    """A reward as TRL calls it: prompts and answers as ids, and the dataset's other columns.

    The texts that TRL would hand over hold the end token where a tokenizer does not call it special.
    """

    def score(
        prompts: Sequence[list[int]],
        completion_ids: Sequence[list[int]],
        canonical: Sequence[bytes],
        **_: Any,
    ) -> list[float]:
        answers = [
            answer_to(task, orjson.loads(row), tokenizer, ends, prompt, ids)
            for row, prompt, ids in zip(canonical, prompts, completion_ids, strict=True)
        ]
        return reward.score(answers)

    score.__name__ = reward.name
    return score


def _rlhf(config: TrainingConfig) -> RlhfConfig:
    assert isinstance(config.strategy, RlhfConfig)
    return config.strategy


def _causal(task: Task) -> CausalTask:
    if not task.head().is_causal:
        raise ConfigurationError(
            f"Answers to {task.name} are not sampled token by token.",
            hint="Use a causal model, or strategy: sft.",
            code="answers-not-sampled",
            params={"task": task.name},
        )
    return cast(CausalTask, task)
