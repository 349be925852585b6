"""The model card: what a model is, what it was made of, how it measured, what it is not for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from modelforge.evaluation.report_text import metrics_markdown
from modelforge.exceptions import ConfigurationError
from modelforge.providers.provider import ModelSource
from modelforge.schemas.config.recipe_yaml import read_yaml
from modelforge.schemas.model import ModelManifest
from modelforge.schemas.report import EvaluationReport
from modelforge.schemas.run import RunSpec
from modelforge.starter import STARTER

FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")
UNKNOWN_LICENCE = "unknown"
PIPELINE_TAGS = {"chat": "text-generation", "labels": "text-classification", "span": "question-answering"}
"""How a model is asked → what the hub calls that (https://huggingface.co/docs/hub/models-tasks)."""
SUMMARIES = "summarization"


def render_model_card(
    manifest: ModelManifest, spec: RunSpec | None, report: EvaluationReport | None, base: ModelSource
) -> str:
    """`README.md` of a published model, with the front matter that the Hugging Face hub reads.

    Args:
        spec: the run that made it; None where the run has been deleted since.
        base: the base model, whose licence the tuned model inherits.
    """
    licence = base_licence(base)
    front = yaml.safe_dump(_front_matter(manifest, spec, base, licence), sort_keys=False, allow_unicode=True)
    sections = [
        f"---\n{front}---",
        f"# {manifest.name}",
        _introduction(manifest, spec),
        "## Result",
        *((f"**{report.sentence}**", metrics_markdown(report)) if report else ("This run was not evaluated.",)),
        "## Use",
        _use(manifest),
        "## Intended use and limits",
        _limits(manifest, spec, licence),
        *(_origin(spec) if spec else ("## Recipe", "The run that made this model has been deleted.")),
    ]
    return "\n\n".join(sections) + "\n"


def base_licence(base: ModelSource) -> str | None:
    """The licence in the front matter of the base model's card, as an SPDX-like identifier; None if not known here."""
    card = _card_path(base)
    if card is None:
        return None
    found = FRONT_MATTER.match(card.read_text(encoding="utf-8", errors="replace"))
    try:
        front = read_yaml(found[1]) if found else None
    except (yaml.YAMLError, ConfigurationError):
        return None  # a card of someone else's, which people wrote by hand
    licence = front.get("license") if isinstance(front, dict) else None
    return licence if isinstance(licence, str) else None


def _card_path(base: ModelSource) -> Path | None:
    if base.folder is not None:
        card = base.folder / "README.md"
        return card if card.is_file() else None
    from huggingface_hub import try_to_load_from_cache

    cached = try_to_load_from_cache(base.location, "README.md", revision=base.revision)
    return Path(cached) if isinstance(cached, str) else None


def _front_matter(
    manifest: ModelManifest, spec: RunSpec | None, base: ModelSource, licence: str | None
) -> dict[str, Any]:
    front: dict[str, Any] = {"library_name": "peft" if manifest.kind == "adapter" else "transformers"}
    if licence:
        front["license"] = licence
    if base.folder is None and HUB_ID.fullmatch(base.location):  # the hub knows nothing else by name
        front["base_model"] = base.location
    if tag := _pipeline_tag(manifest):
        front["pipeline_tag"] = tag
    front["tags"] = ["modelforge", *([spec.config.strategy.name] if spec else []), *_lora_tag(manifest)]
    return front


def _pipeline_tag(manifest: ModelManifest) -> str | None:
    """The hub's word for how the model is asked; none where it has none for it."""
    if manifest.scores:
        return "text-classification"  # a head over whole texts; the hub knows no reward models
    if manifest.mode == "text":
        return manifest.task if manifest.task == SUMMARIES else None
    return PIPELINE_TAGS.get(manifest.mode or "")


def _lora_tag(manifest: ModelManifest) -> list[str]:
    return [] if manifest.kind == "full" else ["lora"]


def _origin(spec: RunSpec) -> tuple[str, ...]:
    recipe = yaml.safe_dump(spec.config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    versions = "\n".join(f"- {package} {version}" for package, version in sorted(spec.versions.items()))
    return (
        "## Training data",
        _data(spec),
        "## Recipe",
        f"```yaml\n{recipe}```",
        "## Versions",
        versions or "Not recorded.",
    )


def _introduction(manifest: ModelManifest, spec: RunSpec | None) -> str:
    kinds = {
        "adapter": "A LoRA adapter for",
        "full": "A full fine-tune of",
        "merged": "A LoRA fine-tune, merged into its base, of",
    }
    revision = f" at revision `{manifest.base_revision}`" if manifest.base_revision else ""
    how = f"on `{spec.config.dataset}` with the {spec.config.strategy.name} strategy " if spec else ""
    return (
        f"{kinds[manifest.kind]} `{manifest.base_model}`{revision}, trained for {manifest.task} {how}by ModelForge "
        f"(run `{manifest.run_id}`, {manifest.created_at:%Y-%m-%d})."
    )


def _use(manifest: ModelManifest) -> str:
    if manifest.scores:
        recipe = f"strategy:\n  name: rlhf\n  reward_model: {manifest.id}"
        return f"It scores answers. In a recipe:\n\n```yaml\n{recipe}\n```"
    if manifest.mode == "span":
        return f'```bash\nmodelforge predict {manifest.id} "a question" --context "a text"\n```'
    if not manifest.classes:
        return f"```bash\nmodelforge chat {manifest.id}\n```"
    classes = ", ".join(f"`{name}`" for name in manifest.classes)
    hint = ""
    if manifest.kind == "adapter":
        hint = f" With PEFT alone, load the base with `num_labels={len(manifest.classes)}`; the head is in the adapter."
    return f'```bash\nmodelforge predict {manifest.id} "…"\n```\n\nIts outputs, in this order: {classes}.{hint}'


def _limits(manifest: ModelManifest, spec: RunSpec | None, licence: str | None) -> str:
    inputs = f"inputs like those of `{spec.config.dataset}`" if spec else "inputs like those it was trained on"
    lines = [
        f"- Meant for {manifest.task} on {inputs}; the figures above say nothing about other inputs.",
        "- It inherits the abilities, faults and biases of its base model. Check answers before they matter.",
        f"- Licence of the base model: {licence or UNKNOWN_LICENCE}. That of the training data applies beside it.",
    ]
    if manifest.base_model.startswith(STARTER):
        lines.append("- The base is a starter of a few million parameters, for learning the workflow, not for work.")
    return "\n".join(lines)


def _data(spec: RunSpec) -> str:
    lines = [f"- Dataset: `{spec.config.dataset}`"]
    if spec.config.dataset_revision:
        lines.append(f"- Revision: `{spec.config.dataset_revision}`")
    lines.append(f"- SHA-256: `{spec.dataset_sha256}`" if spec.dataset_sha256 else "- SHA-256: not recorded")
    return "\n".join(lines)
