"""TRL's sampling trainers as ModelForge needs them: fed with ids, resumable to the bit, and willing to stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from modelforge.tasks.generation import all_end_token_ids
from modelforge.tasks.watch import GenerationStopped

SAMPLED = "sampled.safetensors"
"""In a checkpoint: the answers that further passes are to be made over."""
PATIENCE = 10.0
"""Seconds that a step may still take to end by itself, and be saved, once a stop is asked for."""


def sampling(base: Any, should_stop: Callable[[], bool]) -> Any:
    """A subclass of `GRPOTrainer` or `RLOOTrainer`.

    Its rows hold prompts as ids, which are used as they are. The order of an epoch follows from the seed and the number
    of the epoch, where TRL's goes on from one epoch to the next and so starts anew when a run is resumed. Answers that
    take long are given up when a stop is asked for: the run goes on from its newest checkpoint. A checkpoint between
    two passes over the same answers holds those answers.
    """
    from trl.trainer.utils import RepeatSampler

    class EpochSampler(RepeatSampler):  # type: ignore[misc]
        def set_epoch(self, epoch: int) -> None:
            self.generator.manual_seed(self.seed + epoch)

    class Sampling(base):  # type: ignore[misc]
        def _tokenize_prompts(self, prompts: list[list[int]]) -> tuple[list[list[int]], None, dict[str, Any]]:
            return prompts, None, {}

        def _get_train_sampler(self, dataset: Any = None) -> Any:
            made = super()._get_train_sampler(dataset)
            return EpochSampler(
                made.data_source, made.mini_repeat_count, made.batch_size, made.repeat_count, made.shuffle, made.seed
            )

        def _generate_single_turn(self, *arguments: Any, **named: Any) -> Any:
            with Impatience(self.model, should_stop):
                return super()._generate_single_turn(*arguments, **named)

        def _save_checkpoint(self, model: Any, trial: Any) -> None:
            super()._save_checkpoint(model, trial)
            folder = Path(self._get_output_dir(trial=trial)) / f"checkpoint-{self.state.global_step}"
            every = self.args.steps_per_generation * self.num_iterations
            _write_sampled(folder, self._buffered_inputs, self._step, every)

        def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
            super()._load_optimizer_and_scheduler(checkpoint)
            self._buffered_inputs, self._step = _read_sampled(checkpoint, self.args.device)

    return Sampling


def end_where_answers_end(trainer: Any, model: Any, tokenizer: Any) -> None:
    """Let sampled answers end with the same tokens as the product's own, whatever the model's config names."""
    ends = all_end_token_ids(model, tokenizer)
    trainer.eos_token_ids = ends
    trainer.generation_config.eos_token_id = ends
    trainer.generation_kwargs["eos_token_id"] = ends


def _write_sampled(checkpoint: Path, batches: list[dict[str, Any]] | None, step: int, every: int) -> None:
    """Keep the answers that a further pass is due over; `every` steps new ones are sampled."""
    from safetensors.torch import save_file

    if step % every == 0 or batches is None:
        return
    tensors = {  # each a copy: all batches share the tensor of how many tokens they train
        f"{at}.{name}": value.clone().contiguous() for at, batch in enumerate(batches) for name, value in batch.items()
    }
    save_file(tensors, checkpoint / SAMPLED, metadata={"step": str(step)})


def _read_sampled(checkpoint: str | None, device: Any) -> tuple[list[dict[str, Any]] | None, int]:
    """The answers of a checkpoint and the step within them, or none and 0: the next step samples anew."""
    from safetensors import safe_open

    if checkpoint is None or not (path := Path(checkpoint) / SAMPLED).exists():
        return None, 0
    batches: dict[int, dict[str, Any]] = {}
    with safe_open(path, "pt") as file:
        for key in file.keys():  # noqa: SIM118 - it is not a mapping
            at, _, name = key.partition(".")
            batches.setdefault(int(at), {})[name] = file.get_tensor(key).to(device)
        return [batches[at] for at in sorted(batches)], int(file.metadata()["step"])


class Impatience:
    """While it is entered, the model refuses to write on some seconds after a stop was asked for."""

    def __init__(self, model: Any, should_stop: Callable[[], bool]) -> None:
        self.model, self.should_stop = model, should_stop
        self.asked: float | None = None

    def __enter__(self) -> None:
        self.hook = self.model.register_forward_pre_hook(self._look)

    def __exit__(self, *_: Any) -> None:
        self.hook.remove()

    def _look(self, *_: Any) -> None:
        if self.asked is None and self.should_stop():
            self.asked = time.monotonic()
        if self.asked is not None and time.monotonic() - self.asked > PATIENCE:
            raise GenerationStopped
