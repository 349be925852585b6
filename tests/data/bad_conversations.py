"""Conversations that nothing can be learned from."""

from __future__ import annotations

from tests.data.bad_input import GOOD_CHAT, BadInput, chat, lines

CONVERSATIONS = (
    BadInput("no turns", "a.jsonl", lines(GOOD_CHAT, chat()), "empty-conversation", 2, "messages"),
    BadInput(
        "an empty system turn alone",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("system", ""))),
        "empty-conversation",
        2,
        "messages",
    ),
    BadInput("turns as a text", "a.jsonl", lines(GOOD_CHAT, {"messages": "Hi"}), "wrong-type", 2, "messages"),
    BadInput("turns that are null", "a.jsonl", lines(GOOD_CHAT, {"messages": None}), "null-value", 2, "messages"),
    BadInput("turns that are missing", "a.jsonl", lines(GOOD_CHAT, {"id": "7"}), "missing-field", 2, "messages"),
    BadInput(
        "a turn that is a text",
        "a.jsonl",
        lines(GOOD_CHAT, {"messages": ["Hi"]}),
        "malformed-message",
        2,
        "messages[0]",
    ),
    BadInput(
        "a turn without content",
        "a.jsonl",
        lines(GOOD_CHAT, chat({"role": "user"}, ("assistant", "a"))),
        "malformed-message",
        2,
        "messages[0]",
    ),
    BadInput(
        "a wrong role",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("user", "a"), ("asistant", "b"))),
        "wrong-role",
        2,
        "messages[1].role",
    ),
    BadInput(
        "a role of another shape",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("human", "a"), ("assistant", "b"))),
        "wrong-role",
        2,
        "messages[0].role",
    ),
    BadInput(
        "a role that is a list",
        "a.jsonl",
        lines(GOOD_CHAT, chat((["user"], "a"), ("assistant", "b"))),  # type: ignore[arg-type]
        "wrong-role",
        2,
        "messages[0].role",
    ),
    BadInput(
        "a wrong speaker",
        "a.jsonl",
        lines(
            *[
                {"conversations": [{"from": who, "value": "a"}, {"from": "gpt", "value": "b"}]}
                for who in ("human", "alien")
            ]
        ),
        "wrong-role",
        2,
        "conversations[0].from",
    ),
    BadInput(
        "a speaker without a value",
        "a.jsonl",
        lines(
            *[
                {"conversations": [{"from": "human", name: "a"}, {"from": "gpt", "value": "b"}]}
                for name in ("value", "text")
            ]
        ),
        "malformed-message",
        2,
        "conversations[0]",
    ),
    BadInput(
        "two system turns",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("system", "a"), ("system", "b"), ("user", "c"), ("assistant", "d"))),
        "two-system-turns",
        2,
        "messages[1].role",
    ),
    BadInput(
        "a late system turn",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("user", "a"), ("system", "b"), ("assistant", "c"))),
        "late-system-turn",
        2,
        "messages[1].role",
    ),
    BadInput(
        "the user has the last word",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("user", "a"), ("assistant", "b"), ("user", "c"))),
        "ends-without-answer",
        2,
        "messages[2].role",
    ),
    BadInput(
        "an answer to nothing",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("assistant", "a"))),
        "no-question",
        2,
        "messages[0].role",
    ),
    BadInput(
        "an answer to a system turn",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("system", "a"), ("assistant", "b"))),
        "no-question",
        2,
        "messages[1].role",
    ),
    BadInput(
        "an empty turn",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("user", ""), ("assistant", "b"))),
        "empty-value",
        2,
        "messages[0].content",
    ),
    BadInput(
        "null as an answer",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("user", "a"), ("assistant", None))),
        "null-value",
        2,
        "messages[1].content",
    ),
    BadInput(
        "a picture in a turn",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("user", [{"type": "image_url", "image_url": "x"}]), ("assistant", "a"))),
        "content-not-text",
        2,
        "messages[0].content[0]",
    ),
    BadInput(
        "a call without a name",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("user", "a"), {"role": "assistant", "content": None, "tool_calls": [{"function": {}}]})),
        "malformed-tool-call",
        2,
        "messages[1].tool_calls[0].function.name",
    ),
    BadInput(
        "arguments that are no object",
        "a.jsonl",
        lines(
            GOOD_CHAT,
            chat(
                ("user", "a"),
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [{"function": {"name": "f", "arguments": "{broken"}}],
                },
            ),
        ),
        "malformed-tool-call",
        2,
        "messages[1].tool_calls[0].function.arguments",
    ),
    BadInput(
        "calls that are a number",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("user", "a"), {"role": "assistant", "content": None, "tool_calls": 7})),
        "malformed-tool-call",
        2,
        "messages[1].tool_calls",
    ),
    BadInput(
        "a call that is a text",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("user", "a"), {"role": "assistant", "content": None, "tool_calls": ["f"]})),
        "malformed-tool-call",
        2,
        "messages[1].tool_calls[0]",
    ),
    BadInput(
        "a result without a call",
        "a.jsonl",
        lines(GOOD_CHAT, chat(("user", "a"), ("tool", "7"), ("assistant", "b"))),
        "tool-result-without-call",
        2,
        "messages[1].role",
    ),
    BadInput(
        "tools without names",
        "a.jsonl",
        lines(GOOD_CHAT | {"tools": []}, GOOD_CHAT | {"tools": [{"type": "function"}]}),
        "malformed-tools",
        2,
        "tools",
    ),
)
