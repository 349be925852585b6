"""Exports that differ from their model are labelled where they come close, and refused where they are wrong."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tools_model import with_tools

from modelforge.exceptions import ConfigurationError, TrainingError
from modelforge.exporting import gguf_export, gguf_file
from modelforge.exporting.export import export
from modelforge.exporting.export_check import check_export
from modelforge.schemas.export import ExportKind
from modelforge.schemas.model import ModelManifest
from modelforge.storage.atomic import read_json, write_json
from modelforge.storage.file_manager import FileManager
from modelforge.training.merge_check import Answer

MakeAdapter = Callable[..., ModelManifest]
F16, Q4 = ExportKind(quantization="f16"), ExportKind(quantization="q4_0")
F32 = ExportKind(format="safetensors", dtype="float32")


def answer(*chosen: int, text: str = "a", sure: float = 4.0) -> Answer:
    """Two tokens of a prompt; each place behind chooses a token of five, more or less surely."""
    import torch

    places = [0, *chosen]
    logits = torch.full((len(places), 5), -sure)
    for place, token in enumerate(places):
        logits[place, token] = sure
    return Answer([1, 2], text, list(chosen[:-1]), logits)


@pytest.mark.parametrize("kind", [F16, Q4])
def test_a_writer_that_forgets_the_order_of_the_rows_is_refused(
    kind: ExportKind, tiny_model: Path, files: FileManager, adapter: MakeAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = adapter(tiny_model)
    monkeypatch.setattr(gguf_file, "interleave", lambda weight, _heads: weight)
    with pytest.raises(TrainingError, match=r"does not hold the model's weights: .*\.[qk]_proj\.weight is off by 1"):
        export(model.id, kind, files=files)
    assert files.exports() == []
    assert list((files.home / "cache" / "scratch").iterdir()) == []


def test_another_tokenizer_is_refused(
    tiny_model: Path, files: FileManager, adapter: MakeAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = adapter(tiny_model)
    monkeypatch.setattr(gguf_export, "exported_template", lambda _tokenizer: "{{ messages[0].content }}")
    with pytest.raises(TrainingError, match="other ids for the same prompt"):
        export(model.id, F16, files=files)
    assert files.exports() == []


def test_a_model_that_gguf_cannot_hold_is_refused_before_it_is_loaded(
    tiny_model: Path, files: FileManager, adapter: MakeAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from modelforge.exporting import export as exporting

    model = adapter(tiny_model)
    monkeypatch.setattr("modelforge.exporting.architectures.BLOCK", 48)
    monkeypatch.setattr(exporting, "load_in_fp32", lambda _folder: pytest.fail("loaded"))
    with pytest.raises(ConfigurationError, match="blocks of 48"):
        export(model.id, Q4, files=files)


@pytest.mark.parametrize(
    ("task", "mode", "words"),
    [
        ("text-classification", "labels", "a model for text-classification that reads texts: it writes none"),
        ("extractive-question-answering", "span", "question-answering that reads texts: it writes none"),
        ("reward", None, "a model for reward that scores answers: it writes none"),
    ],
)
def test_a_model_with_another_head_is_refused_before_it_is_loaded(
    task: str, mode: str | None, words: str, tiny_model: Path, files: FileManager, adapter: MakeAdapter
) -> None:
    model = adapter(tiny_model)
    folder = files.model(model.id)
    write_json(folder.manifest, {**read_json(folder.manifest), "task": task, "mode": mode})
    for kind in (F16, F32):
        with pytest.raises(ConfigurationError, match=words):
            export(model.id, kind, files=files)


def test_an_export_that_writes_tools_otherwise_is_refused(
    tiny_model: Path, files: FileManager, adapter: MakeAdapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = adapter(with_tools(tiny_model, tmp_path))
    monkeypatch.setattr(
        gguf_export, "exported_template", lambda tokenizer: tokenizer.chat_template.replace("<tools>", "<tool>")
    )
    with pytest.raises(TrainingError, match="other ids for the same prompt with tools"):
        export(model.id, F16, files=files)
    assert files.exports() == []


def test_the_check_labels_what_is_close_and_refuses_what_is_not() -> None:
    model = [answer(1, 2, 3, 4)]
    same = check_export(model, model, "f16", weight_error=0.0)
    assert (same.verdict, same.same_tokens, same.divergence) == ("same", 1.0, 0.0)
    assert check_export(model, model, "q4_0", weight_error=0.0).verdict == "close"
    unsure, base = [answer(1, 2, 3, 4, sure=0.3)], [answer(0, 0, 0, 0, sure=0.3)]
    half = check_export(unsure, [answer(1, 2, 0, 0, text="b", sure=0.3)], "q4_0", base=base, weight_error=0.1)
    assert (half.verdict, half.same_answers, half.same_tokens) == ("close", 0, 0.5)
    assert half.divergence < (half.training_divergence or 0)
    with pytest.raises(TrainingError, match="only 25% of the tokens") as caught:
        check_export(unsure, [answer(1, 0, 0, 0, sure=0.3)], "q4_0", weight_error=0.0)
    assert (caught.value.code, caught.value.params) == ("export-chooses-otherwise", {"percent": 25})
    for other, numbers, words, hint in [
        (answer(1, 2, 3, 0), "q4_0", "diverges by 2 nats, more than 1", "--quantization q8_0 or f16"),
        (answer(1, 2, 3, 4, sure=0.3), "f16", "more than 0.001", "--format safetensors"),
        (answer(1, 2, 3, 4, sure=0.3), "bfloat16", "more than 0.01", "--dtype float32"),
        (answer(1, 2, 3, 4, sure=0.3), "float32", "more than 1e-06", "folder as it is"),
        (Answer([1, 1], "a", [1, 2, 3], model[0].logits), "q8_0", "other ids", "--quantization f16"),
        (Answer([1, 2], "a", [1, 2, 3], model[0].logits * float("nan")), "q8_0", "diverges by nan", "f16"),
    ]:
        with pytest.raises(TrainingError, match=words) as caught:
            check_export(model, [other], numbers, weight_error=0.0)
        assert hint in (caught.value.hint or "")
        assert caught.value.code == ("export-splits-otherwise" if words == "other ids" else "export-diverges")
    assert caught.value.params == {"nats": "nan", "allowed": 0.1}  # a number that JSON has not got
    short = Answer([1, 2], "a", [], model[0].logits[:0])
    for ours, theirs in [([short], [short]), ([], []), (model, [replace(model[0], logits=short.logits)])]:
        with pytest.raises(TrainingError, match="could not be compared"):
            check_export(ours, theirs, "f16", weight_error=0.0)


def test_an_encoder_decoder_is_compared_at_every_token_of_its_answer() -> None:
    """Its logits hold no prompt: the first of them chose the first token."""
    model, export = answer(1, 2, 3, sure=0.3), answer(1, 2, 3, sure=0.3)
    export.logits[0] = export.logits[0].roll(1)
    written = [replace(one, answer_ids=[0, 1, 2]) for one in (model, export)]
    assert check_export(written[:1], written[1:], "q4_0", weight_error=0.0).same_tokens == 0.75
