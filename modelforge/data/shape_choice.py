"""From detection and the user's word to the shape in force, with the problem named where a person must choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modelforge.data.problem_log import ProblemLog
from modelforge.data.problem_phrases import phrase
from modelforge.data.shapes import (
    SHAPES,
    DetectedShape,
    ShapeGuess,
    columns_of,
    detect_shape,
    expected_columns,
    map_columns,
    missing_columns,
    nearest_columns,
)
from modelforge.data.source_row import SourceRow
from modelforge.schemas.config.data import DataConfig
from modelforge.schemas.dataset import Shape
from modelforge.schemas.problem_codes import Phrase


def choose_shape(
    sample: Sequence[SourceRow], config: DataConfig, accepted: tuple[Shape, ...], log: ProblemLog, line: int
) -> DetectedShape:
    """The shape that the rows are read as. Where it is not certain, the reason is noted in `log`.

    `line` is where the columns are named: the header of a table, else the first row.
    """
    rows = [row.values for row in sample]
    found = columns_of(rows)
    if not _mapping_is_there(config.columns, sample, log):
        return DetectedShape(None, {}, certain=False, found=found)
    if config.shape != "auto":
        return _chosen(config.shape, found, config.columns, rows, accepted, log, line)
    detected = detect_shape(rows, accepted, config.columns)
    if detected.refused is not None:
        log.add("shape-not-accepted", phrase("shape-with-columns", shape=detected.refused, names=_names(found)),
                line=line, expected=phrase("one-of", names=", ".join(accepted)))  # fmt: skip
    elif detected.shape is None:
        _note_unknown(found, accepted, log, line)
    elif not detected.certain:
        _note_uncertain(detected, log, line)
    return detected


def recipe_lines(guess: ShapeGuess) -> str:
    """What a recipe says to choose this reading: `data.shape: input_output, data.columns: {input: question, …}`."""
    other = {expected: name for expected, name in guess.columns.items() if expected != name}
    columns = ", ".join(f"{expected}: {name}" for expected, name in other.items())
    return f"data.shape: {guess.shape}" + (f", data.columns: {{{columns}}}" if columns else "")


def _mapping_is_there(columns: Mapping[str, str], sample: Sequence[SourceRow], log: ProblemLog) -> bool:
    """Whether each column that the user mapped is in the file, and each expected name is one that exists."""
    everywhere = sorted({str(name) for row in sample for name in row.values})
    known = sorted({name for shape in SHAPES.values() for column in shape for name in (column.name, *column.same)})
    good = True
    for expected, name in columns.items():
        if expected not in known:
            log.add("wrong-column-mapping", phrase("name-in-mapping", name=expected), column=expected,
                    expected=phrase("one-of", names=", ".join(known)), fix=_nearest(expected, known))  # fmt: skip
            good = False
        if name not in everywhere:
            log.add("wrong-column-mapping", phrase("no-column-named", name=name), column=expected,
                    expected=phrase("one-of", names=_names(everywhere)), fix=_nearest(name, everywhere))  # fmt: skip
            good = False
    return good


def _chosen(
    shape: Shape,
    found: tuple[str, ...],
    chosen: Mapping[str, str],
    rows: Sequence[Mapping[str, object]],
    accepted: tuple[Shape, ...],
    log: ProblemLog,
    line: int,
) -> DetectedShape:
    if shape not in accepted:
        log.add("shape-not-accepted", f"data.shape: {shape}", expected=phrase("one-of", names=", ".join(accepted)),
                fix=phrase("correct-shape"))  # fmt: skip
        return DetectedShape(None, {}, certain=False, found=found, refused=shape)
    columns = map_columns(shape, found, chosen, rows)
    missing = missing_columns(shape, columns)
    if missing:
        log.add("unknown-columns", phrase("columns", names=_names(found)), line=line, column=missing[0],
                expected=phrase("as-written", text=expected_columns(shape)),
                fix=_spelling(found, (shape,)) or _map_hint(missing))  # fmt: skip
        return DetectedShape(None, {}, certain=False, found=found)
    return DetectedShape(shape, columns, certain=True, found=found)


def _note_unknown(found: tuple[str, ...], accepted: tuple[Shape, ...], log: ProblemLog, line: int) -> None:
    readings = "; ".join(f"{expected_columns(shape)} ({shape})" for shape in SHAPES if shape in accepted)
    log.add("unknown-columns", phrase("columns", names=_names(found)), line=line, column=found[0] if found else None,
            expected=phrase("as-written", text=readings), fix=_spelling(found, accepted))  # fmt: skip


def _note_uncertain(detected: DetectedShape, log: ProblemLog, line: int) -> None:
    lines = " / ".join(f"`{recipe_lines(guess)}`" for guess in detected.alternatives[:3])
    log.add("uncertain-shape", phrase("columns", names=_names(detected.found)), line=line,
            fix=phrase("choose-reading", lines=lines))  # fmt: skip


def _spelling(found: tuple[str, ...], accepted: tuple[Shape, ...]) -> Phrase | None:
    pairs = nearest_columns(found, accepted)
    if not pairs:
        return None
    mapping = ", ".join(f"{expected}: {name}" for name, expected in pairs)
    if len(pairs) == 1:
        (name, expected) = pairs[0]
        return phrase("rename-column", name=name, wanted=expected, mapping=f"{{{mapping}}}")
    renamed = ", ".join(f"{name!r} → {expected!r}" for name, expected in pairs)
    return phrase("rename-columns", pairs=renamed, mapping=f"{{{mapping}}}")


def _map_hint(missing: Sequence[str]) -> Phrase:
    return phrase("map-columns", mapping=f"{{{', '.join(f'{name}: …' for name in missing)}}}")


def _nearest(name: str, known: Sequence[str]) -> Phrase | None:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    return phrase("did-you-mean", name=near[0]) if near else None


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name)[:40] for name in names[:12]) or "–"
    return f"{shown}, … (+{len(names) - 12})" if len(names) > 12 else shown
