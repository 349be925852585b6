"""YAML of a recipe, read the same on every road: no key twice, and its aliases make no more of it than it may hold."""

from __future__ import annotations

from typing import Any

import yaml

from modelforge.exceptions import ConfigurationError

LONGEST_RECIPE = 1 << 18
"""Characters of a recipe."""


def read_yaml(text: str) -> Any:
    """YAML or JSON → plain values.

    Raises:
        yaml.YAMLError: it is none: broken, nested too deep, or with a date that does not exist.
        ConfigurationError: a key stands twice in one place, or aliases repeat more than a recipe may hold.
    """
    try:
        loader = _RecipeLoader(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except (RecursionError, ValueError) as error:
        raise yaml.YAMLError(str(error)) from error


class _RecipeLoader(yaml.SafeLoader):
    """PyYAML's safe loader, which would keep the last of two equal keys in silence and follow aliases without end."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._sizes: dict[int, int] = {}
        """By the identity of a node: what it holds once every alias within it is written out, as `_size` counts."""
        self._repeated = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """The next node, measured; an alias adds what it stands for."""
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        is_alias = isinstance(event, yaml.AliasEvent)
        node = super().compose_node(parent, index)
        if not is_alias:
            self._sizes[id(node)] = self._size(node)
            return node
        own = self._sizes.get(id(node))  # none as long as it is being read: an alias of a node within itself
        self._repeated += LONGEST_RECIPE + 1 if own is None else own
        if self._repeated > LONGEST_RECIPE:
            raise _repeats_too_much(str(event.anchor)[:40], event.start_mark.line + 1)
        return node

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """A mapping in which each key stands once."""
        node = super().compose_mapping_node(anchor)
        lines: dict[str, int] = {}
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                line = key.start_mark.line + 1
                if key.value in lines:
                    raise _said_twice(key.value[:80], lines[key.value], line)
                lines[key.value] = line
        return node

    def _size(self, node: yaml.Node | None) -> int:
        """Characters of a scalar, and one for the node itself; of a collection, those of all that it holds."""
        if isinstance(node, yaml.SequenceNode):
            return 1 + sum(self._sizes[id(one)] for one in node.value)
        if isinstance(node, yaml.MappingNode):
            return 1 + sum(self._sizes[id(one)] for pair in node.value for one in pair)
        return 1 + len(node.value) if node is not None else 0


def _said_twice(key: str, first: int, line: int) -> ConfigurationError:
    return ConfigurationError(
        f"The recipe has the key {key!r} twice: in line {first} and in line {line}.",
        hint="Keep one of the two lines.",
        code="recipe-key-twice",
        params={"key": key, "first": first, "line": line},
    )


def _repeats_too_much(alias: str, line: int) -> ConfigurationError:
    return ConfigurationError(
        f"The alias *{alias} in line {line} makes the recipe too large: written out it would hold more than "
        f"{LONGEST_RECIPE} characters.",
        hint="Write out what is meant, in the place of its aliases.",
        code="recipe-repeats-too-much",
        params={"alias": alias, "line": line, "most": LONGEST_RECIPE},
    )
