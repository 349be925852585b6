"""The index is held against the folders when the server starts, and made anew where it does not fit."""

from __future__ import annotations

import logging

from modelforge.database.database_manager import DatabaseManager
from modelforge.exceptions import DatabaseError, NotFoundError, StorageError, UnreadableRowError
from modelforge.schemas.model import ModelView
from modelforge.services.run_reader import Rebuilt, RunReader
from modelforge.storage.file_manager import FileManager

log = logging.getLogger(__name__)


def open_index(database: DatabaseManager, files: FileManager) -> Rebuilt | None:
    """Bring the tables up to date; a damaged, missing or falsified index is rebuilt from the folders.

    Returns:
        What was rebuilt; nothing where all was well.

    Raises:
        DatabaseError: there is no database to be asked, or none that can be rebuilt.
    """
    try:
        fault = _fault(database, files)
    except DatabaseError as error:
        if error.code == "database-unreachable":  # nothing is known to be wrong with what it holds
            raise
        fault = error.message
    if fault is None:
        _read_in_new_runs(database, files)
        return None
    log.warning("The index is rebuilt from the folders: %s", fault)
    rebuilt = RunReader(database, files).rebuild()
    for line in rebuilt.unreadable:
        log.warning("left out of the index: %s", line)
    return rebuilt


def _fault(database: DatabaseManager, files: FileManager) -> str | None:
    """What is wrong with the index; nothing where it can be trusted."""
    if database.is_damaged():
        return "the database file is damaged"
    database.migrate()
    return _differing_run(database, files) or _differing_shelf(database, files)


def _differing_run(database: DatabaseManager, files: FileManager) -> str | None:
    for folder in files.runs():
        try:
            spec, end = folder.read_spec(), folder.read_exit()
            run = database.get_run(folder.id)
        except StorageError:
            continue
        except NotFoundError:
            continue  # it was made while a server was killed; see `_read_in_new_runs`
        known = (run.name, run.created_at, run.config, run.owner, run.stage)
        if known != (spec.name, spec.created_at, spec.config, spec.owner, spec.stage):
            return f"run {folder.id} differs from its spec"
        if end is not None and run.finished_at is not None and run.status != end.status:
            return f"run {folder.id} differs from its end"
    return None


def _read_in_new_runs(database: DatabaseManager, files: FileManager) -> None:
    """Runs that the index has not seen: all of them when it is new, the last one after a kill."""
    reader, known = RunReader(database, files), {run.id for run in database.list_runs()}
    for folder in files.runs():
        if folder.id not in known:
            try:
                reader.catch_up(folder.id)
            except (NotFoundError, StorageError, UnreadableRowError) as error:
                log.warning("left out of the index: run %s: %s", folder.id, error.message)


def _differing_shelf(database: DatabaseManager, files: FileManager) -> str | None:
    """Models and datasets of the library against their manifests."""
    models = {model.id: model for model in database.list_models()}
    datasets = {dataset.id: dataset for dataset in database.list_datasets()}
    for folder in files.models():
        try:
            known, manifest = models.get(folder.id), folder.read_manifest()
            if known is None or known != ModelView.of(manifest, known.path):
                return f"model {folder.id} differs from its manifest"
        except (StorageError, TypeError):
            continue
    for shelf in files.datasets():
        try:
            if datasets.get(shelf.id) != shelf.read_manifest():
                return f"dataset {shelf.id} differs from its manifest"
        except StorageError:
            continue
    return None
