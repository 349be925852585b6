"""What README, CONTRIBUTING and the pages under docs/ name is there: links, commands, targets, recipes, samples."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelforge.cli.app import COMMANDS, load_command
from modelforge.cli.recipe import load_any_recipe
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.config.stages import is_staged, parse_stages
from modelforge.schemas.remark import REMARKS
from modelforge.starter import list_samples, list_starters

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
RECIPES = sorted((ROOT / "examples").rglob("*.yaml"))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`(modelforge [^`\n]+)`")
NAME = re.compile(r"\b(starter|sample):([a-z][a-z0-9-]*)")
TARGET = re.compile(r"(?:^|`)make ([a-z0-9-]+)", re.MULTILINE)
HOUSE_FILE = re.compile(r"`((?:modelforge|tests|docs|examples|benchmarks)/[\w./-]+)`")
LONGEST = 150

pages = pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


@pages
def test_every_relative_link_resolves(page: Path) -> None:
    for target in LINK.findall(_prose(page)):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        if anchor:
            assert anchor in _anchors(found), target


@pages
def test_every_command_exists_with_its_options(page: Path) -> None:
    for words in _commands(page):
        command, rest = _find(words)
        options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"--help", "-h"}
        for word in rest:
            if re.match(r"--?[a-zA-Z]", word):
                assert word.partition("=")[0] in options, shlex.join(words)


@pages
def test_every_command_line_in_a_block_parses(page: Path) -> None:
    for words in _command_lines(page):
        command, rest = _find(words)
        assert not hasattr(command, "commands"), shlex.join(words)
        command.make_context(words[1], list(rest)).close()


@pages
def test_every_recipe_in_a_block_is_valid(page: Path) -> None:
    for language, block in FENCE.findall(page.read_text(encoding="utf-8")):
        if language == "yaml" and isinstance(written := yaml.safe_load(block), dict):
            whole = {"model": "starter:chat", "dataset": "sample:support", **written}
            parse_stages(whole) if is_staged(whole) else parse_training_config(whole)


@pages
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(TARGET.findall(page.read_text(encoding="utf-8"))) <= targets


@pages
def test_every_starter_and_sample_exists(page: Path) -> None:
    known = {f"starter:{one.name}" for one in list_starters()} | {f"sample:{name}" for name in list_samples()}
    assert {f"{kind}:{name}" for kind, name in NAME.findall(page.read_text(encoding="utf-8"))} <= known


@pages
def test_every_file_of_the_house_is_there(page: Path) -> None:
    for name in HOUSE_FILE.findall(page.read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), name


def test_written_pages_are_short() -> None:
    written = [page for page in PAGES if page.is_relative_to(ROOT / "docs") and page.parent.name != "reference"]
    assert written
    for page in written:
        assert len(page.read_text(encoding="utf-8").splitlines()) <= LONGEST, page


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_example_is_a_recipe_in_our_own_spelling(recipe: Path) -> None:
    notices = set(load_any_recipe(recipe).notices)
    assert notices <= {REMARKS["reward-model-first"]}  # what it does, and no word on how it is written


def test_every_example_is_listed() -> None:
    text = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    assert RECIPES
    for recipe in RECIPES:
        assert str(recipe.relative_to(ROOT / "examples")) in text


@pytest.mark.parametrize("page", ["README.md", "docs/decisions/0005-dependencies.md"])
def test_every_dependency_says_what_it_is_for(page: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    packages = {re.split(r"[<>=;\[ ]", line)[0] for line in project["dependencies"]}
    rows = re.findall(r"^\| ([a-z][a-z0-9, -]+) \|", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    named = {name.strip() for row in rows for name in row.split(",")}
    assert packages <= named, packages - named
    text = (ROOT / page).read_text(encoding="utf-8")
    assert all(f"`[{extra}]`" in text or f"`{extra}`" in text for extra in project["optional-dependencies"])


def test_readme_keeps_the_place_of_the_demo() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"<!-- demo:begin -->\n```text\n.+\n```\n<!-- demo:end -->", text, re.DOTALL)


def _prose(page: Path) -> str:
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text(encoding="utf-8")))


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _commands(page: Path) -> Iterator[list[str]]:
    yield from _command_lines(page)
    for span in SPAN.findall(page.read_text(encoding="utf-8")):
        yield shlex.split(span.replace("…", ""))


def _command_lines(page: Path) -> Iterator[list[str]]:
    """`modelforge …` in blocks of shell, without prompts, variables before it and comments behind it."""
    for language, block in FENCE.findall(page.read_text(encoding="utf-8")):
        if language != "sh":
            continue
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            while words and re.match(r"[A-Z_]+=", words[0]):
                words.pop(0)
            if words and words[0].rpartition("/")[2] == "modelforge":
                yield words


def _find(words: list[str]) -> tuple[Any, list[str]]:
    """The command that `words` name, and what follows its name."""
    if words[1].startswith("-"):
        assert words[1] in ("--help", "-h", "--version")
        return load_command(next(iter(COMMANDS))), []
    assert words[1] in COMMANDS, shlex.join(words)
    command, rest = load_command(words[1]), words[2:]
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        assert rest[0] in command.commands, shlex.join(words)
        command, rest = command.commands[rest[0]], rest[1:]
    return command, rest
