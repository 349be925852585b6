"""Work over many rows is watched: it tells how far it has come, and ends early where it is asked to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


class GenerationStopped(Exception):
    """The work was asked to stop. Nothing is returned, since half of the answers prove nothing."""


def _unheard(_done: int, _total: int) -> None:
    """Nobody is told."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on at work over many rows."""

    on_progress: Callable[[int, int], None] = _unheard
    """Called with (rows done, rows in all)."""
    should_stop: Callable[[], bool] = _never
    """Asked before each step of the work."""

    def check(self) -> None:
        """Go on, unless asked to stop.

        Raises:
            GenerationStopped: `should_stop` returned true.
        """
        if self.should_stop():
            raise GenerationStopped

    def over(self, batches: Iterable[list[int]], total: int) -> Iterator[list[int]]:
        """The batches, of `total` rows in all: looked at before each, and told of behind it.

        Raises:
            GenerationStopped: `should_stop` returned true.
        """
        done = 0
        for batch in batches:
            self.check()
            yield batch
            done += len(batch)
            self.on_progress(done, total)

    def silent(self) -> Watch:
        """Nobody is told, though it may be asked to stop: for a part that does not count as progress of its own."""
        return Watch(should_stop=self.should_stop)


UNWATCHED = Watch()
"""Nobody looks on: the work is done to its end."""
