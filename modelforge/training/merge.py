"""An adapter of the library → full weights, checked to answer alike.

The base is loaded anew in fp32, whatever the run trained on: merging into a 4-bit base loses what the adapter learned.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from modelforge.exceptions import ConflictError, NotFoundError
from modelforge.inference.chat_engine import ChatEngine
from modelforge.inference.loading import LoadedModel, adapter_base, inference_options, load_model
from modelforge.inference.refusals import not_an_adapter
from modelforge.providers.provider import ModelSource
from modelforge.schemas.model import MergeCheck, ModelManifest, id_when_merged
from modelforge.schemas.report import EvaluationReport
from modelforge.schemas.run import RunSpec
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import ModelFolder, read_schema
from modelforge.training.merge_check import Answer, answer_all, check_merge, read_all, unrest
from modelforge.training.model_card import render_model_card
from modelforge.training.publish import published_dtype, save_full, write_card_and_manifest
from modelforge.training.saved_tokenizer import save_tokenizer

PROMPTS = (
    "Say hello.",
    "What is the capital of France?",
    'Copy this: "Order 4711, 3 pieces, Zürich".',
    "Write one sentence about the sea.",
)
"""Asked beside the prompts of the run's own report."""


def merge(
    model_id: str,
    *,
    files: FileManager,
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
    new_id: str | None = None,
) -> ModelManifest:
    """Merge an adapter into its base and publish the result beside it, as `new_id` or with the suffix `-merged`.

    Where that model exists already, made from the same adapter in the same number type, it is returned as it is: a
    worker that was killed behind its publication need not merge again.

    Args:
        dtype: the number type of the merged weights; `auto` keeps the base's.

    Raises:
        ConflictError: the model is no adapter, or the id is taken, by another model or by one in another number type.
        TrainingError: the merged weights answer differently; nothing is published.
    """
    folder = files.model(model_id)
    manifest = folder.read_manifest()
    base = adapter_base(ModelSource(str(folder.root)))
    if base is None:
        raise not_an_adapter(model_id)
    merged_id = new_id or id_when_merged(model_id)
    if (earlier := _earlier(files, merged_id, manifest, base, dtype)) is not None:
        return earlier
    prompts = check_prompts(files, manifest)
    with files.scratch() as scratch:
        staging = scratch / merged_id
        staging.mkdir()
        answers, moved, saved_as = _merge_into(staging, folder, base, files, dtype, prompts)
        answered = _answers_of_merged(staging, manifest, files, prompts, answers)
        check = check_merge(answers, answered, saved_as, moved)
        merged = manifest.model_copy(
            update={
                "id": merged_id,
                "name": f"{manifest.name} merged",
                "kind": "merged",
                "created_at": datetime.now(UTC),
                "merge_check": check.model_dump(),
                "merged_from": model_id,
            }
        )
        merged = write_card_and_manifest(staging, merged, _card(merged, base, files, check))
        files.publish_model(staging, merged_id)
    return merged


def _merge_into(
    staging: Path, folder: ModelFolder, base: ModelSource, files: FileManager, dtype: str, prompts: Sequence[str]
) -> tuple[list[Answer], float, str]:
    """Write the merged weights and the tokenizer.

    Returns:
        What the adapter answers, how far rounding moves its logits, and the number type written.
    """
    loaded = load_in_fp32(folder.root)
    answers = _asked(loaded, files, prompts)
    moved = unrest(loaded, prompts, answers)
    model = loaded.model.merge_and_unload(safe_merge=True)
    saved_as = published_dtype(model.dtype, base, dtype)
    save_full(model, staging, saved_as)
    save_tokenizer(loaded.tokenizer, staging)
    return answers, moved, _name(saved_as)


def _answers_of_merged(
    staging: Path, manifest: ModelManifest, files: FileManager, prompts: Sequence[str], answers: Sequence[Answer]
) -> list[Answer]:
    """What the files on disk answer, read back as any later user reads them."""
    gc.collect()  # the adapter's model is out of use: two models at once may not fit
    loaded = load_in_fp32(staging, manifest)
    return _asked(loaded, files, prompts, answers)


def _asked(
    loaded: LoadedModel, files: FileManager, prompts: Sequence[str], given: Sequence[Answer] = ()
) -> list[Answer]:
    """What a model writes to each prompt; of one that reads, what it says of each."""
    if loaded.head.is_by_row:
        return read_all(loaded, prompts)
    return answer_all(ChatEngine(loaded, files), prompts, given)


def load_in_fp32(folder: Path, manifest: ModelManifest | None = None) -> LoadedModel:
    """A model from its folder, in the type that comparisons are made in."""
    import torch

    return load_model(ModelSource(str(folder)), replace(inference_options(), dtype=torch.float32), manifest)


def _earlier(
    files: FileManager, merged_id: str, adapter: ModelManifest, base: ModelSource, dtype: str
) -> ModelManifest | None:
    """The model that this merge would make, where it is there already."""
    import torch

    try:
        found = files.model(merged_id).read_manifest()
    except NotFoundError:
        return None
    if not _is_of(found, adapter):
        raise ConflictError(
            f"There is a model {merged_id} already.",
            hint="Choose another id for the merged model.",
            code="merged-model-exists",
            params={"model": merged_id},
        )
    wanted, there = _name(published_dtype(torch.float32, base, dtype)), MergeCheck.model_validate(found.merge_check)
    if wanted != there.dtype:
        raise ConflictError(
            f"{adapter.id} is merged already, as {merged_id} in {there.dtype} and not in {wanted}.",
            hint="Choose another id for this one (--id, or new_id of the request), or delete that model first.",
            code="merged-in-other-type",
            params={"adapter": adapter.id, "model": merged_id, "there": there.dtype, "wanted": wanted},
        )
    return found


def _is_of(merged: ModelManifest, adapter: ModelManifest) -> bool:
    """Whether a model was merged from this adapter; earlier versions wrote down the run alone."""
    if merged.kind != "merged":
        return False
    if merged.merged_from is not None:
        return merged.merged_from == adapter.id
    return merged.run_id is not None and merged.run_id == adapter.run_id


def _name(dtype: Any) -> str:
    """A `torch.dtype` as recipes write it."""
    return str(dtype).removeprefix("torch.")


def check_prompts(files: FileManager, manifest: ModelManifest) -> tuple[str, ...]:
    """What both sides of a comparison are asked, prompts of the run's own kind among it while the run is there."""
    report = run_report(files, manifest)
    return (*PROMPTS, *(example.prompt for example in (report.examples if report else ()) if example.prompt))


def run_report(files: FileManager, manifest: ModelManifest) -> EvaluationReport | None:
    """The report of the run that made a model, while it is there."""
    try:
        path = files.run(manifest.run_id or "").report_json
    except NotFoundError:
        return None
    return read_schema(path, EvaluationReport) if path.exists() else None


def _card(merged: ModelManifest, base: ModelSource, files: FileManager, check: MergeCheck) -> str:
    report = EvaluationReport.model_validate(merged.metrics) if merged.metrics else None
    card = render_model_card(merged, run_spec(files, merged), report, base)
    return f"{card}\n## Merge\n\n{check.sentence}\n"


def run_spec(files: FileManager, manifest: ModelManifest) -> RunSpec | None:
    """The run that made a model, while it is there."""
    try:
        return files.run(manifest.run_id or "").read_spec()
    except NotFoundError:
        return None
