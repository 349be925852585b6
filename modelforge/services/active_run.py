"""A run under way, as its supervisor knows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from modelforge.storage.folders import RunFolder
from modelforge.training.launcher import LaunchedWorker
from modelforge.training.run_lock import is_worked_on, read_owner


@dataclass
class ActiveRun:
    """Its folder, its slot, and how far it was listened to."""

    folder: RunFolder
    slot: str | None
    worker: LaunchedWorker | None = None
    """Nothing for a run that was found at work."""
    size: int = field(default=-1)
    """Bytes of its events when they were last read."""

    def has_gone(self) -> bool:
        """Whether no process works on it, and none is on its way."""
        if self.worker is not None and self.worker.is_alive:
            return False
        if not is_worked_on(self.folder):
            return True
        owner = read_owner(self.folder)  # its data loaders may hold the lock still
        return owner is not None and owner.is_here and not owner.is_alive

    def grew(self) -> bool:
        """Whether it has said something since the last look. Raises StorageError."""
        before, self.size = self.size, self.folder.events_size()
        return self.size != before
