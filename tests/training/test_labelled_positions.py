"""The fused head on a processor: positions without a label cost nothing, and the loss and its gradient are the same."""

from __future__ import annotations

from typing import Any

import pytest
from trl.kernels import chunked_logprob
from trl.trainer import utils

from modelforge.starter import starter_path
from modelforge.strategies.labelled_positions import score_labelled_positions_alone

ROWS, LENGTH, LABELLED = 2, 24, 7


@pytest.fixture(autouse=True)
def as_trl_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(utils, "_use_triton", chunked_logprob._use_triton)


@pytest.fixture
def projected(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many positions each loss projected through the head."""
    seen: list[int] = []
    apply = utils._ChunkedLogProbFunction.apply

    def counted(hidden: Any, *rest: Any) -> Any:
        seen.append(len(hidden))
        return apply(hidden, *rest)

    monkeypatch.setattr(utils._ChunkedLogProbFunction, "apply", counted)
    return seen


def test_the_loss_and_its_gradient_stay_and_the_rest_is_left_out(projected: list[int]) -> None:
    import torch

    whole = loss_and_gradients(LABELLED)
    score_labelled_positions_alone()
    score_labelled_positions_alone()
    few = loss_and_gradients(LABELLED)

    assert projected == [ROWS * (LENGTH - 1), ROWS * LABELLED]
    assert len(few) > 50
    for one, other in zip(whole, few, strict=True):
        torch.testing.assert_close(one, other)


def test_a_batch_without_a_label_teaches_nothing(projected: list[int]) -> None:
    score_labelled_positions_alone()
    loss, *gradients = loss_and_gradients(0)

    assert projected == [0]
    assert loss == 0
    assert not any(gradient.any() for gradient in gradients)


def test_under_autocast_shapes_stay_the_same_from_batch_to_batch(projected: list[int]) -> None:
    import torch

    score_labelled_positions_alone()
    with torch.autocast("cpu", torch.bfloat16):
        loss_and_gradients(LABELLED)

    assert projected == [ROWS * (LENGTH - 1)]


def loss_and_gradients(labelled: int) -> list[Any]:
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(starter_path("chat"), dtype=torch.float32)
    utils.add_fused_lm_head(model)
    ids = torch.arange(5, 5 + ROWS * LENGTH).reshape(ROWS, LENGTH)
    labels = ids.clone()
    labels[:, : LENGTH - labelled] = -100
    loss = model(input_ids=ids, labels=labels, fused_lm_head=True).loss
    loss.backward()
    return [loss.detach(), *(parameter.grad for parameter in model.parameters())]
