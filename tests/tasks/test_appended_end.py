"""Tokenizers that put an end token behind every text: behind a whole text it stands, behind a prompt it must not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelforge.inference.chat_engine import ChatEngine
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.chat_rendering import encode_beginning, encode_prompt
from modelforge.tasks.text_generation import TextGeneration

END, BOS = "<|end|>", "<|bos|>"
USER, ANSWER = {"role": "user", "content": "Which one?"}, {"role": "assistant", "content": "That."}


@pytest.fixture(params=["$A", f"$A {END}", f"{BOS} $A {END}"], ids=["nothing", "end", "both"])
def around(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def begin(around: str) -> str:
    """What stands before every text."""
    return BOS if BOS in around else ""


@pytest.fixture
def tokenizer(tiny_model: Path, around: str) -> Any:
    from tokenizers.processors import TemplateProcessing
    from transformers import AutoTokenizer

    made = AutoTokenizer.from_pretrained(tiny_model)
    specials = [(END, made.eos_token_id), (BOS, made.bos_token_id)]
    made.backend_tokenizer.post_processor = TemplateProcessing(single=around, special_tokens=specials)
    return made


def config() -> TrainingConfig:
    return parse_training_config({"model": "m", "dataset": "d"}).config


@pytest.mark.parametrize("text", ["Once upon", "", END, f"a{END}"])
def test_a_beginning_keeps_what_is_its_own(tokenizer: Any, begin: str, text: str) -> None:
    assert tokenizer.decode(encode_beginning(tokenizer, text)) == begin + text


def test_a_pair_of_texts_has_one_end_token(tokenizer: Any, begin: str) -> None:
    row, task = {"prompt": "Once", "completion": " upon"}, TextGeneration()

    made = task.tokenise(row, tokenizer, config())

    assert tokenizer.decode(made.input_ids) == f"{begin}Once upon{END}"
    assert task.prompt_ids(row, tokenizer, config()) == made.input_ids[: bool(begin) + len("Once")]


def test_a_conversation_without_a_template_has_one_end_token(tokenizer: Any, begin: str) -> None:
    tokenizer.chat_template = None

    made = TextGeneration().tokenise({"prompt": [USER], "completion": [ANSWER]}, tokenizer, config())

    assert tokenizer.decode(made.input_ids) == f"{begin}Which one?\nThat.{END}"
    assert tokenizer.decode(encode_prompt(tokenizer, [USER])) == f"{begin}Which one?\n"


def test_a_whole_text_has_its_end_token(tokenizer: Any, begin: str) -> None:
    made = TextGeneration().tokenise({"text": "Once upon"}, tokenizer, config())

    assert tokenizer.decode(made.input_ids) == f"{begin}Once upon{END}"


def test_a_bare_text_is_written_on_from_its_last_word(
    tokenizer: Any, begin: str, tiny_model: Path, tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM

    AutoModelForCausalLM.from_pretrained(tiny_model).save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    engine = ChatEngine.load(str(tmp_path / "model"), FileManager(tmp_path / "home"))

    assert engine.complete("Once").prompt_tokens == bool(begin) + len("Once")
