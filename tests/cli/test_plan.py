"""`modelforge plan` says when its figures are estimates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from modelforge.cli.app import app

ESTIMATED = "it was planned for as a Llama"


@pytest.mark.parametrize("kind", ["llama", "new"])
@pytest.mark.usefixtures("home")
def test_a_model_of_an_unknown_layout_is_planned_for_with_a_word_of_it(kind: str, tmp_path: Path) -> None:
    sizes = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
    (tmp_path / "config.json").write_text(json.dumps({"model_type": kind, "vocab_size": 512, **sizes}))
    arguments = ["plan", f"model={tmp_path}", "dataset=sample:support"]

    said = CliRunner().invoke(app, arguments).output
    plan = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).output)

    assert (ESTIMATED in said, "about" in said, plan["is_exact"]) == (kind == "new", kind == "new", kind == "llama")
