"""Every cell of the matrix trains, stops and resumes, or is refused with its reason before anything is loaded.

On every change: all refusals, and runs that show every task with every strategy, and every way of adapting with every
quantisation. `make test-matrix` runs every cell and prints the matrix; with `DEVICE=cuda`, on the GPU.
"""

from __future__ import annotations

import importlib.util
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from modelforge.exceptions import ModelForgeException
from modelforge.providers.provider_factory import ProviderFactory
from modelforge.schemas.config.support import REFUSALS
from modelforge.storage.file_manager import FileManager
from modelforge.strategies.strategy_factory import StrategyFactory
from modelforge.training.checkpoints import newest_valid

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


def _module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


matrix = _module(ROOT / "docs" / "support_matrix.py")
models = _module(HERE / "tiny_models.py")
rows = _module(HERE / "rows.py")
runs = _module(ROOT / "tests" / "training" / "tiny_runs.py")

RUNNABLE = [cell for cell in matrix.cells("huggingface") if matrix.refusal(cell) is None]
REFUSED = [cell for cell in matrix.cells("huggingface") if matrix.refusal(cell) is not None]


def few(cells: Sequence[Any]) -> Iterator[Any]:
    """Cells that show every (task, model, strategy) and every (adapter, quantisation) that there is."""
    seen: set[tuple[str, ...]] = set()
    plain = sorted(cells, key=lambda cell: (cell.adapter != "LoRA", cell.quantisation != "none"))
    for cell in plain:
        pairs = {(cell.task, cell.model, cell.strategy), (cell.adapter, cell.quantisation)}
        if pairs - seen:
            seen |= pairs
            yield cell


@pytest.fixture(scope="module")
def model_of(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Kind of model → its folder, made once."""
    made: dict[str, Path] = {}

    def model(kind: str) -> Path:
        if kind not in made:
            made[kind] = models.write_model(kind, tiny_model, tmp_path_factory.mktemp(kind))
        return made[kind]

    return model


def prepare_cell(cell: Any, model: Path, folder: Path, device: str = "cpu") -> Any:
    """The run of a cell, prepared and not begun. On a GPU it computes in what `auto` finds, as a user's would."""
    data = rows.write_rows(cell.task, cell.strategy, folder)
    config = runs.tiny_config(
        model,
        data,
        **{**cell.written, "optimization": {"max_steps": 3}, "checkpointing": {"save_steps": 1}},
        evaluation={"max_rows": 4, "max_new_tokens": 4},
        compute={"device": device, "precision": "fp32" if device == "cpu" else "auto"},
    )
    return runs.make_run(config, FileManager(folder / "home"))


def run_cell(cell: Any, model: Path, folder: Path, device: str) -> Any:
    """Two steps, a stop, and the rest."""
    run = prepare_cell(cell, model, folder, device)
    assert run.preparation.preflight.ok, [f for f in run.preparation.preflight.findings if f.severity == "error"]
    assert runs.carry_out(run, stop_after=2).status == "stopped"
    return runs.carry_out(run)


def check_run(cell: Any, model: Path, folder: Path, device: str) -> None:
    """A cell that is not refused ends with a report and a model that has learned, and has used no step twice."""
    run = run_cell(cell, model, folder, device)
    assert run.status == "succeeded"
    assert [data["step"] for data in run.said("progress")] == [1, 2, 3]
    assert all(math.isfinite(loss) for loss in run.losses)
    assert all(data["grad_norm"] > 0 for data in run.said("progress")), run.said("progress")
    tokens = [data["tokens"] for data in run.said("progress")]
    assert 0 < tokens[0] < tokens[1] < tokens[2]
    assert newest_valid(run.folder).path is not None
    assert run.said("report")[0]["metrics"]
    published = FileManager(folder / "home").model(run.model_id)
    assert published.read_manifest().task == made_for(cell)
    assert furthest_move(published.root, model) > 1e-3


def furthest_move(published: Path, base: Path) -> float:
    """How far the weight that has moved most lies from the base's, at a learning rate of 0.01."""
    if (published / "adapter_model.safetensors").exists():
        weights = load_file(published / "adapter_model.safetensors")
        ups = {name: weight for name, weight in weights.items() if "lora_B" in name}
        return max(float((up @ weights[name.replace("lora_B", "lora_A")]).abs().max()) for name, up in ups.items())
    weights, begun = (load_file(folder / "model.safetensors") for folder in (published, base))
    return max(float((weights[name] - begun[name]).abs().max()) for name in weights.keys() & begun.keys())


def made_for(cell: Any) -> str:
    """The task of the model that a cell makes: the cell's own, but for strategies that make another kind of model."""
    return StrategyFactory.strategies[cell.strategy].makes or str(cell.task)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """With `--full` every cell is a test of its own."""
    if "cell" in metafunc.fixturenames:
        chosen = RUNNABLE if metafunc.config.getoption("--full") else list(few(RUNNABLE))
        metafunc.parametrize("cell", chosen, ids=["-".join(vars(cell).values()) for cell in chosen])


def test_a_cell_trains_stops_and_resumes(
    cell: Any, model_of: Callable[[str], Path], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    check_run(cell, model_of(cell.model), tmp_path, request.config.getoption("--device"))


def test_every_other_cell_is_refused_before_anything_is_loaded(
    model_of: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import PreTrainedModel

    def no_weights(*_: Any, **__: Any) -> None:
        raise AssertionError("weights were loaded")

    monkeypatch.setattr(PreTrainedModel, "from_pretrained", no_weights)
    assert REFUSED
    for cell in REFUSED:
        with pytest.raises(ModelForgeException) as caught:
            prepare_cell(cell, model_of(cell.model), tmp_path)
        assert matrix.refusal(cell) in str(caught.value), cell


def test_another_provider_refuses_what_huggingface_refuses_and_what_the_table_says_of_it() -> None:
    for provider in set(ProviderFactory.providers) - {"huggingface"}:
        own = {one.reason for one in REFUSALS if provider in one.values.get("provider", ())}
        for cell in matrix.cells(provider):
            common = matrix.refusal(replace(cell, provider="huggingface"))
            assert matrix.refusal(cell) in {common, *own}, cell
            assert common is None or matrix.refusal(cell) is not None, cell


def test_the_documented_matrix_is_this_one(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    assert "\n".join(matrix.grid()) in (ROOT / "docs" / "reference" / "support.md").read_text(encoding="utf-8")
    if request.config.getoption("--full"):
        with capsys.disabled():
            print(f"{len(RUNNABLE)} cells run, {len(REFUSED)} are refused", *matrix.grid(), sep="\n")  # noqa: T201
