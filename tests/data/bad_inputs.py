"""One file for each way in which data goes wrong: what the checks must call it, and where."""

from __future__ import annotations

import json

from tests.data.bad_conversations import CONVERSATIONS
from tests.data.bad_files import FILES, LINES
from tests.data.bad_input import CLASSIFIED, GOOD, GOOD_CHAT, OTHER, BadInput, chat, lines, pair, squad
from tests.data.bad_rows import SHAPES, VALUES

WARNINGS = (
    BadInput("BOM at the start", "a.jsonl", b"\xef\xbb\xbf" + lines(GOOD, OTHER), "byte-order-mark", total=0),
    BadInput("JSON Lines called .json", "a.json", lines(GOOD, OTHER), "other-json-form", total=0),
    BadInput("an array called .jsonl", "a.jsonl", json.dumps([GOOD, OTHER]).encode(), "other-json-form", total=0),
    BadInput("semicolons in .csv", "a.csv", b"input;output\na;b\nc;d\n", "other-delimiter", total=0),
    BadInput("tabs in .csv", "a.csv", b"input\toutput\na\tb\nc\td\n", "other-delimiter", total=0),
    BadInput("a blank line", "a.jsonl", lines(GOOD, b"", OTHER), "blank-line", 2, total=0),
    BadInput(
        "an extra column", "a.jsonl", lines(GOOD, OTHER | {"source": "web"}), "extra-column", 2, "source", total=0
    ),
    BadInput(
        "a lost character",
        "a.jsonl",
        lines(GOOD, pair(output="Gr\ufffdn")),
        "replacement-character",
        2,
        "output",
        total=0,
    ),
    BadInput(
        "two user turns",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("user", "a"), ("user", "b"), ("assistant", "c"))),
        "roles-do-not-alternate",
        2,
        "messages[1].role",
        total=0,
    ),
    BadInput(
        "an empty system turn",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("system", ""), ("user", "b"), ("assistant", "c"))),
        "empty-system-turn",
        2,
        "messages[0].content",
        total=0,
    ),
    BadInput(
        "an answer in other words",
        "a.jsonl",
        lines(*[{"context": "Berlin is big.", "question": "What?", "answer": a} for a in ("Berlin", "Rome")]),
        "answer-not-quoted",
        2,
        "answer",
        total=0,
    ),
    BadInput(
        "no answer",
        "a.jsonl",
        lines(squad(["Berlin"], [0]), squad([], []), squad([], [])),
        "no-answers",
        2,
        "answers",
        total=0,
    ),
    BadInput(
        "one class",
        "a.jsonl",
        lines(CLASSIFIED, CLASSIFIED | {"text": "It has not come."}),
        "one-class",
        None,
        "label",
        total=0,
        any_task=True,
    ),
    BadInput(
        "a class with one row",
        "a.jsonl",
        lines(CLASSIFIED, CLASSIFIED | {"text": "It has not come."}, {"text": "I want my money.", "label": "refund"}),
        "class-with-one-row",
        None,
        "label",
        total=0,
        any_task=True,
    ),
    BadInput(
        "one row, none held out", "a.jsonl", lines(GOOD), "single-row", total=0, config=(("validation_split", 0),)
    ),
    BadInput("the same row again", "a.jsonl", lines(GOOD, OTHER, GOOD), "duplicate-rows", total=0),
)

ERRORS = (*FILES, *LINES, *SHAPES, *VALUES, *CONVERSATIONS)
BAD_INPUTS = (*ERRORS, *WARNINGS)
