"""How often a caller may ask, and how often someone may try to sign in."""

from __future__ import annotations

import math
import time

from modelforge.exceptions import ConfigurationError, TooManyRequestsError

SIGN_INS = "10/minute"
"""Per address, and per account; a password check takes a tenth of a second of a core."""
REFUSALS = "60/minute"
"""Wrong tokens per address, before the answer says to slow down."""


class RateLimits:
    """Windows that slide, in memory: a restart forgives."""

    def __init__(self, requests: str) -> None:
        from limits import parse
        from limits.storage import MemoryStorage
        from limits.strategies import SlidingWindowCounterRateLimiter

        try:
            self._requests = parse(requests)
        except ValueError as error:
            raise ConfigurationError(
                f"MODELFORGE_RATE_LIMIT is {requests!r}.", hint="Write it as 3000/10 seconds."
            ) from error
        self._sign_ins = parse(SIGN_INS)
        self._refusals = parse(REFUSALS)
        self._windows = SlidingWindowCounterRateLimiter(MemoryStorage())

    def count_request(self, caller: str) -> None:
        """Raises TooManyRequestsError."""
        self._hit(self._requests, "request", caller, "Send fewer requests, or wait.")

    def count_refusal(self, address: str) -> None:
        """Raises TooManyRequestsError."""
        self._hit(self._refusals, "refusal", address, "Find the right token before you go on.")

    def count_sign_in(self, *who: str) -> None:
        """Raises TooManyRequestsError."""
        for one in who:
            self._hit(self._sign_ins, "sign-in", one, "Wait before you try again.")

    def _hit(self, limit, what: str, who: str, hint: str) -> None:  # type: ignore[no-untyped-def]
        if self._windows.hit(limit, what, who):
            return
        wait = max(1, math.ceil(self._windows.get_window_stats(limit, what, who).reset_time - time.time()))
        raise TooManyRequestsError(
            f"More than {limit} ({what}).",
            hint=hint,
            details={"retry_after": wait},
            code="too-many-requests",
            params={"seconds": wait},
        )
