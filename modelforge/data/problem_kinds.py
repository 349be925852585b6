"""Every kind of fault that data can have: the one table behind the checks, their texts and the reference page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from modelforge.schemas.problem_codes import ProblemCode

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class ProblemKind:
    """A kind of fault. An error refuses the dataset, a warning is shown and the row is used."""

    name: ProblemCode
    severity: Severity
    about: str
    """What is wrong, for the reference page."""
    expected: str
    fix: str


def _kinds(severity: Severity, *rows: tuple[ProblemCode, str, str, str]) -> dict[ProblemCode, ProblemKind]:
    return {name: ProblemKind(name, severity, about, expected, fix) for name, about, expected, fix in rows}


# fmt: off
FILE_KINDS = _kinds(
    "error",
    ("empty-file", "The file has no bytes.", "at least one row",
     "Write the rows into the file, or name another file."),
    ("directory", "A folder that is no saved dataset.", "a file, or a folder written by save_to_disk",
     "Name a file inside the folder."),
    ("compressed-file", "The file is packed: gzip, zip, bzip2, xz or Zstandard.", "the unpacked file",
     "Unpack it first, for example with `gunzip FILE`."),
    ("binary-file", "The bytes belong to no data format that is read here.",
     "JSONL, JSON, CSV, TSV, Parquet, Arrow or TXT", "Export the data as JSON Lines, in UTF-8."),
    ("utf-16", "The text is in UTF-16 or UTF-32.", "UTF-8 text", "Convert it: `iconv -f UTF-16 -t UTF-8 FILE > NEW`."),
    ("wrong-extension", "The file's ending and its content disagree.", "a content that fits the ending",
     "Rename the file so that its ending fits its content."),
    ("unknown-format", "Neither the ending nor the content tells the format.",
     "a name that ends with .jsonl, .json, .csv, .tsv, .parquet, .arrow or .txt", "Give the file its right ending."),
    ("json-not-an-array", "A JSON file holds one object at the top.", "an array of rows: [{…}, {…}]",
     "Write the list of rows alone, or one object per line as .jsonl."),
    ("json-scalar-at-top", "A JSON file holds a bare value at the top.", "an array of rows: [{…}, {…}]",
     "Write a list of objects."),
    ("cut-array", "A JSON array never ends.", "`]` behind the last row", "The file was cut: export or copy it again."),
    ("damaged-file", "A Parquet or Arrow file is cut or corrupt.", "a complete file",
     "Export or copy it again, and compare its size with the original."),
    ("wrong-delimiter", "The columns of a table are not divided as the format has it.", "commas in .csv, tabs in .tsv",
     "Export it again with the right delimiter."),
    ("duplicate-column", "Two columns have one name.", "a different name for each column", "Rename one of them."),
    ("unnamed-column", "A column has no name.", "a name for every column in the first line",
     "Name the column, or remove it."),
    ("no-rows", "The file has no row: nothing, blank lines, or a header alone.", "at least two rows", "Add rows."),
    ("too-few-rows", "One row cannot be both trained on and held out.", "at least two rows",
     "Add rows, or set data.validation_split: 0."),
)

LINE_KINDS = _kinds(
    "error",
    ("broken-json", "A line or an element is not JSON.", "valid JSON",
     "Correct the line, or write it with a JSON library."),
    ("cut-line", "The last line stops in the middle of a row.", "a complete row",
     "The file was cut: export or copy it again, or remove the last line."),
    ("several-rows-in-a-line", "Something follows the end of a row on its line.", "one row per line",
     "Put a line break between the rows."),
    ("row-not-an-object", "A row is not an object.", 'an object with named columns: {"…": …}',
     "Give each value a name."),
    ("row-too-long", "A row has more than 8 MiB.", "at most 8 MiB in a row", "Split the row, or shorten it."),
    ("invalid-utf-8", "Bytes that are no UTF-8, often Latin-1 or Windows-1252.", "UTF-8 text",
     "Convert the file: `iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW`."),
    ("nul-character", "A NUL character (U+0000) stands in the text.", "text without NUL", "Remove the character."),
    ("lone-surrogate", "Half of a surrogate pair (\\ud800 to \\udfff) stands alone.", "whole characters",
     "Export it again with UTF-8, or remove the half character."),
    ("misplaced-byte-order-mark", "A byte order mark stands inside the file.", "no byte order mark",
     "Files were joined: remove the three bytes EF BB BF at this place."),
    ("deep-nesting", "Values are nested more than 100 levels deep.", "at most 100 levels", "Flatten the row."),
    ("huge-number", "A number does not fit 64 bits.", "a number of at most 64 bits",
     "Write it as a string, in quotes."),
    ("not-a-number", "NaN or Infinity, which JSON does not have.", "a number, or null",
     "Write null, or leave the key out."),
    ("duplicate-key", "An object has the same key twice.", "each key once", "Remove or rename one of them."),
    ("ragged-row", "A table's row has more or fewer cells than the header.", "as many cells as the header has",
     "Put cells that hold the delimiter or a line break in double quotes."),
    ("unbalanced-quotes", "A quoted cell is not closed, or goes on behind its closing quote.",
     'a cell in double quotes, with inner quotes doubled: "say ""hi"""',
     "Close the quote, or double the quotes inside."),
)

SHAPE_KINDS = _kinds(
    "error",
    ("unknown-columns", "The columns fit no shape that the task can learn from.",
     "the columns of one of the task's shapes", "Name the columns with data.columns, or rename them in the file."),
    ("uncertain-shape", "The columns fit several shapes, or fit one only by a guess.", "one shape, chosen by you",
     "Set data.shape and data.columns in the recipe."),
    ("shape-not-accepted", "The rows have a shape that the task cannot learn from.", "a shape that the task accepts",
     "Choose another task or strategy, or another dataset."),
    ("wrong-column-mapping", "data.columns names a column that is not there.", "a column of the file",
     "Correct data.columns."),
    ("mixed-shapes", "A row has the columns of another shape than the rows before.", "one shape in all rows",
     "Split the file by shape, or bring all rows into one shape."),
)

VALUE_KINDS = _kinds(
    "error",
    ("missing-field", "A row lacks a column.", "the column in every row",
     "Add the column to this row, or remove the row."),
    ("null-value", "A value is null, or a cell is empty.", "text", "Fill in the value, or remove the row."),
    ("empty-value", "A text is empty or has only white space.", "text", "Fill in the text, or remove the row."),
    ("wrong-type", "A value has another type than its column should.", "text", "Put the value in quotes."),
    ("answer-not-in-context", "The answer does not stand at `answer_start` of the context.",
     "the answer's own words at answer_start", "Correct answer_start (it counts characters from 0), or the text."),
    ("malformed-answers", "`answers` is not built as SQuAD has it.", '{"text": ["…"], "answer_start": [0]}',
     "Give `text` and `answer_start` as lists of one length."),
    ("malformed-history", "`history` is no list of [question, answer] pairs.", '[["question", "answer"], …]',
     "Write each earlier exchange as a pair of texts."),
    ("label-not-a-class", "A label is a fraction, a list or an object.", "a text, a whole number, or true or false",
     "Write one class per row; several labels per row cannot be learned."),
    ("too-many-classes", "A label column has more than 1,000 different values.", "a class that many rows share",
     "Map the right column with data.columns, or group the values."),
    ("label-not-boolean", "A label is neither true nor false.", "true or false",
     "Write true for a good answer, false for a bad one."),
    ("chosen-equals-rejected", "The chosen and the rejected answer are the same.", "two different answers",
     "Remove the row."),
)

CONVERSATION_KINDS = _kinds(
    "error",
    ("empty-conversation", "A conversation has no turns.", "at least a user turn and an assistant turn",
     "Add the turns, or remove the row."),
    ("malformed-message", "A turn is not an object with a role and a content.", '{"role": "…", "content": "…"}',
     "Write each turn as an object."),
    ("wrong-role", "A turn has a role that does not exist.", "system, user, assistant or tool", "Correct the role."),
    ("two-system-turns", "A conversation has more than one system turn.", "one system turn, as the first turn",
     "Join the system turns."),
    ("late-system-turn", "The system turn is not the first.", "the system turn as the first turn",
     "Move it to the front."),
    ("ends-without-answer", "The conversation does not end with an assistant turn.",
     "an assistant turn as the last turn", "Add the answer, or remove the turns behind the last one."),
    ("no-question", "A conversation has no turn before the assistant's.", "a user turn before the answer",
     "Add the user's turn."),
    ("content-not-text", "A turn has parts other than text, such as images.", "text, or a list of text parts",
     "Keep the text parts alone."),
    ("malformed-tool-call", "A tool call has no function name, or arguments that are no object.",
     '{"type": "function", "function": {"name": "…", "arguments": {…}}}', "Correct the call."),
    ("tool-result-without-call", "A tool turn answers no tool call.",
     "a tool turn behind an assistant turn with tool_calls", "Add the call before it, or remove the turn."),
    ("malformed-tools", "`tools` is no list of function descriptions.",
     '[{"type": "function", "function": {"name": "…", "parameters": {…}}}]', "Correct the list, or leave it out."),
)

WARNING_KINDS = _kinds(
    "warning",
    ("byte-order-mark", "The file begins with a UTF-8 byte order mark; it is skipped.", "plain UTF-8",
     "Nothing to do; saving as UTF-8 without BOM removes it."),
    ("other-json-form", "JSON Lines in a .json file, or an array in a .jsonl file; read as what it is.",
     "an array in .json, one object per line in .jsonl", "Nothing to do; renaming the file removes this notice."),
    ("other-delimiter", "Tabs or semicolons in a .csv file, or commas in a .tsv file; read as what it is.",
     "commas in .csv, tabs in .tsv", "Nothing to do; renaming the file removes this notice."),
    ("blank-line", "A blank line between rows; it is skipped.", "a row on every line", "Nothing to do."),
    ("extra-column", "A column that the shape does not use; it is ignored.", "the columns of the shape",
     "Nothing to do; data.shape or data.columns decide what is used."),
    ("replacement-character", "U+FFFD stands in the text: an earlier conversion lost a character.",
     "the character that was lost", "Export the data again from its source, as UTF-8."),
    ("roles-do-not-alternate", "Two turns of one role follow each other; some chat templates refuse that.",
     "user and assistant in turn", "Join the two turns."),
    ("empty-system-turn", "An empty system turn; it is left out.", "a system text, or none", "Nothing to do."),
    ("answer-not-quoted", "The answer's words do not stand in the context; fine for free answers.",
     "an answer taken from the context", "Check the row, or give answers with answer_start."),
    ("no-answers", "A question has no answer; it is taken as one that the text does not answer.",
     "an answer, or an empty list where the text has none", "Nothing to do, if the text does not say it."),
    ("one-class", "All rows have one label.", "at least two classes", "Add rows of other classes."),
    ("class-with-one-row", "A class has a single row: it cannot be both learned and held out.",
     "at least two rows of each class", "Add rows of these classes, or join classes."),
    ("single-row", "One row alone, and none held out to measure on.", "at least two rows", "Add rows."),
    ("duplicate-rows", "Rows repeat earlier ones exactly.", "different rows",
     "Set data.drop_duplicates: true; the split keeps copies on one side in any case."),
)

# fmt: on

KINDS: dict[ProblemCode, ProblemKind] = {
    **FILE_KINDS, **LINE_KINDS, **SHAPE_KINDS, **VALUE_KINDS, **CONVERSATION_KINDS, **WARNING_KINDS,
}  # fmt: skip
