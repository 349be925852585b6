"""Outputs of a head that says one thing of a whole row, for many rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from modelforge.tasks.features import Collator, Features
from modelforge.tasks.generation import evaluating
from modelforge.tasks.watch import UNWATCHED, Watch


def outputs(
    model: Any,
    rows: Sequence[Features],
    collator: Collator,
    targets: Sequence[str],
    *,
    batch_size: int,
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
    order = sorted(range(len(rows)), key=lambda row: -rows[row].kept_tokens)
    done = 0
    with evaluating(model):
        for start in range(0, len(order), batch_size):
            watch.check()
            batch = order[start : start + batch_size]
            made = collator([rows[row].columns for row in batch])
            shown = {name: tensor.to(model.device) for name, tensor in made.items() if name not in targets}
            said = {name: value.float().cpu() for name, value in model(**shown).items() if name.endswith("logits")}
            for at, row in enumerate(batch):
                yield row, {name: tensor[at] for name, tensor in said.items()}
            done += len(batch)
            watch.on_progress(done, len(rows))
