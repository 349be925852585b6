"""Why a line is not JSON, in words that tell the way out."""

from __future__ import annotations

import re

import orjson

from modelforge.data.file_format import UTF8_MARK
from modelforge.data.problem_log import Fault

NO_JSON_NUMBER = re.compile(rb"[:\[,]\s*(-?(?:NaN|Infinity|inf|nan))\b")
PYTHON_WORDS = re.compile(rb"[:\[,]\s*(None|True|False)\b")
AROUND = 24
"""Bytes shown on each side of the place."""


def explain(data: bytes, error: orjson.JSONDecodeError, *, ended: bool) -> Fault:
    """The fault behind a parser's error; `ended` is false for a last line without a line break."""
    for test in (_bytes, _numbers):
        fault = test(data, str(error))
        if fault is not None:
            return fault
    message = str(error)
    if "depth limit" in message:
        return Fault("deep-nesting", None, "more than 1,024 levels")
    if "infinity" in message:
        return Fault("huge-number", None, f"a number too large at character {error.pos + 1}")
    if "surrogate" in message:
        return Fault("lone-surrogate", None, f"half a surrogate pair at character {error.pos + 1}")
    if "content after" in message:
        return Fault("several-rows-in-a-line", None, f"{_around(data, error.pos)} at character {error.pos + 1}")
    if "end of data" in message and not ended:
        return Fault("cut-line", None, f"the line ends with {_text(data[-AROUND:])}")
    return Fault("broken-json", None, _where(data, error), None, _remedy(data, message))


def _bytes(data: bytes, message: str) -> Fault | None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        found = f"byte 0x{data[error.start]:02X} at byte {error.start + 1}: {_around(data, error.start)}"
        return Fault("invalid-utf-8", None, found)
    if UTF8_MARK in data and (data.startswith(UTF8_MARK) or "expected a JSON value" in message):
        return Fault("misplaced-byte-order-mark", None, "EF BB BF")
    if "control character" in message and b"\0" in data:
        return Fault("nul-character", None, f"U+0000 at byte {data.index(0) + 1}")
    return None


def _numbers(data: bytes, message: str) -> Fault | None:
    if not any(words in message for words in ("expected a JSON value", "number", "no digit")):
        return None
    match = NO_JSON_NUMBER.search(data)
    return Fault("not-a-number", None, match.group(1).decode()) if match else None


def _where(data: bytes, error: orjson.JSONDecodeError) -> str:
    reason = str(error).partition(": line ")[0]
    return f"{reason} at character {error.pos + 1}: {_around(data, error.pos)}"


def _remedy(data: bytes, message: str) -> str | None:
    if re.match(rb"[\[{]\s*'", data):
        return "Use double quotes; Python writes JSON with json.dumps(row), not with str(row)."
    if PYTHON_WORDS.search(data):
        return "Write null, true and false; Python writes JSON with json.dumps(row)."
    if "trailing comma" in message:
        return "Remove the comma before the closing bracket."
    if "control character" in message:
        return r"Write line breaks and tabs inside a text as \n and \t."
    if "end of data" in message:
        return "Close the object: a quote or a bracket is missing, or a line break stands inside the row."
    return None


def _around(data: bytes, position: int) -> str:
    return _text(data[max(0, position - AROUND) : position + AROUND])


def _text(data: bytes) -> str:
    return repr(data.decode("utf-8", "replace").strip())
