"""A run stays with the commit of a hub model that it was prepared with, however the hub moves on: the real client
against a hub on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hub_client import run
from small_hub import WRITER, Repository, SmallHub, small_hub

MODEL, EARLIER_MODEL, STAGED_MODEL = "own/moving", "own/earlier", "own/staged"
PINS = """
import json, sys
from modelforge.exceptions import ProviderError
from modelforge.providers.huggingface_provider import HuggingFaceProvider
provider, found = HuggingFaceProvider(), {}
for revision in sys.argv[1:]:
    try:
        found[revision] = provider.pin(provider.resolve("own/moving", revision or None)).revision
    except ProviderError as error:
        found[revision] = error.message
found["folder"] = provider.pin(provider.resolve("starter:chat")).revision
print(json.dumps(found))
"""
SUBMIT = """
import json, sys
from pathlib import Path
from huggingface_hub import HfApi
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.config.stages import parse_stages
from modelforge.services.run_making import make_run
from modelforge.services.stage_making import make_stages
from modelforge.storage.file_manager import FileManager
from modelforge.training import preparation

files, writer, submitted = FileManager(Path(sys.argv[1])), sys.argv[3], []
prepare = preparation.prepare

def prepare_and_move(*arguments):
    made = prepare(*arguments)
    prepared_with.append(made.model_commit)
    HfApi(token=writer).upload_file(
        path_or_fileobj=str(len(prepared_with)).encode(), path_in_repo="moved.txt", repo_id=recipe["model"]
    )
    return made

preparation.prepare = prepare_and_move
for recipe in json.loads(sys.argv[2]):
    prepared_with = []
    if "stages" in recipe:
        specs = make_stages(parse_stages(recipe), files)
    else:
        specs = [make_run(parse_training_config(recipe).config, files)]
    kept = [spec.model_commit for spec in specs]
    submitted.append({"prepared": prepared_with, "kept": kept, "id": specs[0].id})
print(json.dumps(submitted))
"""
WORK = """
import json, sys
from pathlib import Path
from modelforge.inference.loading import find_model, inference_options, load_model
from modelforge.schemas.evaluation import EvaluationRequest
from modelforge.storage.file_manager import FileManager
from modelforge.training import engine
from modelforge.training.measuring import evaluate
from modelforge.training.merge import merge

files = FileManager(Path(sys.argv[1]))
folder = files.run(sys.argv[2])
steps = []
emit = lambda kind, data: steps.append(kind) if kind == "progress" else None
first = engine.run(folder.read_spec(), folder, emit, lambda: bool(steps))
again = engine.run(folder.read_spec(), folder, emit, lambda: False)
tuned = files.model(again.model_id)
load_model(find_model(tuned.id, files), inference_options())
merged = merge(tuned.id, files=files)
base, config = folder.read_spec().config.model, {"evaluation": {"generate": False}}
wanted = EvaluationRequest(model=tuned.id, against=base, config=config)
evaluate(wanted, files, evaluation_id="held-out")
evaluate(wanted.model_copy(update={"dataset": sys.argv[3]}), files, evaluation_id="other-rows")
print(json.dumps({
    "statuses": [first.status, again.status],
    "manifest": tuned.read_manifest().base_revision,
    "merged": merged.base_revision,
    "adapter": json.loads((tuned.root / "adapter_config.json").read_text())["revision"],
}))
"""
EARLIER = """
import json, sys
from pathlib import Path
from modelforge.exporting.export import export
from modelforge.inference.loading import find_model, inference_options, load_model
from modelforge.schemas.evaluation import EvaluationRequest
from modelforge.schemas.export import ExportKind
from modelforge.storage.file_manager import FileManager
from modelforge.training import engine
from modelforge.training.measuring import evaluate
from modelforge.training.merge import merge

def strip(path, key):
    written = json.loads(path.read_text())
    was = written.pop(key)
    path.write_text(json.dumps(written))
    return was

files = FileManager(Path(sys.argv[1]))
folder = files.run(sys.argv[2])
done = engine.run(folder.read_spec(), folder, lambda *_: None, lambda: False)
tuned = files.model(done.model_id)
stripped = [
    strip(tuned.root / "adapter_config.json", "revision"),
    strip(tuned.manifest, "base_revision"),
    strip(folder.spec, "model_commit"),
]
loaded = load_model(find_model(tuned.id, files), inference_options())
base, config = folder.read_spec().config.model, {"evaluation": {"generate": False}}
wanted = EvaluationRequest(model=tuned.id, against=base, config=config)
measured = evaluate(wanted, files, evaluation_id="of-an-earlier-version")
merged = merge(tuned.id, files=files)
exported = export(tuned.id, ExportKind(format="safetensors", dtype="auto"), files=files)
print(json.dumps({
    "stripped": stripped,
    "is_adapter": loaded.is_adapter,
    "measured": sorted(measured.report.metrics),
    "merged": [merged.kind, merged.base_revision],
    "exported": exported.model_id == tuned.id,
}))
"""


@pytest.fixture
def repository(tiny_model: Path) -> Repository:
    return of_the_tiny_model(tiny_model)


def of_the_tiny_model(tiny_model: Path) -> Repository:
    return Repository({path.name: path.read_bytes() for path in tiny_model.iterdir() if path.is_file()})


@dataclass(frozen=True)
class Submitted:
    """Runs that were submitted in one process, each with a repository of its own that moved on meanwhile."""

    hub: SmallHub
    home: Path
    cache: Path
    rows: str
    commit: str
    """That all repositories were at before."""
    by_model: dict[str, dict[str, Any]]
    """Model → `prepared`, `kept` and `id`, as `SUBMIT` prints them."""

    def run(self, script: str, *arguments: str) -> Any:
        """What a process says that works on these runs."""
        return run(script, [str(self.home), *arguments], self.cache, self.hub.endpoint, offline=False)


def recipe(model: str, rows: str, **more: Any) -> dict[str, Any]:
    return {
        "model": model,
        "dataset": rows,
        "data": {"validation_split": 0.25, "max_length": 96},
        "optimization": {"max_steps": 2, "per_device_train_batch_size": 2},
        "evaluation": {"max_new_tokens": 2, "bootstrap_resamples": 200},
        "logging": {"tensorboard": False},
        **more,
    }


@pytest.fixture(scope="module")
def submitted(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Submitted]:
    folder = tmp_path_factory.mktemp("pinned")
    rows = folder / "rows.jsonl"
    rows.write_text("".join(json.dumps({"input": f"{n}?", "output": f"{n}."}) + "\n" for n in range(16)))
    stages = [{"name": "first"}, {"name": "second"}, {"name": "apart", "model": STAGED_MODEL}]
    recipes = [recipe(MODEL, str(rows)), recipe(EARLIER_MODEL, str(rows))]
    recipes.append(recipe(STAGED_MODEL, str(rows), stages=stages))
    repositories = {one["model"]: of_the_tiny_model(tiny_model) for one in recipes}
    with small_hub(repositories) as hub:
        made = Submitted(hub, folder / "home", folder / "hub", str(rows), repositories[MODEL].commit, {})
        said = made.run(SUBMIT, json.dumps(recipes), WRITER)
        made.by_model.update(zip(repositories, said, strict=True))
        yield made


def test_a_branch_a_tag_and_a_commit_are_pinned_and_without_the_hub_what_the_cache_has(
    repository: Repository, tmp_path: Path
) -> None:
    old = repository.commit
    repository.tags["v1"] = old
    repository.move({**repository.files, "moved.txt": b"1"})
    new = repository.commit
    known = {"": new, "main": new, "v1": old, old: old, "folder": None}

    with small_hub({MODEL: repository}) as hub:
        found = run(PINS, ["", "main", "v1", old, "v9"], tmp_path, hub.endpoint, offline=False)
    assert found.pop("v9") == f"{MODEL} has no revision 'v9'."
    assert found == known

    offline = run(PINS, ["", "main", "v1", old, "v9"], tmp_path, "http://127.0.0.1:9", offline=True)
    assert "is not on this machine" in offline.pop("v9")
    assert offline == known


def test_every_attempt_and_all_that_follows_load_the_commit_that_the_run_was_prepared_with(
    submitted: Submitted,
) -> None:
    found, commit, repository = submitted.by_model[MODEL], submitted.commit, submitted.hub.repositories[MODEL]
    repository.move({**repository.files, "model.safetensors": b"of another model"})
    done = submitted.run(WORK, found["id"], submitted.rows)

    assert found["prepared"] == found["kept"] == [commit]
    assert done.pop("statuses") == ["stopped", "succeeded"]
    assert done == {"manifest": commit, "merged": commit, "adapter": commit}
    snapshots = submitted.cache.glob("hub/models--own--moving/snapshots/*/model.safetensors")
    assert {path.parent.name for path in snapshots} == {commit}


def test_an_adapter_of_an_earlier_version_without_a_pin_is_loaded_measured_merged_and_exported(
    submitted: Submitted,
) -> None:
    done = submitted.run(EARLIER, submitted.by_model[EARLIER_MODEL]["id"])

    assert done.pop("stripped") == [submitted.commit] * 3, "the pins were there, and are gone"
    assert done.pop("measured")
    assert done == {"is_adapter": True, "merged": ["merged", None], "exported": True}


def test_all_stages_are_prepared_with_one_commit_and_later_ones_keep_none(submitted: Submitted) -> None:
    found, commit = submitted.by_model[STAGED_MODEL], submitted.commit

    assert found["prepared"] == [commit] * 3
    assert found["kept"] == [commit, None, commit]
    assert submitted.hub.repositories[STAGED_MODEL].commit != commit
