"""Conversations, chat templates, and the preflight's verdict on rows with them."""

from __future__ import annotations

from typing import Any

from modelforge.data.collator import PaddingCollator
from modelforge.data.preflight import Preflight
from modelforge.schemas.config import parse_training_config
from modelforge.schemas.preflight import Finding, PreflightReport
from modelforge.tasks.row_encoder import RowEncoder
from modelforge.tasks.text_generation import TextGeneration

ROWS = [
    {
        "prompt": [{"role": "user", "content": f"Question {n}?"}],
        "completion": [{"role": "assistant", "content": f"Only {n}."}],
    }
    for n in range(6)
]
TWO_TURNS = [
    {
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
            {"role": "user", "content": "Bye"},
            {"role": "assistant", "content": "See you"},
        ]
    }
]
TURN = "<|user|>{{ m.role }}\n{{ m.content }}<|end|>"
ASKS = "{% if add_generation_prompt %}<|user|>assistant\n{% endif %}"
CALLS = (
    "{% if tools %}<|system|>{{ tools | tojson }}<|end|>{% endif %}{% for m in messages %}<|user|>{{ m.role }}\n"
    "{% for c in m.tool_calls or [] %}call {{ c.function.name }} {{ c.function.arguments | tojson }}{% endfor %}"
    "{{ m.content or '' }}<|end|>{% endfor %}"
) + ASKS
WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
CALL = {"role": "assistant", "tool_calls": [{"function": {"name": "weather", "arguments": {"town": "Mainz"}}}]}
CALLING = [{"messages": [{"role": "user", "content": "Rain?"}, CALL], "tools": [WEATHER]}]
TALKING = [{"messages": TWO_TURNS[0]["messages"], "tools": [WEATHER]}]
BETWEEN = [{"messages": [*CALLING[0]["messages"], {"role": "tool", "content": "no"}, *TWO_TURNS[0]["messages"]]}]


def checked(
    tokenizer: Any, rows: list[dict[str, Any]], collator: Any = None, vocabulary: int = 262, **written: Any
) -> tuple[PreflightReport, int]:
    config = parse_training_config({"model": "m", "dataset": "d", **written}).config
    encoder = RowEncoder(TextGeneration(), tokenizer, config)
    preflight = Preflight(encoder, collator or PaddingCollator(tokenizer.pad_token_id), vocabulary)
    used = list(preflight.usable(iter(enumerate(rows, start=1)), "train"))
    list(preflight.usable(iter(enumerate(rows[:2], start=100)), "validation"))
    return preflight.report(), len(used)


def finding(report: PreflightReport, truth: str) -> Finding:
    return next(found for found in report.findings if found.truth == truth)
