"""Recipes as text, and what a form for them is made from."""

from __future__ import annotations

import yaml

from modelforge.exceptions import ConfigurationError
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.schemas.config.fields import config_fields
from modelforge.schemas.config.recipe_text import ESSENTIAL
from modelforge.schemas.config.recipe_yaml import read_yaml
from modelforge.schemas.config.spellings import FLAT
from modelforge.schemas.config.stages import is_staged, parse_stages
from modelforge.schemas.remark import by_sentence
from modelforge.schemas.run_requests import ConfigSchema, ParsedRecipe, ParsedStage


def config_schema() -> ConfigSchema:
    """JSON Schema of `TrainingConfig`, with what a form needs to know beside it."""
    fields = config_fields()
    return ConfigSchema(
        json_schema=TrainingConfig.model_json_schema(),
        essential=tuple(field.dotted for field in fields if field.dotted in ESSENTIAL),
        owners={field.dotted: field.owners for field in fields if field.owners},
        spellings={name: ".".join(path) for name, (path, _) in FLAT.items()},
    )


def render_recipe(config: TrainingConfig) -> str:
    """A complete recipe as YAML; `parse_recipe` reads it back to the same config."""
    return yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def parse_recipe(text: str) -> ParsedRecipe:
    """YAML or JSON → a complete config, or those of all stages.

    Raises:
        ConfigurationError: it is no YAML, or holds a key or value that cannot be used, or a key twice.
    """
    try:
        written = read_yaml(text)
    except yaml.YAMLError as error:
        raise ConfigurationError(
            f"The recipe is not valid YAML: {error}"[:500],
            hint="Mend that place.",
            code="recipe-not-yaml",
            params={"reason": str(error)[:470]},
        ) from error
    if not isinstance(written, dict):
        raise ConfigurationError(
            f"The recipe holds {type(written).__name__}, not keys and values.",
            hint="Start with `model: …` and `dataset: …`.",
            code="recipe-without-keys",
        )
    if not is_staged(written):
        parsed = parse_training_config(written)
        return ParsedRecipe(config=parsed.config, notices=parsed.notices, remarks=by_sentence(parsed.remarks))
    staged = parse_stages(written)
    stages = tuple(ParsedStage(name=stage.name, config=stage.config) for stage in staged.stages)
    return ParsedRecipe(
        config=stages[0].config,
        name=staged.name,
        stages=stages,
        notices=staged.notices,
        remarks=by_sentence(staged.remarks),
    )
