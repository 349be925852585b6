"""The shapes of a row: which columns each has, and which one a file's columns fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, get_args

from modelforge.schemas.dataset import Shape

ALL_SHAPES: tuple[Shape, ...] = get_args(Shape)


@dataclass(frozen=True)
class Column:
    """A column of a shape, under its own name and the names that mean the same."""

    name: str
    same: tuple[str, ...] = ()
    """Accepted without a question."""
    guesses: tuple[str, ...] = ()
    """Other people's names for it: proposed, never taken silently, and never left out silently."""
    required: bool = True


def _optional(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, required=False) for name in names)


SHAPES: dict[Shape, tuple[Column, ...]] = {
    "messages": (Column("messages", guesses=("conversation", "chat", "dialogue", "turns")), *_optional("tools")),
    "sharegpt": (Column("conversations", guesses=("conversation", "dialogue")), *_optional("system", "tools")),
    "preference": (
        Column("prompt", guesses=("question", "instruction", "query", "input", "problem"), required=False),
        Column("chosen", guesses=("preferred", "winner", "accepted")),
        Column("rejected", guesses=("dispreferred", "loser")),
        *_optional("tools"),
    ),
    "unpaired_preference": (
        Column("prompt", guesses=("question", "input", "instruction")),
        Column("completion", guesses=("response", "answer", "output")),
        Column("label", guesses=("is_good", "desirable", "thumbs_up")),
        *_optional("tools"),
    ),
    "question_answering": (
        Column("context", guesses=("passage", "paragraph", "document")),
        Column("question", guesses=("query",)),
        Column("answers", same=("answer",)),
    ),
    "alpaca": (
        Column("instruction", guesses=("task",)),
        Column("input", guesses=("context",), required=False),
        Column("output", guesses=("response", "answer", "completion")),
        *_optional("system", "history"),
    ),
    "summary": (
        Column("document", same=("article",), guesses=("text", "dialogue", "content", "body", "source", "report")),
        Column("summary", guesses=("highlights", "abstract", "headline", "target", "title")),
    ),
    "prompt_completion": (
        Column("prompt", guesses=("problem",)),
        Column("completion", guesses=("response", "answer", "output", "solution")),
        *_optional("tools"),
    ),
    "input_output": (
        Column("input", guesses=("question", "query", "prompt", "source", "request", "problem", "user", "en")),
        Column("output", guesses=("answer", "response", "target", "completion", "reply", "solution", "assistant")),
    ),
    "classification": (
        Column(
            "text",
            same=("sentence", "sentence1", "premise"),
            guesses=(
                "content",
                "body",
                "review",
                "message",
                "comment",
                "title",
                "input",
                "query",
                "question1",
                "tweet",
            ),
        ),
        Column("text_pair", same=("sentence2", "hypothesis"), guesses=("question2",), required=False),
        Column("label", guesses=("labels", "category", "class", "intent", "topic", "sentiment", "target", "output")),
    ),
    "text": (Column("text", guesses=("content", "body", "document", "article", "code")),),
    "prompt_only": (Column("prompt", guesses=("question", "query", "instruction", "problem")), *_optional("tools")),
}
"""Most specific first: a row that fits several shapes is taken for the first."""


@dataclass(frozen=True)
class ShapeGuess:
    """A shape that the columns fit, and how: expected column → column in the file."""

    shape: Shape
    columns: dict[str, str]


@dataclass(frozen=True)
class DetectedShape:
    """What the columns were taken for. `certain` is false where a person must choose."""

    shape: Shape | None
    columns: dict[str, str]
    certain: bool
    alternatives: tuple[ShapeGuess, ...] = ()
    found: tuple[str, ...] = ()
    """The columns that the file has."""
    refused: Shape | None = field(default=None)
    """A shape that the columns fit, but that was not among the accepted ones."""


def columns_of(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The columns that at least half of the rows have, or all columns when the rows agree on none."""
    counts: Counter[str] = Counter()
    total = 0
    for row in rows:
        total += 1
        counts.update(str(name) for name in row)
    common = tuple(name for name, count in counts.items() if count * 2 >= total)
    return common or tuple(counts)


def detect_shape(
    rows: Sequence[Mapping[str, Any]],
    accepted: Sequence[Shape] = ALL_SHAPES,
    chosen: Mapping[str, str] | None = None,
) -> DetectedShape:
    """Which of the `accepted` shapes the rows have.

    Args:
        rows: a sample from the beginning of the file.
        accepted: the shapes that the task can learn from.
        chosen: columns named by the user, expected name → name in the file; they are never guessed over.
    """
    found = columns_of(rows)
    names = _with_chosen(found, chosen or {})
    exact = [guess for shape in SHAPES if (guess := _fit(shape, names, rows, guessing=False))]
    fitting = [guess for guess in exact if guess.shape in accepted]
    if fitting:
        best = fitting[0]
        rivals = tuple(other for other in fitting[1:] if not _covers(best, other))
        fuller = _fit(best.shape, names, rows)
        if fuller is not None and fuller != best:
            best, rivals = fuller, (best, *rivals)
        return DetectedShape(best.shape, best.columns, certain=not rivals, alternatives=(best, *rivals), found=found)
    guesses = _unique(guess for shape in SHAPES if shape in accepted and (guess := _fit(shape, names, rows)))
    refused = exact[0].shape if exact else None
    if guesses and (refused is None or len(guesses[0].columns) > len(exact[0].columns)):
        best = guesses[0]
        return DetectedShape(best.shape, best.columns, certain=False, alternatives=guesses, found=found)
    return DetectedShape(None, {}, certain=False, found=found, refused=refused)


def map_columns(
    shape: Shape, found: Sequence[str], chosen: Mapping[str, str], rows: Sequence[Mapping[str, Any]] = ()
) -> dict[str, str]:
    """The columns of a chosen shape: as the user named them, else by their own names; absent ones are left out."""
    names = _with_chosen(found, chosen)
    return {
        column.name: names[known] for column in SHAPES[shape] if (known := _known_as(column, names)) is not None
    } | (_turns(shape, names, rows) or {})


def missing_columns(shape: Shape, columns: Mapping[str, str]) -> list[str]:
    """The columns that the shape requires and the mapping lacks."""
    return [column.name for column in SHAPES[shape] if column.required and column.name not in columns]


def expected_columns(shape: Shape) -> str:
    """The required columns in words: `document (or article) and summary`."""
    names = [
        f"{column.name} (or {' or '.join(column.same)})" if column.same else column.name
        for column in SHAPES[shape]
        if column.required
    ]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def canonical_name(name: str) -> str:
    """The name under which a column is kept: `article` → `document`."""
    for columns in SHAPES.values():
        for column in columns:
            if name in column.same:
                return column.name
    return name


def nearest_columns(found: Sequence[str], accepted: Sequence[Shape]) -> list[tuple[str, str]]:
    """Misspelt columns: (column in the file, the expected name that it resembles)."""
    known = {name for shape in accepted for column in SHAPES[shape] for name in (column.name, *column.same)}
    pairs = []
    for name in found:
        if name in known:
            continue
        if near := get_close_matches(name.strip().lower(), sorted(known), n=1, cutoff=0.7):
            pairs.append((name, near[0]))
    return pairs


def _with_chosen(found: Sequence[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Every known name → column in the file. A column that the user gave another meaning loses its own name."""
    taken = set(chosen.values())
    names = {name: name for name in found if name not in taken}
    return names | {canonical_name(expected): name for expected, name in chosen.items()}


def _known_as(column: Column, names: Mapping[str, str]) -> str | None:
    return next((name for name in (column.name, *column.same) if name in names), None)


def _fit(
    shape: Shape, names: Mapping[str, str], rows: Sequence[Mapping[str, Any]], *, guessing: bool = True
) -> ShapeGuess | None:
    if (turns := _turns(shape, names, rows)) is not None:
        return ShapeGuess(shape, turns) if turns else None
    columns: dict[str, str] = {}
    for column in SHAPES[shape]:
        known = _known_as(column, names)
        if known is None and guessing:
            free = (name for name in column.guesses if name in names and names[name] not in columns.values())
            known = next(free, None)
        if known is not None:
            columns[column.name] = names[known]
        elif column.required:
            return None
    return ShapeGuess(shape, columns)


def _turns(shape: Shape, names: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> dict[str, str] | None:
    """The two shapes of turns are told apart by their keys, whatever the column is called. None: no such column."""
    if shape not in ("messages", "sharegpt"):
        return None
    wanted = {"messages": "role", "sharegpt": "from"}[shape]
    other = {"messages": "from", "sharegpt": "role"}[shape]
    main = SHAPES[shape][0].name
    for name in (main, *({"messages", "conversations"} - {main})):
        if name not in names:
            continue
        keys = _turn_keys(names[name], rows)
        if wanted in keys or (name == main and other not in keys):
            optional = {column.name: names[column.name] for column in SHAPES[shape][1:] if column.name in names}
            return {main: names[name], **optional}
        if other in keys:
            return {}
    return None


def _turn_keys(name: str, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """The keys of the first turn that is an object; a turn list may also be written as JSON text."""
    for row in rows:
        turns = row.get(name)
        if isinstance(turns, str):
            return {key for key in ("role", "from") if f'"{key}"' in turns[:2000]}
        if isinstance(turns, list) and turns and isinstance(turns[0], dict):
            return set(turns[0])
    return set()


def _covers(best: ShapeGuess, other: ShapeGuess) -> bool:
    """Whether `best` uses every column that `other` uses: then `other` is only a poorer reading of the same row."""
    return set(other.columns.values()) <= set(best.columns.values())


def _unique(guesses: Iterable[ShapeGuess]) -> tuple[ShapeGuess, ...]:
    return tuple(sorted(guesses, key=lambda guess: -len(guess.columns)))
