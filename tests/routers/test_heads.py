"""HEAD on what is downloaded: the head of the answer to GET, and nothing behind it, on a real socket."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PASSING = {"date", "x-request-id"}
