"""Logits → the next token, by the sampling settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelforge.inference.refusals import scores_not_numbers
from modelforge.schemas.sampling import Sampling

COLDEST = 1e-4
"""Below this temperature the likeliest token is as good as certain, and dividing by it would leave fp32."""
LARGEST = 1e30


class NextToken:
    """Chooses tokens for one answer; with a seed, the same ones every time."""

    def __init__(self, sampling: Sampling, device: Any) -> None:
        import torch
        from transformers import LogitsProcessorList, RepetitionPenaltyLogitsProcessor
        from transformers.generation.logits_process import (
            TemperatureLogitsWarper,
            TopKLogitsWarper,
            TopPLogitsWarper,
        )

        self._greedy = sampling.temperature < COLDEST
        self._processors = LogitsProcessorList()
        if sampling.repetition_penalty != 1:
            self._processors.append(RepetitionPenaltyLogitsProcessor(sampling.repetition_penalty))
        if not self._greedy:
            self._processors.append(TemperatureLogitsWarper(sampling.temperature))
            if sampling.top_k:
                self._processors.append(TopKLogitsWarper(sampling.top_k))
            if sampling.top_p < 1:
                self._processors.append(TopPLogitsWarper(sampling.top_p))
        # On the CPU, so that a seed means the same on every device.
        self._generator = torch.Generator()
        if sampling.seed is None:
            self._generator.seed()
        else:
            self._generator.manual_seed(sampling.seed)
        self._device = device

    def choose(self, logits: Any, ids: Sequence[int]) -> int:
        """The token to put behind `ids`, prompt included; `logits`: [vocabulary].

        Raises:
            ConflictError: the logits are not numbers.
        """
        import torch

        scores = logits.float()[None]
        if self._processors:
            scores = self._processors(torch.tensor([list(ids)], device=self._device), scores)
        if self._greedy:
            likeliest = scores[0].argmax()  # a score that is not a number is the highest of all
            if scores[0, likeliest].isnan():
                raise scores_not_numbers()
            return int(likeliest)
        likely = scores[0].clamp(-LARGEST, LARGEST).softmax(dim=-1).cpu()
        if likely.isnan().any():
            raise scores_not_numbers()
        return int(torch.multinomial(likely, 1, generator=self._generator))
