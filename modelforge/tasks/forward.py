"""Outputs of a head that says one thing of a whole row, for many rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from modelforge.data.encoder_collator import EncoderCollator
from modelforge.schemas.config import TrainingConfig
from modelforge.tasks.batches import longest_first, of_size
from modelforge.tasks.features import Features
from modelforge.tasks.generation import evaluating
from modelforge.tasks.watch import UNWATCHED, Watch


def outputs(
    model: Any,
    rows: Sequence[Features],
    targets: tuple[str, ...],
    config: TrainingConfig,
    watch: Watch = UNWATCHED,
) -> Iterator[tuple[int, dict[str, Any]]]:
    """(row, the model's logits for it, by name): each in fp32 on the CPU, without the batch's dimension.

    Rows are passed in order of length; a row's outputs do not depend on its batch beyond rounding. Outputs over the
    sequence are as long as the batch was wide.

    Args:
        targets: columns that the model is not shown, since it is asked for them.

    Raises:
        GenerationStopped: the watch asks to stop; it is asked before every pass.
    """
    # Any id pads: the mask says what is padding, and decoders look for the id that they were told.
    pad = model.config.get_text_config().pad_token_id or 0
    collator = EncoderCollator(pad, targets, most=config.data.max_length)
    order = longest_first([row.kept_tokens for row in rows])
    with evaluating(model):
        for batch in watch.over(of_size(order, config.evaluation.per_device_eval_batch_size), len(rows)):
            made = collator([rows[row].columns for row in batch])
            shown = {name: tensor.to(model.device) for name, tensor in made.items() if name not in targets}
            said = {name: value.float().cpu() for name, value in model(**shown).items() if name.endswith("logits")}
            for at, row in enumerate(batch):
                yield row, {name: tensor[at] for name, tensor in said.items()}
