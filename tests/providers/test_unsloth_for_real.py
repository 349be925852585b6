"""A run through Unsloth itself: `make test-unsloth`, in its own environment. Elsewhere there is nothing to run."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelforge.hardware.accelerators import find_accelerators

pytestmark = pytest.mark.skipif(importlib.util.find_spec("unsloth") is None, reason="make test-unsloth")
TRAINING = Path(__file__).parents[1] / "training"

RUN = """
import json, sys
from pathlib import Path
from modelforge.providers.provider_factory import ProviderFactory
ProviderFactory.create_provider("unsloth").activate()
from tiny_runs import carry_out, make_run, tiny_config, write_rows
from modelforge.inference.loading import inference_options, load_model
from modelforge.providers.provider import ModelSource
from modelforge.storage.file_manager import FileManager
model, work = map(Path, sys.argv[1:])
files = FileManager(work / "home")
config = tiny_config(
    model, write_rows(work / "rows.jsonl"), provider="unsloth",
    compute={"device": "auto"}, optimization={"max_steps": 6},
)
whole = carry_out(make_run(config, files, "whole"))
parts = make_run(config, files, "parts")
stopped = carry_out(parts, stop_after=3).status
carry_out(parts)
loaded = load_model(ModelSource(str(files.model("parts").root)), inference_options())
print(json.dumps({
    "stopped": stopped, "status": parts.status, "whole": whole.losses, "parts": parts.losses,
    "verdict": parts.said("report")[0]["verdict"], "adapter": loaded.is_adapter,
}))
"""


def test_a_run_trains_stops_resumes_and_publishes_an_adapter_for_peft(tiny_model: Path, tmp_path: Path) -> None:
    has_gpu = any(found.kind == "cuda" for found in find_accelerators())
    environment = {**os.environ, "PYTHONPATH": str(TRAINING), **({} if has_gpu else {"UNSLOTH_FORCE_CPU": "1"})}
    done = subprocess.run(
        [sys.executable, "-c", RUN, tiny_model, tmp_path],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=580,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    came_to = json.loads(done.stdout.splitlines()[-1])

    assert (came_to["stopped"], came_to["status"]) == ("stopped", "succeeded")
    assert len(came_to["whole"]) == 6
    assert came_to["whole"][-1] < came_to["whole"][0]
    assert came_to["parts"] == pytest.approx(came_to["whole"], abs=1e-3)
    assert came_to["adapter"]
