"""Greedy answers against a plain loop, whatever the batch."""

from pathlib import Path
from typing import Any

import pytest

from modelforge.exceptions import ModelForgeException
from modelforge.schemas.config import parse_training_config
from modelforge.tasks.generation import (
    all_end_token_ids,
    context_length,
    evaluating,
    generate_answers,
)
from modelforge.tasks.text_generation import TextGeneration
from modelforge.tasks.watch import GenerationStopped, Watch

TEXTS = ["hi", "what is the capital of France?", "a", "copy this: x1 y2 z3", "größer 😀", "b" * 60, "count to ten"]


@pytest.fixture
def lively(tiny_model: Path) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(12)
    return model, AutoTokenizer.from_pretrained(tiny_model)


def prompts(tokenizer: Any) -> list[list[int]]:
    return [tokenizer(text)["input_ids"] for text in TEXTS]


def plain_greedy(model: Any, tokenizer: Any, prompt: list[int], max_new_tokens: int) -> list[int]:
    """No batch, no padding, no cache: the reference."""
    import torch

    ids = list(prompt)
    with torch.no_grad():
        for _ in range(max_new_tokens):
            token = int(model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].argmax())
            if token == tokenizer.eos_token_id:
                break
            ids.append(token)
    return ids[len(prompt) :]


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 50])
def test_answers_are_those_of_a_plain_loop_whatever_the_batch(lively: tuple[Any, Any], batch_size: int) -> None:
    model, tokenizer = lively
    ids = [plain_greedy(model, tokenizer, prompt, 16) for prompt in prompts(tokenizer)]
    expected = [tokenizer.decode(answer, skip_special_tokens=True) for answer in ids]
    assert len(set(expected)) > 4
    found = generate_answers(model, tokenizer, prompts(tokenizer), max_new_tokens=16, batch_size=batch_size)
    assert found == expected


OWN_SETTINGS: dict[str, dict[str, Any]] = {
    "sampling": {"do_sample": True, "temperature": 5.0, "top_k": 3, "top_p": 0.5, "min_p": 0.5, "typical_p": 0.5},
    "penalties": {"repetition_penalty": 3.0, "no_repeat_ngram_size": 1, "exponential_decay_length_penalty": (1, 3.0)},
    "beams": {"num_beams": 3, "num_beam_groups": 3, "diversity_penalty": 1.0, "length_penalty": 3.0},
    "forced end": {"forced_eos_token_id": 5, "max_length": 3},
    "guidance": {"guidance_scale": 3.0},
    "contrast": {"penalty_alpha": 0.6, "top_k": 4},
    "stop texts": {"stop_strings": ["e", " "]},
    "time": {"max_time": 1e-9},
    "layers": {"dola_layers": "low"},
    "first tokens": {"begin_suppress_tokens": list(range(200))},
}
"""What a `generation_config.json` may hold that changes answers, or that `generate` refuses."""


@pytest.mark.parametrize("own", [*OWN_SETTINGS, "words"])
@pytest.mark.parametrize("adapted", [False, True], ids=["plain", "adapter"])
def test_none_of_the_models_own_settings_is_used_and_all_are_kept(
    lively: tuple[Any, Any], own: str, adapted: bool
) -> None:
    from peft import LoraConfig, get_peft_model

    model, tokenizer = lively
    if adapted:
        model = get_peft_model(model, LoraConfig(r=2, task_type="CAUSAL_LM", target_modules="all-linear"))
    expected = generate_answers(model, tokenizer, prompts(tokenizer), max_new_tokens=12, batch_size=4)
    said = sorted({token for text in expected for token in tokenizer(text)["input_ids"]})
    words = {"bad_words_ids": [[one] for one in said], "suppress_tokens": said, "sequence_bias": [[[said[0]], -50.0]]}
    settings = model.generation_config
    settings.update(**(words if own == "words" else OWN_SETTINGS[own]))
    before = settings.to_dict()

    assert generate_answers(model, tokenizer, prompts(tokenizer), max_new_tokens=12, batch_size=4) == expected

    assert model.generation_config is settings
    assert settings.to_dict() == before


def test_an_answer_stops_at_every_end_token_and_holds_none(lively: tuple[Any, Any]) -> None:
    model, tokenizer = lively
    prompt = prompts(tokenizer)[1]
    ids = plain_greedy(model, tokenizer, prompt, 12)
    assert len(ids) > 3
    model.generation_config.eos_token_id = [tokenizer.eos_token_id, ids[3]]
    assert all_end_token_ids(model, tokenizer) == sorted({tokenizer.eos_token_id, ids[3]})
    for least in ({}, {"min_length": 500}, {"min_length": 500, "min_new_tokens": 10}):
        model.generation_config.update(**least)
        [cut] = generate_answers(model, tokenizer, [prompt], max_new_tokens=12, batch_size=1)
        assert cut == tokenizer.decode(ids[: ids.index(ids[3])]), least


def test_the_end_tokens_of_model_and_tokenizer_are_one_set(lively: tuple[Any, Any]) -> None:
    model, tokenizer = lively
    for configured in (None, tokenizer.eos_token_id, [tokenizer.eos_token_id]):
        model.generation_config.eos_token_id = configured
        assert all_end_token_ids(model, tokenizer) == [tokenizer.eos_token_id]
    model.generation_config.eos_token_id = 77
    assert all_end_token_ids(model, tokenizer) == [tokenizer.eos_token_id, 77]


def test_answers_end_where_the_context_ends_and_shorten_no_other(lively: tuple[Any, Any]) -> None:
    model, tokenizer = lively
    expected = generate_answers(model, tokenizer, [[10, 11, 12]], max_new_tokens=16, batch_size=1)
    limit = context_length(model)
    assert limit == 512
    long = list(range(10, 110)) * 6
    answers = generate_answers(
        model, tokenizer, [long[: limit - 2], [10, 11, 12], long[:limit], long], max_new_tokens=16, batch_size=4
    )
    assert answers[1] == expected[0]
    assert len(tokenizer(answers[0])["input_ids"]) <= 4
    assert answers[2:] == ["", ""]


def test_progress_counts_to_the_end_and_the_model_returns_to_training(lively: tuple[Any, Any]) -> None:
    model, tokenizer = lively
    model.train()
    seen: list[tuple[int, int]] = []
    generate_answers(
        model, tokenizer, prompts(tokenizer), max_new_tokens=2, batch_size=3, watch=Watch(lambda *at: seen.append(at))
    )
    assert seen == [(3, 7), (6, 7), (7, 7)]
    assert model.training


def test_no_prompts_no_answers(lively: tuple[Any, Any]) -> None:
    assert generate_answers(*lively, [], max_new_tokens=2, batch_size=3) == []


def test_a_stop_is_obeyed_within_a_token_and_gives_nothing(lively: tuple[Any, Any]) -> None:
    model, tokenizer = lively
    model.train()
    asked = iter([False, False, True])
    with pytest.raises(GenerationStopped):
        generate_answers(
            model,
            tokenizer,
            prompts(tokenizer),
            max_new_tokens=50,
            batch_size=7,
            watch=Watch(should_stop=lambda: next(asked)),
        )
    assert model.training
    assert not issubclass(GenerationStopped, ModelForgeException)


def test_evaluating_leaves_buffers_usable_in_a_backward_pass(lively: tuple[Any, Any]) -> None:
    import torch

    model, _ = lively
    with evaluating(model):
        assert not torch.is_grad_enabled()
        model(input_ids=torch.tensor([[5, 6, 7]]))
    model(input_ids=torch.tensor([[5, 6, 7]]), labels=torch.tensor([[5, 6, 7]])).loss.backward()


@pytest.mark.parametrize(("mode", "longest"), [("keep_end", 40), ("keep_end", 8), ("keep_start", 1024)])
def test_an_answer_is_asked_for_behind_as_much_of_its_prompt_as_in_training(
    lively: tuple[Any, Any], mode: str, longest: int
) -> None:
    """Where the answer alone is too long, a prompt of one token is left."""
    model, tokenizer = lively
    turns = [{"role": "user", "content": "Say how many there are. " * 2}, {"role": "assistant", "content": "Not many."}]
    row = {"prompt": turns[:1], "completion": turns[1:]}
    data = {"max_length": longest, "truncation_mode": mode}
    written = {"model": "m", "dataset": "d", "data": data, "evaluation": {"max_new_tokens": 8}}
    config, task = parse_training_config(written).config, TextGeneration()
    prompt = task.prompt_ids(row, tokenizer, config)
    assert prompt is not None
    answer = len(task.tokenise(row, tokenizer, config).input_ids) - len(prompt)
    asked = prompt[-max(longest - answer, 1) :]
    assert len(asked) == {40: 30, 8: 1, 1024: len(prompt)}[longest]

    answers = task.answers(model, tokenizer, [row], config)

    assert answers == generate_answers(model, tokenizer, [asked], max_new_tokens=8, batch_size=1)
