"""Reward models of the library: whether one can judge a model's answers, and loading it for that."""

from __future__ import annotations

from typing import Any

from modelforge.exceptions import ConfigurationError
from modelforge.providers.provider import LoadOptions, ModelSource, Provider
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import ModelFolder
from modelforge.strategies.reward_strategy import SCORE, RewardStrategy
from modelforge.strategies.strategy import RunContext


def check_reward_model(model_id: str, files: FileManager, provider: Provider, tokenizer: Any) -> None:
    """Refuse what is no reward model, or reads other tokens than the model that it is to judge.

    Raises:
        NotFoundError: there is no such model in the library.
        ConfigurationError: it is no reward model, or has another vocabulary.
    """
    folder = files.model(model_id)
    if (task := folder.read_manifest().task) != RewardStrategy.makes:
        raise ConfigurationError(
            f"{model_id} is a model for {task}, not a reward model.",
            hint="Train one from pairs of answers with strategy: reward.",
        )
    if provider.load_tokenizer(ModelSource(str(folder.root))).get_vocab() != tokenizer.get_vocab():
        raise ConfigurationError(
            f"The reward model {model_id} reads other tokens than this model writes.",
            hint="Train the reward model on the same base, or on one of its family.",
        )


def refuse_as_base(source: ModelSource) -> None:
    """Refuse a reward model where a model that writes answers is wanted. Raises ConfigurationError."""
    if source.folder is None or not (model := ModelFolder(source.folder)).manifest.exists():
        return
    if model.read_manifest().task == RewardStrategy.makes:
        raise ConfigurationError(
            f"{model.id} is a reward model: it scores answers and writes none.",
            hint="Train on the model that it was made from, and name this one as strategy.reward_model.",
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
    model.config.get_text_config().pad_token_id = tokenizer.pad_token_id
    return model.requires_grad_(False).eval()
