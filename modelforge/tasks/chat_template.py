"""What chat templates ask for besides the conversation, and what they are told: the day, and whether to think.

Both change the prompt. A template that reads the clock would write other ids on every day, and one that leaves room for
reasoning other ids than those behind which the answer was learned.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any

DAY = date(2024, 7, 26)
"""The day that every template is told: the one that those of Llama 3 write where nobody tells them any."""

CLOCK = re.compile(r"""strftime_now\(\s*(['"])(.*?)\1\s*\)""")
THINKING = "enable_thinking"
DEFAULT = re.compile(
    r"^\{%- if enable_thinking is not defined %\}\{%- set enable_thinking = (true|false) %\}\{%- endif %\}"
)
"""What `as_trained` writes before a template."""


@lru_cache(maxsize=8)
def on_fixed_day(template: str) -> str:
    """The template, with `DAY` wherever it would read the clock."""
    return CLOCK.sub(lambda call: f'"{DAY.strftime(call[2])}"', template)


def thinks(template: str) -> bool:
    """Whether a template makes room for reasoning where nobody says: only where the model was trained so."""
    found = DEFAULT.match(template)
    return found is not None and found[1] == "true"


def asks_to_think(template: Any) -> bool:
    """Whether a tokenizer's template, or one of its templates, depends on whether answers begin with reasoning."""
    return THINKING in str(template)


def as_trained(template: Any, *, enable_thinking: bool | None = None) -> Any:
    """A tokenizer's template, or its templates by name, as it is kept with a trained model: whoever renders it and says
    nothing gets the prompts of its training.

    Args:
        enable_thinking: whether answers began with reasoning; None: as the template says already.
    """
    if isinstance(template, dict):
        return {name: as_trained(one, enable_thinking=enable_thinking) for name, one in template.items()}
    if template is None:
        return None
    fixed = on_fixed_day(DEFAULT.sub("", template))
    if THINKING not in fixed:
        return fixed
    default = _set(thinks(template) if enable_thinking is None else enable_thinking)
    return f"{{%- if {THINKING} is not defined %}}{default}{{%- endif %}}{fixed}"


def told_for_good(template: str) -> str:
    """The template for programs that say something else unasked, as llama.cpp does: it thinks as `thinks` says."""
    fixed = on_fixed_day(DEFAULT.sub("", template))
    return _set(thinks(template)) + fixed if THINKING in fixed else fixed


def _set(enable_thinking: bool) -> str:
    return f"{{%- set {THINKING} = {str(enable_thinking).lower()} %}}"
