"""Strategy name → strategy."""

from __future__ import annotations

from typing import ClassVar

from modelforge.exceptions import ConfigurationError
from modelforge.strategies.dpo_strategy import DpoStrategy
from modelforge.strategies.kto_strategy import KtoStrategy
from modelforge.strategies.qlora_strategy import QloraStrategy
from modelforge.strategies.reward_strategy import RewardStrategy
from modelforge.strategies.rlhf_strategy import RlhfStrategy
from modelforge.strategies.sft_strategy import SftStrategy
from modelforge.strategies.strategy import TrainingStrategy


class StrategyFactory:
    """One line per strategy."""

    strategies: ClassVar[dict[str, type[TrainingStrategy]]] = {
        SftStrategy.name: SftStrategy,
        QloraStrategy.name: QloraStrategy,
        DpoStrategy.name: DpoStrategy,
        KtoStrategy.name: KtoStrategy,
        RewardStrategy.name: RewardStrategy,
        RlhfStrategy.name: RlhfStrategy,
    }

    @classmethod
    def create_strategy(cls, name: str) -> TrainingStrategy:
        """The strategy called `name`.

        Raises:
            ConfigurationError: there is no such strategy.
        """
        if name not in cls.strategies:
            raise ConfigurationError(f"There is no strategy {name!r}.", hint=f"Known: {', '.join(cls.strategies)}.")
        return cls.strategies[name]()
