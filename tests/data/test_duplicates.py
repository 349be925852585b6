from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from modelforge.data import digests
from modelforge.data.canonical_file import CanonicalWriter, encode_row
from modelforge.data.digests import DigestCounter, digest_of
from modelforge.data.duplicates import find_duplicates, find_leakage
from modelforge.data.signatures import Boilerplate, agreement, sign

WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "bdklmnrst"]


def sentence(seed: int, words: int = 60) -> list[str]:
    return random.Random(seed).choices(WORDS, k=words)


def write(path: Path, texts: Sequence[str]) -> Path:
    with CanonicalWriter(path) as writer:
        for number, text in enumerate(texts, start=1):
            writer.write(number, encode_row({"text": text}))
    return path


def runs(text: str) -> set[str]:
    kept = "".join(letter for letter in text.lower() if letter.isalnum())
    padded = kept + "\0" * 7
    return {padded[at : at + 8] for at in range(len(kept))}


@pytest.mark.parametrize("changed", [0, 1, 3, 10, 30, 60])
def test_signatures_estimate_the_overlap(changed: int) -> None:
    """Against the plain definition: |A ∩ B| / |A ∪ B| of the sets of runs."""
    errors = []
    for seed in range(40):
        left = sentence(seed, 120)
        right = left[: 120 - changed] + sentence(1000 + seed, changed)
        a, b = runs(" ".join(left)), runs(" ".join(right))
        signatures = sign([" ".join(left), " ".join(right)], Boilerplate())
        errors.append(float(agreement(signatures[:1], signatures[1:])[0]) - len(a & b) / len(a | b))
    assert abs(float(np.mean(errors))) < 0.03
    assert max(map(abs, errors)) < 0.25


def test_known_pairs(tmp_path: Path) -> None:
    base = sentence(1)
    one_word_less = base[:30] + base[31:]
    texts = [
        " ".join(base),
        " ".join(sentence(2)),
        " ".join(base),
        " ".join(base).upper() + "!!!",
        " ".join(one_word_less),
        " ".join(sentence(3)),
        " ".join(base[:30] + sentence(4, 30)),
    ]

    found = find_duplicates(write(tmp_path / "a.parquet", texts))

    assert found.exact.tolist() == [0, 1, 0, 3, 4, 5, 6]
    assert found.groups.tolist() == [0, 1, 0, 0, 0, 5, 6]
    assert (found.exact_duplicates, found.near_duplicates) == (1, 2)


def test_the_same_file_gives_the_same_groups(tmp_path: Path) -> None:
    texts = [" ".join(sentence(seed % 40, 30 + seed % 3)) for seed in range(200)]
    path = write(tmp_path / "a.parquet", texts)

    assert find_duplicates(path).groups.tolist() == find_duplicates(path).groups.tolist()


def test_planted_duplicates_are_found_among_many(tmp_path: Path) -> None:
    texts = [" ".join(sentence(seed)) for seed in range(1000)]
    for at in range(0, 1000, 10):
        texts[at + 5] = texts[at].replace(" ", "  ", 3) + " " + WORDS[at % 50]

    found = find_duplicates(write(tmp_path / "a.parquet", texts))

    assert found.near_duplicates == 100
    assert all(found.groups[at + 5] == at for at in range(0, 1000, 10))


def test_a_shared_prompt_does_not_make_rows_alike(tmp_path: Path) -> None:
    prompt = " ".join(sentence(99, 200))
    texts = [f"{prompt} {' '.join(sentence(seed, 12))}" for seed in range(300)]

    assert find_duplicates(write(tmp_path / "a.parquet", texts)).near_duplicates == 0


def test_texts_without_letters_are_never_near(tmp_path: Path) -> None:
    found = find_duplicates(write(tmp_path / "a.parquet", ["!", "?", "!", "", "..."]))

    assert (found.exact_duplicates, found.near_duplicates) == (1, 0)


def test_one_row_and_none(tmp_path: Path) -> None:
    assert find_duplicates(write(tmp_path / "one.parquet", ["a"])).groups.tolist() == [0]
    assert find_duplicates(write(tmp_path / "none.parquet", [])).groups.tolist() == []


def test_leakage_between_training_and_validation(tmp_path: Path) -> None:
    seen = " ".join(sentence(1))
    train = write(tmp_path / "train.parquet", [seen, " ".join(sentence(2)), "short"])
    validation = write(tmp_path / "validation.parquet", ["other words here", seen, seen + "!", "new", "new"])

    leakage = find_leakage(train, validation)

    assert (leakage.exact, leakage.near) == (1, 1)
    assert (leakage.rows.tolist(), leakage.earlier.tolist()) == ([1, 2], [0, 0])
    assert leakage.equal.tolist() == [True, False]
    assert not len(find_leakage(write(tmp_path / "none.parquet", []), validation).rows)


def test_turns_and_tool_calls_count_as_text(tmp_path: Path) -> None:
    def row(city: str) -> dict[str, object]:
        call = {"type": "function", "function": {"name": "weather", "arguments": {"city": city}}}
        return {"messages": [{"role": "assistant", "tool_calls": [call], "content": ""}]}

    path = tmp_path / "a.parquet"
    with CanonicalWriter(path) as writer:
        for city in ("Rome", "Rome", "Reykjavík in the far north of the Atlantic"):
            writer.write(1, encode_row(row(city)))

    assert find_duplicates(path).groups.tolist() == [0, 0, 2]


@pytest.mark.parametrize("at_once", [3, 7, 1000])
def test_repeated_rows_are_counted_in_memory_and_in_a_file(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(digests, "AT_ONCE", at_once)
    counter = DigestCounter()
    for number in range(100):
        counter.add(hash(f"row {number % 60}"))

    assert counter.repeated() == 40


def test_digests_tell_rows_apart() -> None:
    turn = {"role": "user", "content": "a"}
    rows: list[dict[str, object]] = [
        {"prompt": [turn], "completion": []},
        {"prompt": [], "completion": [turn]},
        {"prompt": [turn], "completion": [turn]},
        {"prompt": "a", "completion": "b"},
        {"prompt": "b", "completion": "a"},
        {"messages": [turn], "tools": [{"name": "x"}]},
        {"messages": [turn], "tools": [{"name": "y"}]},
    ]

    assert len({digest_of(row.values()) for row in rows}) == len(rows)
    assert digest_of(rows[0].values()) == digest_of([[dict(turn)], []])
