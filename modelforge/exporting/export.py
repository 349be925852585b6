"""A model of the library → a folder of files for other programs, read back and compared before it is kept."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modelforge.exceptions import ConfigurationError, ConflictError, NotFoundError
from modelforge.exporting.export_check import check_export, check_tools, ids_with_tools
from modelforge.exporting.fingerprint import Fingerprint, fingerprint, largest_error
from modelforge.exporting.gguf_export import GgufExport
from modelforge.exporting.safetensors_export import SafetensorsExport
from modelforge.inference.chat_engine import ChatEngine
from modelforge.inference.loading import adapter_base
from modelforge.providers.provider import ModelSource
from modelforge.schemas.export import ExportCheck, ExportFile, ExportKind, ExportManifest
from modelforge.schemas.model import ModelManifest
from modelforge.schemas.remark import by_sentence, remark, sentences
from modelforge.storage.atomic import storage_errors, write_bytes, write_json
from modelforge.storage.file_manager import FileManager
from modelforge.storage.folders import ExportFolder, ModelFolder
from modelforge.training.merge import check_prompts, load_in_fp32, run_report, run_spec
from modelforge.training.merge_check import Answer, answer_all, logits_of
from modelforge.training.model_card import render_model_card

Form = GgufExport | SafetensorsExport
Stage = Callable[[str], None]
"""Called with what is being done now, in words."""


@dataclass(frozen=True)
class Original:
    """What of a model is compared: it is out of memory by then."""

    answers: list[Answer]
    base: list[Answer]
    """The base's logits along the same answers; empty where the model is no adapter."""
    weights: Fingerprint
    with_tools: list[int]
    """The ids of a conversation with tools; none where the model takes none."""


def export(
    model_id: str, kind: ExportKind, *, files: FileManager, on_stage: Stage = lambda _what: None
) -> ExportManifest:
    """Export a model; an adapter is merged into its base on the way. What was exported so before is returned as it is.

    Raises:
        NotFoundError: there is no such model.
        ConfigurationError: this kind of file cannot hold this kind of model; nothing has been loaded yet.
        TrainingError: the files, read back, differ too much from the model; nothing is kept.
        StorageError: the disk is full, for example.
    """
    folder = files.model(model_id)
    manifest = folder.read_manifest()
    export_id = kind.id_for(model_id)
    if (earlier := _earlier(files, export_id, model_id)) is not None:
        return earlier
    _check_answers(manifest)
    base = _innermost(ModelSource(str(folder.root)))
    form: Form = (GgufExport if kind.format == "gguf" else SafetensorsExport)(kind, base)
    form.refuse_early(folder)
    prompts = check_prompts(files, manifest)
    with files.scratch() as scratch:
        staging = scratch / export_id
        staging.mkdir()
        on_stage(f"Loading {model_id} and asking it {len(prompts)} questions")
        original = _write(form, folder, staging, files, prompts, on_stage)
        gc.collect()  # the model is out of use: two at once may not fit
        on_stage("Reading the files back and asking the same")
        check = _compare(form, original, staging, manifest, files, prompts)
        notes = sentences(form.remarks)
        _write_card(staging, manifest, base, files, check, notes)
        made = ExportManifest(
            **kind.model_dump(),
            id=export_id,
            model_id=model_id,
            model_name=manifest.name,
            created_at=datetime.now(UTC),
            files=tuple(_described(path) for path in ExportFolder(staging).content),
            bytes=sum(path.stat().st_size for path in ExportFolder(staging).content),
            check=check,
            notes=notes,
            remarks=by_sentence(form.remarks),
            owner=manifest.owner,
        )
        write_json(staging / "manifest.json", made.model_dump(mode="json"))
        files.publish_export(staging, export_id)
    return made


def _check_answers(manifest: ModelManifest) -> None:
    """Raise ConfigurationError for a model that writes no answers, by which it could be compared."""
    if manifest.reads or manifest.scores:
        does = "reads texts" if manifest.reads else "scores answers"
        raise ConfigurationError(
            f"{manifest.id} is a model for {manifest.task} that {does}: it writes none, by which an export is checked.",
            hint="Use its folder as it is; it is a standard Hugging Face model.",
            code="export-writes-none",
            params={"model": manifest.id, "task": manifest.task},
        )


def _write(
    form: Form,
    folder: ModelFolder,
    staging: Path,
    files: FileManager,
    prompts: Sequence[str],
    on_stage: Stage,
) -> Original:
    """Ask the model, merge it where it is an adapter, and write it."""
    loaded = load_in_fp32(folder.root)
    engine = ChatEngine(loaded, files)
    answers, with_tools = answer_all(engine, prompts), ids_with_tools(engine)
    base: list[Answer] = []
    model: Any = loaded.model
    if loaded.is_adapter:
        with engine.side(base=True):
            base = logits_along(model, answers)
        model = model.merge_and_unload(safe_merge=True)
    merged = replace(loaded, model=model)
    on_stage("Writing the files")
    form.write(staging, merged, ChatEngine(merged, files))
    return Original(answers, base, fingerprint(model), with_tools)


def logits_along(model: Any, answers: Sequence[Answer]) -> list[Answer]:
    """What a model makes of answers that another one wrote."""
    return [replace(a, logits=logits_of(model, a.prompt_ids, a.answer_ids)) for a in answers]


def _compare(
    form: Form,
    original: Original,
    staging: Path,
    manifest: ModelManifest,
    files: FileManager,
    prompts: Sequence[str],
) -> ExportCheck:
    loaded = form.read_back(staging, manifest)
    error = largest_error(original.weights, fingerprint(loaded.model), form.numbers)
    engine = ChatEngine(loaded, files)
    answers = answer_all(engine, prompts, original.answers)
    check_tools(original.with_tools, ids_with_tools(engine), form.numbers)
    if original.with_tools:
        form.remarks.append(remark("tool-prompt-compared"))
    return check_export(
        original.answers, answers, form.numbers, base=original.base, weight_error=error, texts=form.texts
    )


def _earlier(files: FileManager, export_id: str, model_id: str) -> ExportManifest | None:
    try:
        found = files.export(export_id).read_manifest()
    except NotFoundError:
        return None
    if found.model_id != model_id:
        raise ConflictError(
            f"There is an export {export_id} already, of the model {found.model_id}.",
            hint=f"Delete it first: `modelforge exports rm {export_id}`.",
            code="export-id-taken",
            params={"export": export_id, "model": found.model_id},
        )
    return found


def _innermost(source: ModelSource) -> ModelSource:
    """The full weights that a model stands on, or itself."""
    while (inner := adapter_base(source)) is not None:
        source = inner
    return source


def _write_card(
    staging: Path,
    manifest: ModelManifest,
    base: ModelSource,
    files: FileManager,
    check: ExportCheck,
    notes: Sequence[str],
) -> None:
    whole = manifest.model_copy(update={"kind": "merged"}) if manifest.kind == "adapter" else manifest
    report = run_report(files, manifest)
    card = render_model_card(whole, run_spec(files, manifest), report, base)
    said = "\n".join(("## Export", "", check.sentence, "", *(f"- {note}" for note in notes)))
    write_bytes(staging / "README.md", f"{card}\n{said}\n".encode())


def _described(path: Path) -> ExportFile:
    with storage_errors("read", path), path.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return ExportFile(name=path.name, bytes=path.stat().st_size, sha256=digest)
