"""Talks between two people, and notes of them: a sentence with gaps, filled with what was said."""

from random import Random

from modelforge.starter.lessons import phrases, words
from modelforge.starter.lessons.domains import NAME
from modelforge.starter.lessons.lesson import Lesson, ask
from modelforge.starter.lessons.records import Column, schema

SPEAKERS = (("A", "B"), ("Client", "Agent"), ("Guest", "Host"), ("Patient", "Doctor"), ("Pupil", "Teacher"), ("Q", "A"))
REMARKS = (
    "Yes.",
    "No.",
    "I see.",
    "And then?",
    "Thank you.",
    "Tell me more.",
    "What is your name?",
    "Which one is it?",
    "When was that?",
    "How can I help?",
    "I am {n}, by the way.",
    "We will see on {d}.",
    "Just a moment.",
    "Is that all?",
    "Have you tried {w}?",
)
JOINTS = (
    " ",
    ", ",
    "; ",
    ": ",
    " (",
    ") ",
    " - ",
    " and ",
    " of ",
    " for ",
    " on ",
    " has ",
    " wants ",
    " about ",
    " is ",
)


def talk(rng: Random, sentences: list[str]) -> str:
    """The sentences in lines of two speakers, among remarks that say nothing."""
    speakers = rng.choice(SPEAKERS) if rng.random() < 0.7 else (words.first_name(rng), words.first_name(rng))
    lines, waiting, turn = [], list(sentences), rng.randrange(2)
    while waiting:
        said = [waiting.pop() for _ in range(min(len(waiting), rng.choice((0, 1, 1, 2, 3))))]
        if not said or rng.random() < 0.3:
            remark = rng.choice(REMARKS)
            said.append(remark.format(n=words.first_name(rng), d=rng.choice(words.WEEKDAYS), w=words.any_word(rng)))
        lines.append(f"{speakers[turn]}: {' '.join(said)}")
        turn = 1 - turn
    return "\n".join(lines)


def note(rng: Random) -> Lesson:
    """A talk or a message, and a sentence whose gaps it fills."""
    copied = [column for column in schema(rng) if not column.names] or [Column("name", NAME)]
    drawn = {column.key: column.draw(rng) for column in copied}
    sentences = [sentence for _, sentence in drawn.values()]
    for _ in range(rng.choice((0, 1, 2))):
        sentences.append(rng.choice(phrases.FILLERS).format(n=words.first_name(rng), d=rng.randint(2, 30)))
    rng.shuffle(sentences)
    text = talk(rng, sentences) if rng.random() < 0.6 else " ".join(sentences)
    kept = rng.sample(list(drawn), rng.randint(1, len(drawn)))
    joints = [rng.choice(JOINTS) if rng.random() < 0.6 else f" {words.any_word(rng)} " for _ in kept]
    left, right = rng.choice((("[", "]"), ("{", "}"), ("<", ">")))
    form = "".join(f"{left}{key}{right}{joint}" for key, joint in zip(kept, joints, strict=True)).rstrip() + "."
    filled = "".join(f"{drawn[key][0]}{joint}" for key, joint in zip(kept, joints, strict=True)).rstrip() + "."
    order = rng.choice((f"Fill in: {form}", f"Note: {form}", f"Summarize as {form}"))
    return ask(rng.choice((f"{order}\n{text}", f"{text}\n{order}")), filled)
