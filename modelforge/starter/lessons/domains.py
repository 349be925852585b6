"""The kinds of record that messages talk about: fields, how people mention them, and what they may be called."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from modelforge.starter.lessons import words

Maker = Callable[[Random], str]


@dataclass(frozen=True, slots=True)
class Field:
    """A value that is copied from the message: its possible keys, its maker, and the ways to mention it."""

    keys: tuple[str, ...]
    make: Maker
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A value that is judged from the message: sets of label names, and per label the phrases that show it."""

    keys: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    phrases: tuple[tuple[str, ...], ...]


NAME = Field(
    ("name", "person", "who", "contact", "full_name", "sender", "client", "guest", "user", "author", "signed", "by"),
    words.person,
    (
        "My name is {}.",
        "I am {}.",
        "This is {}.",
        "{} here.",
        "{} speaking.",
        "It is for {}.",
        "Please ask for {}.",
        "The name is {}.",
        "Signed, {}.",
        "Regards, {}",
        "Thanks, {}",
        "Yours, {}",
        "I'm {}.",
        "- {}",
        "Best, {}",
        "Cheers, {}",
        "Booked by {}.",
        "Written by {}.",
        "{} wrote this.",
        "Name: {}.",
    ),
)
FIRST = Field(
    ("first_name", "name", "nickname"),
    words.first_name,
    ("I'm {}.", "{} here.", "Call me {}.", "It's {}.", "Thanks, {}"),
)
NUMBER = Field(
    (
        "order",
        "id",
        "number",
        "ref",
        "reference",
        "code",
        "ticket",
        "case",
        "invoice",
        "booking",
        "order_id",
        "account",
        "order_number",
    ),
    words.code,
    (
        "The number is {}.",
        "My order is {}.",
        "Reference {}.",
        "Order {}.",
        "Order number {}.",
        "It is about order {}.",
        "See ticket {}.",
        "The code is {}.",
        "Invoice {}.",
        "Booking {}.",
        "Case {}.",
        "(ref {})",
        "#{}",
        "Order #{}.",
        "I ordered it under {}.",
        "Account {}.",
        "My reference is {}.",
        "The receipt says {}.",
        "No. {}.",
    ),
)
ITEM = Field(
    ("item", "product", "thing", "article", "object", "device", "goods", "what"),
    words.thing,
    (
        "I bought a {}.",
        "It is about the {}.",
        "The {} came today.",
        "I have the {}.",
        "I ordered a {}.",
        "We need a {}.",
        "About my {}.",
        "The {} is here.",
        "My {} again.",
        "A question on the {}.",
        "I got your {} last week.",
        "Item: {}.",
        "I would like the {}.",
        "You sold me a {}.",
    ),
)
CITY = Field(
    ("city", "town", "place", "location", "where"),
    words.city,
    (
        "I live in {}.",
        "We are in {}.",
        "It is in {}.",
        "Send it to {}.",
        "From {}.",
        "I write from {}.",
        "Going to {}.",
    ),
)
DAY = Field(
    ("date", "day", "when", "due", "on"),
    words.day,
    ("On {}.", "It was on {}.", "Come on {}.", "By {} please.", "It arrived on {}.", "Is {} fine?", "The date is {}."),
)
TIME = Field(
    ("time", "hour", "at"),
    words.hour,
    ("At {}.", "Around {}.", "The time is {}.", "We meet at {}.", "It starts at {}."),
)
PRICE = Field(
    ("price", "amount", "total", "cost", "paid", "fee"),
    words.price,
    ("I paid {}.", "It cost {}.", "The total is {}.", "You charged me {}.", "The price was {}.", "That is {}."),
)
EMAIL = Field(
    ("email", "mail", "address", "reply_to"),
    words.email,
    ("Write to {}.", "My email is {}.", "Reach me at {}.", "Reply to {} please."),
)
PHONE = Field(
    ("phone", "tel", "call", "mobile"), words.phone, ("Call {}.", "My phone is {}.", "Ring me on {}.", "Tel {}.")
)
COUNT = Field(
    ("quantity", "count", "people", "pieces", "size"),
    lambda rng: str(rng.randint(2, 60)),
    ("We are {} people.", "There are {}.", "I need {} of them.", "{} pieces.", "For {} guests."),
)
COLOUR = Field(
    ("colour", "color", "shade"),
    lambda rng: rng.choice(words.COLOURS),
    ("The colour is {}.", "In {} please.", "It is {}.", "A {} one.", "I want it in {}."),
)

FIELDS = (NAME, NAME, NUMBER, NUMBER, ITEM, ITEM, FIRST, CITY, DAY, TIME, PRICE, EMAIL, PHONE, COUNT, COLOUR)

HURRY = Label(
    ("priority", "urgency", "speed", "rush", "importance", "level"),
    (
        ("high", "normal", "low"),
        ("urgent", "medium", "later"),
        ("1", "2", "3"),
        ("now", "soon", "whenever"),
        ("critical", "standard", "minor"),
        ("P1", "P2", "P3"),
    ),
    (
        (
            "It is urgent.",
            "I need this today!",
            "Please hurry.",
            "As soon as possible.",
            "I cannot wait.",
            "Right now, please.",
            "This is an emergency.",
            "Answer at once.",
        ),
        (
            "This week would be good.",
            "Please look into it.",
            "Let me know soon.",
            "In the next days, please.",
            "Please get back to me.",
            "I hope to hear from you.",
        ),
        (
            "No rush.",
            "Take your time.",
            "Whenever you can.",
            "It can wait.",
            "There is no hurry.",
            "Not important.",
            "Next month is fine.",
        ),
    ),
)
MOOD = Label(
    ("mood", "sentiment", "tone", "feeling", "opinion"),
    (("positive", "neutral", "negative"), ("good", "ok", "bad"), ("happy", "calm", "angry"), ("+", "0", "-")),
    (
        (
            "I love it.",
            "Great work!",
            "You are the best.",
            "Very happy with it.",
            "It is wonderful.",
            "Thank you so much!",
        ),
        ("It is fine.", "Just to let you know.", "It is as expected.", "Nothing special.", "For your information."),
        (
            "I am very angry.",
            "This is awful.",
            "I hate it.",
            "What a mess.",
            "Very poor.",
            "I am disappointed.",
            "Terrible service.",
        ),
    ),
)
KIND = Label(
    ("kind", "type", "topic", "category", "reason", "subject", "issue", "problem"),
    (
        ("broken", "late", "refund", "question", "cancel", "missing"),
        ("defect", "delivery", "money", "info", "stop", "lost"),
        ("A", "B", "C", "D", "E", "F"),
        ("repair", "delay", "payment", "help", "cancellation", "not received"),
    ),
    (
        (
            "It does not work.",
            "It broke.",
            "It stopped working.",
            "There is a crack in it.",
            "It will not turn on.",
            "It makes a strange noise.",
        ),
        (
            "It is late.",
            "It has not come yet.",
            "I am still waiting.",
            "It should have been here last week.",
            "The delivery is slow.",
        ),
        (
            "I want my money back.",
            "You charged me twice.",
            "Please refund me.",
            "The bill is wrong.",
            "I paid too much.",
        ),
        (
            "How do I use it?",
            "Can you explain how it works?",
            "I have a question.",
            "Where do I find the manual?",
            "What does the light mean?",
        ),
        ("Please cancel it.", "I no longer want it.", "I changed my mind.", "Stop the order.", "Call it off."),
        (
            "A part is missing.",
            "The box was empty.",
            "It got lost.",
            "One piece was not there.",
            "Nothing was in the parcel.",
        ),
    ),
)
WEATHER = Label(
    ("weather", "sky", "forecast"),
    (("rain", "sun", "snow"), ("wet", "dry", "cold"), ("umbrella", "hat", "coat")),
    (
        ("It rains all day.", "Take an umbrella.", "The streets are wet."),
        ("The sun is out.", "Not a cloud in the sky.", "It is hot and bright."),
        ("It is snowing.", "Everything is white.", "The lake is frozen."),
    ),
)
LABELS = (HURRY, HURRY, MOOD, MOOD, KIND, KIND, KIND, WEATHER)
