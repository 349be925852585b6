"""What Prometheus may ask: requests, runs by state, memory and processor time of this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelforge.schemas.run import RunView

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)
"""Seconds. 0.25 is what the API promises while a run trains."""


class Metrics:
    """The figures of one server."""

    def __init__(self, runs: Callable[[], list[RunView]]) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram
        from prometheus_client.process_collector import ProcessCollector

        self._registry = CollectorRegistry()
        self._requests = Counter(
            "modelforge_requests", "Requests answered", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "modelforge_request_seconds", "Time to the end of the answer", ("route",), buckets=BUCKETS,
            registry=self._registry,
        )  # fmt: skip
        ProcessCollector(registry=self._registry)
        self._registry.register(_RunsByStatus(runs))

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request was answered, or its stream has ended."""
        self._requests.labels(method if method.isupper() and len(method) < 8 else "OTHER", route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All figures, in Prometheus' text format."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)


class _RunsByStatus:
    """Counts the runs when it is asked, so that the figure is never behind."""

    def __init__(self, runs: Callable[[], list[RunView]]) -> None:
        self._runs = runs

    def collect(self) -> Iterator[Any]:
        """What prometheus-client calls."""
        from prometheus_client.core import GaugeMetricFamily

        family = GaugeMetricFamily("modelforge_runs", "Runs by state", labels=("status",))
        for status, number in sorted(Counter(run.status for run in self._runs()).items()):
            family.add_metric((status,), number)
        yield family
