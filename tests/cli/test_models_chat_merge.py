"""The commands `models`, `chat`, `merge`, `export` and `exports`: what they print, and their exit codes."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from modelforge.cli import chat, export, exports, merge, models
from modelforge.cli.amounts import gib
from modelforge.cli.errors import report_error
from modelforge.exceptions import ModelForgeException
from modelforge.providers.provider import ModelSource
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.run import RunSpec
from modelforge.storage.file_manager import FileManager
from modelforge.training.publish import publish

ADAPTER = "support-20261123-231100-9f2c"

app = typer.Typer()
app.command("chat")(chat.chat)
app.command("merge")(merge.merge)
app.command("export")(export.export)
app.add_typer(models.app, name="models")
app.add_typer(exports.app, name="exports")


def run(*arguments: str, keys: str | None = None) -> Result:
    """Run a command as `modelforge.cli.main` does: errors of ours become words and an exit code."""
    result = CliRunner().invoke(app, list(arguments), input=keys)
    if isinstance(result.exception, ModelForgeException):
        result.exit_code = report_error(result.exception, as_json="--json" in arguments)
    elif result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def library(home: Path, tiny_model: Path) -> FileManager:
    """A library with one adapter of the tiny model."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    files = FileManager(home)
    torch.manual_seed(0)
    tuned = get_peft_model(
        AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32),
        LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM", init_lora_weights=False),
    )
    spec = RunSpec(
        id=ADAPTER,
        name="support",
        created_at=datetime.now(UTC),
        config=TrainingConfig(model=str(tiny_model), dataset="sample:support"),
        dataset_sha256=None,
        versions={},
    )
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    publish(tuned, tokenizer, spec=spec, base=ModelSource(str(tiny_model)), report=None, files=files)
    return files


def document(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_an_empty_library(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No models yet" in run("models", "ls").stdout
    assert document(run("models", "ls", "--json")) == []
    assert run("chat", "--prompt", "hi").exit_code == 1
    assert "modelforge train" in capsys.readouterr().err
    assert not (home / "modelforge.db").exists()


def test_list_show_and_delete(library: FileManager) -> None:
    assert ADAPTER in run("models", "ls").stdout
    [listed] = document(run("models", "ls", "--json"))
    assert (listed["id"], listed["kind"]) == (ADAPTER, "adapter")
    shown = run("models", "show", ADAPTER).stdout
    assert "an adapter of" in shown
    assert f"Folder: {library.model(ADAPTER).root}" in shown
    assert document(run("models", "show", ADAPTER, "--json"))["path"] == str(library.model(ADAPTER).root)
    assert run("models", "rm", ADAPTER, keys="n\n").exit_code == 1
    assert len(library.models()) == 1
    assert "Deleted" in run("models", "rm", ADAPTER, keys="y\n").stdout
    assert library.models() == []


def test_delete_for_machines(library: FileManager) -> None:
    assert document(run("models", "rm", ADAPTER, "--json")) == {"deleted": ADAPTER}
    assert library.models() == []


@pytest.mark.parametrize("command", [("models", "show"), ("models", "rm", "--yes"), ("merge",), ("export",)])
def test_an_unknown_model_fails_with_a_hint(
    home: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*command, "no-such-model").exit_code == 1
    assert "modelforge models ls" in capsys.readouterr().err
    assert home.exists() or command in {("models", "show"), ("export",)}


def test_a_damaged_model_is_named_beside_the_others(library: FileManager) -> None:
    library.model(ADAPTER).manifest.write_text("{}")
    result = run("models", "ls", "--json")
    assert document(result) == []
    assert ADAPTER in result.stderr


def test_one_prompt_one_answer(library: FileManager) -> None:
    assert len(library.models()) == 1
    plain = run("chat", "--prompt", "hello", "--max-new-tokens", "8")
    assert plain.exit_code == 0
    found = document(run("chat", ADAPTER, "--prompt", "hello", "--max-new-tokens", "8", "--json", "--base"))
    assert found["model"] == ADAPTER
    assert found["messages"] == [{"role": "user", "content": "hello"}]
    assert plain.stdout == found["answer"] + "\n"
    assert found["new_tokens"] <= 8
    assert {"answer", "finish_reason", "prompt_tokens", "new_tokens", "seconds", "model"} == set(found["base"])
    assert found["base"]["answer"] != found["answer"]


def test_sampling_and_system_options_reach_the_engine(library: FileManager) -> None:
    assert len(library.models()) == 1
    options = ("--max-new-tokens", "8", "--json", "--temperature", "1.5", "--top-k", "50", "--top-p", "0.99")
    first, second, other = (
        document(run("chat", "-p", "hello", *options, "--seed", seed))["answer"] for seed in ("1", "1", "2")
    )
    assert first == second != other
    briefed = document(run("chat", "-p", "hello", "--system", "Be brief.", "--max-new-tokens", "4", "--json"))
    assert briefed["messages"][0] == {"role": "system", "content": "Be brief."}


def test_side_by_side(library: FileManager, tiny_model: Path) -> None:
    assert len(library.models()) == 1
    shown = run("chat", "-p", "hello", "--base", "--max-new-tokens", "4").stdout
    assert shown.startswith(f"base ({tiny_model})\n")
    assert "\ntuned\n" in shown


def test_a_conversation(library: FileManager, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(library.models()) == 1
    keys = f"hello\n\n/new\n{'x' * 600}\nagain\n/quit\n"
    result = run("chat", "--max-new-tokens", "4", keys=keys)
    assert result.exit_code == 0
    assert f"Talking to {ADAPTER}. /new begins a new conversation, /quit ends." in result.stdout
    assert result.stdout.count("you ›") == 6
    assert "the model reads at most 512" in result.stderr + capsys.readouterr().err


def test_the_end_of_input_ends_a_conversation(library: FileManager) -> None:
    assert len(library.models()) == 1
    assert run("chat", "--max-new-tokens", "2", keys="hello\n").exit_code == 0


@pytest.mark.parametrize(
    "wrong", [("--json",), ("-p", "x", "--temperature", "9"), ("-p", "x", "--top-p", "0"), ("--no-such-option",)]
)
def test_wrong_use_is_exit_code_2(home: Path, wrong: tuple[str, ...]) -> None:
    assert run("chat", *wrong).exit_code == 2
    assert not home.exists()


def test_merge(library: FileManager) -> None:
    result = run("merge", ADAPTER, "--dtype", "float32", "--id", "whole-model")
    assert result.exit_code == 0
    assert "Merged: whole-model" in result.stdout
    assert "4 of 4 answers the same" in result.stdout
    assert library.model("whole-model").read_manifest().kind == "merged"
    again = document(run("merge", ADAPTER, "--id", "whole-model", "--json"))
    assert again["merge_check"]["dtype"] == "float32"
    assert "logits apart by at most" in run("models", "show", "whole-model").stdout
    assert run("merge", "whole-model").exit_code == 1
    assert run("merge", ADAPTER, "--dtype", "int3").exit_code == 2


@pytest.mark.parametrize("command", [("merge", ADAPTER), ("export", ADAPTER, "--format", "safetensors")])
@pytest.mark.usefixtures("library")
def test_libraries_are_silent_while_models_are_loaded_and_written(command: tuple[str, ...]) -> None:
    """In a process of its own, as the command is run: what libraries say at their first import counts as well."""
    begin = "import sys; from modelforge.cli import main; sys.argv = sys.argv[1:]; main()"
    done = subprocess.run(
        [sys.executable, "-c", begin, "modelforge", *command], capture_output=True, text=True, check=True, timeout=300
    )

    assert ADAPTER in done.stdout
    assert done.stderr == ""


def test_export_list_show_and_delete(library: FileManager, tmp_path: Path) -> None:
    assert "No exports yet" in run("exports", "ls").stdout
    target = tmp_path / "for ollama"
    made = run("export", ADAPTER, "--quantization", "f16", "--output", str(target))
    assert made.exit_code == 0, made.output
    export_id = f"{ADAPTER}-gguf-f16"
    assert "compared with the model on 4 prompts: the same token ids" in made.stdout
    assert f"With Ollama: cd '{target}' && ollama create {ADAPTER} -f Modelfile" in made.stdout
    assert (target / f"{export_id}.gguf").is_file()
    again = document(run("export", ADAPTER, "--quantization", "f16", "--json"))
    assert f"Exported: {export_id}, {gib(again['bytes'])}" in made.stdout
    assert (again["id"], again["path"]) == (export_id, str(library.export(export_id).root))
    [listed] = document(run("exports", "ls", "--json"))
    assert listed["check"]["divergence"] < 1e-3
    assert export_id in run("exports", "ls").stdout
    shown = run("exports", "show", export_id).stdout
    assert f"{listed['files'][0]['sha256']}  Modelfile" in shown
    assert "Read back and compared" in shown
    assert run("exports", "rm", export_id, keys="n\n").exit_code == 1
    assert document(run("exports", "rm", export_id, "--json")) == {"deleted": export_id}
    assert library.exports() == []
    assert run("exports", "show", export_id).exit_code == 1


def test_options_of_another_format_are_wrong_use(library: FileManager) -> None:
    assert run("export", ADAPTER, "--dtype", "float16").exit_code == 2
    assert run("export", ADAPTER, "--format", "safetensors", "--quantization", "f16").exit_code == 2
    assert library.exports() == []


EVERY = [
    *(("chat",), ("merge",), ("models", "ls"), ("models", "show"), ("models", "rm")),
    *(("export",), ("exports", "ls"), ("exports", "show"), ("exports", "rm")),
]


@pytest.mark.parametrize("command", EVERY)
def test_every_help_has_an_example(command: tuple[str, ...]) -> None:
    shown = run(*command, "--help")
    assert shown.exit_code == 0
    assert "Example: modelforge" in shown.stdout
