"""When and how often a call is made again."""

from __future__ import annotations

import dataclasses
import random

from fluxgate import errors


@dataclasses.dataclass(frozen=True)
class RetryPolicy:
    """Only what the server has not done is repeated: `Unavailable` always (changes carry a request
    id, so a repeat is safe), `ResourceExhausted` when the server says after how long. Delays are in
    seconds; they double from one attempt to the next.
    """

    max_attempts: int = 5
    first_delay: float = 0.1
    longest_delay: float = 5.0


class Backoff:
    """The attempts of one call."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._policy = policy
        self.reset()

    def reset(self) -> None:
        """After progress the count begins anew."""
        self._attempts = 1
        self._delay = self._policy.first_delay

    def after(self, error: errors.Error) -> float | None:
        """The seconds to wait before the next attempt; None when there is to be none."""
        retryable = isinstance(error, errors.Unavailable) or (
            isinstance(error, errors.ResourceExhausted) and error.retry_after is not None)
        if not retryable or self._attempts >= self._policy.max_attempts:
            return None
        self._attempts += 1
        # Jitter, so that many clients do not come back at once.
        wait = self._delay * random.uniform(0.5, 1.0)
        self._delay = min(self._delay * 2, self._policy.longest_delay)
        return max(wait, min(error.retry_after or 0.0, self._policy.longest_delay))
