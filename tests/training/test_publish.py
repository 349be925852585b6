"""Publishing: a standard folder, complete or not there."""

import json
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelforge.evaluation.bootstrap import Resampling
from modelforge.evaluation.report import build_report
from modelforge.evaluation.row_scores import RowScores
from modelforge.exceptions import StorageError
from modelforge.providers.provider import ModelSource
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.report import EvaluationReport
from modelforge.schemas.run import RunSpec
from modelforge.starter import starter_path
from modelforge.storage.file_manager import FileManager
from modelforge.training.model_card import base_licence
from modelforge.training.publish import publish
from modelforge.training.saved_tokenizer import save_tokenizer

FILES = {
    "adapter_config.json",
    "adapter_model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "README.md",
    "manifest.json",
}
GROWING = [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 7)]
"""Lines of a card that would stand for millions of keys."""


@pytest.fixture
def files(tmp_path: Path) -> FileManager:
    return FileManager(tmp_path / "home")


def spec(model: str, run_id: str = "support-20261123-231100-9f2c", **config: Any) -> RunSpec:
    return RunSpec(
        id=run_id,
        name="support",
        created_at=datetime.now(UTC),
        config=TrainingConfig(model=model, dataset="sample:support", **config),
        dataset_sha256="ab" * 32,
        versions={"torch": "2.13.0", "peft": "0.21.2"},
    )


def a_report() -> EvaluationReport:
    rows = {"prompts": ("q",) * 20, "references": ("a",) * 20, "nll": (1.0,) * 20, "tokens": (2,) * 20}
    base = RowScores(**rows, answers=("x",) * 20, scores={"exact_match": (0.0,) * 20})
    tuned = RowScores(**rows, answers=("a",) * 20, scores={"exact_match": (1.0,) * 20})
    return build_report(base, tuned, "exact_match", Resampling(100, 0.95, 0))


def tuned_adapter(folder: Path, **lora: Any) -> tuple[Any, Any]:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(0)
    base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    model = get_peft_model(base, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM", **lora))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.05)
    return model, AutoTokenizer.from_pretrained(folder)


def test_an_adapter_is_a_standard_folder_with_card_and_manifest(tiny_model: Path, files: FileManager) -> None:
    model, tokenizer = tuned_adapter(tiny_model)
    run = spec(str(tiny_model), data={"system_prompt": "Be brief."})
    manifest = publish(
        model,
        tokenizer,
        spec=run,
        base=ModelSource(str(tiny_model)),
        report=a_report(),
        files=files,
        plain_prompts=True,
    )
    [folder] = files.models()
    assert {path.name for path in folder.root.iterdir()} == FILES
    assert folder.read_manifest() == manifest
    assert (manifest.kind, manifest.run_id, manifest.task) == ("adapter", run.id, "text-generation")
    assert (manifest.system_prompt, manifest.plain_prompts) == ("Be brief.", True)
    assert manifest.metrics["verdict"] == "better"
    assert "examples" not in manifest.metrics
    assert manifest.bytes == sum(p.stat().st_size for p in folder.root.iterdir() if p.name != "manifest.json")
    adapter = json.loads((folder.root / "adapter_config.json").read_text())
    assert adapter["base_model_name_or_path"] == str(tiny_model)
    assert list((files.home / "cache" / "scratch").iterdir()) == []


def test_a_saved_tokenizer_reads_whole_texts_whatever_it_was_called_with_last(tiny_model: Path, tmp_path: Path) -> None:
    from tokenizers import Tokenizer
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    tokenizer(["A long text.", "A text."], truncation=True, max_length=4, padding=True)

    save_tokenizer(tokenizer, tmp_path)

    saved = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert [len(one.ids) for one in saved.encode_batch(["A long text.", "A text."])] == [12, 7]


def test_a_published_adapter_loads_with_peft_and_is_the_same(tiny_model: Path, files: FileManager) -> None:
    import torch
    from peft import AutoPeftModelForCausalLM
    from transformers import AutoTokenizer

    model, tokenizer = tuned_adapter(tiny_model)
    publish(model, tokenizer, spec=spec(str(tiny_model)), base=ModelSource(str(tiny_model)), report=None, files=files)
    [folder] = files.models()
    ids = torch.tensor([[5, 9, 30]])
    again = AutoPeftModelForCausalLM.from_pretrained(folder.root)
    assert torch.equal(again(input_ids=ids).logits, model(input_ids=ids).logits)
    assert AutoTokenizer.from_pretrained(folder.root).chat_template == tokenizer.chat_template


def test_a_starter_is_named_and_not_its_place_on_this_machine(files: FileManager) -> None:
    model, tokenizer = tuned_adapter(starter_path("chat"))
    publish(
        model,
        tokenizer,
        spec=spec("starter:chat"),
        base=ModelSource(str(starter_path("chat"))),
        report=a_report(),
        files=files,
    )
    [folder] = files.models()
    adapter = json.loads((folder.root / "adapter_config.json").read_text())
    assert adapter["base_model_name_or_path"] == "starter:chat"
    for path in folder.root.glob("*.json"):
        assert str(starter_path("chat")) not in path.read_text()
    card = (folder.root / "README.md").read_text()
    assert str(starter_path("chat")) not in card
    assert "for learning the workflow, not for work" in card


def test_the_card_holds_recipe_data_metrics_versions_and_limits(tiny_model: Path, files: FileManager) -> None:
    model, tokenizer = tuned_adapter(tiny_model)
    base = tiny_model.parent / "with-card"
    shutil.copytree(tiny_model, base, dirs_exist_ok=True)
    (base / "README.md").write_text("---\nlicense: apache-2.0\n---\n# A base\n")
    run = spec(str(base))
    publish(model, tokenizer, spec=run, base=ModelSource(str(base)), report=a_report(), files=files)
    card = (files.models()[0].root / "README.md").read_text()
    _, front, body = card.split("---\n", 2)
    assert yaml.safe_load(front) == {
        "library_name": "peft",
        "license": "apache-2.0",
        "pipeline_tag": "text-generation",
        "tags": ["modelforge", "sft", "lora"],
    }
    assert a_report().sentence in body
    assert "| exact match | 0.00 | 1.00 | +1.00 | +1.00 to +1.00 | 20 | better |" in body
    assert "ab" * 32 in body
    assert "- peft 0.21.2" in body
    assert "Licence of the base model: apache-2.0" in body
    recipe = body.split("```yaml\n")[1].split("```")[0]
    assert TrainingConfig.model_validate(yaml.safe_load(recipe)) == run.config


@pytest.mark.parametrize(
    ("named", "base", "expected"),
    [
        ("someone/model", ModelSource("someone/model", "main"), "someone/model"),
        ("starter:chat", ModelSource(str(starter_path("chat"))), None),
        ("whole-20261123-231100-9f2c", ModelSource(str(starter_path("chat"))), None),
    ],
)
def test_the_card_names_a_base_of_the_hub_and_no_other(
    tiny_model: Path, files: FileManager, named: str, base: ModelSource, expected: str | None
) -> None:
    model, tokenizer = tuned_adapter(tiny_model)
    publish(model, tokenizer, spec=spec(named), base=base, report=None, files=files)
    card = (files.models()[0].root / "README.md").read_text()
    assert yaml.safe_load(card.split("---\n")[1]).get("base_model") == expected


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: mit\n---\n", "mit"),
        ("# none\n", None),
        ("---\nlicense: [a, b\n---\n", None),
        ("---\n- x\n---\n", None),
        (f"---\nlicense: mit\na0: &a0 {{k: 1, l: 2}}\n{''.join(GROWING)}---\n", None),
    ],
)
def test_the_licence_is_read_from_the_base_s_card(tmp_path: Path, card: str, licence: str | None) -> None:
    (tmp_path / "README.md").write_text(card)
    assert base_licence(ModelSource(str(tmp_path))) == licence


def test_a_base_without_a_card_here_has_no_known_licence(tmp_path: Path) -> None:
    assert base_licence(ModelSource(str(tmp_path))) is None
    assert base_licence(ModelSource("someone/never-downloaded")) is None


@pytest.mark.parametrize(("dtype", "expected"), [("auto", "float32"), ("bfloat16", "bfloat16"), ("float16", "float16")])
def test_full_weights_are_written_in_the_asked_type(
    tiny_model: Path, files: FileManager, dtype: str, expected: str
) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32)
    run = spec(str(tiny_model), finetuning_type="full", output={"dtype": dtype})
    manifest = publish(
        model,
        AutoTokenizer.from_pretrained(tiny_model),
        spec=run,
        base=ModelSource(str(tiny_model)),
        report=None,
        files=files,
    )
    root = files.model(manifest.id).root
    assert manifest.kind == "full"
    assert {"config.json", "model.safetensors", "chat_template.jinja", "README.md"} <= {p.name for p in root.iterdir()}
    again = AutoModelForCausalLM.from_pretrained(root)
    assert str(again.dtype) == f"torch.{expected}"
    assert model.dtype == torch.float32
    for name, parameter in again.named_parameters():
        assert torch.equal(parameter, model.get_parameter(name).to(again.dtype))
    from safetensors import safe_open

    with safe_open(root / "model.safetensors", "pt") as weights:
        assert "lm_head.weight" not in weights.keys()  # noqa: SIM118 - tied to the embeddings; not a dict


def test_a_run_publishes_once_however_often_it_is_resumed(tiny_model: Path, files: FileManager) -> None:
    model, tokenizer = tuned_adapter(tiny_model)
    arguments: dict[str, Any] = {"base": ModelSource(str(tiny_model)), "report": None, "files": files}
    first = publish(model, tokenizer, spec=spec(str(tiny_model)), **arguments)
    assert publish(model, tokenizer, spec=spec(str(tiny_model)), **arguments) == first
    assert len(files.models()) == 1


def test_a_publish_that_fails_leaves_nothing(
    tiny_model: Path, files: FileManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, tokenizer = tuned_adapter(tiny_model)

    def full_disk(*_: Any) -> None:
        raise StorageError("The disk is full.", details={"reason": "disk_full"})

    monkeypatch.setattr("modelforge.training.publish.write_json", full_disk)
    with pytest.raises(StorageError):
        publish(
            model, tokenizer, spec=spec(str(tiny_model)), base=ModelSource(str(tiny_model)), report=None, files=files
        )
    assert files.models() == []
    assert list((files.home / "cache" / "scratch").iterdir()) == []


def test_no_half_model_is_ever_listed(tiny_model: Path, files: FileManager) -> None:
    """D9: list and read in a loop while models are published and deleted."""
    model, tokenizer = tuned_adapter(tiny_model)
    done = threading.Event()
    incomplete: list[str] = []
    seen: set[str] = set()

    def watch() -> None:
        while not done.is_set():
            for folder in files.models():
                missing = FILES - {path.name for path in folder.root.iterdir()}
                size = sum(p.stat().st_size for p in folder.root.iterdir() if p.name != "manifest.json")
                if missing or size != folder.read_manifest().bytes:
                    incomplete.append(f"{folder.id}: {missing}")
                seen.add(folder.id)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for number in range(20):
            run = spec(str(tiny_model), f"model-{number:03d}")
            publish(model, tokenizer, spec=run, base=ModelSource(str(tiny_model)), report=None, files=files)
    finally:
        done.set()
        watcher.join()
    assert incomplete == []
    assert len(files.models()) == 20
    assert len(seen) > 3
