"""Why a line is not JSON, in words that tell the way out."""

from __future__ import annotations

import re

import orjson

from modelforge.data.file_format import UTF8_MARK
from modelforge.data.problem_log import Fault
from modelforge.data.problem_phrases import phrase
from modelforge.schemas.problem_codes import Phrase

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
        return Fault("deep-nesting", None, phrase("more-levels", most=1024))
    if "infinity" in message:
        return Fault("huge-number", None, phrase("large-number-at", at=error.pos + 1))
    if "surrogate" in message:
        return Fault("lone-surrogate", None, phrase("half-surrogate-at", at=error.pos + 1))
    if "content after" in message:
        found = phrase("text-at-character", text=_around(data, error.pos), at=error.pos + 1)
        return Fault("several-rows-in-a-line", None, found)
    if "end of data" in message and not ended:
        return Fault("cut-line", None, phrase("line-ends-with", text=_text(data[-AROUND:])))
    return Fault("broken-json", None, _where(data, error), None, _remedy(data, message))


def _bytes(data: bytes, message: str) -> Fault | None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        byte, text = f"{data[error.start]:02X}", _around(data, error.start)
        found = phrase("byte-in-text", byte=byte, at=error.start + 1, text=text)
        return Fault("invalid-utf-8", None, found)
    if UTF8_MARK in data and (data.startswith(UTF8_MARK) or "expected a JSON value" in message):
        return Fault("misplaced-byte-order-mark", None, "EF BB BF")
    if "control character" in message and b"\0" in data:
        return Fault("nul-character", None, phrase("zero-at-byte", at=data.index(0) + 1))
    return None


def _numbers(data: bytes, message: str) -> Fault | None:
    if not any(words in message for words in ("expected a JSON value", "number", "no digit")):
        return None
    match = NO_JSON_NUMBER.search(data)
    return Fault("not-a-number", None, match.group(1).decode()) if match else None


def _where(data: bytes, error: orjson.JSONDecodeError) -> Phrase:
    reason = str(error).partition(": line ")[0]
    return phrase("json-reason-at", reason=reason, at=error.pos + 1, text=_around(data, error.pos))


def _remedy(data: bytes, message: str) -> Phrase | None:
    if re.match(rb"[\[{]\s*'", data):
        return phrase("double-quotes")
    if PYTHON_WORDS.search(data):
        return phrase("json-words")
    if "trailing comma" in message:
        return phrase("remove-trailing-comma")
    if "control character" in message:
        return phrase("escape-controls")
    if "end of data" in message:
        return phrase("close-object")
    return None


def _around(data: bytes, position: int) -> str:
    return _text(data[max(0, position - AROUND) : position + AROUND])


def _text(data: bytes) -> str:
    return repr(data.decode("utf-8", "replace").strip())
