"""Questions on short reports about several people, in the shape of SQuAD; some have no answer in the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from modelforge.starter.lessons import words

Row = dict[str, Any]
UNANSWERABLE = 0.17
PEOPLE = (1, 1, 2, 2, 2, 2, 3, 3, 3, 7)
"""How many people a text tells of: with seven it is longer than the window of the recipe."""
BEFORE_VOWEL = re.compile(r"\ba (?=[aeiou])")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that may be told of a person `{n}`, with what was told as `{v}` and something beside it as `{w}`."""

    tellings: tuple[str, ...]
    questions: tuple[str, ...]
    value: Callable[[Random], str]
    beside: Callable[[Random], str] = words.first_name
    longer: str = ""
    """A longer answer that is right as well, as it stands in the tellings; of SQuAD's people each marked their own."""


def _one_of(*values: str) -> Callable[[Random], str]:
    return lambda rng: rng.choice(values)


def _hour(rng: Random) -> str:
    return f"{rng.randint(6, 22)}:{rng.randrange(0, 60, 5):02d}"


FACTS = (
    Fact(
        ("{n} lives in {v}.", "{n} has a house in {v}.", "The family of {n} lives in {v}."),
        ("Where does {n} live?", "In which town does {n} live?"),
        _one_of(*words.CITIES),
    ),
    Fact(
        ("{n} works at the {v}.", "{n} has a job at the {v}."),
        ("Where does {n} work?", "What is the place of work of {n}?"),
        _one_of(*words.PLACES),
    ),
    Fact(
        ("{n} has a {v} {w}.", "The {w} of {n} is {v}.", "{n} owns a {v} {w}."),
        ("What colour is the {w} of {n}?", "Which colour does the {w} of {n} have?"),
        _one_of(*words.COLOURS),
        _one_of(*words.THINGS),
    ),
    Fact(
        ("{n} has a {w} {v}.", "At home {n} keeps a {w} {v}."),
        ("Which animal does {n} have?", "What animal lives with {n}?"),
        _one_of(*words.ANIMALS),
        _one_of(*words.ADJECTIVES),
        longer="{w} {v}",
    ),
    Fact(
        ("{n} ate {v}.", "In the evening {n} ate {v}.", "For lunch {n} had {v}."),
        ("What did {n} eat?", "Which food did {n} have?"),
        _one_of(*words.FOODS),
    ),
    Fact(
        ("On {v} {n} went to the {w}.", "{n} went to the {w} on {v}."),
        ("When did {n} go to the {w}?", "On which day did {n} go to the {w}?"),
        _one_of(*words.WEEKDAYS),
        _one_of(*words.PLACES),
        longer="on {v}",
    ),
    Fact(
        ("{n} wants a new {v}.", "For the birthday {n} would like a {v}."),
        ("What does {n} want?", "Which thing would {n} like?"),
        _one_of(*words.THINGS),
    ),
    Fact(
        ("{n} paid {v} euros for a {w}.", "{n} bought a {w} for {v} euros."),
        ("How much did {n} pay for the {w}?", "What was the price of the {w} of {n}?"),
        lambda rng: str(rng.randint(3, 480)),
        _one_of(*words.THINGS),
        longer="{v} euros",
    ),
    Fact(
        ("{n} lost a {v} at the {w}.", "At the {w} {n} lost a {v}."),
        ("What did {n} lose?", "Which thing was lost by {n}?"),
        _one_of(*words.THINGS),
        _one_of(*words.PLACES),
    ),
    Fact(
        ("{n} saw {v} birds.", "There were {v} birds in the garden of {n}."),
        ("How many birds did {n} see?", "What number of birds did {n} see?"),
        lambda rng: str(rng.randint(2, 40)),
        longer="{v} birds",
    ),
    Fact(
        ("{n} came home at {v}.", "At {v} {n} came home."),
        ("When did {n} come home?", "At what time did {n} come home?"),
        _hour,
    ),
    Fact(
        ("{n} met {v}.", "At the {w} {n} met {v}.", "{n} met {v} at the {w}."),
        ("Who did {n} meet?", "Which person did {n} meet?"),
        words.first_name,
        _one_of(*words.PLACES),
    ),
)
ASIDES = (
    "The day was {a}.",
    "All of them liked the {p}.",
    "It was a {a} week.",
    "Nobody was at the {p}.",
    "The {p} was closed.",
    "Then it began to rain.",
)


def question_row(rng: Random, names: Sequence[str]) -> Row:
    """`{context, question, answers: {text, answer_start}}`; `names` are the people that it may tell of."""
    people = rng.sample(names, rng.choice(PEOPLE))
    told = {name: rng.sample(range(len(FACTS)), rng.randint(2, 4)) for name in people}
    name = rng.choice(people)
    answerable = rng.random() >= UNANSWERABLE
    asked = rng.choice(told[name] if answerable else _not_told(rng, told, name))
    context, question, answers = "", "", []
    for person in people:
        for fact in told[person]:
            wanted = (person, fact) == (name, asked)
            sentence, fills = _told(rng, FACTS[fact], person)
            if wanted:
                question = rng.choice(FACTS[fact].questions).format(**fills)
                answers = _places(FACTS[fact], sentence, fills, len(context))
            context += f"{sentence} "
        if rng.random() < 0.3:
            aside = rng.choice(ASIDES).format(a=rng.choice(words.ADJECTIVES), p=rng.choice(words.PLACES))
            context += f"{aside} "
    if not question:
        _, fills = _told(rng, FACTS[asked], name)
        question = rng.choice(FACTS[asked].questions).format(**fills)
    texts, starts = [text for text, _ in answers], [start for _, start in answers]
    return {"context": context.rstrip(), "question": question, "answers": {"text": texts, "answer_start": starts}}


def _not_told(rng: Random, told: dict[str, list[int]], name: str) -> list[int]:
    """Facts that the text leaves open for this person; mostly ones that it tells of somebody else."""
    missing = [fact for fact in range(len(FACTS)) if fact not in told[name]]
    others = [fact for fact in missing if any(fact in facts for person, facts in told.items() if person != name)]
    return others if others and rng.random() < 0.8 else missing


def _told(rng: Random, fact: Fact, name: str) -> tuple[str, dict[str, str]]:
    fills = {"n": name, "v": fact.value(rng), "w": fact.beside(rng)}
    return BEFORE_VOWEL.sub("an ", rng.choice(fact.tellings).format(**fills)), fills


def _places(fact: Fact, sentence: str, fills: dict[str, str], offset: int) -> list[tuple[str, int]]:
    """The answers and where each begins in the context: the value, and the longer form where it stands there."""
    at = _word_at(sentence, fills["v"])
    places = [(fills["v"], offset + at)]
    if fact.longer:
        longer = fact.longer.format(**fills)
        start = sentence.lower().find(longer.lower())
        if start >= 0:
            places.append((sentence[start : start + len(longer)], offset + start))
    return places


def _word_at(sentence: str, value: str) -> int:
    """Where `value` stands as a whole word: the last place, since names come first."""
    at = sentence.rfind(value)
    while at > 0 and (sentence[at - 1].isalnum() or sentence[at + len(value) :][:1].isalnum()):
        at = sentence.rfind(value, 0, at)
    return at
