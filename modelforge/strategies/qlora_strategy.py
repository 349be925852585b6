"""QLoRA: adapters on a frozen 4-bit base."""

from __future__ import annotations

from typing import ClassVar

from modelforge.strategies.sft_strategy import SftStrategy


class QloraStrategy(SftStrategy):
    """SFT on a quantised base (Dettmers et al. 2023, https://arxiv.org/abs/2305.14314).

    The schema turns on 4 bits; the provider loads the base quantised and prepares it for adapters.
    """

    name: ClassVar[str] = "qlora"
