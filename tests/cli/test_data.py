from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from modelforge.cli.data import app
from modelforge.exceptions import ConfigurationError, ModelForgeException
from modelforge.starter import sample_path
from tests.data.bad_input import BadInput
from tests.data.bad_inputs import BAD_INPUTS

pytestmark = pytest.mark.usefixtures("home")


def run(*arguments: str) -> tuple[int, str]:
    """The exit code and the output; errors that `main` would print are raised."""
    result = CliRunner().invoke(app, list(arguments))
    if isinstance(result.exception, ModelForgeException):
        raise result.exception
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, result.output


def document(*arguments: str) -> tuple[int, dict[str, Any]]:
    code, output = run(*arguments, "--json")
    return code, json.loads(output)


@pytest.fixture
def faq(tmp_path: Path) -> str:
    path = tmp_path / "faq.csv"
    path.write_text("question,answer\nHow?,So\nWhy?,Because\n")
    return str(path)


def test_validate_says_the_shape() -> None:
    code, found = document("validate", "sample:support", "--task", "text-generation")

    assert code == 0
    assert (found["shape"], found["rows"], found["total"]) == ("input_output", 1000, 0)


def test_validate_in_words() -> None:
    code, output = run("validate", "sample:support")

    assert code == 0
    assert "Good. 1,000 rows, shape input_output" in output


def test_validate_without_a_task_checks_rows_of_every_shape(tmp_path: Path) -> None:
    pairs, marks = tmp_path / "pairs.jsonl", tmp_path / "marks.jsonl"
    row = {"prompt": "Where?", "chosen": "Here.", "rejected": "Who knows?"}
    pairs.write_text("".join(json.dumps(row | {"chosen": f"Here {number}."}) + "\n" for number in range(3)))
    marks.write_text('{"prompt": "a", "completion": "b", "label": true}\n' * 2)

    code, found = document("validate", str(pairs))
    assert (code, found["shape"], found["rows"]) == (0, "preference", 3)
    code, found = document("validate", str(marks))
    assert (code, found["shape"]) == (0, "unpaired_preference")

    assert document("validate", str(pairs), "--task", "text-generation")[0] == 1


def test_repeats_show_what_leaks(tmp_path: Path) -> None:
    held_out = tmp_path / "held-out.jsonl"
    held_out.write_text(sample_path("support").read_text().splitlines()[4] + "\n")

    code, output = run("repeats", str(held_out), "--in", "sample:support")
    assert code == 0
    assert "Of 1 row, 1 equal another one and 0 resemble one." in output
    assert "row 1 equals row 5" in output
    asked = json.loads(held_out.read_text())
    held_out.write_text(json.dumps({**asked, next(reversed(asked)): "Something else entirely."}) + "\n")
    code, output = run("repeats", str(held_out), "--in", "sample:support")
    assert (code, "The prompt of 1 row occurs again, with another answer." in output) == (0, True)
    code, found = document("repeats", "sample:support")
    assert (code, found["rows"], found["exact"]) == (0, 1000, 0)


@pytest.mark.parametrize("case", [case for case in BAD_INPUTS if not case.config and not case.any_task], ids=str)
def test_validate_names_every_bad_input(tmp_path: Path, case: BadInput) -> None:
    path = tmp_path / case.file
    path.mkdir() if case.content is None else path.write_bytes(case.content)

    code, found = document("validate", str(path), "--task", "text-generation")

    if case.total:
        assert code == 1
        assert set(found) == {"errors", "total"}
        assert found["total"] == case.total
        problems = found["errors"]
    else:
        assert code == 0
        assert found["shape"]
        problems = found["warnings"]
    assert all(set(problem) == {"line", "column", "found", "expected", "fix"} for problem in problems)
    assert (case.line, case.column) in [(problem["line"], problem["column"]) for problem in problems]


def test_problems_in_words(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"input": "a", "output": "b"}\n' + '{"input": "[red]a", "output": 5}\n' * 30)

    code, output = run("validate", str(path))

    assert code == 1
    assert "Not usable yet: 30 problems, the first 20:" in output
    assert "a.jsonl:2 output" in output
    for line in ("found     number 5", "expected  text", "fix       Put the value in quotes."):
        assert line in output


def test_columns_and_shape_can_be_chosen(faq: str) -> None:
    assert document("validate", faq)[0] == 1

    code, found = document("validate", faq, "--column", "input=question", "--column", "output=answer")

    assert code == 0
    assert found["columns"] == {"input": "question", "output": "answer"}


def test_inspect(faq: str) -> None:
    code, found = document("inspect", faq, "--shape", "text", "--column", "text=question", "--rows", "1")

    assert code == 0
    assert (found["format"], found["shape"], found["rows"]) == ("csv", "text", 2)
    assert found["first_rows"] == [{"question": "How?", "answer": "So"}]
    assert found["found"] == ["question", "answer"]
    code, output = run("inspect", "sample:docstrings")
    assert code == 0
    assert "input_output" in output
    assert "row 3" in output


def test_inspect_of_a_doubtful_file_shows_it_and_fails(faq: str) -> None:
    code, output = run("inspect", faq)

    assert code == 1
    assert "none usable yet" in output
    assert "not looked for yet" in output
    assert "question: How?" in output
    assert "data.columns: {input: question, output: answer}" in output


def test_map_gives_lines_that_a_recipe_understands(faq: str) -> None:
    code, output = run("map", faq)

    assert code == 0
    written = yaml.safe_load(output.split("\n\n", 1)[1])
    assert written == {
        "dataset": faq,
        "data": {"shape": "input_output", "columns": {"input": "question", "output": "answer"}},
    }


def test_map_of_clear_columns() -> None:
    code, found = document("map", "sample:support")

    assert code == 0
    assert found["certain"] is True
    assert found["readings"][0]["recipe"] == {"dataset": "sample:support", "data": {"shape": "input_output"}}


def test_map_of_a_choice_and_of_a_wrong_one(faq: str) -> None:
    code, found = document("map", faq, "--shape", "text", "--column", "text=answer")
    assert (code, found["readings"][0]["columns"]) == (0, {"text": "answer"})

    code, found = document("map", faq, "--column", "input=questoin")
    assert code == 1
    assert found["errors"][0]["fix"] == "Did you mean 'question'?"

    code, output = run("map", faq, "--shape", "alpaca")
    assert code == 1
    assert "instruction and output" in output


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", "gone.jsonl"),
        ("validate", "sample:gone"),
        ("validate", "hub:nothing"),
        ("validate", "sample:support", "--task", "nonsense"),
        ("validate", "sample:support", "--shape", "nonsense"),
        ("validate", "sample:support", "--column", "nonsense"),
        ("inspect", "gone.jsonl"),
        ("map", "gone.jsonl"),
    ],
)
def test_wrong_use(arguments: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        run(*arguments)
    assert caught.value.hint


def test_missing_arguments_are_wrong_use_too() -> None:
    assert CliRunner().invoke(app, ["validate"]).exit_code == 2
    assert CliRunner().invoke(app, ["validate", "a", "--nonsense"]).exit_code == 2


def test_every_command_has_an_example() -> None:
    for command in ("validate", "inspect", "map"):
        code, output = run(command, "--help")
        assert code == 0
        assert f"modelforge data {command}" in output


def test_importing_the_commands_is_light() -> None:
    heavy = "{'torch', 'transformers', 'datasets', 'pyarrow', 'numpy', 'rich.console', 'sqlalchemy'}"
    code = f"import sys, modelforge.cli.data; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() in ("[]", "['rich.console']")
