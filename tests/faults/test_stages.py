"""The stages of one recipe: in order, each once, whatever is killed between them; and one fate for all."""

from __future__ import annotations

from typing import Any

import engines
import pytest
from fault_home import Home, wait_until

from modelforge.exceptions import ConflictError, TrainingError
from modelforge.schemas.remark import remark
from modelforge.schemas.run_requests import QueuePlace
from modelforge.services.heavy_process import HeavyProcess
from modelforge.services.index_care import open_index
from modelforge.services.model_service import ModelService
from modelforge.services.run_service import RunService
from modelforge.services.run_supervisor import RunSupervisor
from modelforge.services.training_service import TrainingService
from modelforge.training.launcher import ForkserverLauncher, SubprocessLauncher

pytestmark = pytest.mark.faults
THREE = ({"strategy": "sft"}, {"strategy": "dpo"}, {"name": "last", "strategy": "sft"})
QUICK: dict[str, Any] = {"optimization": {"max_steps": 3}}


def began(place: Home, run_id: str) -> list[float]:
    path = place.files.run(run_id).root / "starts.txt"
    return [float(line.split()[1]) for line in path.read_text().splitlines()] if path.exists() else []


def all_are(place: Home, runs: list[str], status: str) -> bool:
    return all(place.status(run) == status for run in runs)


def service(place: Home, supervisor: RunSupervisor) -> RunService:
    return RunService(place.database, place.files, HeavyProcess(place.files, method="spawn", preload=()), supervisor)


def test_each_stage_begins_once_and_after_the_one_it_goes_on_from(place: Home) -> None:
    runs = place.submit_stages(*THREE, **QUICK)
    assert [place.run(run).reason for run in runs] == [None, "earlier_stage", "earlier_stage"]
    assert [place.run(run).config.model for run in runs] == ["starter:chat", *runs[:2]]
    place.supervise(engines.count, slots=("one", "two"))
    wait_until(lambda: all_are(place, runs, "succeeded"))
    ends = [place.run(run).finished_at for run in runs]
    starts = [began(place, run) for run in runs]
    assert [len(times) for times in starts] == [1, 1, 1]
    for end, times in zip(ends, starts[1:], strict=False):
        assert end is not None
        assert times[0] > end.timestamp()
    assert [place.run(run).reason for run in runs] == [None, None, None]


def test_a_lost_server_and_a_lost_index_between_two_stages_cost_nothing(place: Home) -> None:
    runs = place.submit_stages(*THREE, **QUICK)
    place.supervise(engines.count).close(stop_runs=False)  # at most the first one has begun
    worker = place.supervise(engines.count)
    wait_until(lambda: place.files.run(runs[0]).exit.exists())
    worker.close(stop_runs=False)
    before = [began(place, run) for run in runs]

    place.database.reset()
    open_index(place.database, place.files)
    assert [place.run(run).stage for run in runs] == [place.files.run(run).read_spec().stage for run in runs]
    assert place.status(runs[2]) == "queued"
    place.supervise(engines.count)
    wait_until(lambda: all_are(place, runs, "succeeded"))
    after = [began(place, run) for run in runs]
    assert [len(times) for times in after] == [1, 1, 1]
    assert all(times[: len(old)] == old for old, times in zip(before, after, strict=True))


def test_a_failed_stage_stops_the_later_ones_and_brings_them_back_when_it_is_resumed(place: Home) -> None:
    runs = place.submit_stages(*THREE, **QUICK)
    supervisor = place.supervise(engines.refuse_once)
    wait_until(lambda: place.status(runs[0]) == "failed" and all_are(place, runs[1:], "stopped"))
    second, third = place.run(runs[1]), place.run(runs[2])
    assert second.reason == third.reason == "earlier_stage"
    assert second.error is not None
    assert third.error is not None
    assert f"run {runs[0]}, whose model it goes on from, failed: No row is left." in second.error.message
    assert f"runs resume {runs[0]}" in (second.error.hint or "")
    assert f"run {runs[1]}" in third.error.message
    assert [began(place, run) for run in runs] == [[], [], []]

    ask = service(place, supervisor)
    with pytest.raises(ConflictError, match=f"goes on from run {runs[0]}, which failed"):
        ask.resume(runs[1])
    ask.resume(runs[0])
    wait_until(lambda: all_are(place, runs, "succeeded"))
    assert [len(began(place, run)) for run in runs] == [1, 1, 1]
    assert [place.run(run).error for run in runs] == [None, None, None]
    ask.close()


def test_a_stop_stops_what_comes_behind_and_what_was_stopped_by_hand_stays_so(place: Home) -> None:
    runs = place.submit_stages(*THREE, optimization={"max_steps": 500})
    supervisor = place.supervise(engines.count, ENGINE_PAUSE="0.02")
    ask = service(place, supervisor)
    wait_until(lambda: place.status(runs[0]) == "running")
    ask.stop(runs[2])
    wait_until(lambda: place.status(runs[2]) == "stopped")
    assert place.run(runs[2]).reason is None
    ask.stop(runs[0])
    wait_until(lambda: all_are(place, runs, "stopped"))
    assert place.run(runs[1]).reason == "earlier_stage"
    ask.resume(runs[0])
    wait_until(lambda: place.status(runs[0]) == "running")
    assert [place.status(run) for run in runs[1:]] == ["queued", "stopped"]
    ask.close()


def test_the_waiting_stages_move_as_one_and_nothing_that_is_needed_is_deleted(place: Home) -> None:
    place.submit("run-first")
    runs = place.submit_stages(*THREE[:2], **QUICK)
    place.submit("run-last")
    ask = service(place, RunSupervisor(place.database, place.files, lambda _slot: SubprocessLauncher(), ()))

    def order() -> list[str]:
        tickets = {folder.id: folder.read_ticket() for folder in place.files.runs()}
        found = [run.id for run in ask.queue()]
        by_ticket = sorted(found, key=lambda run: (-tickets[run].priority, tickets[run].position))  # type: ignore[union-attr]
        assert by_ticket == found
        return found

    assert order() == ["run-first", *runs, "run-last"]
    ask.move(runs[0], QueuePlace(before="run-first"))
    assert order() == [*runs, "run-first", "run-last"]
    ask.move("run-last", QueuePlace(before=runs[0]))
    ask.move(runs[1], QueuePlace(priority=3))
    assert order() == [*runs, "run-last", "run-first"]
    ask.move(runs[0], QueuePlace(before=runs[1]))
    assert order() == [*runs, "run-last", "run-first"]

    with pytest.raises(ConflictError, match=f"needed by run {runs[1]}"):
        ask.delete(runs[0])
    models = ModelService(place.database, place.files)
    later = (remark("used-by-run", id=runs[1]),)
    assert models.needed_by(runs[0]) == models.needed_by(f"{runs[0]}-merged") == later
    ask.delete(runs[1])
    ask.delete(runs[0])
    assert order() == ["run-last", "run-first"]
    ask.close()


def test_a_terminal_carries_out_the_stages_and_the_next_call_goes_on(place: Home) -> None:
    """Without a server: a failed first stage ends the recipe, its resume carries out all of it."""
    runs = place.submit_stages(*THREE, queue=False, **QUICK)
    launcher = ForkserverLauncher(("modelforge.training.worker",), engine=engines.refuse_once)
    training = TrainingService(place.database, place.files, launcher)
    with pytest.raises(ConflictError, match=f"waits for run {runs[0]}"):
        training.carry_out(runs[1])
    with pytest.raises(TrainingError, match="No row is left"):
        training.carry_out(runs[0])
    assert [place.status(run) for run in runs] == ["failed", "stopped", "stopped"]
    result = training.resume(runs[0])
    assert result["status"] == "success"
    for run in runs[1:]:
        assert result["next_run_id"] == run
        result = training.carry_out(run)
    assert result["next_run_id"] is None
    assert all_are(place, runs, "succeeded")
