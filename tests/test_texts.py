"""What the server says can be said in another language: each text has a name, and its values are sent beside it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import NamedTuple, get_args

import pytest

import modelforge
from modelforge.data.problem_kinds import KINDS
from modelforge.data.problem_phrases import PHRASES
from modelforge.exceptions import ErrorCode
from modelforge.hardware.profiles import recommended_models
from modelforge.schemas.config.support import REFUSALS
from modelforge.schemas.hardware import NoteCode, Profile
from modelforge.schemas.plan import AdviceCode
from modelforge.schemas.preflight import FindingCode
from modelforge.schemas.problem_codes import PhraseCode, ProblemCode
from modelforge.schemas.remark import REMARKS, RemarkCode
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
    "remarks": get_args(RemarkCode),
    "starters": tuple(starter.name for starter in list_starters()),
}
OPEN = {"unanswerable-taught"}
"""Its values are those of the finding that it goes on from."""


class Site(NamedTuple):
    """A place where a text is made."""

    file: str
    """Whose texts: `errors`."""
    code: str
    values: set[str]
    """What is sent beside it."""


@cache
def german(file: str) -> dict[str, set[str]]:
    """Code → the values that its German names, of a file or of all in a folder."""
    files = sorted((GERMAN / file).glob("*.ts")) or [GERMAN / f"{file}.ts"]
    tables = [german_of(path.read_text(encoding="utf-8")) for path in files]
    found = {code: values for table in tables for code, values in table.items()}
    assert len(found) == sum(map(len, tables)), "a code stands in two files"
    return found


def german_of(text: str) -> dict[str, set[str]]:
    """The same of one file, which is as Prettier writes it: one code on each first level."""
    begins = list(re.finditer(r"^  '?([a-z0-9-]+)'?:", text, re.MULTILINE))
    ends = [*(one.start() for one in begins[1:]), len(text)] if begins else []
    return {
        one.group(1): set(re.findall(r"{{(\w+)(?:, \w+)?}}", text[one.end() : end]))
        for one, end in zip(begins, ends, strict=True)
    }


@cache
def modules() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.rglob("*.py"))


def choices(node: ast.expr | None) -> Iterator[str]:
    """The texts that an expression may be: one that is written there, or either of `a if … else b`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from choices(node.body)
        yield from choices(node.orelse)


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
    return {text for key in node.keys for text in choices(key)}


def by_name(call: ast.Call, _module: ast.Module) -> set[str]:
    """The values of a text whose function takes them by their names."""
    return set(keywords(call)) - {"code"}


def by_params(call: ast.Call, module: ast.Module) -> set[str]:
    """The values of a text that are given as `params={…}`."""
    return dict_keys(keywords(call).get("params"), module)


Values = Callable[[ast.Call, ast.Module], set[str]]
MAKERS: dict[str, tuple[str, int, Values]] = {
    "Fault": ("problems", 0, lambda *_: set()),
    "add": ("problems", 0, lambda *_: set()),
    "phrase": ("phrases", 0, by_name),
    "remark": ("remarks", 0, by_name),
    "Truth": ("findings", 2, lambda *_: {"count", "first"}),
    "_Change": ("advice", 0, lambda *_: {"set", "gib"}),
    "_said": ("errors", 0, by_name),
    "fault_of": ("faults", 0, by_name),
    "unfit": ("faults", 0, by_name),
    "at_odds": ("together", 0, by_name),
    "_fault": ("faults", 0, by_name),
    "Impossible": ("together", 0, lambda call, module: dict_keys(call.args[2] if len(call.args) > 2 else None, module)),
}
"""Function → whose texts it makes, at which place it takes the name, and how it takes the values."""
BY_CODE = {"Finding": "findings", "Advice": "advice"}
"""Class → whose texts `code=` names in it; in all others those of the errors."""


@cache
def sites() -> tuple[Site, ...]:
    """Every place in the package where a text is given by its name."""
    return tuple(site for module in modules() for call in ast.walk(module) for site in sites_of(call, module))


def sites_of(call: ast.AST, module: ast.Module) -> Iterator[Site]:
    if not isinstance(call, ast.Call):
        return
    called = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if called in MAKERS:
        file, place, values = MAKERS[called]
        for code in choices(call.args[place] if len(call.args) > place else None):
            yield Site(file, code, values(call, module))
    elif "code" in keywords(call):
        for code in choices(keywords(call)["code"]):
            yield Site(BY_CODE.get(called, "errors"), code, by_params(call, module))


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("file", CODES)
def test_every_text_of_the_server_has_german_and_nothing_else_has(file: str) -> None:
    assert set(german(file)) == set(CODES[file])


@pytest.mark.parametrize("file", ["problems", "phrases", "findings", "advice", "errors", "remarks"])
def test_every_text_is_made_somewhere(file: str) -> None:
    assert set(CODES[file]) - {site.code for site in sites() if site.file == file} == set()


def test_every_note_is_that_of_a_recommended_model() -> None:
    assert {model.note_code for profile in get_args(Profile) for model in recommended_models(profile)} == set(
        CODES["notes"]
    )


def test_the_tables_hold_exactly_the_codes() -> None:
    assert set(KINDS) == set(CODES["problems"])
    assert set(PHRASES) == set(CODES["phrases"])
    assert set(REMARKS) == set(CODES["remarks"])


def test_a_phrase_names_the_same_values_in_both_languages() -> None:
    assert {code: placeholders(words) for code, words in PHRASES.items()} == german("phrases")


def test_every_phrase_is_made_with_the_values_that_it_names() -> None:
    made = [site for site in sites() if site.file == "phrases"]

    assert {site.code for site in made} == set(PHRASES)
    assert [site for site in made if site.values != placeholders(PHRASES[site.code])] == []  # type: ignore[index]


def test_every_remark_is_made_with_the_values_that_it_names() -> None:
    made = [site for site in sites() if site.file == "remarks"]

    assert [site for site in made if not site.values >= placeholders(REMARKS[site.code])] == []  # type: ignore[index]


@pytest.mark.parametrize("file", ["errors", "findings", "remarks"])
def test_german_names_only_values_that_are_sent_at_every_place(file: str) -> None:
    assert [
        (site, german(file)[site.code] - site.values)
        for site in sites()
        if site.file == file and site.code not in OPEN and not german(file)[site.code] <= site.values
    ] == []


def test_every_fault_of_a_recipe_has_german_with_values_that_are_sent() -> None:
    made = [site for site in sites() if site.file == "faults" and site.code != "string_type"]
    always = {"key", "found", "expected"}

    assert {site.code for site in made} <= set(german("faults"))
    assert [site for site in made if not german("faults")[site.code] <= site.values | always] == []


def test_what_does_not_go_together_has_german_with_values_that_are_sent() -> None:
    figures = {site.code: site.values for site in sites() if site.file == "together"}
    made = {**{refusal.code: set[str]() for refusal in REFUSALS}, **figures}

    assert len(made) == len(REFUSALS) + len(figures)
    assert set(german("together")) == set(made)
    assert {code: values for code, values in german("together").items() if not values <= made[code]} == {}


def test_german_advice_names_only_values_that_are_sent() -> None:
    assert all(values <= {"set", "gib"} for values in german("advice").values())
    assert german("advice")["too-large"] == set()
