"""Likelihood per row against the model's own loss."""

from typing import Any

import pytest

from modelforge.data.collator import IGNORED
from modelforge.tasks import batches, likelihood
from modelforge.tasks.likelihood import row_nll
from modelforge.tasks.tokenised_row import TokenisedRow
from modelforge.tasks.watch import GenerationStopped, Watch

Lively = tuple[Any, Any]


def rows(tokenizer: Any) -> list[TokenisedRow]:
    made = []
    for masked, text in (
        (3, "hello world"),
        (1, "x" * 40),
        (7, "answer: 42"),
        (2, "größer"),
        (5, "the quick brown fox"),
    ):
        ids = tokenizer(text)["input_ids"]
        made.append(TokenisedRow(ids, [IGNORED] * masked + ids[masked:]))
    return made


def own_loss(model: Any, row: TokenisedRow) -> float:
    """transformers' mean loss over the trained tokens, times their number."""
    import torch

    with torch.no_grad():
        loss = model(input_ids=torch.tensor([row.kept_ids]), labels=torch.tensor([row.kept_labels])).loss
    return float(loss) * row.trained_tokens


@pytest.mark.parametrize("batch_size", [1, 2, 5, 16])
def test_nll_is_that_of_transformers_whatever_the_batch(lively: Lively, batch_size: int) -> None:
    model, tokenizer = lively
    expected = [own_loss(model, row) for row in rows(tokenizer)]
    assert row_nll(model, rows(tokenizer), batch_size=batch_size) == pytest.approx(expected, rel=1e-5)


def test_small_passes_and_small_chunks_change_nothing(lively: Lively, monkeypatch: pytest.MonkeyPatch) -> None:
    model, tokenizer = lively
    expected = row_nll(model, rows(tokenizer), batch_size=5)
    monkeypatch.setattr(batches, "LOGITS_AT_ONCE", 3000)
    monkeypatch.setattr(likelihood, "UPCAST_AT_ONCE", 600)
    assert row_nll(model, rows(tokenizer), batch_size=5) == pytest.approx(expected, rel=1e-6)


def test_logits_are_computed_only_where_labels_are(lively: Lively) -> None:
    model, tokenizer = lively
    widths: list[int] = []
    head = model.lm_head.register_forward_hook(lambda _module, _given, logits: widths.append(logits.shape[1]))
    ids = tokenizer("p" * 90 + "answer")["input_ids"]
    row = TokenisedRow(ids, [IGNORED] * 90 + ids[90:])
    row_nll(model, [row], batch_size=4)
    head.remove()
    assert widths == [6]


def test_a_row_without_trained_tokens_is_0_and_is_not_passed(lively: Lively) -> None:
    model, tokenizer = lively
    [first, *_] = rows(tokenizer)
    empty = TokenisedRow(first.input_ids, [IGNORED] * len(first.input_ids))
    alone = row_nll(model, [first], batch_size=2)
    assert row_nll(model, [empty, first], batch_size=2) == [0.0, alone[0]]
    assert row_nll(model, [empty], batch_size=2) == [0.0]


def test_a_cut_row_is_scored_on_what_is_kept(lively: Lively) -> None:
    model, tokenizer = lively
    ids = tokenizer("a long row that is cut")["input_ids"]
    cut = TokenisedRow(ids, ids, start=4, stop=12)
    assert row_nll(model, [cut], batch_size=1)[0] == pytest.approx(own_loss(model, cut), rel=1e-5)


def test_an_adapter_without_training_changes_nothing_and_disabled_it_is_the_base(lively: Lively) -> None:
    import torch
    from peft import LoraConfig, get_peft_model

    model, tokenizer = lively
    expected = row_nll(model, rows(tokenizer), batch_size=3)
    tuned = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    assert row_nll(tuned, rows(tokenizer), batch_size=3) == expected
    with torch.no_grad():
        for name, parameter in tuned.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.1)
    assert row_nll(tuned, rows(tokenizer), batch_size=3) != pytest.approx(expected, rel=1e-3)
    with tuned.disable_adapter():
        assert row_nll(tuned, rows(tokenizer), batch_size=3) == expected


def test_stop_and_progress(lively: Lively) -> None:
    model, tokenizer = lively
    seen: list[tuple[int, int]] = []
    row_nll(model, rows(tokenizer), batch_size=2, watch=Watch(lambda *at: seen.append(at)))
    assert seen == [(2, 5), (4, 5), (5, 5)]
    with pytest.raises(GenerationStopped):
        row_nll(model, rows(tokenizer), batch_size=2, watch=Watch(should_stop=lambda: True))
