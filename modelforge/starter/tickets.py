"""Messages to a shop, each with what its writer wants now: other wishes are spoken of too, settled or denied."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from modelforge.starter.lessons.words import listed

Ticket = dict[str, str]
BEFORE_VOWEL = re.compile(r"\b([Aa]) (?=[aeiou])")

NEEDS: dict[str, tuple[str, ...]] = {
    "cancel": (
        "Please cancel the {p}.",
        "I do not need the {p} any more.",
        "Do not send the {p}, I have changed my mind.",
        "Take the {p} off my order.",
        "I would rather not buy the {p} after all.",
        "Please stop the order of the {p}.",
    ),
    "delivery": (
        "The {p} has not come yet.",
        "Where is my {p}?",
        "I am still waiting for the {p}.",
        "The {p} should have been here on {d}.",
        "When will you send the {p}?",
        "The parcel with the {p} is not here.",
    ),
    "fault": (
        "The {p} does not work.",
        "The {p} broke on {d}.",
        "The {p} makes a loud noise.",
        "The {p} will not turn on.",
        "There is a crack in the {p}.",
        "The {p} gets too hot.",
    ),
    "how-to": (
        "How do I clean the {p}?",
        "How does the {p} work?",
        "Can you tell me how to open the {p}?",
        "Where do I find the book for the {p}?",
        "What does the red light of the {p} mean?",
        "How long may I use the {p} each day?",
    ),
    "refund": (
        "I want my money back for the {p}.",
        "Please pay me back for the {p}.",
        "I sent the {p} back on {d} and want my {m} euros.",
        "When do I get the {m} euros for the {p}?",
        "You charged me twice for the {p}.",
        "I paid {m} euros too much for the {p}.",
    ),
}
ASIDES: dict[str, tuple[str, ...]] = {
    "cancel": (
        "I do not want to cancel anything.",
        "Please do not stop my order.",
        "Last year I had to cancel a {q}.",
        "{f} no longer needs the {q}, but that is not why I write.",
    ),
    "delivery": (
        "The {q} came on {d}, thank you.",
        "The {q} came late, but now it is here.",
        "I know that it takes {k} days to send it.",
        "{f} waited {k} weeks for a {q}, but that is another matter.",
    ),
    "fault": (
        "Nothing is broken.",
        "The {q} works well.",
        "My old {q} broke, so I bought this one.",
        "The {q} did not work at first, but now it does.",
    ),
    "how-to": (
        "I know how to use it.",
        "I have read the book of the {q}.",
        "You told me how to clean the {q}, and that was a help.",
        "{f} showed me how it works.",
    ),
    "refund": (
        "I do not want my money back.",
        "It is not about the {m} euros.",
        "You paid me back for the {q}, and that is settled.",
        "I got my {m} euros for the {q}, thank you.",
    ),
}
OPENINGS = ("", "", "Hello,", "Hi,", "Dear team,", "Good morning,")
CLOSINGS = ("", "Thanks, {n}", "Regards, {n}", "Best, {n}", "{n}")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PRODUCTS = listed(
    "kettle toaster printer laptop monitor tablet speaker charger router blender heater vacuum drill mixer fridge "
    "camera headset keyboard projector scanner dryer lamp watch backpack tent bike mirror guitar radio fan oven iron"
)


def ticket_row(rng: Random, names: Sequence[str]) -> Ticket:
    """`{text, label}`: one need, one or two sentences on other needs, in any order."""
    label = rng.choice(tuple(NEEDS))
    others = rng.sample([need for need in NEEDS if need != label], rng.choice((1, 1, 2)))
    product, second = rng.sample(PRODUCTS, 2)
    name, friend = rng.sample(names, 2)
    said = [rng.choice(NEEDS[label]), *(rng.choice(ASIDES[other]) for other in others)]
    rng.shuffle(said)
    text = " ".join(filter(None, [rng.choice(OPENINGS), *said, rng.choice(CLOSINGS)])).format(
        p=product, q=second, n=name, f=friend, d=rng.choice(DAYS), m=rng.randint(5, 400), k=rng.randint(2, 9)
    )
    return {"text": BEFORE_VOWEL.sub(r"\1n ", text), "label": label}
