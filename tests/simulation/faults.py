"""Faults between functions and what they call, and in the machines they run on."""

import random
from collections import Counter

from reprise.errors import TransientError
from reprise.ports.ledger import StoreBusyError
from reprise.ports.outbox import MailDoubtfulError
from reprise.ports.stripe import StripeBrokenError, StripeBusyError, StripeSilentError


class CrashError(BaseException):
    """The process died here. No handler may catch it."""


BEFORE, AFTER = "before", "after"
ERRORS = {
    "crash before": (BEFORE, CrashError),
    "crash after": (AFTER, CrashError),
    "throttled": (BEFORE, lambda: StoreBusyError("throttled")),
    "transaction conflict": (BEFORE, lambda: StoreBusyError("TransactionConflict")),
    "lost answer": (AFTER, lambda: StoreBusyError("the answer never came")),
    "stripe busy": (BEFORE, lambda: StripeBusyError("429")),
    "stripe silent before": (BEFORE, lambda: StripeSilentError("no answer")),
    "stripe silent after": (AFTER, lambda: StripeSilentError("no answer")),
    "stripe broken": (BEFORE, lambda: StripeBrokenError("500")),
    "mail not taken": (BEFORE, lambda: TransientError("throttled by SES")),
    "mail doubtful": (AFTER, lambda: MailDoubtfulError("no answer")),
    "bus not reached": (BEFORE, lambda: TransientError("the bus took nothing")),
    "queue not reached": (BEFORE, lambda: TransientError("the queue took nothing")),
}
CRASHES = ("crash before", "crash after")
STORE = (*CRASHES, "throttled", "transaction conflict", "lost answer", "overtaken")
STRIPE = (*CRASHES, "stripe busy", "stripe silent before", "stripe silent after", "stripe broken")
MAIL = (*CRASHES, "mail not taken", "mail doubtful")
BUS = (*CRASHES, "bus not reached")
QUEUE = (*CRASHES, "queue not reached")


class Faults:
    """Decides by seed what goes wrong, and counts it.

    Args:
        seed: of the world.
        rate: the chance of a fault per call.
    """

    def __init__(self, seed, rate):
        self.random = random.Random(f"faults {seed}")
        self.rate = rate
        self.injected = Counter()

    def strikes(self, kind, times=1.0):
        """Whether a fault of this kind happens now, `times` as likely as one of a call."""
        if self.rate and self.random.random() < self.rate * times:
            self.injected[kind] += 1
            return True
        return False

    def of_call(self, kinds):
        """The fault of one call, if it has one."""
        if self.random.random() >= self.rate:
            return None
        return self.random.choice(kinds)


class Faulty:
    """A port whose calls go wrong as the dice say, reads and writes alike.

    Args:
        inner: the port.
        world: whose dice decide, and in which somebody else may be faster.
        kinds: what can happen to a call.
        struck: called with the kind and the arguments of each call that went wrong.
    """

    def __init__(self, inner, world, kinds=STORE, struck=lambda *_: None):
        self._inner = inner
        self._world = world
        self._kinds = kinds
        self._struck = struck

    def __getattr__(self, name):
        method = getattr(self._inner, name)
        if not callable(method):
            return method

        def call(*args, **kwargs):
            kind = self._world.faults.of_call(self._kinds)
            if kind is None:
                return method(*args, **kwargs)
            return self._wrong(kind, method, args, kwargs)

        vars(self)[name] = call
        return call

    def _wrong(self, kind, method, args, kwargs):
        if kind == "overtaken":
            if self._world.overtake():
                self._world.faults.injected[kind] += 1
            return method(*args, **kwargs)
        self._world.faults.injected[kind] += 1
        self._struck(kind, *args)
        when, error = ERRORS[kind]
        if when is AFTER:
            method(*args, **kwargs)
        raise error()


class Context:
    """What Lambda tells a function about its time; now and then there is little of it."""

    def __init__(self, faults):
        self._left = faults.random.randrange(4) if faults.strikes("out of time") else None

    def get_remaining_time_in_millis(self):
        if self._left is None:
            return 900_000
        self._left -= 1
        return 900_000 if self._left >= 0 else 0


JUMPS = {
    "clock behind": (-90, 1.0),
    "clock ahead": (45, 1.0),
    "clock jumps back": (-7200, 0.2),
    "clock jumps ahead": (600, 0.2),
}
"""Seconds by which the clock of the machine that runs a function may be off, and how likely."""


def skew(faults):
    """How far off the clock of this run is."""
    for kind, (seconds, times) in JUMPS.items():
        if faults.strikes(kind, times):
            return seconds
    return 0
