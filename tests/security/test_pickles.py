"""S5: no pickle is ever loaded, whatever it is called and wherever it lies; and no code that comes with a model."""

from __future__ import annotations

import gzip
import json
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from server_under_test import RunServer

from modelforge.exceptions import ModelForgeException, ProviderError
from modelforge.inference.loading import find_model, inference_options, load_model
from modelforge.providers.provider import ModelSource

DATA_NAMES = [
    *("data.pkl", "data.pickle", "data.jsonl", "data.json", "data.csv", "data.tsv", "data.txt", "data.parquet"),
    *("data.arrow", "data.bin", "data.pt", "data.npy", "data.joblib", "data", "dataset_info.json"),
]
WEIGHTS = ["pytorch_model.bin", "model.pt", "model.pth", "model.ckpt", "model.pkl", "model.safetensors"]
BESIDE = ["tokenizer.pkl", "training_args.bin", "optimizer.pt", "scheduler.pt", "rng_state.pth", "vocab.pkl"]
ADAPTERS = ["adapter_model.bin", "adapter_model.pt", "adapter_model.safetensors"]


class Canary:
    """Whoever unpickles it touches a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = str(marker)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _fire, (self.marker,)


def _fire(marker: str) -> None:
    Path(marker).touch()


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    return tmp_path / "fired"


def as_pickle(marker: Path) -> bytes:
    return pickle.dumps({"weight": Canary(marker)}, protocol=2)


def as_torch(marker: Path, folder: Path) -> bytes:
    """What `torch.save` writes: a zip with a pickle in it."""
    path = folder / "archive.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", as_pickle(marker))
        archive.writestr("archive/version", "3\n")
        archive.writestr("archive/byteorder", "little")
    return path.read_bytes()


FORMS: dict[str, Callable[[Path, Path], bytes]] = {
    "pickle": lambda marker, _: as_pickle(marker),
    "torch": as_torch,
}


def test_the_canary_fires_where_a_pickle_is_loaded(marker: Path, tmp_path: Path) -> None:
    import torch

    pickle.loads(as_pickle(marker))
    assert marker.exists()
    marker.unlink()
    (tmp_path / "x.pt").write_bytes(as_torch(marker, tmp_path))
    torch.load(tmp_path / "x.pt", weights_only=False)
    assert marker.exists()


@pytest.mark.parametrize("form", [*FORMS, "gzip"])
def test_no_dataset_is_unpickled(server: RunServer, marker: Path, tmp_path: Path, form: str) -> None:
    """Uploaded under every name that a library might take for its own, then looked at in every way."""
    content = gzip.compress(as_pickle(marker)) if form == "gzip" else FORMS[form](marker, tmp_path)
    server.services.datasets.process = server.services.workshop.heavy  # quick: forked, not started anew
    for name in DATA_NAMES if form == "pickle" else DATA_NAMES[2:5]:
        answer = server.client.post(
            "/api/v1/datasets",
            params={"name": name},
            content=content,
            headers={"content-type": "application/octet-stream"},
        )
        assert answer.status_code in (201, 422), (name, answer.text)
        if answer.status_code == 201:
            found = answer.json()["id"]
            server.client.post("/api/v1/datasets/inspect", json={"dataset": found})
            server.client.get(f"/api/v1/datasets/{found}/rows")
            server.client.delete(f"/api/v1/datasets/{found}")
    assert not marker.exists()


def refused(folder: Path) -> ModelForgeException:
    with pytest.raises(ModelForgeException) as caught:
        load_model(ModelSource(str(folder)), inference_options())
    return caught.value


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", WEIGHTS)
def test_pickled_weights_are_refused(tiny_model: Path, tmp_path: Path, marker: Path, name: str, form: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    (folder / "model.safetensors").unlink()
    (folder / name).write_bytes(FORMS[form](marker, tmp_path))
    assert isinstance(refused(folder), ProviderError)
    assert not marker.exists()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ADAPTERS)
def test_pickled_adapters_are_refused(tiny_model: Path, tmp_path: Path, marker: Path, name: str, form: str) -> None:
    folder = tmp_path / "adapter"
    folder.mkdir()
    written = {"peft_type": "LORA", "base_model_name_or_path": str(tiny_model), "target_modules": ["q_proj"], "r": 2}
    (folder / "adapter_config.json").write_text(json.dumps(written))
    (folder / name).write_bytes(FORMS[form](marker, tmp_path))
    assert isinstance(refused(folder), ProviderError)
    assert not marker.exists()


def test_pickles_beside_the_weights_are_left_alone(tiny_model: Path, tmp_path: Path, marker: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    for name in (*BESIDE, *WEIGHTS[:-1]):
        (folder / name).write_bytes(as_torch(marker, tmp_path))
    assert load_model(ModelSource(str(folder)), inference_options()).model is not None
    assert not marker.exists()


@pytest.mark.parametrize("place", ["config.json", "tokenizer_config.json"])
def test_code_that_comes_with_a_model_is_never_run(tiny_model: Path, tmp_path: Path, marker: Path, place: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    (folder / "evil.py").write_text(f"from pathlib import Path\nPath({str(marker)!r}).touch()\nclass Evil: ...\n")
    written = json.loads((folder / place).read_text())
    written["auto_map"] = {
        "AutoConfig": "evil.Evil",
        "AutoModelForCausalLM": "evil.Evil",
        "AutoTokenizer": ["evil.Evil"] * 2,
    }
    written["model_type"] = "evil"
    written["tokenizer_class"] = "EvilTokenizer"
    (folder / place).write_text(json.dumps(written))
    assert isinstance(refused(folder), ProviderError)
    assert not marker.exists()


def test_a_model_of_the_library_is_no_exception(
    server: RunServer, tiny_model: Path, tmp_path: Path, marker: Path
) -> None:
    from datetime import UTC, datetime

    from modelforge.schemas.model import ModelManifest
    from modelforge.storage.atomic import write_json

    files = server.services.files
    with files.scratch() as work:
        shutil.copytree(tiny_model, work / "pickled")
        (work / "pickled" / "model.safetensors").write_bytes(as_torch(marker, tmp_path))
        manifest = ModelManifest(
            id="pickled", name="P", created_at=datetime.now(UTC), kind="full", base_model="x", task="text-generation"
        )
        write_json(work / "pickled" / "manifest.json", manifest.model_dump(mode="json"))
        files.publish_model(work / "pickled", "pickled")
    assert isinstance(refused(Path(find_model("pickled", files).location)), ProviderError)
    answer = server.client.post("/api/v1/plans", json={"model": "pickled", "dataset": "sample:support"})
    assert answer.status_code < 500, answer.text
    assert not marker.exists()


def test_nothing_of_the_product_asks_for_foreign_code() -> None:
    import modelforge

    package = Path(modelforge.__file__).parent
    sources = {path: path.read_text(encoding="utf-8") for path in package.rglob("*.py")}
    assert [str(path) for path, text in sources.items() if "trust_remote_code=True" in text] == []
    assert [str(path) for path, text in sources.items() if "weights_only=False" in text] == []
    assert [str(path) for path, text in sources.items() if "pickle.load" in text] == []
