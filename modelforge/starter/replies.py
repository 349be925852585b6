"""Pairs of replies to support messages, one that a shop would rather send and one that it would not."""

from __future__ import annotations

from random import Random

Message = dict[str, str]
Pair = dict[str, list[Message]]
Rated = dict[str, list[Message] | bool]

THANKS = ("Thank you for writing, {f}.", "Hello {f}, thank you for your message.", "I am sorry for the trouble, {f}.")
STEPS: dict[str, tuple[str, ...]] = {
    "broken": ("We will repair the {p} for you.", "We will send you a new {p}."),
    "late": ("I will find out where the {p} is.", "I will ask the carrier about the {p}."),
    "refund": ("You will get your money back for the {p}.", "I will send back what you paid for the {p}."),
    "billing": ("I will correct the invoice for the {p}.", "I will check what you paid for the {p}."),
    "wrong item": ("We will send you the {p} that you asked for.", "The right {p} will be on its way."),
    "cancel": ("I have cancelled the {p} for you.", "We will not ship the {p}."),
    "how-to": ("I will send you the manual of the {p}.", "I will show you how the {p} works."),
}
CLOSES = ("Please tell me if I can help with order {o}.", "I will write to you about order {o}.")

GRUMBLES = ("That is not our problem.", "You should have read the manual.", "Everybody asks us that.", "We are busy.")
REFUSALS = ("There is nothing we can do about the {p}.", "The {p} was fine when it left us.", "Buy another {p}.")
BRUSH_OFFS = ("Do not write to us again about order {o}.", "Order {o} is closed, so stop asking.", "Try someone else.")


def reply_pair(rng: Random, message: str, record: dict[str, str]) -> Pair:
    """A message, and its two replies in one to three sentences each, drawn apart so that length tells nothing."""
    words = {"f": record["customer"].split()[0], "p": record["product"], "o": record["order"]}
    chosen = (THANKS, STEPS[record["issue"]], CLOSES)
    rejected = (GRUMBLES, REFUSALS, BRUSH_OFFS)
    return {
        "prompt": [{"role": "user", "content": message}],
        "chosen": [{"role": "assistant", "content": _reply(rng, chosen, words)}],
        "rejected": [{"role": "assistant", "content": _reply(rng, rejected, words)}],
    }


def rated_reply(rng: Random, message: str, record: dict[str, str]) -> Rated:
    """A message and one of its two replies, marked good or bad; two in five are good."""
    pair = reply_pair(rng, message, record)
    good = rng.random() < 0.4
    return {"prompt": pair["prompt"], "completion": pair["chosen" if good else "rejected"], "label": good}


def _reply(rng: Random, parts: tuple[tuple[str, ...], ...], words: dict[str, str]) -> str:
    sentences = [rng.choice(part) for part in parts]
    kept = sorted(rng.sample(range(len(sentences)), rng.randint(2, 3)))
    return " ".join(sentences[index] for index in kept).format(**words)
