"""Make the sample datasets: `python -m modelforge.starter.make_samples` writes the shipped files again, byte for byte.

All depend on nothing but their seeds; `docstrings.jsonl` alone depends on the standard library of the Python that runs
this, too.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from modelforge.starter.conversations import conversation
from modelforge.starter.lessons.python_text import Documented, documented
from modelforge.starter.lessons.words import listed
from modelforge.starter.questions import question_row
from modelforge.starter.replies import Pair, Rated, rated_reply, reply_pair
from modelforge.starter.tickets import Ticket, ticket_row

ROWS = 1000
PAIRS = 300
CONVERSATIONS = 800
SEED = 7
REPLIES_SEED = 11
CONVERSATIONS_SEED = 13
RATED, RATINGS_SEED = 400, 13
TICKETS, TICKETS_SEED = 900, 19
QUESTIONS, QUESTIONS_SEED = 900, 17
FOLDER = Path(__file__).parent / "samples"
Row = dict[str, str]

FIRST = listed(
    "Alma Bruno Celia Dario Edith Felix Gwen Harry Ilse James Karin Louis Marta Nico Olive Pablo Renee Simon Thea "
    "Ugo Vince Wilma Xander Yvonne Zelda Abdul Bianca Carlos Dalia Emil Flora George Helen Ismail Jana Kurt Lydia "
    "Milan Norma Otto"
)
LAST = listed(
    "Abbott Barnes Carver Dalton Ellis Farmer Gibson Harper Irwin Joyner Keller Lambert Marsh Norton Osborn Porter "
    "Quincy Ramsey Sawyer Tanner Upton Vaughn Warren Xiong Yates Zimmer Becker Conrad Dreyer Engel Frost Grant Holm "
    "Ivanov Jacobs"
)
PRODUCTS = listed(
    "kettle toaster printer laptop monitor tablet speaker charger router blender heater vacuum drill mixer fridge "
    "camera headset keyboard projector scanner dryer lamp watch backpack"
)

ISSUES: dict[str, tuple[str, ...]] = {
    "broken": (
        "The {p} stopped working.",
        "My {p} will not turn on.",
        "The {p} is dead.",
        "The {p} makes a grinding noise.",
        "There is a crack in the {p}.",
        "The {p} shuts down after a minute.",
        "My new {p} is faulty.",
        "The {p} gets far too hot.",
    ),
    "late": (
        "The {p} has not arrived yet.",
        "I am still waiting for the {p}.",
        "Where is my {p}?",
        "The {p} should have been here days ago.",
        "No sign of the {p} so far.",
        "The {p} is overdue.",
        "When will the {p} finally come?",
    ),
    "refund": (
        "I want my money back for the {p}.",
        "Please refund the {p}.",
        "I sent the {p} back but got no money.",
        "You still owe me for the {p}.",
        "The refund for the {p} is not in my bank.",
        "Give me back what I paid for the {p}.",
    ),
    "billing": (
        "I was charged twice for the {p}.",
        "The invoice for the {p} is wrong.",
        "You took too much for the {p}.",
        "The {p} costs more on the bill.",
        "My discount on the {p} is missing.",
        "My card was debited again for the {p}.",
    ),
    "wrong item": (
        "I got a {q} and not the {p}.",
        "You sent a {q} in place of the {p}.",
        "The box had a {q} where the {p} should be.",
        "I asked for the {p} and a {q} came.",
        "This is a {q}, my order was the {p}.",
    ),
    "cancel": (
        "Please cancel the {p}.",
        "I no longer need the {p}.",
        "Stop the order of the {p}.",
        "I changed my mind on the {p}.",
        "Do not ship the {p}.",
        "I found a cheaper {p}, so call mine off.",
    ),
    "how-to": (
        "How do I clean the {p}?",
        "How do I set up the {p}?",
        "Where is the manual for the {p}?",
        "What does the red light on the {p} mean?",
        "Can you explain how to reset the {p}?",
        "Is there a guide for the {p}?",
    ),
}
URGENCIES: dict[str, tuple[str, ...]] = {
    "high": (
        "I need this fixed today.",
        "It is urgent!",
        "Please act at once.",
        "This cannot wait.",
        "I need an answer right now.",
        "Very urgent.",
    ),
    "normal": (
        "Please get back to me this week.",
        "Please look into it.",
        "Let me know what you can do.",
        "I hope to hear from you soon.",
        "",
        "",
    ),
    "low": (
        "There is no rush.",
        "Take your time.",
        "It can wait.",
        "Whenever you have a moment.",
        "Not urgent at all.",
    ),
}
ORDERS = (
    "Order {o}.",
    "My order is {o}.",
    "Order number {o}.",
    "It was order {o}.",
    "The receipt says {o}.",
    "Ref {o}.",
    "(order {o})",
    "I ordered it as {o}.",
)
OPENINGS = ("", "", "Hello,", "Hi,", "Hi there,", "Dear team,", "Good morning,")
CLOSINGS = ("Thanks, {n}", "Regards, {n}", "{n}", "Best, {n}", "- {n}", "Yours, {n}")
INTRODUCTIONS = ("My name is {n}.", "This is {n}.", "I am {n}.", "{n} here.")
ASIDES = (
    "",
    "",
    "",
    "",
    "I bought it {d} days ago.",
    "I called {d} times.",
    "Your chat kept me {d} minutes.",
    "{f} told me to write.",
    "I am a loyal customer.",
)


def _support_row(rng: Random) -> Row:
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    product, other = rng.sample(PRODUCTS, 2)
    issue, urgency = rng.choice(tuple(ISSUES)), rng.choice(tuple(URGENCIES))
    order = f"{rng.randint(10000, 99999)}"
    middle = [
        rng.choice(ISSUES[issue]).format(p=product, q=other),
        rng.choice(ORDERS).format(o=order),
        rng.choice(URGENCIES[urgency]),
        rng.choice(ASIDES).format(d=rng.randint(2, 40), f=rng.choice(FIRST)),
    ]
    rng.shuffle(middle)
    if rng.random() < 0.5:
        sentences = [rng.choice(OPENINGS), rng.choice(INTRODUCTIONS).format(n=name), *middle]
    else:
        sentences = [rng.choice(OPENINGS), *middle, rng.choice(CLOSINGS).format(n=name)]
    record = {"customer": name, "order": order, "product": product, "issue": issue, "urgency": urgency}
    return {"input": " ".join(filter(None, sentences)), "output": json.dumps(record, separators=(",", ":"))}


def support_rows(rows: int = ROWS, seed: int = SEED) -> list[Row]:
    """Support messages and the JSON records they should become; no message occurs twice."""
    rng = Random(seed)
    made: dict[str, Row] = {}
    while len(made) < rows:
        row = _support_row(rng)
        made.setdefault(row["input"], row)
    return list(made.values())


def reply_rows(rows: int = PAIRS, seed: int = REPLIES_SEED) -> list[Pair]:
    """Support messages, other ones than `support_rows` has, each with a reply to prefer and one to avoid."""
    rng = Random(seed)
    return [reply_pair(rng, row["input"], json.loads(row["output"])) for row in support_rows(rows, seed)]


def conversation_rows(rows: int = CONVERSATIONS, seed: int = CONVERSATIONS_SEED) -> list[Row]:
    """Conversations with customers and one-sentence notes of them; no conversation and no note occurs twice."""
    rng = Random(seed)
    made: dict[str, Row] = {}
    while len(made) < rows:
        products = rng.sample(PRODUCTS, 2)
        name, order = f"{rng.choice(FIRST)} {rng.choice(LAST)}", f"{rng.randint(10000, 99999)}"
        row = conversation(rng, name, (products[0], products[1]), order, rng.choice(FIRST))
        made.setdefault(row["summary"], row)
    return list(made.values())


def rating_rows(rows: int = RATED, seed: int = RATINGS_SEED) -> list[Rated]:
    """Support messages, each with one reply that is marked good or bad."""
    rng = Random(seed)
    return [rated_reply(rng, row["input"], json.loads(row["output"])) for row in support_rows(rows, seed)]


def ticket_rows(rows: int = TICKETS, seed: int = TICKETS_SEED) -> list[Ticket]:
    """Messages to a shop and what their writers want; no message occurs twice."""
    rng = Random(seed)
    made: dict[str, Ticket] = {}
    while len(made) < rows:
        row = ticket_row(rng, FIRST)
        made.setdefault(row["text"], row)
    return list(made.values())


def question_rows(rows: int = QUESTIONS, seed: int = QUESTIONS_SEED) -> list[dict[str, Any]]:
    """Questions on short reports in the shape of SQuAD; no report occurs twice."""
    rng = Random(seed)
    made: dict[str, dict[str, Any]] = {}
    while len(made) < rows:
        row = question_row(rng, FIRST)
        made.setdefault(row["context"], row)
    return list(made.values())


def docstring_rows(rows: int = ROWS, seed: int = SEED) -> list[Row]:
    """Documentation of the standard library, and the one sentence that sums it up."""
    found: dict[str, Row] = {}
    summaries: set[str] = set()
    for item in documented():
        row = _docstring_row(item)
        if row is not None and row["output"] not in summaries:
            summaries.add(row["output"])
            found.setdefault(row["input"], row)
    kept = sorted(found.values(), key=lambda row: (row["output"], row["input"]))
    return Random(seed).sample(kept, min(rows, len(kept)))


def _docstring_row(item: Documented) -> Row | None:
    summary, _, body = item.doc.partition("\n\n")
    summary, body = " ".join(summary.split()), " ".join(body.split())[:400].rstrip()
    public = item.signature.startswith(("def ", "class ")) and not re.match(r"(def|class) _", item.signature)
    one_sentence = re.fullmatch(r"[A-Z][ -~]{18,88}\.", summary) and ". " not in summary
    if not (public and body and one_sentence):
        return None
    return {"input": f"{item.signature}\n{body}", "output": summary}


def as_jsonl(rows: Sequence[dict[str, Any]]) -> str:
    """One object per line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def files() -> Iterator[tuple[str, str]]:
    """The name and the content of every sample file."""
    yield "support.jsonl", as_jsonl(support_rows())
    yield "replies.jsonl", as_jsonl(reply_rows())
    yield "conversations.jsonl", as_jsonl(conversation_rows())
    yield "ratings.jsonl", as_jsonl(rating_rows())
    yield "tickets.jsonl", as_jsonl(ticket_rows())
    yield "questions.jsonl", as_jsonl(question_rows())
    yield "docstrings.jsonl", as_jsonl(docstring_rows())


def main() -> None:
    """Write the sample files."""
    for name, content in files():
        (FOLDER / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
