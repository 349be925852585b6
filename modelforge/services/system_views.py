"""What the server says about itself."""

from __future__ import annotations

import platform
from functools import cache
from importlib import metadata

from modelforge import __version__
from modelforge.schemas.system import Health, SettingsView, VersionView
from modelforge.services.run_making import RECORDED
from modelforge.services.server_services import ServerServices


def health(services: ServerServices) -> Health:
    """The server is up.

    Raises:
        DatabaseError: the database does not answer.
        TrainingError: runs are no longer started and watched.
    """
    services.database.list_runs(limit=1)
    services.workshop.supervisor.require_alive()
    return Health()


@cache
def version() -> VersionView:
    """The versions of everything that decides a result."""
    libraries = {name: metadata.version(name) for name in RECORDED if name != "modelforge"}
    return VersionView(modelforge=__version__, python=platform.python_version(), libraries=libraries)


def settings(services: ServerServices) -> SettingsView:
    """The settings in force; a database URL may hold a password, so only its kind is said."""
    now = services.settings
    return SettingsView(
        home=str(now.home),
        host=now.host,
        port=now.port,
        database=now.database_url.partition(":")[0].partition("+")[0],
        log_level=now.log_level,
        allowed_hosts=tuple(sorted(services.rules.hosts.names)),
        max_upload_bytes=now.max_upload_bytes,
        rate_limit=now.rate_limit,
        disable_tensorboard=now.disable_tensorboard,
        accounts=not services.accounts.is_empty(),
    )
