"""What a request over the network may name: starters, samples, ids of the library, hub ids; never a path or a URL,
and nothing that belongs to somebody else."""

from __future__ import annotations

import re

from modelforge.exceptions import ConfigurationError, NotFoundError
from modelforge.schemas.config import TrainingConfig
from modelforge.schemas.config.rlhf import RlhfConfig
from modelforge.security.caller import Caller
from modelforge.storage.file_manager import ID, FileManager

NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
LIBRARY_ID = r"[a-z0-9][a-z0-9-]{2,63}"
OF_THE_LIBRARY = re.compile(LIBRARY_ID)
MODEL = re.compile(rf"starter:{NAME}|{LIBRARY_ID}|{NAME}/{NAME}")
DATASET = re.compile(rf"sample:{NAME}|{LIBRARY_ID}|hub:{NAME}/{NAME}")
REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
PATHS_STAY_OUTSIDE = "Files come in by upload; a terminal on the server itself may name paths (`modelforge train`)."


def check_config(config: TrainingConfig, files: FileManager, caller: Caller) -> None:
    """Refuse a config that came in over the network and names what its sender may not use.

    Raises:
        ConfigurationError: with `details["errors"]`, each fault as key, found, expected and fix.
        NotFoundError: a dataset or a model of somebody else.
    """
    _check_references(config)
    _check_sight(config, files, caller)


def _check_references(config: TrainingConfig) -> None:
    """Refuse a config that names a file or folder.

    Raises:
        ConfigurationError: with `details["errors"]`, each fault as key, found, expected and fix.
    """
    strategy = config.strategy
    rlhf = strategy if isinstance(strategy, RlhfConfig) else None
    if rlhf is not None and rlhf.needs_python_file:
        raise ConfigurationError(
            "A Python reward runs code of yours, and no code comes in over the network.",
            hint="Start the run in a terminal on the server: `modelforge train -c recipe.yaml --reward-file FILE`.",
            code="reward-needs-file",
        )
    expected_model = "starter:NAME, the id of a model in the library, or a hub id OWNER/NAME"
    expected_data = "sample:NAME, the id of a dataset in the library, or hub:OWNER/NAME"
    asked = [
        ("model", config.model, MODEL, expected_model),
        ("dataset", config.dataset, DATASET, expected_data),
        ("data.validation_dataset", config.data.validation_dataset, DATASET, expected_data),
        ("model_revision", config.model_revision, REVISION, "a branch, tag or commit"),
        ("dataset_revision", config.dataset_revision, REVISION, "a branch, tag or commit"),
        (
            "strategy.reward_model",
            rlhf.reward_model if rlhf else None,
            OF_THE_LIBRARY,
            "the id of a reward model in the library",
        ),
    ]
    faults = [
        {"key": key, "found": repr(value[:200]), "expected": expected, "fix": PATHS_STAY_OUTSIDE}
        for key, value, pattern, expected in asked
        if value is not None and not _is_plain(pattern, value)
    ]
    if faults:
        first = faults[0]
        raise ConfigurationError(
            f"{first['key']}: found {first['found']}, expected {first['expected']}.",
            hint=PATHS_STAY_OUTSIDE,
            details={"errors": faults},
            code="names-a-path",
            params={"key": first["key"], "found": first["found"]},
        )


def _check_sight(config: TrainingConfig, files: FileManager, caller: Caller) -> None:
    """Refuse a config that names a dataset or a model of somebody else. Raises NotFoundError."""
    for dataset in (config.dataset, config.data.validation_dataset):
        if dataset is not None and ID.fullmatch(dataset):
            caller.require_sight(files.dataset(dataset).read_manifest().owner, "dataset", dataset)
    if isinstance(config.strategy, RlhfConfig) and config.strategy.reward_model is not None:
        _check_model_sight(config.strategy.reward_model, files, caller)
    _check_model_sight(config.model, files, caller)


def _check_model_sight(model: str, files: FileManager, caller: Caller) -> None:
    if not ID.fullmatch(model):
        return
    try:
        folder = files.model(model)
    except NotFoundError:
        return  # the provider says what such a name could mean
    caller.require_sight(folder.read_manifest().owner, "model", model)


def _is_plain(pattern: re.Pattern[str], value: str) -> bool:
    return bool(pattern.fullmatch(value)) and ".." not in value


def check_dataset(dataset: str) -> None:
    """Refuse the name of a dataset that is a path or a URL. Raises ConfigurationError."""
    if not _is_plain(DATASET, dataset):
        raise ConfigurationError(
            f"dataset: found {dataset[:200]!r}, expected sample:NAME, the id of a dataset in the library, or "
            "hub:OWNER/NAME.",
            hint=PATHS_STAY_OUTSIDE,
            code="names-a-path",
            params={"key": "dataset", "found": repr(dataset[:200])},
        )


def check_model(model: str) -> None:
    """Refuse the name of a model that is a path or a URL. Raises ConfigurationError."""
    if not _is_plain(MODEL, model):
        raise ConfigurationError(
            f"model: found {model[:200]!r}, expected starter:NAME, the id of a model in the library, or a hub id "
            "OWNER/NAME.",
            hint=PATHS_STAY_OUTSIDE,
            code="names-a-path",
            params={"key": "model", "found": repr(model[:200])},
        )
