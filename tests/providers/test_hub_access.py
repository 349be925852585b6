"""What is said of hub models before anything is queued: the real client against a hub on loopback, then without it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hub_client import run
from small_hub import TOKEN, Repository, small_hub

ASK = """
import json, os, sys
from modelforge.exceptions import ModelForgeException
from modelforge.providers.huggingface_provider import HuggingFaceProvider
from modelforge.providers.provider import LoadOptions
from modelforge.schemas.config import parse_training_config
from modelforge.tasks.head import CAUSAL
provider, said = HuggingFaceProvider(), {}
for name in json.loads(sys.argv[1]):
    model, _, token = name.partition(" with ")
    model, _, revision = model.partition("@")
    os.environ.pop("HF_TOKEN", None)
    if token:
        os.environ["HF_TOKEN"] = token
    source = provider.resolve(model, revision or None)
    config = parse_training_config({"model": model, "dataset": "d"}).config
    try:
        provider.validate_model_access(source)
        provider.check_fit(source, config, CAUSAL)
        if model == "own/whole" and os.environ["HF_HUB_OFFLINE"] == "0":
            provider.load_tokenizer(source)
            loaded = provider.load_model(source, CAUSAL.model_class(), LoadOptions("cpu", "float32"))
            assert loaded.num_parameters() > 0
        said[name] = "fine"
    except ModelForgeException as error:
        said[name] = f"{error.message} | {error.hint}"
print(json.dumps(said))
"""
TRAIN = """
import json, sys
from pathlib import Path
from modelforge.database.database_manager import DatabaseManager
from modelforge.services.training_service import TrainingService
from modelforge.storage.file_manager import FileManager
from modelforge.training.launcher import ForkserverLauncher
home = Path(sys.argv[1])
database = DatabaseManager(f"sqlite:///{home / 'modelforge.db'}")
database.migrate()
heard = ([], [])
recipe = {"model": "own/heavy", "dataset": sys.argv[2], "optimization": {"max_steps": 1}}
recipe["evaluation"] = {"generate": False}
service = TrainingService(database, FileManager(home), ForkserverLauncher())  # each run a process of its own
for run in heard:
    service.train_model(recipe, run.append)
print(json.dumps([[event.data for event in run if event.kind == "download"] for run in heard]))
"""
WITH_HUB = {
    "own/whole": "^fine$",
    "own/gone": "knows no model own/gone.*private model needs HF_TOKEN",
    "own/whole@v9": "no revision 'v9'",
    "own/gated": "gated, and no token is set.*Accept its licence.*set HF_TOKEN",
    "own/gated with hf_stranger": "account of this token may not read it.*Accept its licence",
    f"own/gated with {TOKEN}": "^fine$",
    "own/unfetched with hf_mistyped": "hub does not know the token.*Enter another",
    "own/pickled": "no safetensors weights.*Pickled weights are never loaded",
    "own/consolidated": "transformers loads.*, but consolidated.safetensors.*saved for transformers",
    "own/onnx": "transformers loads.*, but onnx/model.safetensors.*saved for transformers",
    "own/in-parts": "^fine$",
    "own/adapter": "holds no config.json.*of an adapter, name its base",
    "own/classifier": "saved as LlamaForSequenceClassification.*saved as LlamaForCausalLM",
    "own/headless": "saved as LlamaModel, which has no head that writes text",
    "own/masked": "saved as BertForMaskedLM",
    "own/remote-code": "code from the hub, which is never run here",
    "own/future": "'llama9' is unknown",
}
WITHOUT_HUB = {
    "own/whole": "^fine$",
    "own/never-fetched": "not on this machine, and the hub cannot be reached",
    "own/pickled": "weights of own/pickled are not on this machine",
}


@pytest.fixture(scope="module")
def repositories(tiny_model: Path) -> dict[str, Repository]:
    whole = {path.name: path.read_bytes() for path in tiny_model.iterdir() if path.is_file()}
    config = json.loads(whole["config.json"])
    weights = {"model.safetensors": whole["model.safetensors"]}

    def saved_as(architecture: str, **changed: Any) -> Repository:
        written = {**config, "architectures": [architecture], **changed}
        return Repository({"config.json": json.dumps(written).encode(), **weights})

    def stored_as(file: str) -> Repository:
        return Repository({"config.json": whole["config.json"], file: whole["model.safetensors"]})

    canary = b"open('/tmp/never', 'w')"
    remote = saved_as("OwnForCausalLM", model_type="own", auto_map={"AutoModelForCausalLM": "own.OwnForCausalLM"})
    remote.files["own.py"] = canary
    return {
        "own/whole": Repository(whole),
        "own/unfetched": Repository(whole),
        "own/gated": Repository(whole, gated=True, readers=(TOKEN,)),
        "own/pickled": Repository({"config.json": whole["config.json"], "pytorch_model.bin": b"\x80\x04."}),
        "own/consolidated": stored_as("consolidated.safetensors"),
        "own/onnx": stored_as("onnx/model.safetensors"),
        "own/in-parts": stored_as("model-00001-of-00001.safetensors"),
        "own/adapter": Repository({"adapter_config.json": b"{}", "adapter_model.safetensors": b"{}"}),
        "own/classifier": saved_as("LlamaForSequenceClassification"),
        "own/headless": saved_as("LlamaModel"),
        "own/masked": saved_as("BertForMaskedLM", model_type="bert"),
        "own/remote-code": remote,
        "own/future": saved_as("Llama9ForCausalLM", model_type="llama9"),
    }


def ask(names: list[str], home: Path, endpoint: str, *, offline: bool) -> dict[str, str]:
    answers: dict[str, str] = run(ASK, [json.dumps(names)], home, endpoint, offline=offline)
    return answers


def test_every_way_in_which_a_hub_model_cannot_be_used_is_told_apart(
    repositories: dict[str, Repository], tmp_path: Path
) -> None:
    with small_hub(repositories) as hub:
        said = ask(list(WITH_HUB), tmp_path, hub.endpoint, offline=False)
    assert_said(said, WITH_HUB)

    # what was fetched is there without the hub, and the rest is told
    assert_said(ask(list(WITHOUT_HUB), tmp_path, hub.endpoint, offline=True), WITHOUT_HUB)


def test_a_run_fetches_what_it_loads_and_says_how_far_that_is(
    repositories: dict[str, Repository], tmp_path: Path
) -> None:
    wanted = repositories["own/whole"].files
    never = {name: b"x" * 4096 for name in ("consolidated.safetensors", "model.fp16.safetensors", "pytorch_model.bin")}
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps({"input": f"{n}?", "output": f"{n}."}) + "\n" for n in range(12)))
    with small_hub({"own/heavy": Repository({**wanted, **never})}) as hub:
        arguments = [str(tmp_path / "home"), str(rows)]
        said, again = run(TRAIN, arguments, tmp_path / "hub", hub.endpoint, offline=False)

    sizes = {name: len(body) for name, body in wanted.items()}
    assert said[-1] == {"done": sum(sizes.values()), "total": sum(sizes.values())}
    assert len(said) <= 101
    assert again == []
    fetched = {path.name: path.stat().st_size for path in (tmp_path / "hub").glob("hub/models--*/snapshots/*/*")}
    assert fetched == sizes


def assert_said(said: dict[str, str], expected: dict[str, str]) -> None:
    assert {name: answer for name, answer in said.items() if not re.search(expected[name], answer)} == {}
    assert said.keys() == expected.keys()
