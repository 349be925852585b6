"""Where a model may compute while runs train."""

import pytest

from modelforge.exceptions import ConflictError
from modelforge.services import seats
from modelforge.services.seats import Seats


def test_the_processor_is_shared() -> None:
    assert Seats(("cpu",), lambda: {"cpu": "the run a"}).free() == "cpu"


def test_a_free_accelerator_is_taken_from_the_end() -> None:
    busy: dict[str, str] = {}
    found = Seats(("cuda:0", "cuda:1", "cuda:2"), lambda: busy)
    assert found.free() == "cuda:2"
    busy["cuda:2"] = "the run a"
    assert found.free() == "cuda:1"
    busy |= {"cuda:0": "the run b", "cuda:1": "the run c"}
    with pytest.raises(ConflictError, match="the run a needs cuda:2") as caught:
        found.free()
    assert caught.value.details == {"reason": "training"}


def test_a_slot_that_was_promised_to_a_run_is_not_free(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(seats.time, "monotonic", lambda: now)
    found = Seats(("mps",), dict)
    found.give_away("mps")
    with pytest.raises(ConflictError, match="a run needs mps"):
        found.free()
    now += seats.GIVEN_AWAY_SECONDS + 1
    assert found.free() == "mps"  # the run has not started after all
