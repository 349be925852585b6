"""The model's side of one answer: ids in, scores of the next token out, with what was read so far kept in a cache."""

from __future__ import annotations

from typing import Any

from modelforge.tasks.generation import keeps_logits
from modelforge.tasks.seq2seq_generation import decoder_begin


class Writer:
    """A causal language model that writes on behind its prompt."""

    def __init__(self, model: Any, prompt: list[int]) -> None:
        self._model = model
        self._cache: Any = None
        self.begin = prompt
        """The ids that the first call is given."""

    @classmethod
    def of(cls, model: Any, prompt: list[int]) -> Writer:
        """The writer for this kind of model."""
        return EncoderDecoderWriter(model, prompt) if model.config.is_encoder_decoder else cls(model, prompt)

    def logits(self, fresh: list[int]) -> Any:
        """Scores [vocabulary] of the token behind `fresh`, the ids that came since the last call."""
        import torch

        with torch.no_grad():
            result = self._forward(torch.tensor([fresh], device=self._model.device))
        self._cache = result.past_key_values
        return result.logits[0, -1]

    def _forward(self, ids: Any) -> Any:
        last_only = {"logits_to_keep": 1} if keeps_logits(self._model) else {}
        return self._model(input_ids=ids, past_key_values=self._cache, use_cache=True, **last_only)


class EncoderDecoderWriter(Writer):
    """An encoder-decoder: it reads the prompt once, and the decoder begins as its settings say."""

    def __init__(self, model: Any, prompt: list[int]) -> None:
        super().__init__(model, decoder_begin(model))
        self._prompt = prompt
        self._read: Any = None

    def _forward(self, ids: Any) -> Any:
        """The encoder runs inside the first pass, so that it too is the tuned model's or the base's as asked."""
        import torch

        known = {"encoder_outputs": self._read} if self._read is not None else {}
        source = torch.tensor([self._prompt], device=self._model.device)
        result = self._model(
            input_ids=source, decoder_input_ids=ids, past_key_values=self._cache, use_cache=True, **known
        )
        self._read = (result.encoder_last_hidden_state,)
        return result
