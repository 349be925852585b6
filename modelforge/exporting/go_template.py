"""Go's template language, as far as the Modelfiles that are written here use it: enough to prove them.

`{{ .Name }}`, `{{ if .Name }}`, `{{ if eq .Name "text" }}`, `{{ else }}`, `{{ else if … }}`, `{{ range .Name }}`,
`{{ end }}`; and, for what is to be written of the last message alone, `LAST_OF_LOOP` in `LOOP_WITH_PLACES`. Source:
https://pkg.go.dev/text/template
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

ACTION = re.compile(r"\{\{ (.*?) \}\}", re.DOTALL)
LOOP = re.compile(r"range (\$i, \$_ := )?(\.\w+)")
LOOP_WITH_PLACES = "range $i, $_ := .Messages"
LAST_OF_LOOP = "if eq (len (slice $.Messages $i)) 1"
LEFT = "$left"
"""How many messages there are from this one on, under a name that no template can ask for."""
EQUAL = re.compile(r'(?:if )?eq \.(\w+) "(.*)"')


def render(template: str, values: Mapping[str, Any]) -> str:
    """What Go would write.

    Raises:
        ValueError: the template uses more of the language than this.
    """
    parts = ACTION.split(template)  # text, action, text, …
    steps = iter([("do" if index % 2 else "say", part) for index, part in enumerate(parts)])
    text, closing = _block(steps, values, True)
    if closing:
        raise ValueError(f"{closing!r} closes nothing.")
    return text


def _block(steps: Iterator[tuple[str, str]], values: Mapping[str, Any], speaks: bool) -> tuple[str, str]:
    """Up to the action that ends this block: what it writes, and that action; nothing is written unless it `speaks`."""
    said: list[str] = []
    for kind, part in steps:
        if kind == "say":
            said.append(part)
        elif part == "end" or part.startswith("else"):
            return ("".join(said) if speaks else ""), part
        elif part.startswith("if "):
            said.append(_choice(steps, values, part, speaks))
        elif part.startswith("range "):
            said.append(_loop(steps, values, part))
        else:
            said.append(str(_value(part, values)))
    return ("".join(said) if speaks else ""), ""


def _choice(steps: Iterator[tuple[str, str]], values: Mapping[str, Any], condition: str, speaks: bool) -> str:
    chosen = speaks and _holds(condition, values)
    text, closing = _block(steps, values, chosen)
    if closing == "end":
        return text
    rest = speaks and not chosen
    if closing.startswith("else if "):
        return text + _choice(steps, values, closing.removeprefix("else "), rest)
    other, closing = _block(steps, values, rest)
    if closing != "end":
        raise ValueError(f"{closing!r} closes nothing.")
    return text + other


def _loop(steps: Iterator[tuple[str, str]], values: Mapping[str, Any], action: str) -> str:
    body, found = list(_body(steps)), LOOP.fullmatch(action)
    if found is None:
        raise ValueError(f"{action!r} is not understood.")
    items = _value(found[2], values)
    if found[1]:
        items = [{**one, LEFT: len(items) - place} for place, one in enumerate(items)]
    return "".join(_block(iter(body), one, True)[0] for one in items)


def _body(steps: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    depth = 1
    for kind, part in steps:
        if kind == "do":
            depth += part.startswith(("if ", "range ")) - (part == "end")
            if depth == 0:
                return
        yield kind, part


def _holds(condition: str, values: Mapping[str, Any]) -> bool:
    if condition == LAST_OF_LOOP and LEFT in values:
        return bool(values[LEFT] == 1)
    if found := EQUAL.fullmatch(condition):
        return bool(values.get(found[1]) == found[2])
    return bool(_value(condition.removeprefix("if "), values))


def _value(name: str, values: Mapping[str, Any]) -> Any:
    if not re.fullmatch(r"\.\w+", name):
        raise ValueError(f"{name!r} is not understood.")
    return values.get(name[1:], "")
