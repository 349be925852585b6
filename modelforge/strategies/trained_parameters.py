"""What every trainer is given before it trains: weights in float32, one cast, few logits, LoRA+ if asked for."""

from __future__ import annotations

from typing import Any

from modelforge.schemas.config import TrainingConfig
from modelforge.strategies.labelled_positions import score_labelled_positions_alone


def settle_parameters(trainer: Any, config: TrainingConfig) -> None:
    """Make a trainer, fresh from its strategy, train the parameters as the config says."""
    score_labelled_positions_alone()
    _hold_in_float32(trainer.model)
    leave_casts_to_autocast(trainer.model)
    if config.finetuning_type == "lora" and config.lora.loraplus_lr_ratio is not None:
        _use_loraplus(trainer, config, config.lora.loraplus_lr_ratio)


def _hold_in_float32(model: Any) -> None:
    """Undo TRL's turning of adapters into bf16 on a quantised base.

    bf16 swallows every update below 1/256 of a weight; and PEFT reads a checkpoint's adapters as float32, so that a
    resumed run would go on in other numbers than it began.
    """
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()


def leave_casts_to_autocast(model: Any) -> None:
    """Keep PEFT from casting the input of each adapter to float32 where autocast casts it back.

    The numbers are the same to the bit, but each adapter kept a copy of its input until the backward pass: an eighth of
    a Llama's activations. PEFT's layers on 4 and 8 bits already leave it to autocast. Outside autocast they cast.

    Those layers also leave what DoRA has scaled in float32, which all that reads it would keep and T5's attention
    refuses; it is given back in the type that autocast computes in, as by layers that are not quantised.
    """
    import torch
    from peft.tuners.tuners_utils import BaseTunerLayer

    device = next(model.parameters()).device.type

    def follow_autocast(layer: Any, _inputs: Any) -> None:
        layer.cast_input_dtype_enabled = not torch.is_autocast_enabled(device)

    def give_back(_layer: Any, _inputs: Any, output: Any) -> Any:
        return output.to(torch.get_autocast_dtype(device)) if torch.is_autocast_enabled(device) else output

    for module in model.modules():
        if isinstance(module, BaseTunerLayer):
            module.register_forward_pre_hook(follow_autocast)
            if getattr(module, "lora_variant", None):
                module.register_forward_hook(give_back)


def _use_loraplus(trainer: Any, config: TrainingConfig, ratio: float) -> None:
    """Give the trainer PEFT's optimizer with two rates (Hayou et al. 2024, https://arxiv.org/abs/2402.12354).

    The class and its settings stay those of `optimization`, and the schedule scales both rates alike. Parameters lie in
    the groups in the order of the model, so that a checkpoint's optimizer state fits the next attempt's.
    """
    from peft.optimizers import create_loraplus_optimizer

    optimizer_class, arguments = trainer.get_optimizer_cls_and_kwargs(trainer.args, trainer.model)
    trainer.optimizer = create_loraplus_optimizer(
        trainer.model,
        optimizer_class,
        loraplus_lr_ratio=ratio,
        loraplus_weight_decay=config.optimization.weight_decay,
        **arguments,
    )
