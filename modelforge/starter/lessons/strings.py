"""Exercises on the text itself: copy, reverse, change case, pick, count, sort, replace, add."""

import json
from collections.abc import Callable
from random import Random

from modelforge.starter.lessons import words
from modelforge.starter.lessons.lesson import Lesson, ask

Exercise = Callable[[Random], tuple[str, str]]


def _anything(rng: Random) -> str:
    maker = rng.choice(
        (
            words.any_word,
            words.any_word,
            words.invented,
            words.code,
            words.person,
            words.city,
            words.thing,
            words.email,
            words.day,
        )
    )
    return maker(rng)


def _items(rng: Random, low: int = 2, high: int = 7) -> list[str]:
    maker = rng.choice((words.any_word, words.any_word, words.invented, words.first_name, words.code))
    return list(dict.fromkeys(maker(rng) for _ in range(rng.randint(low, high))))


def copy(rng: Random) -> tuple[str, str]:
    """Say the same again."""
    text = " ".join(_anything(rng) for _ in range(rng.randint(1, 8)))
    if rng.random() < 0.4:
        text = words.sentence_case(" ".join(words.any_word(rng) for _ in range(rng.randint(2, 12)))) + rng.choice(
            (".", "", "!", "?")
        )
    order = rng.choice(("Copy: {}", "Repeat: {}", "Say: {}", "Repeat this text:\n{}", 'Write "{}".', "Echo {}"))
    return order.format(text), text


def quoted(rng: Random) -> tuple[str, str]:
    """The part between quotes or brackets."""
    before, inside, after = (" ".join(_anything(rng) for _ in range(rng.randint(1, 3))) for _ in range(3))
    left, right, name = rng.choice(
        (('"', '"', "quotes"), ("(", ")", "brackets"), ("<", ">", "angle brackets"), ("*", "*", "stars"))
    )
    return f"What is in {name}? {before} {left}{inside}{right} {after}", inside


def reverse(rng: Random) -> tuple[str, str]:
    """The words in reverse order, or the digits of a number."""
    if rng.random() < 0.3:
        number = words.digits(rng, 3, 7)
        return f"Reverse the digits: {number}", number[::-1]
    items = _items(rng)
    return rng.choice(("Reverse: {}", "Reverse the words: {}", "Backwards: {}")).format(" ".join(items)), " ".join(
        items[::-1]
    )


def case(rng: Random) -> tuple[str, str]:
    """Upper, lower or title case."""
    text = " ".join(_items(rng, 1, 4))
    name, change = rng.choice(
        (("upper case", str.upper), ("upper case", str.upper), ("lower case", str.lower), ("title case", str.title))
    )
    given = text if name != "lower case" else rng.choice((text.upper(), text.title()))
    return rng.choice((f"Write in {name}: {given}", f"{name.capitalize()}: {given}")), change(given)


def pick(rng: Random) -> tuple[str, str]:
    """One item of a list by its place."""
    items = _items(rng, 3, 6)
    place, index = rng.choice((("first", 0), ("second", 1), ("third", 2), ("last", -1)))
    if len(items) < 3:
        place, index = "first", 0
    return rng.choice(
        (f"What is the {place} word? {' '.join(items)}", f"Give the {place} item: {', '.join(items)}")
    ), items[index]


def count(rng: Random) -> tuple[str, str]:
    """How many words, items or times."""
    items = _items(rng, 1, 9)
    if rng.random() < 0.5:
        return f"How many words? {' '.join(items)}", str(len(items))
    return f"How many items are in the list {', '.join(items)}?", str(len(items))


def order(rng: Random) -> tuple[str, str]:
    """Alphabetical or numerical order."""
    if rng.random() < 0.5:
        numbers = rng.sample(range(1, 99), rng.randint(2, 5))
        return f"Sort the numbers: {' '.join(map(str, numbers))}", " ".join(map(str, sorted(numbers)))
    items = list(dict.fromkeys(words.any_word(rng) for _ in range(rng.randint(2, 5))))
    return f"Sort the words: {' '.join(items)}", " ".join(sorted(items))


def replace(rng: Random) -> tuple[str, str]:
    """One word put in place of another."""
    items = _items(rng, 3, 7)
    old, new = rng.choice(items), words.any_word(rng)
    return f"Replace {old} with {new}: {' '.join(items)}", " ".join(new if item == old else item for item in items)


def listing(rng: Random) -> tuple[str, str]:
    """Items as bullets, numbered lines, commas or JSON."""
    items = _items(rng)
    shapes = {
        "a bullet list": "\n".join(f"- {item}" for item in items),
        "a numbered list": "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1)),
        "one line with commas": ", ".join(items),
        "a JSON list": json.dumps(items, separators=(",", ":"), ensure_ascii=False),
    }
    name = rng.choice(tuple(shapes))
    return f"Write as {name}: {' '.join(items)}", shapes[name]


def length(rng: Random) -> tuple[str, str]:
    """The letters of a word, spelt or counted."""
    word = rng.choice((words.any_word, words.invented))(rng)
    return rng.choice(((f"Spell {word}.", " ".join(word)), (f"How many letters has {word}?", str(len(word)))))


def arithmetic(rng: Random) -> tuple[str, str]:
    """Sums, differences, small products and comparisons."""
    a, b = rng.randint(0, rng.choice((9, 20, 99, 99, 999))), rng.randint(0, rng.choice((9, 20, 99, 99, 999)))
    shape = rng.choice((0, 0, 0, 1, 1, 2, 3, 4))
    if shape == 0:
        return rng.choice((f"What is {a} + {b}?", f"{a}+{b}=", f"Add {a} and {b}.")), str(a + b)
    if shape == 1:
        a, b = max(a, b), min(a, b)
        return rng.choice((f"What is {a} - {b}?", f"{a}-{b}=", f"Take {b} from {a}.")), str(a - b)
    if shape == 2:
        a, b = a % 13, b % 13
        return rng.choice((f"What is {a} * {b}?", f"{a} times {b}?")), str(a * b)
    if shape == 3:
        return f"Which is larger, {a} or {b}?", str(max(a, b))
    return f"Is {a} even?", "yes" if a % 2 == 0 else "no"


EXERCISES: tuple[Exercise, ...] = (
    (copy,) * 3
    + (quoted,)
    + (reverse,) * 2
    + (case,) * 3
    + (pick, count, order, replace, listing)
    + (length,) * 2
    + (arithmetic,) * 5
)


def exercise(rng: Random) -> Lesson:
    """One exercise, or two to four in one conversation."""
    if rng.random() < 0.7:
        return ask(*rng.choice(EXERCISES)(rng))
    return Lesson(turns=tuple(rng.choice(EXERCISES)(rng) for _ in range(rng.randint(2, 4))))
