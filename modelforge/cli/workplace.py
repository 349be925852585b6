"""The services that commands share, made from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from modelforge.settings import Settings
from modelforge.storage.atomic import make_folder
from modelforge.storage.file_manager import FileManager

if TYPE_CHECKING:
    from modelforge.database.database_manager import DatabaseManager
    from modelforge.services.training_service import TrainingService


@dataclass(frozen=True)
class Workplace:
    """The home folder, the database over it and the services over both; each made when it is first asked for."""

    settings: Settings

    @classmethod
    def open(cls) -> Workplace:
        """The workplace that the environment names."""
        return cls(Settings.from_environment())

    @cached_property
    def files(self) -> FileManager:
        """Every path of the product."""
        return FileManager(self.settings.home)

    @cached_property
    def database(self) -> DatabaseManager:
        """The index, at its newest schema."""
        from modelforge.database.database_manager import DatabaseManager

        make_folder(self.settings.home)
        database = DatabaseManager(self.settings.database_url)
        database.migrate()
        return database

    @cached_property
    def training(self) -> TrainingService:
        """Runs."""
        from modelforge.services.training_service import TrainingService
        from modelforge.training.launcher import ForkserverLauncher

        return TrainingService(self.database, self.files, ForkserverLauncher())
