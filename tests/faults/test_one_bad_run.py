"""What goes wrong with one run, or at one moment, keeps neither the others nor their supervisor from going on."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import engines
import pytest
from fault_home import LIGHT, Home, wait_until
from few_files import few_files

from modelforge.database.database_manager import DatabaseManager
from modelforge.exceptions import DatabaseError, StorageError, TrainingError
from modelforge.services import system_views
from modelforge.services.heavy_process import HeavyProcess
from modelforge.services.run_service import RunService
from modelforge.services.run_supervisor import RunSupervisor
from modelforge.services.server_services import ServerServices
from modelforge.settings import Settings
from modelforge.storage.folders import RunFolder
from modelforge.training.event_log import read_events
from modelforge.training.launcher import ForkserverLauncher, LaunchedWorker, Launcher
from modelforge.training.process_group import created
from modelforge.training.run_lock import begin_attempt

pytestmark = pytest.mark.faults


def event(seq: int, kind: str = "heartbeat", epoch: int = 1, **data: Any) -> bytes:
    return json.dumps({"seq": seq, "epoch": epoch, "time": 1.0, "kind": kind, "data": data}).encode() + b"\n"


DAMAGE = {
    "no first event": event(2, step=1),
    "a hole": event(1, step=1) + event(3, step=2),
    "a stage without a name": event(1, "stage"),
    "a state without a status": event(1, "state"),
    "a state that nobody knows": event(1, "state", status="dancing"),
    "a reason that is no text": event(1, "state", status="queued", reason={"a": 1}),
    "a number beyond all columns": event(1, step=1, epoch=1 << 63),
}


class Scripted(Launcher):
    """A launcher to which something happens on the way; it launches real workers."""

    def __init__(self, happens: Any) -> None:
        self.launcher = ForkserverLauncher(LIGHT, os.environ, engines.count)
        self.happens = happens

    def start(self, folder: RunFolder, *, resume: bool = False) -> LaunchedWorker:
        return self.happens(folder) or self.launcher.start(folder, resume=resume)


def supervise(place: Home, happens: Any) -> RunSupervisor:
    launcher = Scripted(happens)
    supervisor = RunSupervisor(place.database, place.files, lambda _slot: launcher, ("cpu",))
    place.supervisors.append(supervisor)
    return supervisor


@pytest.mark.parametrize("moment", ["before its attempt", "after its worker"])
def test_a_run_deleted_while_it_starts_costs_the_others_nothing(place: Home, moment: str) -> None:
    heavy = HeavyProcess(place.files)

    def delete(folder: RunFolder) -> LaunchedWorker | None:
        if folder.id != "run-one":
            return None
        worker = None
        if moment == "after its worker":  # it ends as one does that no longer finds its folder
            process = subprocess.Popen(["true"])
            worker = LaunchedWorker(process.pid, created(process.pid) or 0.0, begin_attempt(folder), process)
        RunService(place.database, place.files, heavy, supervisor).delete("run-one")
        return worker

    place.submit("run-one")
    place.submit("run-two", optimization={"max_steps": 2})
    supervisor = supervise(place, delete)
    supervisor.start()
    wait_until(lambda: place.status("run-two") == "succeeded")
    assert [run.id for run in place.database.list_runs()] == ["run-two"]
    supervisor.require_alive()
    heavy.close()


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_run_that_cannot_be_read_says_so_and_the_others_go_on(place: Home, damage: str) -> None:
    bad = place.submit("run-bad", optimization={"max_steps": 2})
    bad.events.write_bytes(DAMAGE[damage])
    place.submit("run-good", optimization={"max_steps": 2})
    first = place.supervise(engines.count)
    wait_until(lambda: place.status("run-good") == "succeeded")
    run = place.run("run-bad")
    assert (run.status, run.reason) == ("queued", "folder_fault")
    assert run.error is not None
    assert run.error.code in ("events-damaged", "run-not-understood")
    assert run.error.hint
    first.close(stop_runs=False)
    place.submit("run-next", optimization={"max_steps": 2})
    place.supervise(engines.count)
    wait_until(lambda: place.status("run-next") == "succeeded")
    assert place.run("run-bad").error == run.error
    bad.events.unlink()
    wait_until(lambda: place.status("run-bad") == "succeeded")
    assert (place.run("run-bad").reason, place.run("run-bad").error) == (None, None)


def test_a_folder_that_is_no_folder_any_more_is_told_once(place: Home, caplog: pytest.LogCaptureFixture) -> None:
    bad = place.submit("run-bad")
    bad.events.mkdir()
    place.submit("run-good", optimization={"max_steps": 150})
    with caplog.at_level(logging.WARNING):
        place.supervise(engines.count, ENGINE_PAUSE="0.05")
        wait_until(lambda: place.status("run-good") == "succeeded")
    assert len([record for record in caplog.records if "run-bad" in record.getMessage()]) == 1
    assert (place.run("run-bad").error or pytest.fail("no words")).code == "storage-failed"


def test_a_run_that_becomes_unreadable_at_work_frees_its_slot_and_goes_on_when_mended(place: Home) -> None:
    bad = place.submit("run-bad", optimization={"max_steps": 3})
    place.supervise(engines.skip_once)
    wait_until(lambda: place.status("run-bad") == "paused")
    run = place.run("run-bad")
    assert (run.reason, run.doing) == ("folder_fault", None)
    assert run.error is not None
    assert "event 4" in run.error.message
    place.submit("run-good", optimization={"max_steps": 3}).root.joinpath("skipped").touch()
    wait_until(lambda: place.status("run-good") == "succeeded")
    assert place.status("run-bad") == "paused"
    bad.events.write_bytes(b"".join(bad.events.read_bytes().splitlines(keepends=True)[:-1]))
    wait_until(lambda: place.status("run-bad") == "succeeded")
    assert (place.run("run-bad").reason, place.run("run-bad").error) == (None, None)
    assert place.database.list_events("run-bad") == list(read_events(bad.events).events)


def test_a_stage_behind_a_damaged_end_waits_and_the_others_go_on(place: Home) -> None:
    first, second = place.submit_stages({"name": "one"}, {"name": "two", "strategy": "dpo"}, task="text-generation")
    place.files.run(first).exit.write_text("{")
    place.submit("run-good", optimization={"max_steps": 2})
    place.supervise(engines.count)
    wait_until(lambda: place.status("run-good") == "succeeded")
    for run in (place.run(first), place.run(second)):
        assert (run.status, run.reason) == ("queued", "folder_fault")
        assert run.error is not None
        assert "exit.json is damaged" in run.error.message


def test_faults_that_nobody_foresaw_are_outlived(place: Home, caplog: pytest.LogCaptureFixture) -> None:
    """In a launcher: the run is tried again. In the index, for a while: all is looked at again."""
    faults = [ValueError("first"), OSError(24, "Too many open files")]

    def fail(_folder: RunFolder) -> None:
        if faults:
            raise faults.pop(0)

    place.submit("run-one", optimization={"max_steps": 2})
    supervisor = supervise(place, fail)
    supervisor.start()
    wait_until(lambda: place.status("run-one") == "succeeded")
    assert "Traceback" in caplog.text
    real = place.database.queued_runs
    place.database.queued_runs = lambda: 1 // 0  # type: ignore[method-assign]
    wait_until(lambda: "nobody foresaw" in caplog.text)
    place.database.queued_runs = real  # type: ignore[method-assign]
    place.submit("run-two", optimization={"max_steps": 2})
    wait_until(lambda: place.status("run-two") == "succeeded")
    supervisor.require_alive()


def test_a_run_that_starts_while_the_index_fails_is_not_left_behind(place: Home) -> None:
    """Its worker could not be started, and neither could that be taken down."""
    real = place.database.update_run
    failing: list[str] = ["starting"]

    def update(run_id: str, **changes: Any) -> Any:
        if failing and changes.get("status") == "queued":
            failing.clear()
            raise DatabaseError("The database is locked.", hint="Wait.")
        return real(run_id, **changes)

    def refuse(folder: RunFolder) -> None:
        if failing:
            begin_attempt(folder)
            raise TrainingError("No worker could be started.")

    place.database.update_run = update  # type: ignore[method-assign,assignment]
    place.submit("run-one", optimization={"max_steps": 2})
    supervise(place, refuse).start()
    wait_until(lambda: place.status("run-one") == "succeeded")
    assert failing == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_server_whose_supervisor_has_died_is_not_well(tmp_path: Path) -> None:
    def end(_folder: RunFolder) -> None:
        sys.exit("nothing catches this")

    place = Home(tmp_path / "home")
    services = ServerServices(Settings(home=place.files.home))
    services.workshop.use(lambda _slot: Scripted(end), ("cpu",))
    services.workshop.supervisor.start()
    assert system_views.health(services).status == "ok"
    place.submit("run-one")
    thread = services.workshop.supervisor._thread
    wait_until(lambda: thread is not None and not thread.is_alive())
    with pytest.raises(TrainingError, match="no longer starts"):
        system_views.health(services)
    services.workshop.supervisor.close(stop_runs=False)
    services.database.close()
    place.close()


def test_a_worker_for_which_no_file_is_left_is_not_started_in_words(place: Home) -> None:
    launcher = ForkserverLauncher(LIGHT, os.environ, engines.count)
    launcher.warm()
    folder = place.submit("run-one")
    codes = []
    for left in range(8):
        with few_files(left), pytest.raises((StorageError, TrainingError)) as caught:
            launcher.start(folder)
        codes.append(caught.value.code)
    assert set(codes) == {"storage-failed", "worker-not-started"}
    wait_until(lambda: _starts(launcher, folder))  # once the forkserver has ended over the broken request
    wait_until(folder.exit.exists)


def _starts(launcher: Launcher, folder: RunFolder) -> bool:
    try:
        launcher.start(folder)
    except TrainingError:
        return False
    return True


def test_one_that_stands_by_takes_over_whole_though_the_index_fails_meanwhile(place: Home) -> None:
    """What a killed server left is looked at until all of it was looked at."""
    for name in ("run-a", "run-b"):
        folder = place.submit(name, optimization={"max_steps": 2})
        begin_attempt(folder)
        place.database.update_run(name, status="paused")
        place.database.update_run(name, status="queued")
    faults = [1]

    class Failing(DatabaseManager):
        def list_events(self, *arguments: Any, **more: Any) -> Any:
            if faults:
                faults.clear()
                raise DatabaseError("The database is locked.", hint="Wait.")
            return super().list_events(*arguments, **more)

        def get_run(self, run_id: str) -> Any:
            if not faults and not known:
                known.append(run_id)
                raise DatabaseError("The database is locked.", hint="Wait.")
            return super().get_run(run_id)

    known: list[str] = []
    database = Failing(f"sqlite:///{place.files.home / 'modelforge.db'}")
    launcher = ForkserverLauncher(LIGHT, os.environ, engines.count)
    supervisor = RunSupervisor(database, place.files, lambda _slot: launcher, ("cpu",))
    place.supervisors.append(supervisor)
    supervisor.start()
    wait_until(lambda: all(place.status(name) == "succeeded" for name in ("run-a", "run-b")))
    for name in ("run-a", "run-b"):
        reasons = [found.data.get("reason") for found in place.database.list_events(name, "state")]
        assert "worker_died" in reasons, "the attempt that the killed server began was judged"
    supervisor.close(stop_runs=False)
    database.close()
