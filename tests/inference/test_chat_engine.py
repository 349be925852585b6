"""The chat engine: the same ids as in training, both sides of an adapter, and answers that end."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modelforge.exceptions import ConfigurationError, ConflictError, ProviderError
from modelforge.inference.chat_engine import ChatEngine
from modelforge.inference.loading import LoadedModel, find_model, inference_options, load_model
from modelforge.inference.next_token import NextToken
from modelforge.providers.provider import ModelSource
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.model import ModelManifest
from modelforge.schemas.sampling import Sampling
from modelforge.storage.atomic import write_json
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.generation import generate_answers
from modelforge.tasks.text_generation import TextGeneration

HELLO = [{"role": "user", "content": "hello there"}]
SHORT = Sampling(max_new_tokens=12)


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path / "home")


def manifest(model_id: str, **more: Any) -> ModelManifest:
    values = {"name": "tuned", "kind": "adapter", "task": "text-generation", "created_at": datetime.now(UTC)}
    return ModelManifest(id=model_id, **{**values, "base_model": "base", **more})


@pytest.fixture
def adapter_id(tiny_model: Path, files: FileManager) -> str:
    """An adapter in the library whose base is the tiny model."""
    return add_adapter(files, tiny_model, "tuned-one", base_model=str(tiny_model))


def add_adapter(files: FileManager, base: Path, model_id: str, **more: Any) -> str:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(3)
    model = get_peft_model(
        AutoModelForCausalLM.from_pretrained(base), LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM")
    )
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.3)
    with files.scratch() as scratch:
        staging = scratch / "model"
        model.save_pretrained(staging, save_embedding_layers=False)
        AutoTokenizer.from_pretrained(base).save_pretrained(staging)
        write_json(staging / "manifest.json", manifest(model_id, **more).model_dump(mode="json"))
        files.publish_model(staging, model_id)
    return model_id


def test_greedy_answers_are_those_of_the_report(adapter_id: str, files: FileManager) -> None:
    engine = ChatEngine.load(adapter_id, files)
    ids = engine.prompt_ids(HELLO)
    [expected] = generate_answers(engine.model, engine.tokenizer, [ids], max_new_tokens=12, batch_size=1)
    stream = engine.stream(HELLO, SHORT)
    assert stream.text() == expected.rstrip("\ufffd")
    assert stream.prompt_tokens == len(ids)
    assert (stream.new_tokens, stream.finish_reason) == (12, "length")


def test_the_prompt_is_that_of_training(adapter_id: str, files: FileManager) -> None:
    engine = ChatEngine.load(adapter_id, files)
    row = {"prompt": HELLO, "completion": [{"role": "assistant", "content": "hi"}]}
    config = TrainingConfig(model="starter:chat", dataset="sample:support", data={"system_prompt": "Be brief."})
    plain = TrainingConfig(model="starter:chat", dataset="sample:support")
    task = TextGeneration()
    assert engine.prompt_ids(HELLO) == task.prompt_ids(row, engine.tokenizer, plain)
    briefed = ChatEngine(
        LoadedModel(engine.model, engine.tokenizer, manifest("tuned-one", system_prompt="Be brief.")), files
    )
    assert briefed.prompt_ids(HELLO) == task.prompt_ids(row, engine.tokenizer, config)
    own = [{"role": "system", "content": "Be long."}, *HELLO]
    assert briefed.prompt_ids(own) == engine.prompt_ids(own)
    bare = ChatEngine(LoadedModel(engine.model, engine.tokenizer, manifest("tuned-one", plain_prompts=True)), files)
    bare_row = {"prompt": "hello there", "completion": "hi"}
    assert bare.prompt_ids(HELLO) == task.prompt_ids(bare_row, engine.tokenizer, plain)


def test_both_sides_may_be_read_in_turns(adapter_id: str, tiny_model: Path, files: FileManager) -> None:
    engine = ChatEngine.load(adapter_id, files)
    alone = ChatEngine.load(str(tiny_model), files).stream(HELLO, SHORT).text()
    tuned = engine.stream(HELLO, SHORT).text()
    assert alone != tuned
    sides = engine.stream(HELLO, SHORT, base=True), engine.stream(HELLO, SHORT)
    texts = ["", ""]
    for _ in range(40):
        for index, side in enumerate(sides):
            texts[index] += next(side, "")
    assert texts == [alone, tuned]
    abandoned = engine.stream(HELLO, SHORT, base=True)
    next(abandoned, "")
    abandoned.close()
    assert engine.stream(HELLO, SHORT).text() == tuned


def test_the_base_of_full_weights_is_loaded_when_asked(tiny_model: Path, files: FileManager) -> None:
    loaded = load_model(ModelSource(str(tiny_model)), inference_options())
    known = manifest("full-one", kind="full", base_model=str(tiny_model))
    engine = ChatEngine(LoadedModel(loaded.model, loaded.tokenizer, known), files)
    assert engine.base_name == str(tiny_model)
    assert engine.stream(HELLO, SHORT, base=True).text() == engine.stream(HELLO, SHORT).text()


def test_a_model_from_elsewhere_has_no_known_base(tiny_model: Path, files: FileManager) -> None:
    engine = ChatEngine.load(str(tiny_model), files)
    assert engine.base_name is None
    with pytest.raises(ConflictError, match="not known"):
        engine.stream(HELLO, base=True)


def test_sampling_follows_its_settings(adapter_id: str, files: FileManager) -> None:
    engine = ChatEngine.load(adapter_id, files)

    def answer(**settings: Any) -> str:
        return engine.stream(HELLO, Sampling(max_new_tokens=16, **settings)).text()

    greedy = answer()
    assert answer(temperature=1.0, seed=7) == answer(temperature=1.0, seed=7)
    assert len({answer(temperature=1.0, seed=seed) for seed in range(5)}) > 1
    assert len({answer(temperature=1.0) for _ in range(5)}) > 1
    assert answer(temperature=1.0, top_k=1, seed=1) == greedy
    assert answer(temperature=5.0, top_p=1e-6, seed=1) == greedy
    assert answer(repetition_penalty=5.0) != greedy


def test_an_answer_ends_with_its_end_token(adapter_id: str, files: FileManager) -> None:
    engine = ChatEngine.load(adapter_id, files)
    stream = engine.stream(HELLO, SHORT)
    first = next(iter(generate_ids(engine)))
    engine.ends = frozenset({first})
    stream = engine.stream(HELLO, SHORT)
    assert stream.text() == ""
    assert (stream.new_tokens, stream.finish_reason) == (0, "end")


def generate_ids(engine: ChatEngine) -> list[int]:
    import torch

    with torch.no_grad():
        logits = engine.model(input_ids=torch.tensor([engine.prompt_ids(HELLO)])).logits
    return [int(logits[0, -1].argmax())]


def test_a_stop_ends_the_answer_where_it_is(adapter_id: str, files: FileManager) -> None:
    engine = ChatEngine.load(adapter_id, files)
    asked = iter([False, False, True])
    stream = engine.stream(HELLO, SHORT, should_stop=lambda: next(asked))
    stream.text()
    assert (stream.new_tokens, stream.finish_reason) == (2, "stopped")


def test_the_starter_answers_in_pieces_and_ends_by_itself(files: FileManager) -> None:
    stream = ChatEngine.load("starter:chat", files).stream([{"role": "user", "content": "Copy this: red apple"}])
    first = next(stream)
    assert first
    assert stream.finish_reason is None
    assert first + stream.text()
    assert stream.finish_reason == "end"


def test_a_conversation_longer_than_the_context_is_refused_with_a_way_out(adapter_id: str, files: FileManager) -> None:
    engine = ChatEngine.load(adapter_id, files)
    with pytest.raises(ConfigurationError, match=r"has .* tokens; the model reads at most 512") as caught:
        engine.stream([{"role": "user", "content": "x" * 600}])
    assert "new conversation" in str(caught.value.hint)
    nearly = engine.stream([{"role": "user", "content": "x" * 480}], Sampling(max_new_tokens=500))
    nearly.text()
    assert nearly.prompt_tokens + nearly.new_tokens <= 512


def test_a_model_without_a_template_completes(tiny_model: Path, files: FileManager) -> None:
    engine = ChatEngine.load(str(tiny_model), files)
    engine.tokenizer.chat_template = None
    assert engine.tokenizer.decode(engine.prompt_ids(HELLO), skip_special_tokens=True) == "hello there\n"


def test_an_adapter_on_an_adapter_of_the_library(tiny_model: Path, adapter_id: str, files: FileManager) -> None:
    """Continued training: the base of the second is the first, merged in memory."""
    import torch
    from peft import PeftModel

    first = files.model(adapter_id).root
    second = add_adapter(files, tiny_model, "tuned-two", base_model=adapter_id)
    config = files.model(second).root / "adapter_config.json"
    config.write_text(config.read_text().replace(str(tiny_model), str(first)))
    engine = ChatEngine.load(second, files)
    assert isinstance(engine.model, PeftModel)
    ids = torch.tensor([engine.prompt_ids(HELLO)])
    with torch.no_grad(), engine.side(base=True):
        base = engine.model(input_ids=ids).logits
    with torch.no_grad():
        expected = ChatEngine.load(adapter_id, files).model(input_ids=ids).logits
    torch.testing.assert_close(base, expected, atol=1e-4, rtol=1e-4)


def test_an_adapter_whose_base_is_gone_says_so(tiny_model: Path, adapter_id: str, files: FileManager) -> None:
    config = files.model(adapter_id).root / "adapter_config.json"
    config.write_text(config.read_text().replace(str(tiny_model), str(files.home / "gone" / "away" / "base")))
    with pytest.raises(ProviderError, match="tuned-one was trained on is gone") as caught:
        ChatEngine.load(adapter_id, files)
    assert caught.value.hint


def test_a_base_of_the_library_is_found_after_the_home_was_moved(tiny_model: Path, tmp_path: Path) -> None:
    import shutil

    old = FileManager(tmp_path / "old")
    first = add_adapter(old, tiny_model, "tuned-one", base_model=str(tiny_model))
    second = add_adapter(old, tiny_model, "tuned-two", base_model=first)
    config = old.model(second).root / "adapter_config.json"
    config.write_text(config.read_text().replace(str(tiny_model), str(old.model(first).root)))
    expected = ChatEngine.load(second, old).stream(HELLO, SHORT).text()
    moved = FileManager(tmp_path / "new")
    old.home.rename(moved.home)
    assert ChatEngine.load(second, moved).stream(HELLO, SHORT).text() == expected
    shutil.rmtree(moved.model(first).root)
    with pytest.raises(ProviderError, match="tuned-two was trained on is gone"):
        ChatEngine.load(second, moved)


def test_a_conversation_that_the_template_refuses_says_so(tiny_model: Path, files: FileManager) -> None:
    engine = ChatEngine.load(str(tiny_model), files)
    engine.tokenizer.chat_template = "{{ raise_exception('Only user turns.') }}"
    with pytest.raises(ConfigurationError, match="Only user turns"):
        engine.stream(HELLO)


def test_an_answer_ends_before_a_stop_text(tiny_model: Path, files: FileManager) -> None:
    engine = ChatEngine.load(str(tiny_model), files)
    long = Sampling(max_new_tokens=60, temperature=1.0, seed=4)
    whole = engine.stream(HELLO, long).text()
    stop = whole[20:23]
    stream = engine.stream(HELLO, long.model_copy(update={"stop": (stop,)}))
    assert stream.text() == whole[: whole.index(stop)]
    assert stream.finish_reason == "end"
    assert stream.new_tokens < 60


def test_a_bare_text_is_written_on_without_the_template(tiny_model: Path, files: FileManager) -> None:
    engine = ChatEngine.load(str(tiny_model), files)
    ids = engine.tokenizer("hello there")["input_ids"]
    [expected] = generate_answers(engine.model, engine.tokenizer, [ids], max_new_tokens=12, batch_size=1)
    stream = engine.complete("hello there", SHORT)
    assert stream.text() == expected.rstrip("\ufffd")
    assert stream.prompt_tokens == len(ids)


def test_settings_at_their_limits_and_broken_weights_do_no_harm(tiny_model: Path, files: FileManager) -> None:
    import torch

    engine = ChatEngine.load(str(tiny_model), files)
    greedy = engine.stream(HELLO, SHORT).text()
    assert engine.stream(HELLO, Sampling(max_new_tokens=12, temperature=1e-300)).text() == greedy
    odd = Sampling(max_new_tokens=4, temperature=1e-3, repetition_penalty=1e-300, top_k=10**12, top_p=1e-300)
    assert engine.stream(HELLO, odd).new_tokens == 0
    engine.stream(HELLO, odd).text()
    with torch.no_grad():
        next(engine.model.parameters()).fill_(float("nan"))
    for temperature in (1.0, 0.0):
        with pytest.raises(ConflictError, match="not numbers"):
            engine.stream(HELLO, Sampling(temperature=temperature)).text()


@pytest.mark.parametrize("temperature", [1.0, 0.0])
def test_one_score_that_is_no_number_is_told(temperature: float) -> None:
    import torch

    chooser = NextToken(Sampling(temperature=temperature), "cpu")
    with pytest.raises(ConflictError, match="not numbers"):
        chooser.choose(torch.tensor([0.0, float("inf"), float("nan"), 1.0]), [])


def test_names_are_found_in_the_library_first(adapter_id: str, files: FileManager) -> None:
    assert find_model(adapter_id, files).folder == files.model(adapter_id).root
    assert find_model("starter:chat", files).folder is not None
    assert find_model("Qwen/Qwen3-0.6B", files) == ModelSource("Qwen/Qwen3-0.6B")
