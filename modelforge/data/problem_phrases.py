"""What is found, expected or to be done in a single place of a file, and why a row is not trained on: in words with the
values in them."""

from __future__ import annotations

from collections.abc import Mapping

from modelforge.schemas.problem_codes import Phrase, PhraseCode

FOUND: Mapping[PhraseCode, str] = {
    "a-folder": "a folder",
    "no-bytes": "0 bytes",
    "white-space-alone": "white space alone",
    "no-row": "no row",
    "one-row": "1 row",
    "an-empty-list": "an empty list",
    "an-empty-text": "an empty text",
    "zeros-between": "every second byte is 0",
    "byte-order-mark-of": "a byte order mark of {encoding}",
    "first-bytes": "first bytes {bytes}",
    "content": "{format} content",
    "content-in-file": "{format} content in a file that ends with {ending}",
    "ending": "a file that ends with {ending!r}",
    "no-ending": "a file without an ending",
    "an-array": "an array",
    "one-object-per-line": "one object per line",
    "tabs": "tabs",
    "commas": "commas",
    "semicolons": "semicolons, which the header and the rows agree on",
    "semicolons-in-header": "semicolons in the header {header!r}",
    "vertical-bars-in-header": "vertical bars in the header {header!r}",
    "more-levels": "more than {most:,} levels",
    "large-number-at": "a number too large at character {at}",
    "half-surrogate-at": "half a surrogate pair at character {at}",
    "text-at-character": "{text} at character {at}",
    "line-ends-with": "the line ends with {text}",
    "byte-at": "byte 0x{byte} at byte {at}",
    "byte-in-text": "byte 0x{byte} at byte {at}: {text}",
    "zero-at-byte": "U+0000 at byte {at}",
    "zero-at-character": "U+0000 at character {at}",
    "lost-character-at": "U+FFFD at character {at}",
    "json-reason-at": "{reason} at character {at}: {text}",
    "megabytes": "{size} MiB",
    "too-long-or-open": "more than {most} MiB, or a quote or bracket left open",
    "an-object": "an object: {text}",
    "of-type-object": "object {text}",
    "of-type-array": "array {text}",
    "of-type-text": "text {text}",
    "of-type-boolean": "boolean {text}",
    "of-type-number": "number {text}",
    "of-type-other": "{type} {text}",
    "comma-behind-last-row": "a comma behind the last row",
    "behind-a-row": "{text} behind a row",
    "behind-the-array": "{text} behind the array",
    "file-ends": "the file ends",
    "file-ends-in-line": "the file ends in line {line}",
    "row-never-ends": "the row that begins with {text} never ends",
    "one-cell": "1 cell: {cells}",
    "cells": "{number} cells: {cells}",
    "still-open": "{reason}, still open in line {line}",
    "column-number": "column {number} of {all}",
    "column-repeated": "{column!r} {times} times",
    "key-repeated": "the key {key!r} twice",
    "more-labels": "more than {most:,} different labels",
    "in-every-row": "{label} in every row",
    "and-more": "{labels} and {more:,} more",
    "columns": "columns {names}",
    "shape-with-columns": "shape {shape}: columns {names}",
    "name-in-mapping": "{name!r} in data.columns",
    "no-column-named": "no column {name!r}",
    "no-such-column": "no such column in this row",
    "answer-at": "{text} at {at}",
    "answer-stands-elsewhere": "{text}, but at {at} stands {other}",
    "chosen-again": "the chosen answer again",
    "texts-beside-turns": "texts beside lists of turns",
    "text-beside-turns": "text beside a list of turns",
    "only-empty-system-turn": "no turn but an empty system turn",
    "first-turn": "first turn",
    "behind-turn-without-calls": "behind a {role} turn without tool_calls",
    "role-behind-role": "{role} behind {role}",
    "row-of-shape": "a row of shape {shape}: columns {names}",
    "from-this-row-on": "{column!r}, from this row on",
    "rows-of": "{rows} of {all} rows",
}

EXPECTED: Mapping[PhraseCode, str] = {
    "as-written": "{text}",
    "class-of-row": "the row's class",
    "text-in": "text in {column!r}",
    "turns-list": "a list of turns",
    "true-or-false": "true or false",
    "one-of": "one of {names}",
    "comma-between-rows": "a comma between two rows",
    "nothing-behind-array": "nothing behind `]`",
    "function-name": "the name of a function",
    "arguments-object": "an object of arguments",
    "texts-or-turns-in-both": "texts in both, or turns in both",
    "texts-or-turns-in-all": "texts in all columns, or turns in all",
    "content-beside-role": 'a "content" beside the role',
    "shape-as-before": "shape {shape}, as before",
}

FIXES: Mapping[PhraseCode, str] = {
    "name-the-class": "Name the class, or remove the row.",
    "did-you-mean": "Did you mean {name!r}?",
    "correct-shape": "Correct data.shape, or choose another task or strategy.",
    "rename-column": "Rename {name!r} to {wanted!r}, or set data.columns: {mapping}.",
    "rename-columns": "Rename {pairs}, or set data.columns: {mapping}.",
    "map-columns": "Set data.columns: {mapping} to the file's columns.",
    "choose-reading": "Set {lines} in the recipe.",
    "double-quotes": "Use double quotes; Python writes JSON with json.dumps(row), not with str(row).",
    "json-words": "Write null, true and false; Python writes JSON with json.dumps(row).",
    "remove-trailing-comma": "Remove the comma before the closing bracket.",
    "remove-last-comma": "Remove the comma.",
    "escape-controls": r"Write line breaks and tabs inside a text as \n and \t.",
    "close-object": "Close the object: a quote or a bracket is missing, or a line break stands inside the row.",
    "list-under-key": "Write the list under {key!r} alone.",
    "comma-needed": "Put a comma between the rows.",
    "remove-rest": "Remove what follows the array.",
    "no-matter": "Nothing to do.",
    "save-as-csv": "Save the sheet as CSV (UTF-8), and take that file.",
    "unpack": "Unpack it: `{tool} FILE`.",
    "convert": "Convert it: `iconv -f {encoding} -t UTF-8 FILE > NEW`.",
    "rename-file": "Rename the file to end with .{format}.",
    "write-role": "Write {role!r}.",
    "turns-as-objects": "Write the turns as a list of objects.",
}

REASONS: Mapping[PhraseCode, str] = {
    "too-many-tokens": "it has {length:,} tokens, more than {key} {most:,}",
    "answer-cut-away": "its whole answer was cut",
    "nothing-to-train": "it has nothing to train on",
    "same-answers": "its two answers are the same tokens",
    "same-answers-after-cutting": "its two answers are the same tokens after cutting",
    "prompt-leaves-no-room": "its prompt has {prompt:,} tokens, and {answer:,} are for the answer",
    "empty-prompt": "its prompt is empty",
    "class-not-trained": "no row to train on is of its class {label!r}",
    "answer-not-in-text": "its answer does not stand in its text",
    "no-window-holds-answer": "no window of {most:,} tokens holds its whole answer",
    "question-leaves-no-room": "its question of {question:,} tokens leaves {room:,} of max_length {most:,} for the "
    "text, with an overlap of {overlap:,}",
}
"""Why a row is not trained on."""

PHRASES: Mapping[PhraseCode, str] = {**FOUND, **EXPECTED, **FIXES, **REASONS}


def phrase(code: PhraseCode, **values: str | int) -> Phrase:
    """A phrase with the values that it names."""
    return Phrase(code=code, params=values)


def words(said: str | Phrase) -> str:
    """What a phrase says; a text says itself."""
    return said if isinstance(said, str) else PHRASES[said.code].format(**said.params)
