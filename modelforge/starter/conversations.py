"""Conversations between a customer and a shop, and the one sentence that a colleague would note of each."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

Row = dict[str, str]

SHOP = ("Ayla", "Boris", "Carmen", "Deniz", "Esther", "Franka", "Gustav", "Hedda")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


@dataclass(frozen=True, slots=True)
class Matter:
    """Why somebody writes: how customers say it, how a note says it, and how it can end."""

    said: tuple[str, ...]
    noted: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the shop promises for a day: in the conversation and in the note."""

    said: tuple[str, ...]
    noted: str


CALL = Outcome(
    (
        "Let me ask a colleague, and I will call you on {d}.",
        "I have to check that first. May I call you on {d}?",
        "I will find out and ring you on {d}.",
    ),
    "{a} will call on {d}",
)
REFUND = Outcome(
    (
        "You will have your money back by {d}.",
        "We send back what you paid, it should be there on {d}.",
        "I have started the refund. Please look at your account on {d}.",
    ),
    "the money comes back by {d}",
)
REPLACEMENT = Outcome(
    (
        "We will send you a new one, it comes on {d}.",
        "A new {p} will be at your door on {d}.",
        "I will have it replaced. The new one leaves us on {d}.",
    ),
    "a new one comes on {d}",
)
REPAIR = Outcome(
    (
        "We can repair it. Our driver picks it up on {d}.",
        "Please pack it, we collect it for repair on {d}.",
        "Our workshop will look at it. Somebody fetches it on {d}.",
    ),
    "it is collected for repair on {d}",
)
DELIVERY = Outcome(
    (
        "I see the parcel here, it should be with you on {d}.",
        "The carrier tells me that it comes on {d}.",
        "It was held up on the way. You will have it on {d}.",
    ),
    "it is delivered on {d}",
)
STOPPED = Outcome(
    (
        "That is done, and you get a letter about it on {d}.",
        "I have taken it out of the system. We confirm it on {d}.",
        "No problem, the confirmation follows on {d}.",
    ),
    "this is confirmed on {d}",
)

MATTERS = (
    Matter(
        (
            "My {p} stopped working.",
            "The {p} does not turn on any more.",
            "The {p} I got from you is dead.",
            "There is smoke coming out of my {p}.",
            "The {p} makes a terrible noise and then stops.",
        ),
        "{n} has a broken {p}",
        (REPLACEMENT, REPAIR, REFUND, CALL),
    ),
    Matter(
        (
            "I am still waiting for my {p}.",
            "Where is the {p} that I ordered?",
            "The {p} should have been here last week.",
            "Nobody has brought the {p} so far.",
        ),
        "{n} is waiting for a {p}",
        (DELIVERY, REFUND, CALL),
    ),
    Matter(
        (
            "You took the money for the {p} twice.",
            "I was charged too much for the {p}.",
            "The bill for my {p} cannot be right.",
            "Why does the {p} cost more on the invoice?",
        ),
        "{n} was charged too much for a {p}",
        (REFUND, CALL),
    ),
    Matter(
        (
            "I ordered a {p} and got a {q}.",
            "There was a {q} in the box, but I wanted a {p}.",
            "You sent me a {q}. My order was a {p}.",
        ),
        "{n} got a {q} in place of a {p}",
        (REPLACEMENT, REFUND, CALL),
    ),
    Matter(
        (
            "I do not need the {p} any more.",
            "Please do not send the {p}.",
            "Can I still call off the {p}?",
            "I want to cancel the {p}.",
        ),
        "{n} cancels a {p}",
        (STOPPED, REFUND),
    ),
    Matter(
        (
            "A part of the {p} was not in the box.",
            "The cable of my {p} is missing.",
            "I unpacked the {p}, and half of the screws are missing.",
        ),
        "{n} lacks a part of a {p}",
        (REPLACEMENT, CALL),
    ),
)

GREETINGS = ("Hello.", "Hi!", "Good morning.", "Good evening.", "Hello, I need some help.", "Hi, a question.")
NAMES = ("My name is {n}.", "This is {n}.", "{n} here.", "I am {n}.")
DETAILS = (
    "I bought it in {c}.",
    "I have been a customer for {k} years.",
    "I called {k} times already.",
    "A friend, {f}, told me to write to you.",
    "I was at home all day on {e}.",
    "I have owned a {q} from you for {k} years, and it is fine.",
    "I need it for my office in {c}.",
    "My neighbour {f} has the same one.",
)
WELCOMES = (
    "Thank you for writing. I am {a}.",
    "Hello, you are talking to {a}.",
    "Good to hear from you, {a} speaking.",
    "I am sorry about that. My name is {a}.",
)
QUESTIONS = (
    "What is the order number?",
    "May I have the order number?",
    "Which order is it?",
    "Can you tell me the order?",
)
ANSWERS = ("It is {o}.", "{o}.", "The order is {o}.", "I have it here: {o}.", "That would be {o}.")
CHATTER = (
    ("Do you still have the box?", ("Yes, I do.", "No, I threw it away.", "I think so.")),
    ("When did you order it?", ("On {e}.", "About {k} weeks ago.", "I do not remember.")),
    ("Have you tried our web page?", ("Yes, {k} times.", "No, I have not.", "It sent me to you.")),
    ("Is the address in {c} still right?", ("Yes, it is.", "No, but you can send it there.")),
    ("Did you get a letter from us?", ("Yes, on {e}.", "No, nothing.", "Only an advert for a {q}.")),
)
THANKS = ("Thank you.", "Thanks, that is fine.", "Good, thank you very much.", "I hope so.", "Great, bye.")
TOWNS = ("Leeds", "Bristol", "Graz", "Lyon", "Basel", "Turin", "Ghent", "Malmo", "Porto", "Aarhus")


def conversation(rng: Random, name: str, products: tuple[str, str], order: str, friend: str) -> Row:
    """A `document` of five to nine lines and its `summary`: who, what, which order, and what was promised for when.

    The name, the order and the product stand in different lines, among other names, numbers, products and days.
    """
    day, other_day = rng.sample(DAYS, 2)
    values = {
        **{"n": name, "p": products[0], "q": products[1], "o": order, "f": friend, "d": day, "e": other_day},
        **{"a": rng.choice(SHOP), "c": rng.choice(TOWNS), "k": str(rng.randint(2, 9))},
    }
    matter = rng.choice(MATTERS)
    outcome = rng.choice(matter.outcomes)
    opening = [rng.choice(NAMES), rng.choice(matter.said), *rng.sample(DETAILS, rng.randint(0, 2))]
    rng.shuffle(opening)
    lines = [
        f"Customer: {' '.join([rng.choice(GREETINGS), *opening])}",
        f"Shop: {rng.choice(WELCOMES)} {rng.choice(QUESTIONS)}",
        f"Customer: {rng.choice(ANSWERS)}",
    ]
    for question, answers in rng.sample(CHATTER, rng.randint(0, 2)):
        lines += [f"Shop: {question}", f"Customer: {rng.choice(answers)}"]
    lines += [f"Shop: {rng.choice(outcome.said)}", f"Customer: {rng.choice(THANKS)}"]
    summary = f"{matter.noted} (order {{o}}); {outcome.noted}."
    return {"document": "\n".join(lines).format(**values), "summary": summary.format(**values)}
