"""A recipe file and `group.key=value` options → a `TrainingConfig`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config import ParsedConfig, parse_training_config
from modelforge.schemas.config.parse import read_keys
from modelforge.schemas.config.recipe_yaml import read_yaml
from modelforge.schemas.config.reward_stage import STAGES
from modelforge.schemas.config.stages import ParsedStages, is_staged, parse_stages


def load_recipe(path: Path | None, overrides: Sequence[str] = ()) -> ParsedConfig:
    """Read a YAML or JSON recipe of one run (none: start from nothing) and lay `overrides` over it.

    Raises:
        ConfigurationError: the file cannot be read, an override is malformed, the result is not valid or has stages.
    """
    return parse_training_config(_written(path, overrides))


def load_any_recipe(path: Path | None, overrides: Sequence[str] = ()) -> ParsedConfig | ParsedStages:
    """Read a recipe of one run or of several stages; `stages.0.lora.r=8` changes the first stage. See `load_recipe`."""
    written = _written(path, overrides)
    return parse_stages(written) if is_staged(written) else parse_training_config(written)


def overrides_of(overrides: Sequence[str]) -> dict[str, Any]:
    """What `group.key=value` options say, by groups. Raises ConfigurationError."""
    return _written(None, overrides)


def _written(path: Path | None, overrides: Sequence[str]) -> dict[str, Any]:
    written = _read(path) if path else {}
    said = [_parse_override(override) for override in overrides]
    for dotted, value in said:
        _give_way(written, dotted, value)
    for dotted, value in said:
        _set(written, dotted, value)
    return written


def _give_way(recipe: dict[str, Any], dotted: tuple[str, ...], value: Any) -> None:
    """Take out of the recipe what an override says anew, by whichever of its names it stands there: `lora.r` for
    `lora_rank=8`. Two overrides of one key are left to each other."""
    holder, dotted = _holder(recipe, dotted)
    override: dict[str, Any] = {}
    _set(override, dotted, value)
    meant = read_keys(override).keys
    for key, known in list(holder.items()):
        if isinstance(known, dict):
            holder[key] = {
                name: inner for name, inner in known.items() if not read_keys({key: {name: inner}}).keys & meant
            }
        elif read_keys({key: known}).keys & meant:
            del holder[key]


def _read(path: Path) -> dict[str, Any]:
    try:
        loaded = read_yaml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"The recipe {path} cannot be read: {error.strerror}.",
            hint="Check the path, or write one with `modelforge init`.",
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The recipe {path} is not valid YAML: {error}", hint="Mend that place.") from error
    if not isinstance(loaded, dict):
        raise ConfigurationError(
            f"The recipe {path} holds {type(loaded).__name__}, not keys and values.",
            hint="Start with `model: …` and `dataset: …`.",
        )
    return loaded


def _parse_override(override: str) -> tuple[tuple[str, ...], Any]:
    dotted, equals, text = override.partition("=")
    if not equals or not dotted:
        raise ConfigurationError(
            f"The option {override!r} is not `key=value`.", hint="Write `optimization.learning_rate=1e-4`."
        )
    return tuple(dotted.strip().split(".")), _scalar(text)


def _scalar(text: str) -> Any:
    """YAML 1.1 reads `1e-4` as text; numbers are what users mean, unless they stand in quotes."""
    try:
        value = read_yaml(text)
    except yaml.YAMLError:
        return text
    if isinstance(value, str):
        try:
            return float(text)
        except ValueError:
            return value
    return value


def _set(written: dict[str, Any], dotted: tuple[str, ...], value: Any) -> None:
    holder, dotted = _holder(written, dotted)
    for name in dotted[:-1]:
        inner = holder.get(name)
        if isinstance(inner, str) and name == "strategy":
            inner = {"name": inner}
        holder[name] = inner = dict(inner) if isinstance(inner, dict) else {}
        holder = inner
    holder[dotted[-1]] = value


def _holder(written: dict[str, Any], dotted: tuple[str, ...]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The recipe that an override changes, of one run or of one stage, and the rest of the override's path."""
    if dotted[0] == STAGES and len(dotted) > 2:
        return _stage(written.get(STAGES), dotted[1]), dotted[2:]
    return written, dotted


def _stage(stages: Any, number: str) -> dict[str, Any]:
    """The partial recipe at this place of `stages`, counted from 0."""
    there = len(stages) if isinstance(stages, list) else 0
    if not number.isdecimal() or int(number) >= there or not isinstance(stages[int(number)], dict):
        raise ConfigurationError(
            f"The recipe has no stage at `{STAGES}.{number}`.",
            hint=f"It has {there}, counted from 0." if there else "It has no stages: leave `stages.N.` out.",
        )
    found: dict[str, Any] = stages[int(number)]
    return found
