"""What the server says can be said in another language: each text has a name, and its values are sent beside it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

import modelforge
from modelforge.data.problem_kinds import KINDS
from modelforge.data.problem_phrases import PHRASES
from modelforge.exceptions import ErrorCode
from modelforge.hardware.profiles import recommended_models
from modelforge.schemas.hardware import NoteCode, Profile
from modelforge.schemas.plan import AdviceCode
from modelforge.schemas.preflight import FindingCode
from modelforge.schemas.problem_codes import PhraseCode, ProblemCode
from modelforge.starter import list_starters

ROOT = Path(modelforge.__file__).parent
GERMAN = ROOT.parent / "frontend" / "src" / "texts" / "de" / "server"
CODES: dict[str, tuple[str, ...]] = {
    "problems": get_args(ProblemCode),
    "phrases": get_args(PhraseCode),
    "findings": get_args(FindingCode),
    "advice": get_args(AdviceCode),
    "notes": get_args(NoteCode),
    "errors": get_args(ErrorCode),
    "starters": tuple(starter.name for starter in list_starters()),
}
OPEN = {"unanswerable-taught"}
"""Its values are those of the finding that it goes on from."""


@cache
def german(file: str) -> dict[str, set[str]]:
    """Code → the values that its German names. The files are as Prettier writes them: one code on each first level."""
    text = (GERMAN / f"{file}.ts").read_text(encoding="utf-8")
    begins = list(re.finditer(r"^  '?([a-z0-9-]+)'?:", text, re.MULTILINE))
    ends = [*(one.start() for one in begins[1:]), len(text)]
    return {
        one.group(1): set(re.findall(r"{{(\w+)}}", text[one.end() : end]))
        for one, end in zip(begins, ends, strict=True)
    }


@cache
def modules() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.rglob("*.py"))


def constants(node: ast.AST) -> Iterator[str]:
    """The texts below a node; what a `Literal` lists does not count."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from constants(child)


def keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {one.arg: one.value for one in call.keywords if one.arg is not None}


def dict_keys(node: ast.expr | None, module: ast.Module) -> set[str]:
    """The keys of `{"a": …}`, given there or under the name of an annotated variable."""
    if isinstance(node, ast.Name):
        made = (one for one in ast.walk(module) if isinstance(one, ast.AnnAssign))
        node = next(one.value for one in made if isinstance(one.target, ast.Name) and one.target.id == node.id)
    if node is None:
        return set()
    assert isinstance(node, ast.Dict)
    return {text for key in node.keys if key is not None for text in constants(key)}


@cache
def sent() -> dict[str, list[set[str]]]:
    """Code → the values that are sent beside it, at each place where it is given by `code=`."""
    found: dict[str, list[set[str]]] = defaultdict(list)
    for module in modules():
        for call in ast.walk(module):
            if isinstance(call, ast.Call) and "code" in keywords(call):
                given = keywords(call)
                for code in constants(given["code"]):
                    found[code].append(dict_keys(given.get("params"), module))
    return found


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("file", CODES)
def test_every_text_of_the_server_has_german_and_nothing_else_has(file: str) -> None:
    assert set(german(file)) == set(CODES[file])


def test_every_code_is_used() -> None:
    said = {text for module in modules() for text in constants(module)}
    said |= {model.note_code for profile in get_args(Profile) for model in recommended_models(profile)}

    assert [code for codes in CODES.values() for code in codes if code not in said] == []


def test_the_tables_hold_exactly_the_codes() -> None:
    assert set(KINDS) == set(CODES["problems"])
    assert set(PHRASES) == set(CODES["phrases"])


def test_a_phrase_names_the_same_values_in_both_languages() -> None:
    assert {code: placeholders(words) for code, words in PHRASES.items()} == german("phrases")


def test_every_phrase_is_made_with_the_values_that_it_names() -> None:
    made = [
        (code, set(keywords(call)))
        for module in modules()
        for call in ast.walk(module)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "phrase"
        for code in constants(call.args[0])
        if code in PHRASES
    ]

    assert len({code for code, _ in made}) > len(PHRASES) - 10
    assert [(code, values) for code, values in made if values != placeholders(PHRASES[code])] == []


@pytest.mark.parametrize("file", ["errors", "findings"])
def test_german_names_only_values_that_are_sent_at_every_place(file: str) -> None:
    missing = {
        code: values - each
        for code, values in german(file).items()
        if code not in OPEN
        for each in sent()[code]
        if not values <= each
    }

    assert missing == {}


def test_german_advice_names_only_values_that_are_sent() -> None:
    assert all(values <= {"set", "gib"} for values in german("advice").values())
    assert german("advice")["too-large"] == set()
