"""What can be wrong with data, as a page of the reference: the table of `modelforge/data/problem_kinds.py`."""

from __future__ import annotations

from modelforge.data import problem_kinds

PARTS = (
    ("The file", problem_kinds.FILE_KINDS),
    ("A line or a row", problem_kinds.LINE_KINDS),
    ("Shape and columns", problem_kinds.SHAPE_KINDS),
    ("Values", problem_kinds.VALUE_KINDS),
    ("Conversations", problem_kinds.CONVERSATION_KINDS),
    ("Warnings", problem_kinds.WARNING_KINDS),
)


def page() -> list[str]:
    """`docs/reference/data-problems.md`: every kind of problem, by where it is found."""
    lines = [
        "# What can be wrong with data",
        "",
        "`modelforge data validate FILE` reads every row and names each problem by file, line, column, what was found,",
        "what was expected and what to do: the first 20 in full, and the total. An error refuses the dataset. A",
        "warning is shown, and the row is used. Nothing is passed over in silence. CRLF line ends are fine.",
    ]
    for title, kinds in PARTS:
        lines += ["", f"## {title}", "", "| kind | what is wrong | expected | what to do |", "|---|---|---|---|"]
        for kind in kinds.values():
            cells = (text.replace("|", "\\|") for text in (kind.about, kind.expected, kind.fix))
            lines.append(f"| `{kind.name}` | {' | '.join(cells)} |")
    return lines
