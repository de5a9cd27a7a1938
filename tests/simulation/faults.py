"""Faults between functions and what they call: crashes, lost answers, throttling, conflicts."""

import random
from collections import Counter

from reprise.ports.ledger import Due, Page, StoreBusyError, shard_of


class CrashError(BaseException):
    """The process died here. No handler may catch it."""


class Faults:
    """Decides by seed which calls go wrong, and counts what it did.

    Args:
        seed: of the account whose calls are judged, so that one account replays alone.
        rate: the chance of a fault per call.
    """

    KINDS = ("crash before", "crash after", "lost answer", "throttled")

    def __init__(self, seed, rate):
        self.random = random.Random(f"faults {seed}")
        self.rate = rate
        self.injected = Counter()

    def next(self):
        if self.random.random() >= self.rate:
            return None
        kind = self.random.choice(self.KINDS)
        self.injected[kind] += 1
        return kind


class Faulty:
    """A port whose calls go wrong as the dice say; reads and writes alike."""

    def __init__(self, inner, faults):
        self._inner = inner
        self._faults = faults

    def __getattr__(self, name):
        method = getattr(self._inner, name)

        def call(*args, **kwargs):
            fault = self._faults.next()
            if fault == "crash before":
                raise CrashError
            if fault == "throttled":
                raise StoreBusyError("throttled")
            answer = method(*args, **kwargs)
            if fault == "crash after":
                raise CrashError
            if fault == "lost answer":
                raise StoreBusyError("the answer never came")
            return answer

        return call


class Own:
    """A ledger store in which the indexes show one account alone, so that it replays alone."""

    def __init__(self, inner, account_id):
        self._inner = inner
        self._account_id = account_id

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def due(self, what, shard, before, *_page):
        if shard != shard_of(self._account_id):
            return Page((), None)
        head = self._inner.heads.get(self._account_id)
        at = None
        if head is not None:
            at = head.next_due if what is Due.EXPIRY else head.oldest_charge
        return Page((self._account_id,) if at and at <= before else (), None)
