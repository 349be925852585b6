"""What a bad input is, and the small pieces that bad inputs are made of."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

GOOD = {"input": "Good morning", "output": "Guten Morgen"}
OTHER = {"input": "Good night", "output": "Gute Nacht"}


@dataclass(frozen=True)
class BadInput:
    """A file and the problem that must be named."""

    name: str
    file: str
    content: bytes | None
    """None: a folder."""
    kind: str
    line: int | None = None
    column: str | None = None
    total: int = 1
    """All errors; 0 where the problem is a warning."""
    config: tuple[tuple[str, Any], ...] = ()
    any_task: bool = False
    """Checked without a task: preference data, for example."""

    def __str__(self) -> str:
        return self.name


def lines(*rows: Any) -> bytes:
    """JSON Lines."""
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def archive(*names: str, text: str = "<x/>") -> bytes:
    """A zip archive of files that all hold the same text."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as packed:
        for name in names:
            packed.writestr(name, text)
    return sink.getvalue()


def parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def arrow(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def chat(*turns: tuple[str, Any] | dict[str, Any], **more: Any) -> dict[str, Any]:
    messages = [turn if isinstance(turn, dict) else {"role": turn[0], "content": turn[1]} for turn in turns]
    return {"messages": messages, **more}


def pair(**values: Any) -> dict[str, Any]:
    return {**GOOD, **values}


def squad(text: Any, start: Any, context: str = "Berlin is big.") -> dict[str, Any]:
    return {"context": context, "question": "What is big?", "answers": {"text": text, "answer_start": start}}


GOOD_CHAT = chat(("user", "Hi"), ("assistant", "Hello"))
GOOD_TABLE = pa.table({"input": ["Good morning", "Good night"] * 400, "output": ["Guten Morgen", "Gute Nacht"] * 400})
CALL = {"type": "function", "function": {"name": "look_up", "arguments": '{"city": "Rome"}'}}
DEEP = b'{"input": "a", "output": "b", "more": ' + b"[" * 150 + b"]" * 150 + b"}"
VERY_DEEP = b'{"input": "a", "output": "b", "more": ' + b"[" * 5000 + b"]" * 5000 + b"}"
PREFERENCE = {"prompt": "1 + 1?", "chosen": "2", "rejected": "3"}
LABELLED = {"prompt": "1 + 1?", "completion": "2", "label": True}
CLASSIFIED = {"text": "Where is my parcel?", "label": "late"}
