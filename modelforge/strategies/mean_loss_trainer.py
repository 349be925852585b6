"""transformers' `Trainer` for models that return the mean loss of their batch: T5, BART.

Imported inside functions: it loads transformers.
"""

from __future__ import annotations

from typing import Any

from transformers import Trainer

from modelforge.data.collator import IGNORED
from modelforge.strategies.token_mean import TokenMean


class MeanLossTrainer(TokenMean, Trainer):  # type: ignore[misc]
    """Accumulated batches weigh as one big batch.

    The stock trainer takes every model whose `forward` has `**kwargs` for one that divides its loss by the labels of
    the whole accumulated batch. These divide by the labels of their own batch, so that accumulating k batches would
    multiply the gradients by about k.
    """

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """The batch's share of the mean loss over all labels that one step sees.

        Args:
            num_items_in_batch: labels of the whole accumulated batch, as the stock trainer counts them.
        """
        labels = inputs.get("labels")
        if labels is not None and self.label_smoother is not None:
            return super().compute_loss(model, self._with_decoder_inputs(inputs), return_outputs, num_items_in_batch)
        loss, outputs = super().compute_loss(model, inputs, True, num_items_in_batch)
        if labels is not None and num_items_in_batch is not None:
            loss = loss * labels.ne(IGNORED).sum() / num_items_in_batch
        return (loss, outputs) if return_outputs else loss

    def _with_decoder_inputs(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """For smoothing the stock trainer takes the labels away, of which an encoder-decoder makes the decoder's input.

        With smoothing the stock trainer's own loss is the right share already.
        """
        model = self.accelerator.unwrap_model(self.model)
        if not model.config.is_encoder_decoder:
            return inputs
        return {**inputs, "decoder_input_ids": model.prepare_decoder_input_ids_from_labels(inputs["labels"])}
