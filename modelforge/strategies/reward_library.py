"""Reward models of the library: whether one can judge a model's answers, and loading it for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelforge.data.conversations import Message
from modelforge.data.prompts import prompt_row
from modelforge.exceptions import ConfigurationError
from modelforge.providers.provider import LoadOptions, ModelSource, Provider
from modelforge.schemas.preflight import Finding
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import ModelFolder
from modelforge.strategies.reward_strategy import SCORE
from modelforge.strategies.strategy import RunContext
from modelforge.tasks.chat_rendering import render_prompt
from modelforge.tasks.task import CanonicalRow
from modelforge.tasks.text_generation import TextGeneration

PROBES: tuple[list[Message], ...] = (
    [{"role": "user", "content": "Hello?"}],
    [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello?"}],
    [
        {"role": "user", "content": "Hello?"},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "And now?"},
    ],
)


@dataclass(frozen=True)
class RewardModelReads:
    """What a reward model was trained to read. It is given the very ids that the judged model reads and writes."""

    model_id: str
    plain: bool
    """Texts as they are, and no conversations."""
    same_template: bool
    """Whether its chat template writes conversations as that of the model that it is to judge."""

    def findings(self, rows: Sequence[CanonicalRow]) -> list[Finding]:
        """Rows whose prompts it would read in a form that it was not trained on, and so score at random."""
        plain = [TextGeneration().is_plain(prompt_row(row)) for row in rows]
        if others := sum(one != self.plain for one in plain):
            knows, reads = ("bare texts", "conversations") if self.plain else ("conversations", "bare texts")
            return [
                Finding(
                    truth="reward-model-reads-as-trained",
                    severity="error",
                    message=f"The reward model {self.model_id} was trained on {knows}, and {others:,} of "
                    f"{len(plain):,} prompts are {reads}.",
                    fix="Name a reward model that was trained on pairs of the same form, or give the prompts its form.",
                    code="reward-model-other-prompts",
                    params={"model": self.model_id, "others": others, "prompts": len(plain)},
                )
            ]
        if self.same_template or all(plain):
            return []
        return [
            Finding(
                truth="reward-model-reads-as-trained",
                severity="error",
                message=f"The chat template of the reward model {self.model_id} writes conversations differently from "
                "this model's.",
                fix="Train the reward model on the model that it is to judge, or on one of its family with the same "
                "chat template.",
                code="reward-model-other-template",
                params={"model": self.model_id},
            )
        ]


def check_reward_model(model_id: str, files: FileManager, provider: Provider, tokenizer: Any) -> RewardModelReads:
    """Refuse what is no reward model, or reads other tokens than the model that it is to judge.

    Returns:
        In which form it reads prompts, for `findings` once the rows are known.

    Raises:
        NotFoundError: there is no such model in the library.
        ConfigurationError: it is no reward model, or has another vocabulary.
    """
    folder = files.model(model_id)
    manifest = folder.read_manifest()
    if not manifest.scores:
        raise ConfigurationError(
            f"{model_id} is a model for {manifest.task}, not a reward model.",
            hint="Train one from pairs of answers with strategy: reward.",
            code="no-reward-model",
            params={"model": model_id, "task": manifest.task},
        )
    own = provider.load_tokenizer(ModelSource(str(folder.root)))
    if own.get_vocab() != tokenizer.get_vocab():
        raise ConfigurationError(
            f"The reward model {model_id} reads other tokens than this model writes.",
            hint="Train the reward model on the same base, or on one of its family.",
            code="reward-model-of-other-tokens",
            params={"model": model_id},
        )
    same = all(_written(own, probe) == _written(tokenizer, probe) for probe in PROBES)
    return RewardModelReads(model_id, manifest.plain_prompts, same)


def _written(tokenizer: Any, messages: list[Message]) -> str | None:
    """A conversation as a template writes it, without reasoning; nothing where it refuses such a one."""
    try:
        return render_prompt(tokenizer, messages, thinking=False)
    except ConfigurationError:
        return None


def refuse_as_base(source: ModelSource) -> None:
    """Refuse a reward model where a model that writes answers is wanted. Raises ConfigurationError."""
    if source.folder is None or not (model := ModelFolder(source.folder)).manifest.exists():
        return
    if model.read_manifest().scores:
        raise ConfigurationError(
            f"{model.id} is a reward model: it scores answers and writes none.",
            hint="Train on the model that it was made from, and name this one as strategy.reward_model.",
            code="reward-model-writes-none",
            params={"model": model.id},
        )


def load_reward_model(model_id: str, run: RunContext, tokenizer: Any) -> Any:
    """The reward model on the run's device, its adapter merged in memory, frozen.

    Raises:
        NotFoundError, ConfigurationError: it is gone, or has become another since the run was checked.
    """
    check_reward_model(model_id, run.files, run.provider, tokenizer)
    options = LoadOptions(
        device=run.compute.device, dtype=run.compute.weights_dtype("lora"), head_arguments=SCORE.arguments
    )
    source = ModelSource(str(run.files.model(model_id).root))
    model = run.provider.load_model(source, SCORE.model_class(), options)
    SCORE.match(model, tokenizer)
    return model.requires_grad_(False).eval()
