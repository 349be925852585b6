"""Real text: the docstrings of Python's standard library and the topics of its language reference (PSF licence)."""

import ast
import inspect
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from pydoc_data.topics import topics

SKIPPED = frozenset(
    {"test", "tests", "idlelib", "lib2to3", "site-packages", "dist-packages", "turtledemo", "__pycache__"}
)
PARAGRAPHS = 1200


@dataclass(frozen=True, slots=True)
class Documented:
    """A module, class or function of the standard library and its docstring."""

    name: str
    signature: str
    doc: str

    @property
    def summary(self) -> str:
        """The first paragraph on one line, up to the end of its first sentence."""
        paragraph = " ".join(self.doc.split("\n\n")[0].split())
        head, stop, _ = paragraph.partition(". ")
        return head + stop.strip()


@cache
def documented() -> tuple[Documented, ...]:
    """Every docstring in the interpreter's own standard library, file by file in alphabetical order."""
    root = Path(sysconfig.get_paths()["stdlib"])
    found: list[Documented] = []
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if SKIPPED.isdisjoint(parts):
            found.extend(_docstrings(path, ".".join(part for part in parts if part != "__init__")))
    return tuple(found)


def _docstrings(path: Path, module: str) -> Iterator[Documented]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            doc = ast.get_docstring(node)
            if doc:
                yield Documented(module, _signature(node, module), inspect.cleandoc(doc))


def _signature(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, module: str) -> str:
    if isinstance(node, ast.Module):
        return f"module {module}"
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(ast.unparse(base) for base in node.bases)
        return f"class {node.name}({bases})" if bases else f"class {node.name}"
    return f"def {node.name}({ast.unparse(node.args)})"


def passages(held_out: frozenset[str]) -> list[str]:
    """Docstrings and pieces of the language reference as plain text, without the summaries named in `held_out`."""
    texts = [
        f'{item.signature}\n"""{item.doc[: 2 * PARAGRAPHS]}"""' for item in documented() if item.summary not in held_out
    ]
    for name in sorted(topics):
        texts.extend(_pieces(topics[name]))
    return list(dict.fromkeys(texts))


def explained(held_out: frozenset[str]) -> list[tuple[str, str]]:
    """The rest of a docstring and its first sentence, for the docstrings that are not `held_out`."""
    found = {}
    for item in documented():
        _, _, body = item.doc.partition("\n\n")
        if body.strip() and item.summary not in held_out:
            found[f"{item.signature}\n{' '.join(body.split())[:600]}"] = item.summary
    return list(found.items())


def _pieces(text: str) -> Iterator[str]:
    piece: list[str] = []
    for paragraph in text.split("\n\n"):
        piece.append(paragraph)
        if sum(map(len, piece)) > PARAGRAPHS:
            yield "\n\n".join(piece)
            piece = []
    if piece:
        yield "\n\n".join(piece)
