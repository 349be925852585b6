"""The evaluator over the real task: before, after, and the report between them."""

import math
from typing import Any

import pytest

from modelforge.evaluation.evaluator import Evaluator
from modelforge.exceptions import TrainingError
from modelforge.schemas.config import TrainingConfig
from modelforge.tasks.text_generation import TextGeneration
from modelforge.tasks.watch import GenerationStopped, Watch

Lively = tuple[Any, Any]
EVALUATION = {"max_new_tokens": 8, "per_device_eval_batch_size": 4, "bootstrap_resamples": 200}


def chat_row(question: str, answer: str) -> dict[str, Any]:
    return {"prompt": [{"role": "user", "content": question}], "completion": [{"role": "assistant", "content": answer}]}


ROWS = [chat_row(f"say {number}", f"number {number}") for number in range(8)]


def evaluator(tokenizer: Any, **evaluation: Any) -> Evaluator:
    config = TrainingConfig(model="starter:chat", dataset="sample:support", evaluation={**EVALUATION, **evaluation})
    return Evaluator(TextGeneration(), tokenizer, config)


def test_rows_are_scored_on_their_answers(lively: Lively) -> None:
    model, tokenizer = lively
    seen: list[tuple[int, int]] = []
    found = evaluator(tokenizer).measure(model, ROWS, watch=Watch(lambda *at: seen.append(at)))
    assert found.prompts[3] == "say 3"
    assert found.references[3] == "number 3"
    assert found.answers is not None
    assert set(found.scores) == set(TextGeneration.metrics)
    # `number 3` and its end token, one token per byte
    assert found.tokens == (len("number 3") + 1,) * 8
    assert seen == [(4, 8), (8, 8)]
    assert math.exp(sum(found.nll) / sum(found.tokens)) > 1


def test_the_same_model_twice_is_no_evidence(lively: Lively) -> None:
    model, tokenizer = lively
    judge = evaluator(tokenizer)
    report = judge.compare(judge.measure(model, ROWS), judge.measure(model, ROWS))
    assert report.verdict == "no evidence"
    assert all(metric.difference == 0 and metric.ci95 == (0, 0) for metric in report.metrics.values())


def test_a_model_that_learned_the_rows_is_better(lively: Lively) -> None:
    import torch

    model, tokenizer = lively
    judge = evaluator(tokenizer, max_new_tokens=16)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.div_(12)
    rows = [chat_row(f"say {number}", "yes") for number in range(8)]
    base = judge.measure(model, rows)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    tokenised = [judge.task.tokenise(row, tokenizer, judge.config) for row in rows]
    for _ in range(60):
        ids = torch.tensor([row.kept_ids for row in tokenised])
        loss = model(input_ids=ids, labels=torch.tensor([row.kept_labels for row in tokenised])).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    report = judge.compare(base, judge.measure(model, rows))
    assert report.verdict == "better"
    assert report.metrics["exact_match"].tuned == 1.0
    assert report.metrics["perplexity"].verdict == "better"
    assert report.sentence.startswith("Better: exact match rose from 0.00 to 1.00 on 8 held-out rows")


def test_without_generation_only_perplexity_is_measured(lively: Lively) -> None:
    model, tokenizer = lively
    seen: list[tuple[int, int]] = []
    judge = evaluator(tokenizer, generate=False)
    found = judge.measure(model, ROWS, watch=Watch(lambda *at: seen.append(at)))
    assert (found.answers, found.scores) == (None, {})
    assert seen[-1] == (8, 8)
    assert judge.compare(found, found).primary_metric == "perplexity"


def test_plain_text_has_no_prompt_and_so_no_answers(lively: Lively) -> None:
    model, tokenizer = lively
    found = evaluator(tokenizer).measure(model, [{"text": "once upon a time"}, {"text": "the end"}])
    assert found.answers is None
    assert len(found.nll) == 2


def test_a_long_plain_text_is_scored_over_all_its_windows(lively: Lively) -> None:
    import torch

    model, tokenizer = lively
    config = evaluator(tokenizer).config
    config = config.model_copy(update={"data": config.data.model_copy(update={"max_length": 8})})

    found = Evaluator(TextGeneration(), tokenizer, config).measure(
        model, [{"text": "once upo"}, {"text": "once upon a time"}]
    )

    assert found.tokens == (7, 14)  # nine tokens in two windows, seventeen in three; the first of each follows nothing
    windows = [one.columns["input_ids"] for one in TextGeneration().features({"text": "once upo"}, tokenizer, config)]
    with torch.no_grad():
        batches = [torch.tensor([window]) for window in windows]
        nats = [float(model(ids, labels=ids).loss) * (ids.shape[1] - 1) for ids in batches]
    assert found.nll[0] == pytest.approx(sum(nats), rel=1e-4)


def test_a_diverged_model_is_named_as_such(lively: Lively) -> None:
    import torch

    model, tokenizer = lively
    with torch.no_grad():
        model.model.norm.weight.fill_(float("nan"))
    with pytest.raises(TrainingError, match="not a number on 8 of 8") as caught:
        evaluator(tokenizer).measure(model, ROWS)
    assert "learning_rate" in str(caught.value.hint)


def test_a_stop_leaves_no_scores(lively: Lively) -> None:
    model, tokenizer = lively
    asked = iter([False] * 4 + [True] * 100)
    with pytest.raises(GenerationStopped):
        evaluator(tokenizer).measure(model, ROWS, watch=Watch(should_stop=lambda: next(asked)))


def test_no_rows(lively: Lively) -> None:
    model, tokenizer = lively
    judge = evaluator(tokenizer)
    nothing = judge.measure(model, [])
    assert judge.compare(nothing, nothing).verdict == "no evidence"
