"""Every kind of problem with data says what is wrong, what was expected and what to do."""

from __future__ import annotations

from modelforge.data.problem_kinds import KINDS


def test_every_kind_says_everything() -> None:
    for name, kind in KINDS.items():
        assert name == kind.name
        assert all(text.strip() for text in (kind.about, kind.expected, kind.fix))
        assert kind.about.endswith(".")
