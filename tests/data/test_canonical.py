from __future__ import annotations

import json
from typing import Any

import pytest

from modelforge.data.answers import NO_ANSWER
from modelforge.data.canonical import CONVERTERS, SUMMARY_PROMPT
from modelforge.data.problem_log import Fault
from modelforge.data.shapes import detect_shape
from tests.data.canonical_rows import to_canonical


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def assistant(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def system(text: str) -> dict[str, str]:
    return {"role": "system", "content": text}


CALL = {"type": "function", "function": {"name": "look_up", "arguments": {"b": 1, "a": 2}}}
TOOL = {"type": "function", "function": {"name": "look_up", "parameters": {}}}
SQUAD = {"context": "Berlin is big.", "question": "What is big?"}
ASKED = SQUAD | {"prompt": [user("Berlin is big.\n\nWhat is big?")]}


def answered(first: str, texts: list[str], starts: list[int]) -> dict[str, Any]:
    return {"completion": [assistant(first)], "answers": {"text": texts, "answer_start": starts}}


CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"input": "a", "output": "b"}, {"prompt": [user("a")], "completion": [assistant("b")]}),
    ({"document": "a", "summary": "b"}, {"prompt": [user(SUMMARY_PROMPT + "a")], "completion": [assistant("b")]}),
    (
        SQUAD | {"answers": {"text": ["Berlin", "big"], "answer_start": [0, 10]}},
        ASKED | answered("Berlin", ["Berlin", "big"], [0, 10]),
    ),
    (
        SQUAD | {"answer": "berlin"},
        ASKED | answered("berlin", ["berlin"], [0]),
    ),
    (
        SQUAD | {"answers": ["is", "Rome"]},
        ASKED | answered("is", ["is", "Rome"], [7, -1]),
    ),
    (
        SQUAD | {"answers": {"text": [], "answer_start": []}},
        ASKED | answered(NO_ANSWER, [], []),
    ),
    ({"sentence": "a", "label": 1}, {"text": "a", "label": "1"}),
    ({"premise": "a", "hypothesis": "b", "label": True}, {"text": "a", "text_pair": "b", "label": "true"}),
    ({"instruction": "a", "output": "b"}, {"prompt": [user("a")], "completion": [assistant("b")]}),
    ({"instruction": "a", "input": "", "output": "b"}, {"prompt": [user("a")], "completion": [assistant("b")]}),
    (
        {"instruction": "a", "input": "i", "output": "b", "system": "s", "history": [["c", "d"]]},
        {"prompt": [system("s"), user("c"), assistant("d"), user("a\n\ni")], "completion": [assistant("b")]},
    ),
    ({"instruction": "a", "output": "b", "history": None}, {"prompt": [user("a")], "completion": [assistant("b")]}),
    (
        {"instruction": "a", "output": "b", "history": '[["c", "d"]]'},
        {"prompt": [user("c"), assistant("d"), user("a")], "completion": [assistant("b")]},
    ),
    (
        {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}], "system": "s"},
        {"messages": [system("s"), user("a"), assistant("b")]},
    ),
    (
        {
            "conversations": [
                {"from": "human", "value": "a"},
                {"from": "function_call", "value": '{"name": "look_up", "arguments": {"b": 1, "a": 2}}'},
                {"from": "observation", "value": "7"},
                {"from": "gpt", "value": "b"},
            ],
            "tools": json.dumps([TOOL]),
        },
        {
            "messages": [
                user("a"),
                {"role": "assistant", "tool_calls": [CALL], "content": ""},
                {"role": "tool", "content": "7"},
                assistant("b"),
            ],
            "tools": [TOOL],
        },
    ),
    ({"messages": [user("a"), assistant("b")]}, {"messages": [user("a"), assistant("b")]}),
    ({"messages": [system("s"), user("a"), assistant("b")]}, {"messages": [system("s"), user("a"), assistant("b")]}),
    ({"messages": [system(" "), user("a"), assistant("b")]}, {"messages": [user("a"), assistant("b")]}),
    (
        {"messages": [{"role": "developer", "content": "s"}, user("a"), assistant("b")]},
        {"messages": [system("s"), user("a"), assistant("b")]},
    ),
    ({"messages": json.dumps([user("a"), assistant("b")])}, {"messages": [user("a"), assistant("b")]}),
    (
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
                      assistant("c")]},
        {"messages": [user("ab"), assistant("c")]},
    ),
    (
        {
            "messages": [
                user("a"),
                {"role": "assistant", "content": None, "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "look_up",
                                                                 "arguments": '{"b": 1, "a": 2}'}}]},
                {"role": "tool", "tool_call_id": "c1", "name": "look_up", "content": "7"},
                assistant("b"),
            ],
            "tools": [TOOL],
        },
        {
            "messages": [
                user("a"),
                {"role": "assistant", "tool_calls": [{**CALL, "id": "c1"}], "content": ""},
                {"role": "tool", "content": "7", "name": "look_up", "tool_call_id": "c1"},
                assistant("b"),
            ],
            "tools": [TOOL],
        },
    ),
    ({"prompt": "a", "completion": "b"}, {"prompt": "a", "completion": "b"}),
    (
        {"prompt": [user("a")], "completion": [assistant("b")], "tools": [TOOL]},
        {"prompt": [user("a")], "completion": [assistant("b")], "tools": [TOOL]},
    ),
    ({"text": "a"}, {"text": "a"}),
    ({"prompt": "a", "chosen": "b", "rejected": "c"}, {"prompt": "a", "chosen": "b", "rejected": "c"}),
    (
        {"chosen": [user("a"), assistant("b")], "rejected": [user("a"), assistant("c")]},
        {"chosen": [user("a"), assistant("b")], "rejected": [user("a"), assistant("c")]},
    ),
    ({"prompt": "a", "completion": "b", "label": "False"}, {"prompt": "a", "completion": "b", "label": False}),
    ({"prompt": "a", "completion": "b", "label": 1}, {"prompt": "a", "completion": "b", "label": True}),
    ({"prompt": [user("a")], "difficulty": 3}, {"prompt": [user("a")], "difficulty": 3}),
]  # fmt: skip


@pytest.mark.parametrize(("row", "expected"), CASES)
def test_rows_become_canonical(row: dict[str, Any], expected: dict[str, Any]) -> None:
    detected = detect_shape([row])
    assert detected.shape is not None
    assert detected.certain

    canonical = to_canonical(row, detected.shape, detected.columns)

    assert canonical == expected
    assert json.dumps(canonical.get("messages")) == json.dumps(expected.get("messages"))  # the order of keys too


def test_a_row_with_faults_says_all_of_them() -> None:
    faults: list[Fault] = []
    CONVERTERS["input_output"]({"input": "", "output": 1}, {"input": "input", "output": "output"}, faults)

    assert [(fault.kind, fault.column) for fault in faults] == [("empty-value", "input"), ("wrong-type", "output")]


def test_a_warning_does_not_refuse_a_row() -> None:
    row = {"input": "a", "output": "lost \ufffd"}

    assert to_canonical(row, "input_output", {"input": "input", "output": "output"})["completion"]
