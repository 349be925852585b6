"""Metrics against published and hand-computed values."""

import math
import re
import sys
import unicodedata

import numpy as np
import pytest

from modelforge.evaluation.metrics import (
    UNSPACED,
    exact_match,
    macro_f1,
    perplexity,
    rouge,
    score_answers,
    squad_tokens,
    token_f1,
)


@pytest.mark.parametrize(
    ("answer", "reference", "score"),
    [
        ("Paris", "Paris", 1.0),
        (" Paris\n", "Paris", 1.0),
        ("paris", "Paris", 0.0),
        ("Paris.", "Paris", 0.0),
        ("", "", 1.0),
    ],
)
def test_exact_match_trims_white_space_and_nothing_else(answer: str, reference: str, score: float) -> None:
    assert exact_match(answer, reference) == score


def test_squad_normalisation_drops_case_articles_and_punctuation() -> None:
    assert squad_tokens("The  U.S. is an Answer, isn't it?") == ["us", "is", "answer", "isnt", "it"]


@pytest.mark.parametrize(
    ("answer", "reference", "score"),
    [
        ("the cat", "a cat", 1.0),
        ("cat sat", "cat", 2 * 0.5 * 1 / 1.5),
        ("Denver Broncos", "The Carolina Panthers", 0.0),
        # two of three words right, two of four found: 2·(2/3)·(2/4) / (2/3 + 2/4)
        ("red green blue", "red green black white", 4 / 7),
        # a repeated word counts as often as both have it
        ("x x x", "x x", 0.8),
        ("the", "a", 1.0),
        ("", "cat", 0.0),
    ],
)
def test_token_f1(answer: str, reference: str, score: float) -> None:
    assert token_f1(answer, reference) == pytest.approx(score)


def test_rouge_of_the_package_s_own_example() -> None:
    """The example in the readme of rouge_score: target first, prediction second, without stemming."""
    target, prediction = "The quick brown fox jumps over the lazy dog", "The quick brown dog jumps on the log."
    # 6 of 8 and 9 words; 2 of 7 and 8 pairs; the longest common subsequence has 5 words.
    assert rouge(prediction, target, "rouge1") == pytest.approx(2 * 6 / (8 + 9))
    assert rouge(prediction, target, "rouge2") == pytest.approx(2 * 2 / (7 + 8))
    assert rouge(prediction, target, "rougeL") == pytest.approx(2 * 5 / (8 + 9))


def test_rouge_from_lin_2004() -> None:
    """`police kill the gunman` against `police killed the gunman`: ROUGE-L 3/4 (Lin 2004, section 3.1)."""
    assert rouge("police kill the gunman", "police killed the gunman", "rougeL") == pytest.approx(0.75)
    assert rouge("the gunman kill police", "police killed the gunman", "rougeL") == pytest.approx(0.5)


@pytest.mark.parametrize("kind", ["rouge1", "rouge2", "rougeL"])
def test_rouge_is_that_of_rouge_score_on_ascii(kind: str) -> None:
    from rouge_score.rouge_scorer import RougeScorer

    pairs = [("A small_example, isn't it?", "it isn't a small example"), ("x1 y2", "Y2 X1"), ("", "word"), ("--", "..")]
    for answer, reference in pairs:
        assert rouge(answer, reference, kind) == RougeScorer([kind]).score(reference, answer)[kind].fmeasure


def test_rouge_sees_letters_outside_ascii() -> None:
    assert rouge("größer über alles", "größer über alles", "rouge1") == 1.0
    assert rouge("привет мир", "привет дом", "rouge1") == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("answer", "reference", "shared", "pairs", "lengths"),
    [
        ("今天天气很好", "今天天气不好。", 5, 3, (6, 6)),
        ("カタカナとひらがな", "カタカナ", 4, 3, (9, 4)),
        ("第3章 abc", "第3章、abc def", 4, 3, (4, 5)),
    ],
)
def test_rouge_takes_each_chinese_character_and_kana_for_a_word(
    answer: str, reference: str, shared: int, pairs: int, lengths: tuple[int, int]
) -> None:
    ours, theirs = lengths
    assert rouge(answer, reference, "rouge1") == pytest.approx(2 * shared / (ours + theirs))
    assert rouge(answer, reference, "rouge2") == pytest.approx(2 * pairs / (ours + theirs - 2))


def test_what_is_split_is_all_that_is_written_without_spaces_in_chinese_and_japanese() -> None:
    """Unicode's names say which letters these are."""
    split = re.compile(f"[{UNSPACED}]")
    kinds = ("CJK UNIFIED", "CJK COMPATIBILITY", "HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA", "HENTAIGANA")
    kinds += ("IDEOGRAPHIC ITERATION MARK", "IDEOGRAPHIC CLOSING MARK", "IDEOGRAPHIC NUMBER ZERO")
    names = {letter: unicodedata.name(letter, "") for letter in map(chr, range(sys.maxunicode + 1)) if letter.isalnum()}
    wrong = [name for letter, name in names.items() if name.startswith(kinds) != bool(split.match(letter))]
    assert wrong == []


def test_perplexity_is_exp_of_the_mean_loss_and_stays_finite() -> None:
    assert perplexity(4 * math.log(50), 4) == pytest.approx(50)
    assert math.isfinite(perplexity(1e6, 1))


def test_scores_come_row_by_row_and_perplexity_is_no_answer_metric() -> None:
    scores = score_answers(["a b", "c"], [("a b",), ("d",)], ("exact_match", "rouge1", "perplexity"))
    assert scores == {"exact_match": (1.0, 0.0), "rouge1": (1.0, 0.0)}


def test_answers_and_references_must_pair() -> None:
    with pytest.raises(ValueError, match="zip"):
        score_answers(["a"], [("a",), ("b",)], ("exact_match",))


@pytest.mark.parametrize(
    ("answer", "accepted", "exact", "f1"),
    [
        # The examples of the published metric cards of SQuAD 1.1 and 2.0.
        ("1976", ("1976",), 1, 1),
        ("1999", ("1976",), 0, 0),
        ("Beyonce", ("Beyoncé and Bruno Mars",), 0, 0),
        ("climate change", ("climate change",), 1, 1),
        # By the rules of the official script: articles, case, punctuation and white space do not count.
        ("The  Denver Broncos.", ("Denver Broncos",), 1, 1),
        ("an apple a day", ("apple, day!",), 1, 1),
        # The best of several right answers counts.
        (
            "Santa Clara",
            ("Levi's Stadium", "Levi's Stadium in Santa Clara"),
            0,
            2 * (2 / 2) * (2 / 5) / (2 / 2 + 2 / 5),
        ),
        # No answer is right where there is none, and nowhere else.
        ("", ("",), 1, 1),
        ("something", ("",), 0, 0),
        ("", ("something",), 0, 0),
        # Right answers without words do not count, unless no other is right.
        ("", ("A", "vitamin A"), 0, 0),
        ("the", ("A", "vitamin A"), 0, 0),
        ("vitamin", ("vitamin A", "A"), 1, 1),
        ("A", ("vitamin A", "..."), 0, 0),
        ("", ("A", "..."), 1, 1),
        ("vitamin", ("A",), 0, 0),
        # Words are a bag: order does not count for F1, repetition does.
        ("Bruno Mars Bruno", ("Mars Bruno",), 0, 2 * (2 / 3) * (2 / 2) / (2 / 3 + 2 / 2)),
    ],
)
def test_squad_scores_are_those_of_the_official_script(
    answer: str, accepted: tuple[str, ...], exact: float, f1: float
) -> None:
    scores = score_answers([answer], [accepted], ("squad_em", "squad_f1"))

    assert scores["squad_em"] == (exact,)
    assert scores["squad_f1"] == pytest.approx((f1,))


def test_macro_f1_is_the_mean_over_the_classes_that_occur() -> None:
    # Right: a a b b c. Answered: a b b b a. Class d occurs in neither.
    true, predicted, both = (np.array(counts, dtype=float) for counts in ([2, 2, 1, 0], [2, 3, 0, 0], [1, 2, 0, 0]))

    assert macro_f1(true, predicted, both) == pytest.approx((2 * 1 / 4 + 2 * 2 / 5 + 0) / 3)


def test_of_reasoning_and_answer_the_answer_alone_is_compared() -> None:
    names = ("exact_match", "token_f1", "rougeL", "squad_em", "squad_f1")
    reasoned = "<think>\nThe capital.\n</think>\n\nParis"

    for answer, reference in ((reasoned, "Paris"), ("Paris", reasoned), (reasoned, "<think>Hm.</think>Paris")):
        assert score_answers([answer], [(reference,)], names) == {name: (1.0,) for name in names}
    assert score_answers(["<think>Paris</think>Rome"], [("Paris",)], names) == {name: (0.0,) for name in names}


def test_reasoning_that_was_cut_off_is_no_empty_answer() -> None:
    assert score_answers(["<think>\nThe text says"], [("",)], ("squad_em", "exact_match")) == {
        "squad_em": (0.0,),
        "exact_match": (0.0,),
    }
