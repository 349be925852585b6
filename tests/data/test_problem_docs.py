"""docs/reference/data-problems.md is the table of `problem_kinds`, word for word."""

from __future__ import annotations

from pathlib import Path

from modelforge.data.problem_kinds import KINDS, reference_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "data-problems.md"


def test_the_page_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_page()


def test_every_kind_says_everything() -> None:
    for name, kind in KINDS.items():
        assert name == kind.name
        assert all(text.strip() for text in (kind.about, kind.expected, kind.fix))
        assert kind.about.endswith(".")
