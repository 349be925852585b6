"""Recipes over HTTP: the form's schema, defaults for this machine, and recipes as YAML and back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query

from modelforge.dependencies import CurrentCaller, HardwareAdvice, Services
from modelforge.schemas.applicability import Applicability
from modelforge.schemas.config import TrainingConfig, parse_training_config
from modelforge.schemas.run_requests import ConfigSchema, ParsedRecipe, RecipeText
from modelforge.services import recipes
from modelforge.services.references import check_config

router = APIRouter(prefix="/api/v1/recipes", tags=["recipes"])


@router.get("/schema")
def schema() -> ConfigSchema:
    """JSON Schema of `TrainingConfig`, with hints for a form."""
    return recipes.config_schema()


@router.get("/defaults")
async def defaults(
    advice: HardwareAdvice,
    services: Services,
    caller: CurrentCaller,
    model: Annotated[str, Query(min_length=1)] = "starter:chat",
    dataset: Annotated[str, Query(min_length=1)] = "sample:support",
    finetuning_type: Literal["lora", "full"] = "lora",
    task: Annotated[str, Query(min_length=1)] = "text-generation",
    strategy: Annotated[str, Query(min_length=1)] = "sft",
    rows: Annotated[int | None, Query(ge=1, description="Rows of the dataset, where known.")] = None,
    longest: Annotated[int | None, Query(ge=1, description="Tokens of its longest row, where known.")] = None,
) -> TrainingConfig:
    """A complete config that suits this machine."""

    def find() -> TrainingConfig:
        named = parse_training_config({"model": model, "dataset": dataset, "task": task, "strategy": strategy}).config
        check_config(named, services.files, caller)
        return advice.propose(
            model,
            dataset,
            task=task,
            strategy=strategy,
            rows=rows,
            longest=longest,
            finetuning_type=finetuning_type,
        )

    return await services.hub.look(find)


@router.post("/applicable")
async def applicable(
    config: Annotated[dict[str, Any], Body()],
    advice: HardwareAdvice,
    services: Services,
    caller: CurrentCaller,
    rows: Annotated[str | None, Query(max_length=64, description="The shape of the rows, where known.")] = None,
) -> Applicability:
    """Which settings do something beside these, and which choices cannot be made as long as the others stay."""

    def find() -> Applicability:
        read = parse_training_config(config).config
        check_config(read, services.files, caller)
        return advice.applicable(read, rows)

    return await services.hub.look(find)


@router.post("/render")
def render(config: Annotated[dict[str, Any], Body()]) -> RecipeText:
    """A config → a complete recipe as YAML."""
    return RecipeText(yaml=recipes.render_recipe(parse_training_config(config).config))


@router.post("/parse")
def parse(recipe: RecipeText) -> ParsedRecipe:
    """A recipe as YAML or JSON → a complete config."""
    return recipes.parse_recipe(recipe.yaml)
