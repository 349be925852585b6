"""Rules 9 to 14: order, retries, steps down, adoption and stops, with real workers."""

from __future__ import annotations

import os
import signal

import engines
import pytest
from fault_home import Home, wait_until

from modelforge.exceptions import ConflictError
from modelforge.services.run_settling import reopen
from modelforge.training.event_log import read_events
from modelforge.training.process_group import created
from modelforge.training.run_lock import read_owner

pytestmark = pytest.mark.faults


def texts(place: Home, run_id: str) -> list[str]:
    return [event.data["text"] for event in place.database.list_events(run_id, "notice")]


def starts(place: Home, run_id: str) -> int:
    path = place.files.run(run_id).root / "starts.txt"
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_runs_take_turns_by_priority_and_place(place: Home) -> None:
    for name in ("run-a", "run-b", "run-c", "run-d"):
        place.submit(name, optimization={"max_steps": 3})
    place.database.move_run("run-d", priority=None, before="run-b")
    place.database.move_run("run-c", priority=5, before=None)
    assert [run.id for run in place.database.queued_runs()] == ["run-c", "run-a", "run-d", "run-b"]
    place.supervise(engines.count)
    wait_until(lambda: all(place.status(run) == "succeeded" for run in ("run-a", "run-b", "run-c", "run-d")))
    began = {run: float((place.files.run(run).root / "starts.txt").read_text().split()[1]) for run in
             ("run-a", "run-b", "run-c", "run-d")}  # fmt: skip
    assert sorted(began, key=began.__getitem__) == ["run-c", "run-a", "run-d", "run-b"]
    run = place.run("run-a")
    assert (run.slot, run.attempt, run.reason) == ("cpu", 1, None)
    events = read_events(place.files.run("run-a").events).events
    assert place.database.list_events("run-a") == list(events)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))


def test_two_slots_run_two_at_once_and_never_more(place: Home) -> None:
    for number in range(5):
        place.submit(f"run-{number}", optimization={"max_steps": 20})
    supervisor = place.supervise(engines.count, slots=("one", "two"))
    most = 0

    def done() -> bool:
        nonlocal most
        runs = [place.run(f"run-{number}") for number in range(5)]
        busy = [run.slot for run in runs if run.status == "running"]
        assert len(set(busy)) == len(busy)
        most = max(most, len(busy), len(supervisor.busy_slots()))
        return all(run.status == "succeeded" for run in runs)

    wait_until(done)
    assert most == 2


@pytest.mark.parametrize("engine", ["die_once", "fail_once"])
def test_a_death_and_a_single_exception_are_tried_again(place: Home, engine: str) -> None:
    place.submit("run-one", optimization={"max_steps": 4})
    place.supervise(getattr(engines, engine))
    wait_until(lambda: place.status("run-one") == "succeeded")
    run = place.run("run-one")
    assert run.error is None
    assert any("nother attempt begins" in text for text in texts(place, "run-one"))
    states = [event.data["status"] for event in place.database.list_events("run-one", "state")]
    assert states[-1] == "succeeded"
    assert states.count("starting") == 2
    assert "queued" in states


def test_the_same_exception_twice_at_one_step_ends_the_run(place: Home) -> None:
    folder = place.submit("run-one")
    place.supervise(engines.fail_always)
    wait_until(lambda: place.status("run-one") == "failed")
    run = place.run("run-one")
    assert run.error is not None
    assert (run.error.type, run.error.step) == ("RuntimeError", 3)
    assert len(place.database.list_events("run-one", "error")) == 2
    assert len(list(folder.root.glob("exit-*.json"))) == 1


def test_bad_data_is_never_tried_again(place: Home) -> None:
    place.submit("run-one")
    place.supervise(engines.bad_data)
    wait_until(lambda: place.status("run-one") == "failed")
    assert len(place.database.list_events("run-one", "error")) == 1


def test_deaths_without_progress_end_the_run_after_five_retries(place: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelforge.services.run_supervisor.LONGEST_WAIT", 0.0)
    place.submit("run-one")
    place.supervise(engines.die)
    wait_until(lambda: place.status("run-one") == "failed", 60)
    run = place.run("run-one")
    assert run.error is not None
    assert "died 6 times" in run.error.message
    states = [event.data["status"] for event in place.database.list_events("run-one", "state")]
    assert states.count("starting") == 6


def test_out_of_memory_steps_down_and_keeps_the_effective_batch(place: Home) -> None:
    folder = place.submit(
        "run-one", optimization={"max_steps": 6, "per_device_train_batch_size": 8, "gradient_accumulation_steps": 2}
    )
    place.supervise(engines.hungry)
    wait_until(lambda: place.status("run-one") == "succeeded")
    run = place.run("run-one")
    optimization = run.config.optimization
    assert (optimization.per_device_train_batch_size, optimization.gradient_accumulation_steps) == (2, 8)
    assert folder.read_spec().config == run.config
    assert len(list(folder.root.glob("spec-*.json"))) == 2
    told = [text for text in texts(place, "run-one") if "ran out of memory" in text]
    assert len(told) == 2
    assert "micro-batches of 4 instead of 8" in told[0]
    assert "each step still sees 16 rows" in told[1]


def test_no_memory_at_the_smallest_step_is_an_end(place: Home) -> None:
    place.submit(
        "run-one",
        optimization={"per_device_train_batch_size": 2},
        evaluation={"per_device_eval_batch_size": 1},
    )
    place.supervise(engines.greedy)
    wait_until(lambda: place.status("run-one") == "failed")
    run = place.run("run-one")
    assert run.config.compute.gradient_checkpointing
    assert run.error is not None
    assert run.error.type == "HardwareError"


def test_a_new_supervisor_adopts_living_workers_within_two_seconds(place: Home) -> None:
    place.submit("run-one", optimization={"max_steps": 100})
    first = place.supervise(engines.count, ENGINE_PAUSE="0.03")
    wait_until(lambda: place.status("run-one") == "running")
    owner = read_owner(place.files.run("run-one"))
    assert owner is not None
    first.close(stop_runs=False)
    assert owner.is_alive
    seen = len(place.database.list_events("run-one"))
    second = place.supervise(engines.count)
    wait_until(lambda: second.busy_slots() == {"cpu": "run-one"}, 2)
    wait_until(lambda: len(place.database.list_events("run-one")) > seen + 3, 2)
    wait_until(lambda: place.status("run-one") == "succeeded")
    assert starts(place, "run-one") == 1
    assert read_owner(place.files.run("run-one")) == owner


def test_closing_with_stop_saves_and_the_run_can_be_resumed(place: Home) -> None:
    folder = place.submit("run-one", optimization={"max_steps": 60})
    first = place.supervise(engines.count, ENGINE_PAUSE="0.03")
    wait_until(lambda: len(place.database.list_events("run-one", "progress")) > 3)
    owner = read_owner(folder)
    assert owner is not None
    first.close(stop_runs=True)
    assert created(owner.pid) is None
    assert place.status("run-one") == "stopped"
    step = max(event.data["step"] for event in place.database.list_events("run-one", "checkpoint"))
    second = place.supervise(engines.count)
    reopen(folder, second.reader)
    wait_until(lambda: place.status("run-one") == "succeeded")
    steps = [event.data["step"] for event in place.database.list_events("run-one", "progress")]
    assert steps == [*range(1, step + 1), *range(step + 1, 61)]
    with pytest.raises(ConflictError, match="has succeeded"):
        reopen(folder, second.reader)


def test_a_run_given_a_slot_by_a_server_that_was_killed_before_it_began_is_started(place: Home) -> None:
    place.submit("run-one", optimization={"max_steps": 3})
    place.database.update_run("run-one", status="starting", slot="cpu")
    place.supervise(engines.count)
    wait_until(lambda: place.status("run-one") == "succeeded")
    assert starts(place, "run-one") == 1


def test_a_second_supervisor_stands_by_until_the_first_has_gone(place: Home) -> None:
    first = place.supervise(engines.count)
    wait_until(lambda: first.is_supervising)
    second = place.supervise(engines.count)
    place.submit("run-one", optimization={"max_steps": 2})
    wait_until(lambda: place.status("run-one") == "succeeded")
    assert not second.is_supervising
    first.close(stop_runs=False)
    wait_until(lambda: second.is_supervising, 5)


def test_a_run_of_a_terminal_is_followed_but_takes_no_slot(place: Home) -> None:
    folder = place.submit("run-cli", optimization={"max_steps": 100})
    folder.ticket.unlink()
    supervisor = place.supervise(engines.count, ENGINE_PAUSE="0.1")
    worker = supervisor._launcher_for("cpu").start(folder)
    wait_until(lambda: place.status("run-cli") == "running")
    assert supervisor.busy_slots() == {}
    os.kill(worker.pid, signal.SIGKILL)
    wait_until(lambda: place.status("run-cli") == "paused")
