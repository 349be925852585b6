"""An answer ends before its stop text, however the text is cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelforge.inference.stop_texts import StopTexts


def run(pieces: list[str], stops: list[str]) -> tuple[str, bool]:
    filter_ = StopTexts(stops)
    said = ""
    for piece in pieces:
        said += filter_.push(piece)
        if filter_.hit:
            return said, True
    return said + filter_.end(), False


@pytest.mark.parametrize(
    ("pieces", "stops", "expected"),
    [
        (["one ", "two"], [], ("one two", False)),
        (["one ST", "OP two"], ["STOP"], ("one ", True)),
        (["S", "T", "O", "x"], ["STOP"], ("STOx", False)),
        (["ab", "abc"], ["abc"], ("ab", True)),
        (["x\n", "\n"], ["\n\n", "y"], ("x", True)),
        (["end ST"], ["STOP"], ("end ST", False)),
    ],
)
def test_examples(pieces: list[str], stops: list[str], expected: tuple[str, bool]) -> None:
    assert run(pieces, stops) == expected


@given(st.lists(st.text("ab", max_size=4), max_size=8), st.lists(st.text("ab", min_size=1, max_size=3), max_size=3))
def test_no_cut_makes_a_difference(pieces: list[str], stops: list[str]) -> None:
    whole = "".join(pieces)
    said, hit = run(pieces, stops)
    assert hit == any(stop in whole for stop in stops)
    assert whole.startswith(said)
    assert not any(stop in said for stop in stops)
    if not hit:
        assert said == whole
