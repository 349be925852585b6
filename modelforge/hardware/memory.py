"""How many bytes a run takes at its fullest moment, part by part, and what fits.

A run is a row of moments, and its peak is the largest of them:

    head        all activations are kept, and the loss works on its tile of logits
    layer       all activations are kept, and the last layer's gradients are computed
    gradients   all gradients are there, and the backward pass ends with the first layer
    reference   all activations are kept, and the frozen model is asked about the same batch
    step        all gradients are there, and the optimizer updates the largest weight
    sampling    reinforcement learning writes the answers of a step, with keys and values cached
    scoring     the held-out rows' likelihood, before and after training
    evaluation  the held-out loss, in between
    generation  answers are written, with keys and values cached

Weights, adapters and the optimizer's state are there in all of them. Sizes follow transformers' and TRL's code; see
`activations` for a layer and `logits` for the loss.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from modelforge.hardware.activations import Pass, Training, backward_bytes, checkpointed_layer_bytes, layer_bytes
from modelforge.hardware.advice import advise
from modelforge.hardware.compute import ResolvedCompute, resolve_compute
from modelforge.hardware.detector import detect
from modelforge.hardware.logits import ROW_OUTPUTS, Head, evaluation_bytes, scoring_bytes, training_bytes
from modelforge.hardware.model_shape import ModelShape
from modelforge.hardware.runtime import runtime_bytes
from modelforge.hardware.states import States, states_of
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.plug_ins import PROVIDERS, registered
from modelforge.schemas.config.rlhf import RlhfConfig
from modelforge.schemas.hardware import Hardware
from modelforge.schemas.plan import MemoryParts, MemoryPlan

FILL = 0.95
"""The share of free memory that a plan may fill: the rest is the plan's own error."""
LARGEST_BATCH = 4096
EAGER_ONLY = frozenset({"deberta", "deberta-v2", "gemma2", "mpnet"})
"""Families whose attention PyTorch's fused one does not compute: they cap the scores inside, or add to them."""


@dataclass(frozen=True)
class _Moment:
    """What is there at one moment beside weights, adapters, optimizer state and runtime. Bytes."""

    name: str
    gradients: int = 0
    activations: int = 0
    logits: int = 0

    @property
    def total(self) -> int:
        return self.gradients + self.activations + self.logits


def plan_memory(
    config: TrainingConfig,
    shape: ModelShape,
    sequence_length: int,
    hardware: Hardware | None = None,
    *,
    labelled: int | None = None,
    runtime: int | None = None,
) -> MemoryPlan:
    """The memory that training `config` takes, and the largest micro-batch that fits.

    Args:
        config: the run.
        shape: the sizes of its model, one that can be trained: see `trainable_shape`.
        sequence_length: tokens of the longest row after cutting.
        hardware: where it is to run; default: this machine, now.
        labelled: tokens of a sequence from its first label on, at most; default: every token has one.
        runtime: bytes taken before the model is loaded, where they were measured; default: see `runtime_bytes`.

    Raises:
        HardwareError: the config asks for a device or number type that this machine has not got.
    """
    hardware = hardware or detect()
    compute = resolve_compute(config, hardware)
    base = runtime_bytes(compute.device) if runtime is None else runtime
    available = compute.accelerator.free_bytes if compute.accelerator else hardware.memory_available_bytes

    def parts(candidate: TrainingConfig, length: int) -> tuple[str, MemoryParts]:
        return fullest_moment(candidate, shape, length, compute, base, labelled)

    moment, needed = parts(config, sequence_length)
    largest = _largest_batch(lambda batch: parts(_with_batch(config, batch), sequence_length)[1].total, available)
    fits = fits_into(needed.total, available)
    states = states_of(config, shape, compute)
    return MemoryPlan(
        device=compute.device,
        parts=needed,
        total_bytes=needed.total,
        available_bytes=available,
        fits=fits,
        micro_batch=config.optimization.per_device_train_batch_size,
        sequence_length=sequence_length,
        largest_micro_batch=largest,
        parameters=shape.parameters,
        is_exact=shape.is_exact,
        trainable_parameters=states.trainable,
        moment=moment,
        advice=() if fits else advise(config, sequence_length, available, FILL, lambda c, n: parts(c, n)[1].total),
    )


def fits_into(total: int, free: int) -> bool:
    """Whether a run that takes `total` bytes fits into `free` ones, with room for the plan's own error."""
    return total <= FILL * free


def fullest_moment(
    config: TrainingConfig,
    shape: ModelShape,
    sequence_length: int,
    compute: ResolvedCompute,
    runtime: int,
    labelled: int | None = None,
) -> tuple[str, MemoryParts]:
    """The name of the moment at which the run takes the most, and what it consists of. Arguments as `plan_memory`."""
    states = states_of(config, shape, compute)
    moments = (
        *_training_moments(config, shape, sequence_length, compute, states, labelled),
        *_sampling_moments(config, shape, sequence_length, compute),
        *_measuring_moments(config, shape, sequence_length, compute, labelled),
    )
    fullest = max(moments, key=lambda moment: moment.total)
    parts = MemoryParts(
        weights=states.weights * _models(config),
        adapters=states.adapters,
        gradients=fullest.gradients,
        optimizer=states.optimizer,
        activations=fullest.activations,
        logits=fullest.logits,
        runtime=runtime,
    )
    return fullest.name, parts


def _training_moments(
    config: TrainingConfig,
    shape: ModelShape,
    length: int,
    compute: ResolvedCompute,
    states: States,
    labelled: int | None,
) -> tuple[_Moment, ...]:
    forward = training_pass(config, shape, length, compute, labelled)
    training = Training(
        full=config.finetuning_type == "full",
        rank=config.lora.r,
        lora_dropout=config.lora.lora_dropout,
        dora=config.lora.use_dora,
        fused=registered(PROVIDERS)[config.provider].fuses_layers,
    )
    kept, working, last = _activations(config, shape, forward, training)
    accumulated = states.gradients if config.optimization.gradient_accumulation_steps > 1 else 0
    head = _head(config, shape, trained=training.full)
    # The loss of an encoder-decoder is transformers' own, which makes all logits, in about as many copies as smoothing.
    whole = shape.layout == "encoder-decoder" or config.optimization.label_smoothing_factor > 0
    logits = training_bytes(head, _written(config, shape, forward), smoothed=whole)
    head_gradient = head.weight_bytes if training.full else 0
    before_layers = max(accumulated, head_gradient)
    asked = (
        max(backward_bytes(block, forward) for block in shape.anatomy.blocks) if config.strategy.has_reference else 0
    )
    return (
        _Moment("reference", accumulated, kept + states.casts + asked, evaluation_bytes(head, forward) if asked else 0),
        _Moment("head", accumulated + head_gradient, kept + states.casts, logits),
        _Moment("layer", before_layers, kept + max(states.casts, states.layer_casts) + working),
        _Moment("gradients", states.gradients, states.layer_casts + last),
        _Moment("step", states.gradients, states.step_workspace),
    )


def training_pass(
    config: TrainingConfig, shape: ModelShape, length: int, compute: ResolvedCompute, labelled: int | None = None
) -> Pass:
    """The forward pass of training. Packed rows lie in one sequence as long as the whole batch; a pair is two."""
    batch = config.optimization.per_device_train_batch_size * config.strategy.sequences_per_row
    packed, drops = config.strategy.packing, config.strategy.keeps_base_dropout
    return Pass(
        batch=1 if packed else batch,
        sequence=batch * config.data.max_length if packed else length,
        width=4 if compute.precision == "fp32" else 2,
        masked=packed or batch > 1,
        attention=compute.attn_implementation or ("eager" if shape.model_type in EAGER_ONLY else "sdpa"),
        attention_dropout=shape.attention_dropout if drops else 0.0,
        hidden_dropout=shape.hidden_dropout if drops else 0.0,
        is_cpu=compute.device == "cpu",
        labelled=None if packed else labelled,
    )


def _activations(config: TrainingConfig, shape: ModelShape, forward: Pass, training: Training) -> tuple[int, int, int]:
    """Bytes kept until the backward pass; the most that one layer's backward pass adds; and what the last one holds."""
    targets = config.lora.target_modules
    adapted = shape.adapted(targets)
    passes = [_written(config, shape, forward) if block.is_cross else forward for block, _ in adapted]
    whole = [layer_bytes(block, linears, one, training) for (block, linears), one in zip(adapted, passes, strict=True)]
    gradients = [backward_bytes(block, one, training) for (block, _), one in zip(adapted, passes, strict=True)]
    last = max(layer + gradient for layer, gradient in zip(whole, gradients, strict=True))
    outside = 2 * shape.hidden_size * forward.tokens * forward.width
    if config.compute.gradient_checkpointing:
        kept = sum(
            block.layers * checkpointed_layer_bytes(block, one, training)
            for (block, _), one in zip(adapted, passes, strict=True)
        )
        # Unsloth's inputs go to the main memory and back on streams of their own, whose blocks come free late.
        on_their_way = 3 * outside if training.fused else 0
        return kept + outside + on_their_way, last, last
    kept = sum(block.layers * layer for (block, _), layer in zip(adapted, whole, strict=True))
    return kept + outside, max(gradients), last


def _head(config: TrainingConfig, shape: ModelShape, *, trained: bool) -> Head:
    """One output per word, or a few where the head says one thing of a whole row."""
    from modelforge.tasks.task_factory import TaskFactory

    by_row = config.strategy.scores_rows or TaskFactory.create_task(config.task).for_model(shape).head().is_by_row
    return Head(ROW_OUTPUTS if by_row else shape.vocab_size, shape.hidden_size, trained=trained)


def _written(config: TrainingConfig, shape: ModelShape, forward: Pass) -> Pass:
    """The pass of what is written: of an encoder-decoder the answers alone, each of which may be as long as allowed."""
    if shape.layout != "encoder-decoder":
        return forward
    return replace(forward, sequence=config.data.max_target_length, labelled=None)


def _measuring_moments(
    config: TrainingConfig, shape: ModelShape, length: int, compute: ResolvedCompute, labelled: int | None
) -> tuple[_Moment, ...]:
    """Without gradients only one layer's activations are there at a time."""
    batch = config.evaluation.per_device_eval_batch_size
    one_pass = training_pass(_with_batch(config, 1), shape, length, compute, labelled)
    forward = replace(one_pass, batch=batch, sequence=length, masked=batch > 1)
    head = _head(config, shape, trained=False)
    passing = max(backward_bytes(block, forward) for block in shape.anatomy.blocks)
    moments = [_Moment("scoring", 0, passing, scoring_bytes(head, _written(config, shape, forward)))]
    if config.evaluation.eval_strategy != "no":
        sequences = config.strategy.sequences_per_row
        whole = replace(_written(config, shape, forward), batch=batch * sequences)
        moments.append(_Moment("evaluation", 0, passing * sequences, evaluation_bytes(head, whole)))
    if config.evaluation.generate:
        reach = min(length + config.evaluation.max_new_tokens, shape.max_positions or length + 10**9)
        moments.append(_Moment("generation", 0, passing + _cached(shape) * batch * reach * forward.width))
    return tuple(moments)


def _sampling_moments(
    config: TrainingConfig, shape: ModelShape, length: int, compute: ResolvedCompute
) -> tuple[_Moment, ...]:
    """All answers of one optimizer step are sampled at once."""
    if not isinstance(config.strategy, RlhfConfig):
        return ()
    sampled = config.optimization.per_device_train_batch_size * config.optimization.gradient_accumulation_steps
    one_pass = training_pass(_with_batch(config, 1), shape, length, compute)
    forward = replace(one_pass, batch=sampled, sequence=length, masked=True)
    passing = max(backward_bytes(block, forward) for block in shape.anatomy.blocks)
    return (_Moment("sampling", 0, passing + _cached(shape) * sampled * length * forward.width),)


def _cached(shape: ModelShape) -> int:
    """Keys and values of one token in all layers, counted in numbers; one layer's are copied when they grow."""
    return sum(2 * block.key_width * (block.layers + 1) for block in shape.anatomy.blocks if block.causal)


def _models(config: TrainingConfig) -> int:
    """Models of the size of the base: a reward model is taken to be one, since it has to speak the same tokens."""
    return 2 if isinstance(config.strategy, RlhfConfig) and config.strategy.reward_model is not None else 1


def _with_batch(config: TrainingConfig, batch: int) -> TrainingConfig:
    optimization = config.optimization.model_copy(update={"per_device_train_batch_size": batch})
    return config.model_copy(update={"optimization": optimization})


def _largest_batch(total: Callable[[int], int], available: int) -> int:
    """The largest batch whose total fits, by bisection; 0 if not even one row fits."""
    low, high = 0, LARGEST_BATCH
    while low < high:
        middle = (low + high + 1) // 2
        if fits_into(total(middle), available):
            low = middle
        else:
            high = middle - 1
    return low
