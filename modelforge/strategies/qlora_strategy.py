"""QLoRA: adapters on a frozen, quantised base."""

from __future__ import annotations

from typing import ClassVar

from modelforge.strategies.sft_strategy import SftStrategy


class QloraStrategy(SftStrategy):
    """SFT on a quantised base (Dettmers et al. 2023, https://arxiv.org/abs/2305.14314).

    Where a recipe says neither, the schema turns on 4 bits and, except on a Mac, the paged optimizer in 8 bits. The
    provider loads the base quantised. All else is SFT.
    """

    name: ClassVar[str] = "qlora"
