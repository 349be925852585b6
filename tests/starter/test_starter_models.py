"""The bundled models: they load, their tokenizers lose nothing, their chat template marks what is to be learned."""

import json
from pathlib import Path

import pytest
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSeq2SeqLM, AutoTokenizer

from modelforge import starter

MEGABYTE = 1_000_000
ODD_TEXTS = (
    "",
    "plain words",
    "  leading and   inner\t\tspaces \n\n",
    "naïve café — “quotes” … ½ €",
    "日本語 العربية हिन्दी 한국어 Ελληνικά",
    "👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301 \u200b\ufeff \x00\x07",
    "iPhone12 XMLHttpRequest snake_case 3.14159 don't",
    '{"a":"b","c":[1,2,{"d":null}]}',
)
MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello!"},
    {"role": "user", "content": "Bye"},
    {"role": "assistant", "content": "See you."},
]


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(starter.starter_path("chat"))


@pytest.mark.parametrize("model", starter.list_starters(), ids=lambda model: model.name)
def test_parameters_and_size(model: starter.StarterModel) -> None:
    classes = {"chat": AutoModelForCausalLM, "encoder": AutoModelForMaskedLM, "seq2seq": AutoModelForSeq2SeqLM}
    loaded = classes[model.name].from_pretrained(model.path)
    assert type(loaded).__name__ == model.architecture
    assert loaded.num_parameters() == model.parameters
    assert folder_size(model.path) <= (15 if model.name == "chat" else 6) * MEGABYTE


def test_all_starters_together_are_small() -> None:
    assert sum(folder_size(model.path) for model in starter.list_starters()) <= 30 * MEGABYTE


@pytest.mark.parametrize("model", starter.list_starters(), ids=lambda model: model.name)
def test_card_states_licence_limits_and_making(model: starter.StarterModel) -> None:
    card = (model.path / "README.md").read_text(encoding="utf-8")
    for word in ("license:", "PSF", "modelforge.starter.pretrain", "not for work", f"{model.parameters:,}"):
        assert word in card
    assert json.loads((model.path / "pretraining.json").read_text())["parameters"] == model.parameters


@pytest.mark.parametrize("model", starter.list_starters(), ids=lambda model: model.name)
@pytest.mark.parametrize("text", ODD_TEXTS)
def test_any_text_makes_the_round_trip(model: starter.StarterModel, text: str) -> None:
    own = AutoTokenizer.from_pretrained(model.path)
    ids = own(text, add_special_tokens=False)["input_ids"]
    assert own.decode(ids) == text


def test_one_token_per_digit_and_names_alike_everywhere(tokenizer) -> None:
    assert tokenizer.tokenize("48213") == list("48213")
    inside = tokenizer("I am Yvonne Marsh.", add_special_tokens=False)["input_ids"]
    quoted = tokenizer('"Yvonne Marsh"', add_special_tokens=False)["input_ids"][1:-1]
    assert any(inside[at : at + len(quoted)] == quoted for at in range(len(inside)))


def test_special_tokens_are_distinct_and_known(tokenizer) -> None:
    ids = {tokenizer.pad_token_id, tokenizer.bos_token_id, tokenizer.eos_token_id}
    assert len(ids) == 3
    assert tokenizer.unk_token_id not in ids


def test_conversation_has_one_bos_and_every_answer_ends_with_a_marked_eos(tokenizer) -> None:
    made = tokenizer.apply_chat_template(MESSAGES, return_dict=True, return_assistant_tokens_mask=True)
    ids, mask = made["input_ids"], made["assistant_masks"]
    assert ids.count(tokenizer.bos_token_id) == 1
    assert ids[0] == tokenizer.bos_token_id
    marked = tokenizer.decode([token for token, trained in zip(ids, mask, strict=True) if trained])
    assert marked == "Hello!<|end|>See you.<|end|>"
    assert ids[-1] == tokenizer.eos_token_id


def test_prompt_is_the_beginning_of_the_conversation(tokenizer) -> None:
    prompt = tokenizer.apply_chat_template(MESSAGES[:4], add_generation_prompt=True, return_dict=False)
    whole = tokenizer.apply_chat_template(MESSAGES, return_dict=False)
    assert whole[: len(prompt)] == prompt
    assert tokenizer.decode(whole[len(prompt) :]) == "See you.<|end|>"


def test_unknown_role_is_refused(tokenizer) -> None:
    with pytest.raises(Exception, match="system, user and assistant"):
        tokenizer.apply_chat_template([{"role": "robot", "content": "x"}])


def test_chat_starter_follows_an_instruction(tokenizer) -> None:
    model = AutoModelForCausalLM.from_pretrained(starter.starter_path("chat"), dtype="float32")
    asked = "Extract name, city as JSON.\nMy name is Ada Lovelace. I live in London."
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": asked}], add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    made = model.generate(**prompt, max_new_tokens=40, do_sample=False)
    answer = tokenizer.decode(made[0, prompt["input_ids"].shape[1] :])
    assert answer == '{"name":"Ada Lovelace","city":"London"}<|end|>'


def folder_size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())
