"""A real server process for tests: `main` serves until it is ended, `nursery` forks a server for each line on its
input, so that a server that was killed is replaced in a moment. Both are called by `python -c`: workers would import
a main module anew.

The environment says how: `MODELFORGE_…` as always, `TEST_ENGINE` (a function of `engines`; else runs really train),
`TEST_SLOTS` (separated by commas).
"""

from __future__ import annotations

import importlib
import os
import signal
import sys

import engines
from fastapi import FastAPI

from modelforge.app import create_app
from modelforge.cli import serve
from modelforge.services import run_service
from modelforge.services.heavy_process import HeavyProcess
from modelforge.settings import Settings
from modelforge.training.launcher import ForkserverLauncher

LIGHT = ("modelforge.training.worker", "modelforge.training.checkpoints", "engines")
"""Enough for the engines of these tests; torch is not needed."""

NEEDED = (
    *("uvicorn", "uvicorn.protocols.http.h11_impl", "uvicorn.lifespan.on", "alembic.command", "keyring", "limits"),
    *("huggingface_hub", "modelforge.database.database_manager", "modelforge.services.dataset_service"),
    *("modelforge.services.hub_service", "modelforge.services.run_supervisor", "modelforge.services.run_service"),
    *("modelforge.services.merge_jobs", "modelforge.services.export_service", "modelforge.services.evaluation_service"),
)
"""What a server imports when it begins."""


def application(settings: Settings) -> FastAPI:
    """The product's own application, with workers that count where the environment asks for them."""
    app = create_app(settings)
    if name := os.environ.get("TEST_ENGINE"):
        services = app.state.services
        launcher = ForkserverLauncher(LIGHT, os.environ, getattr(engines, name))
        services.workshop.use(lambda _slot: launcher, tuple(os.environ.get("TEST_SLOTS", "cpu").split(",")))
        # both, before one is made: what the one forkserver imports is what the last to be made asks for
        services.workshop.heavy = services.workshop.background = HeavyProcess(services.files, preload=LIGHT)
        run_service.make_in_child = engines.make_quickly
    return app


def main() -> None:
    """Serve as `modelforge serve` does."""
    from modelforge.security.logs import set_up_logs

    settings = Settings.from_environment()
    listener = serve._listen(settings.host, settings.port)
    bound = settings.model_copy(update={"port": listener.getsockname()[1]})
    set_up_logs(settings.log_level)
    serve._server(application(bound), bound).run(sockets=[listener])


def nursery() -> None:
    """Everything is imported; each line forks a server and is answered with its process id."""
    for name in NEEDED:
        importlib.import_module(name)

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(0)
            os.open(os.devnull, os.O_RDONLY)
            main()
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
