"""Exports: files that, read back, answer as the model does, with what was noticed on the way beside them."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tools_model import with_tools

from modelforge.exceptions import ConfigurationError, ConflictError, NotFoundError
from modelforge.exporting.export import export
from modelforge.inference.chat_engine import ChatEngine
from modelforge.schemas.export import ExportKind
from modelforge.schemas.model import ModelManifest
from modelforge.schemas.sampling import Sampling
from modelforge.starter import starter_path
from modelforge.storage.atomic import read_json, write_json
from modelforge.storage.file_manager import FileManager
from modelforge.tasks.seq2seq_generation import answer_texts
from modelforge.training.merge import PROMPTS, merge
from modelforge.training.merge_check import answer_all
from tests.tasks.tiny_bart import make_bart

MakeAdapter = Callable[..., ModelManifest]
F16, Q4 = ExportKind(quantization="f16"), ExportKind(quantization="q4_0")
F32 = ExportKind(format="safetensors", dtype="float32")


def test_the_starter_exports_as_gguf_with_a_modelfile(files: FileManager, adapter: MakeAdapter) -> None:
    model = adapter(starter_path("chat"), "starter:chat", system_prompt="Answer in JSON.")
    stages: list[str] = []
    made = export(model.id, F16, files=files, on_stage=stages.append)
    folder = files.export(made.id)
    assert made.id == f"{model.id}-gguf-f16"
    assert made.check.verdict == "same"
    assert made.check.same_answers == made.check.prompts == len(PROMPTS)
    assert made.check.divergence < 1e-4 < (made.check.training_divergence or 0)
    assert (made.check.texts, made.check.same_texts) == (38, 37)
    assert "'gpt-2' comes closest" in made.notes[0]
    assert [one.name for one in made.files] == ["Modelfile", "README.md", f"{made.id}.gguf"]
    for one in made.files:
        data = folder.file(one.name).read_bytes()
        assert (one.bytes, one.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    said = (folder.root / "Modelfile").read_text()
    assert said.startswith(f'FROM ./{made.id}.gguf\nTEMPLATE """{{{{ if .System }}}}<|system|>')
    assert 'SYSTEM """Answer in JSON."""\nPARAMETER stop "<|end|>"\nPARAMETER temperature 0\n' in said
    assert "Read back and compared" in (folder.root / "README.md").read_text()
    assert len(stages) == 3
    assert export(model.id, F16, files=files) == made
    with pytest.raises(NotFoundError):
        folder.file("../manifest.json")

    rough = export(model.id, Q4, files=files)
    assert rough.check.verdict == "close"
    assert 0.5 <= rough.check.same_tokens < 1
    assert made.check.divergence < rough.check.divergence
    assert rough.bytes < 0.35 * made.bytes
    assert [one.id for one in files.exports()] == [made.id, rough.id]


@pytest.mark.parametrize("kind", [F16, F32])
def test_a_causal_model_that_answers_questions_about_texts_is_exported(
    kind: ExportKind, tiny_model: Path, files: FileManager, adapter: MakeAdapter
) -> None:
    model = adapter(tiny_model, task="extractive-question-answering")
    assert model.mode == "chat"
    assert export(model.id, kind, files=files).check.verdict == "same"


@pytest.mark.parametrize("family", ["t5", "bart"])
def test_an_encoder_decoder_is_exported_as_safetensors(
    family: str, files: FileManager, adapter: MakeAdapter, tmp_path: Path
) -> None:
    base = starter_path("seq2seq") if family == "t5" else make_bart(tmp_path / "bart")
    model = adapter(base, task="summarization")
    made = export(model.id, F32, files=files)
    assert (made.check.verdict, made.check.same_answers) == ("same", made.check.prompts)
    assert made.check.divergence < 1e-6 < (made.check.training_divergence or 0)
    half = export(model.id, ExportKind(format="safetensors", dtype="bfloat16"), files=files)
    assert made.check.divergence < half.check.divergence
    with pytest.raises(ConfigurationError, match=f"Models of type {family}"):
        export(model.id, F16, files=files)


@pytest.mark.parametrize("forced", [None, 1])
def test_an_exported_bart_answers_whoever_asks_it_as_the_adapter_does(
    forced: int | None, files: FileManager, adapter: MakeAdapter, tmp_path: Path
) -> None:
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    base = make_bart(tmp_path / "bart")
    settings = read_json(base / "generation_config.json")
    write_json(base / "generation_config.json", {**settings, "forced_bos_token_id": forced})
    model = adapter(base, task="summarization", source_prefix="")
    made = export(model.id, F32, files=files)
    engine = ChatEngine.load(model.id, files)
    folder = files.export(made.id).root
    tokenizer, exported = AutoTokenizer.from_pretrained(folder), AutoModelForSeq2SeqLM.from_pretrained(folder)

    for prompt in PROMPTS:
        ids = tokenizer(prompt, return_tensors="pt")
        inputs = {name: ids[name] for name in ("input_ids", "attention_mask")}
        elsewhere = exported.generate(**inputs, num_beams=1, do_sample=False, max_new_tokens=13)
        here = engine.stream([{"role": "user", "content": prompt}], Sampling(max_new_tokens=12 + (forced is None)))
        [measured] = answer_texts(
            engine.model, tokenizer, ids["input_ids"].tolist(), max_new_tokens=12 + (forced is None), batch_size=1
        )
        assert here.text() == measured == tokenizer.decode(elsewhere[0], skip_special_tokens=True)
        assert elsewhere[0, 1] == forced or forced is None
    asked = answer_all(engine, PROMPTS[:1])[0]
    taught = tokenizer(text_target=asked.text)["input_ids"]
    assert asked.answer_ids == taught[:-1]  # without its end token
    assert taught[0] == tokenizer.bos_token_id
    assert len(asked.choices) == len(taught)


@pytest.mark.parametrize("plain", [False, True])
def test_a_modelfile_writes_what_stood_before_every_text(
    plain: bool, tiny_model: Path, files: FileManager, adapter: MakeAdapter
) -> None:
    model = adapter(tiny_model, task="summarization", plain=plain, source_prefix="Sum up:\n")
    made = export(model.id, F16, files=files)
    assert len(made.notes) == 1
    assert made.notes[0].startswith("In training, 'Sum up:\\n' stood before every text. A GGUF file cannot say so")
    said = files.export(made.id).file("Modelfile").read_text()
    assert ("1 }}Sum up:\n{{ .Content }}{{" if plain else "<|user|>\nSum up:\n{{ .Content }}<|end|>") in said


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"source_prefix": "{{ text }}: "}, "data.source_prefix, does not follow a pattern"),
        ({"source_prefix": "", "system_prompt": 'Say """.'}, "holds quotes or a letter"),
    ],
)
def test_an_export_without_a_modelfile_says_why(
    data: dict[str, str], words: str, tiny_model: Path, files: FileManager, adapter: MakeAdapter
) -> None:
    made = export(adapter(tiny_model, task="summarization", **data).id, F16, files=files)
    assert [one.name for one in made.files] == ["README.md", f"{made.id}.gguf"]
    assert words in made.notes[-1]


@pytest.mark.parametrize(("kind", "notes"), [(F16, 2), (F32, 1)])
def test_a_model_that_takes_tools_is_compared_with_tools_and_says_what_is_not_there(
    kind: ExportKind, notes: int, tiny_model: Path, files: FileManager, adapter: MakeAdapter, tmp_path: Path
) -> None:
    made = export(adapter(with_tools(tiny_model, tmp_path)).id, kind, files=files)
    assert made.notes[-1].startswith("A conversation with a tool, a call of it and its result")
    assert made.remarks[made.notes[-1]].code == "tool-prompt-compared"
    assert len(made.notes) == notes
    card = files.export(made.id).file("README.md").read_text()
    assert made.notes[-1] in card
    if kind is F16:
        assert made.remarks[made.notes[0]].code == "no-tools-in-modelfile"
        said = files.export(made.id).file("Modelfile").read_text()
        assert said.startswith("# This template writes no tools, calls and results;")
        assert said.splitlines()[1] == f"FROM ./{made.id}.gguf"
        assert "Tools" not in said.partition("TEMPLATE")[2]


def test_safetensors_in_a_chosen_type_of_adapter_and_full_weights(
    tiny_model: Path, files: FileManager, adapter: MakeAdapter, tmp_path: Path
) -> None:
    from safetensors import safe_open

    model = adapter(tiny_model)
    whole = merge(model.id, files=files)
    for one in (model, whole):
        made = export(one.id, ExportKind(format="safetensors", dtype="bfloat16"), files=files)
        assert made.check.same_answers >= made.check.prompts - 1
        assert (made.check.training_divergence is None) == (one is whole)
        with safe_open(files.export(made.id).file("model.safetensors"), "pt") as opened:
            assert {str(opened.get_tensor(key).dtype) for key in opened.keys()} == {"torch.bfloat16"}  # noqa: SIM118
    target = tmp_path / "elsewhere" / "export"
    files.export(made.id).copy_to(target)
    assert {path.name for path in target.iterdir()} == {"manifest.json", *(one.name for one in made.files)}
    assert {path.stat().st_mode & 0o777 for path in target.iterdir()} == {target.parent.stat().st_mode & 0o666}
    with pytest.raises(ConflictError, match="exists already"):
        files.export(made.id).copy_to(target)
    files.delete_export(made.id)
    assert len(files.exports()) == 1


def test_a_kind_says_what_it_is() -> None:
    wrong: list[dict[str, Any]] = [{"dtype": "float16"}, {"format": "safetensors", "quantization": "f16"}]
    for one in wrong:
        with pytest.raises(ValueError, match=r"is for (safetensors|GGUF)"):
            ExportKind(**one)
    assert ExportKind().id_for("a-model") == "a-model-gguf-q8-0"
    assert len(ExportKind(format="safetensors").id_for("a" * 64)) == 64
