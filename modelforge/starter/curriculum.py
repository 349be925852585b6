"""The generated curriculum: a seeded stream of lessons, the same on every machine."""

from collections.abc import Callable, Iterator
from random import Random

from modelforge.starter.lessons import english, records, strings, talks
from modelforge.starter.lessons.lesson import Lesson

Mixture = tuple[tuple[float, Callable[[Random], Lesson]], ...]

CHAT: Mixture = (
    (0.26, records.shown_extraction),
    (0.13, records.named_extraction),
    (0.07, records.one_value),
    (0.03, records.reformat),
    (0.30, strings.exercise),
    (0.08, english.reading),
    (0.02, english.summary),
    (0.06, english.judge),
    (0.05, english.talk),
)
SINGLE_ANSWER: Mixture = (
    (0.15, records.named_extraction),
    (0.10, records.one_value),
    (0.05, records.reformat),
    (0.15, talks.note),
    (0.15, strings.exercise),
    (0.10, english.reading),
    (0.20, english.summary),
    (0.07, english.judge),
    (0.03, english.talk),
)
PLAIN_SHARE = 0.1


def lessons(seed: int, count: int, mixture: Mixture = CHAT) -> Iterator[Lesson]:
    """`count` lessons in the proportions of `mixture`."""
    rng = Random(seed)
    weights = [weight for weight, _ in mixture]
    makers = [maker for _, maker in mixture]
    for maker in rng.choices(makers, weights, k=count):
        yield maker(rng)


def documents(seed: int, count: int) -> Iterator[str]:
    """Lessons rendered for a causal model: mostly in the chat format, some as plain text."""
    rng = Random(-seed - 1)
    for lesson in lessons(seed, count):
        plain = rng.random() < PLAIN_SHARE
        yield Lesson(text=lesson.as_text()).as_chat() if plain else lesson.as_chat()


def pairs(seed: int, count: int) -> Iterator[tuple[str, str]]:
    """Question and answer for an encoder-decoder; lessons without a question are left out."""
    for lesson in lessons(seed, count, SINGLE_ANSWER):
        if lesson.turns:
            question, answer = lesson.turns[0]
            yield (f"{lesson.system}\n{question}" if lesson.system else question), answer


def clozes(seed: int, count: int) -> Iterator[tuple[str, str, str]]:
    """Question, answer and context for an encoder; the answer stands in the context."""
    rng = Random(seed)
    for _ in range(count):
        yield (english.cloze if rng.random() < 0.6 else records.cloze)(rng)
