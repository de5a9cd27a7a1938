"""Delivers events to one endpoint: signed anew each time, tried again until it answers 2xx."""

import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ops.stripe_standin.signing import signature_header
from ops.stripe_standin.state import StripeObject

_ANSWER_SECONDS_MAX = 30.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where events go.

    Args:
        url: empty for nowhere, so that every event stays undelivered.
        secrets: each signs every delivery.
        attempts_max: how often one event is tried.
        wait_s: before the second attempt; doubles with each further one.
    """

    url: str = ""
    secrets: tuple[str, ...] = ()
    attempts_max: int = 5
    wait_s: float = 1.0


@dataclass(slots=True)
class Deliveries:
    """The queue of events, worked off by one thread.

    Args:
        endpoint: where events go; may be replaced while running.
        now: the time that signatures carry, seconds since 1970.
        on_success: told the id of each event that was taken.
    """

    endpoint: Endpoint
    now: Callable[[], int]
    on_success: Callable[[str], None]
    paused: bool = False
    log: list[dict[str, object]] = field(default_factory=list)
    _due: list[tuple[float, int, StripeObject]] = field(default_factory=list)
    _busy: bool = False
    _stopped: bool = False
    _wake: threading.Condition = field(default_factory=threading.Condition)

    def start(self) -> None:
        """Begin to deliver."""
        threading.Thread(target=self._run, name="stripe-webhooks", daemon=True).start()

    def stop(self) -> None:
        """End after the delivery that is under way."""
        with self._wake:
            self._stopped = True
            self._wake.notify_all()

    def add(self, event: StripeObject, wait_s: float = 0.0, attempt: int = 1) -> None:
        """Deliver an event, soon or after a wait."""
        with self._wake:
            self._due.append((time.monotonic() + wait_s, attempt, event))
            self._wake.notify_all()

    def pause(self, *, paused: bool) -> None:
        """Hold deliveries back, or go on."""
        with self._wake:
            self.paused = paused
            self._wake.notify_all()

    def wait_idle(self, seconds_max: float = 10.0) -> bool:
        """Return whether everything was delivered or given up within the time."""
        with self._wake:
            return self._wake.wait_for(lambda: not (self._due or self._busy), seconds_max)

    def _run(self) -> None:
        while (taken := self._next()) is not None:
            attempt, event = taken
            status = self._post(event)
            self.log.append({"event": event["id"], "attempt": attempt, "status": status})
            if http.HTTPStatus.OK <= status < http.HTTPStatus.MULTIPLE_CHOICES:
                self.on_success(event["id"])
            elif self.endpoint.url and attempt < self.endpoint.attempts_max:
                self.add(event, self.endpoint.wait_s * 2 ** (attempt - 1), attempt + 1)
            with self._wake:
                self._busy = False
                self._wake.notify_all()

    def _next(self) -> tuple[int, StripeObject] | None:
        with self._wake:
            while not self._stopped:
                self._due.sort(key=lambda one: one[0])
                wait_s = self._due[0][0] - time.monotonic() if self._due else None
                if wait_s is not None and wait_s <= 0 and not self.paused:
                    _, attempt, event = self._due.pop(0)
                    self._busy = True
                    return attempt, event
                self._wake.wait(None if self.paused else wait_s)
        return None

    def _post(self, event: StripeObject) -> int:
        """Return the endpoint's status; 0 where there was no answer."""
        if not self.endpoint.url:
            return 0
        raw = json.dumps(event, indent=2).encode()
        signed = signature_header(
            raw, self.endpoint.secrets, datetime.fromtimestamp(self.now(), UTC)
        )
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signed}
        request = urllib.request.Request(self.endpoint.url, raw, headers)  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS_MAX) as answer:  # noqa: S310 - as above
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except (OSError, http.client.HTTPException):
            return 0
