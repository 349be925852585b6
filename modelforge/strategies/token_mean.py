"""The held-out loss of a trainer, as the report measures it: nats per labelled token over all rows, not smoothed."""

from __future__ import annotations

from typing import Any

from modelforge.data.collator import IGNORED


class TokenMean:
    """Beside a transformers `Trainer` that returns the mean loss of a batch over its labels.

    The stock loop takes the mean over batches, so that its figure depends on how rows are batched and packed, and
    smooths labels as in training. Here each batch weighs by its labels, and nothing is smoothed.
    """

    _nats = 0.0
    _labelled = 0

    def evaluation_loop(
        self,
        dataloader: Any,
        description: str,
        prediction_loss_only: bool | None = None,
        ignore_keys: list[str] | None = None,
        metric_key_prefix: str = "eval",
    ) -> Any:
        """As the stock loop, with the loss over all labels. Rows without `labels` keep the stock loop's."""
        self._nats, self._labelled = 0.0, 0
        smoother, self.label_smoother = self.label_smoother, None  # type: ignore[has-type]
        try:
            found = super().evaluation_loop(  # type: ignore[misc]
                dataloader, description, prediction_loss_only, ignore_keys, metric_key_prefix
            )
        finally:
            self.label_smoother = smoother
        if self._labelled:
            found.metrics[f"{metric_key_prefix}_loss"] = self._nats / self._labelled
        return found

    def prediction_step(
        self, model: Any, inputs: dict[str, Any], prediction_loss_only: bool, ignore_keys: list[str] | None = None
    ) -> Any:
        """As the stock step; counts the batch."""
        labels = inputs.get("labels")
        labelled = 0 if labels is None else int(labels.ne(IGNORED).sum())
        found = super().prediction_step(model, inputs, prediction_loss_only, ignore_keys)  # type: ignore[misc]
        if labelled:
            self._nats += float(found[0]) * labelled
            self._labelled += labelled
        return found
