"""Keeps one outside service from being overrun, and us from waiting for one that is down."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock

from reprise.errors import TransientError


class GuardRefusedError(TransientError):
    """The call was not made: too many at once, too many per second, or the service is down."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How hard one service may be used.

    Args:
        concurrent_max: calls under way at once.
        per_second_max: calls started per second, evenly spread.
        wait_s_max: how long a call waits for its turn before it is refused; seconds.
        failures_max: failures in a row that open the circuit.
        open_s: how long an open circuit refuses before one call may try; seconds.
    """

    concurrent_max: int = 4
    per_second_max: float = 5.0
    wait_s_max: float = 5.0
    failures_max: int = 5
    open_s: float = 30.0


class Guard:
    """Bounds concurrency and rate of calls to one service, and breaks the circuit when it fails.

    Args:
        name: the service, for messages.
        limits: how hard it may be used.
        monotonic: a clock that never goes back; seconds.
        sleep: waits; seconds.
    """

    def __init__(
        self,
        name: str,
        limits: Limits,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = name
        self._limits = limits
        self._monotonic = monotonic
        self._sleep = sleep
        self._slots = BoundedSemaphore(limits.concurrent_max)
        self._lock = Lock()
        self._next_start = monotonic()
        self._failures = 0
        self._opened_at: float | None = None
        self._is_probing = False

    @contextmanager
    def call(self) -> Iterator[None]:
        """Hold a turn for one call; an exception inside counts as a failure of the service.

        Raises:
            GuardRefusedError: there is no turn to be had; this does not count as a failure.
        """
        if not self._slots.acquire(timeout=self._limits.wait_s_max):
            raise GuardRefusedError(f"{self._name}: too many calls at once")
        try:
            self._check_circuit(is_starting=False)
            self._wait_turn()
            self._check_circuit(is_starting=True)
            try:
                yield
            except BaseException:
                self._note_failure()
                raise
            self._note_success()
        finally:
            self._slots.release()

    def _wait_turn(self) -> None:
        with self._lock:
            now = self._monotonic()
            start = max(now, self._next_start)
            if start - now > self._limits.wait_s_max:
                raise GuardRefusedError(f"{self._name}: too many calls per second")
            self._next_start = start + 1 / self._limits.per_second_max
        if start > now:
            self._sleep(start - now)

    def _check_circuit(self, *, is_starting: bool) -> None:
        with self._lock:
            if self._opened_at is None:
                return
            is_cooling = self._monotonic() - self._opened_at < self._limits.open_s
            if is_cooling or self._is_probing:
                raise GuardRefusedError(f"{self._name}: it has been failing, not asked again yet")
            self._is_probing = is_starting

    def _note_failure(self) -> None:
        with self._lock:
            self._failures += 1
            if self._is_probing or self._failures >= self._limits.failures_max:
                self._opened_at = self._monotonic()
            self._is_probing = False

    def _note_success(self) -> None:
        with self._lock:
            self._failures = 0
            self._opened_at = None
            self._is_probing = False
