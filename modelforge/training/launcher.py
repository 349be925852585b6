"""How a worker comes to be: in a session of its own, with no pipe to whoever started it, its output in `worker.log`.

Both launchers leave the worker alive when the process that launched it ends: the run's folder says how it goes on.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Protocol

from modelforge.exceptions import TrainingError
from modelforge.providers.provider_factory import ProviderFactory
from modelforge.schemas.run import RunExit
from modelforge.storage.folders import RunFolder
from modelforge.training.forkserver import PRELOAD, forkserver_context, start_forkserver
from modelforge.training.process_group import created, is_same
from modelforge.training.run_lock import begin_attempt
from modelforge.training.secrets import worker_environment
from modelforge.training.stopping import STOP_SECONDS, stop_run
from modelforge.training.worker import Engine, work

WORKER = (sys.executable, "-m", "modelforge.training.worker")
FORK_SECONDS = 180.0
"""Time for the forkserver's first start, in which it imports what all workers share."""


@dataclass(frozen=True)
class LaunchedWorker:
    """A worker process as its launcher knows it. What it does stands in the run's folder."""

    pid: int
    created: float
    epoch: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False, compare=False)

    @property
    def is_alive(self) -> bool:
        """Whether the process lives; a child that has ended is reaped."""
        if self.process is not None and self.process.poll() is not None:
            return False
        return is_same(self.pid, self.created)


class Launcher(Protocol):
    """Starts and stops workers."""

    def start(self, folder: RunFolder, *, resume: bool = False) -> LaunchedWorker:
        """Begin an attempt at a run and start its worker.

        Args:
            folder: the run.
            resume: go on with a run that was stopped, failed or was interrupted.

        Raises:
            ConflictError: the run is being worked on, or has ended.
            TrainingError: no process could be started.
        """
        ...

    def stop(self, folder: RunFolder, timeout: float = STOP_SECONDS) -> RunExit:
        """Stop a run within about `timeout` seconds, with a checkpoint if it saves one in time; see `stop_run`."""
        return stop_run(folder, timeout)

    def warm(self) -> None:
        """Begin now, beside other work, what the first worker would wait for. Nothing where there is nothing."""
        return


class SubprocessLauncher(Launcher):
    """A fresh interpreter for each worker: nothing shared, some seconds of imports."""

    def __init__(self, command: Sequence[str] = WORKER, environment: Mapping[str, str] | None = None) -> None:
        self.command = tuple(command)
        self.environment = os.environ if environment is None else environment

    def start(self, folder: RunFolder, *, resume: bool = False) -> LaunchedWorker:
        """See `Launcher.start`."""
        epoch = begin_attempt(folder, resume=resume)
        try:
            with folder.worker_log.open("ab") as log:
                process = subprocess.Popen(
                    [*self.command, str(folder.root), "--epoch", str(epoch)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=worker_environment(self.environment),
                    start_new_session=True,
                )
        except OSError as error:
            raise _not_started(folder, error) from error
        return LaunchedWorker(process.pid, created(process.pid) or 0.0, epoch, process)


class ForkserverLauncher(Launcher):
    """Workers forked from a server process that has imported everything once: each starts in well under a second.

    The forkserver starts with the first worker or with `warm`, and ends after this process and the workers have. It
    never touches an accelerator itself. `engine` must be importable by name in the new process.
    """

    def __init__(
        self,
        preload: Sequence[str] = PRELOAD,
        environment: Mapping[str, str] | None = None,
        engine: Engine | None = None,
    ) -> None:
        self.environment = os.environ if environment is None else environment
        self.engine = engine
        self.context = forkserver_context(preload)

    def warm(self) -> None:
        """Begin the imports now, beside other work, so that the first worker need not wait for them."""
        start_forkserver()

    def start(self, folder: RunFolder, *, resume: bool = False) -> LaunchedWorker:
        """See `Launcher.start`. A provider that rewrites libraries gets an interpreter of its own."""
        if self.engine is None and _rewrites_libraries(folder):
            return SubprocessLauncher(environment=self.environment).start(folder, resume=resume)
        epoch = begin_attempt(folder, resume=resume)
        try:
            pid = self._fork(folder, epoch)
        except (EOFError, OSError) as error:
            raise _not_started(folder, error) from error
        return LaunchedWorker(pid, created(pid) or 0.0, epoch)

    def _fork(self, folder: RunFolder, epoch: int) -> int:
        """The pid of a new worker. Raises EOFError, OSError."""
        environment = worker_environment(self.environment)
        start_forkserver()
        reader, writer = self.context.Pipe(duplex=False)
        with reader:
            with writer:
                middle = self.context.Process(
                    target=_fork_worker, args=(folder, epoch, environment, self.engine, writer)
                )
                middle.start()
            try:
                if not reader.poll(FORK_SECONDS):
                    raise TimeoutError(f"no answer in {FORK_SECONDS:.0f} s")
                return int(reader.recv())
            finally:
                middle.join(FORK_SECONDS)


def _rewrites_libraries(folder: RunFolder) -> bool:
    return ProviderFactory.create_provider(folder.read_spec().config.provider).patches_libraries


def _fork_worker(
    folder: RunFolder, epoch: int, environment: dict[str, str], engine: Engine | None, answer: Connection
) -> None:
    """Runs in a child of the forkserver, which forks the worker and ends: so nobody joins, ends or waits for it."""
    pid = os.fork()
    if pid:
        answer.send(pid)
        return
    os.setsid()
    answer.close()
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(folder.worker_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(environment)
    multiprocessing.set_start_method(None, force=True)  # data loaders start as on this platform, not by forkserver
    sys.exit(work(folder, epoch, engine))


def _not_started(folder: RunFolder, error: Exception) -> TrainingError:
    reason = str(error) or type(error).__name__  # a pipe that closes says nothing
    return TrainingError(
        f"No worker could be started for run {folder.id}: {reason}.",
        hint=f"Look into {folder.worker_log}, then `modelforge runs resume {folder.id}`.",
        code="worker-not-started",
        params={"run": folder.id, "reason": reason},
    )
