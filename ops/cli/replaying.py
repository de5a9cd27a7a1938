"""Deliveries to the webhook's own handler over books in memory, in one order or in many."""

import io
import itertools
import json
import math
import os
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast, override

from reprise.adapters.secrets import CachedSecret
from reprise.billing.events import read_event
from reprise.canonical import Json
from reprise.clock import wall_clock
from reprise.errors import BadInputError
from reprise.ports.ledger_memory import MemoryLedgerStore
from reprise.ports.mirror import MemoryMirrorStore
from reprise.ports.parking import MemoryParkingLot
from reprise.usecases.stripe.books import Books

from ops.memory import memory_books, standing
from ops.stripe_standin.signing import http_event

if TYPE_CHECKING:
    from functions.stripe_webhook.app import Root

type Bodies = Sequence[tuple[str, bytes]]

ORDERS_MAX: Final = 720
"""Every order of six events; of more, as many are drawn."""
SECRET: Final = "whsec_in_memory"  # noqa: S105 - signs and verifies within this process alone
_QUIET: Final = {"POWERTOOLS_METRICS_DISABLED": "true", "POWERTOOLS_LOG_LEVEL": "CRITICAL"}


@dataclass(frozen=True, slots=True)
class AccountNow:
    """An account after the deliveries; credits throughout."""

    account_id: str
    balance: int
    available: int
    owed: int
    entries: int
    lots: tuple[tuple[str, int], ...]
    subscriptions: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Json]:
        """Return what `--json` prints."""
        return {
            "account": self.account_id,
            "balance": self.balance,
            "available": self.available,
            "owed": self.owed,
            "entries": self.entries,
            "lots": dict(self.lots),
            "subscriptions": dict(self.subscriptions),
        }


@dataclass(frozen=True, slots=True)
class Replay:
    """What a series of deliveries did.

    Args:
        deliveries: file, HTTP status and effect of each.
        accounts: those that there are now.
        parked: events that still wait, by id.
        end: everything that must not depend on the order.
    """

    deliveries: tuple[tuple[str, int, str], ...]
    accounts: tuple[AccountNow, ...]
    parked: tuple[str, ...]
    end: str


class _KnownSecret(CachedSecret):
    """A secret that needs no asking."""

    def __init__(self) -> None:
        """Hold the one word."""

    @override
    def words(self, now: datetime) -> tuple[str, ...]:
        return (SECRET,)

    @override
    def refreshed(self, now: datetime) -> tuple[str, ...]:
        return (SECRET,)


def replay(bodies: Bodies, *, livemode: bool) -> Replay:
    """Deliver signed bodies to the handler, one after the other, at the time of the latest.

    Args:
        bodies: name and body of each delivery, in order.
        livemode: the mode of the endpoint.
    """
    books = memory_books(livemode=livemode)
    now = max((at for _, raw in bodies if (at := _created(raw))), default=wall_clock())
    deliveries = tuple(_delivered(books, bodies, now))
    heads = cast("MemoryLedgerStore", books.ledger.store).heads
    mirrors = cast("MemoryMirrorStore", books.mirrors).mirrors
    accounts = sorted({*heads, *(owner for owner, _ in mirrors)})
    waiting = cast("MemoryParkingLot", books.parking).events.values()
    parked = sorted(event.parked_id for event in waiting if event.done_at is None)
    return Replay(
        deliveries=deliveries,
        accounts=tuple(_account_now(books, account_id, now) for account_id in accounts),
        parked=tuple(parked),
        end=repr([[standing(books, account_id) for account_id in accounts], parked]),
    )


def orders_of(bodies: Bodies) -> tuple[list[Bodies], int]:
    """Return the orders to try, the given one first, and how many there are."""
    possible = math.factorial(len(bodies))
    if possible <= ORDERS_MAX:
        return list(itertools.permutations(bodies)), possible
    draw = random.Random(0)  # noqa: S311 - the same sample each time, so that a finding stays
    drawn = [draw.sample(list(bodies), len(bodies)) for _ in range(ORDERS_MAX - 1)]
    return [bodies, *drawn], possible


def bound_to(books: Books, now: datetime) -> "Root":
    """Return what the webhook is bound to where everything is in memory and time stands still."""
    from functions.stripe_webhook.app import Root  # noqa: PLC0415 - see `_quiet`

    return Root(clock=lambda _: now, secret=_KnownSecret(), books=books)


def _delivered(books: Books, bodies: Bodies, now: datetime) -> Iterator[tuple[str, int, str]]:
    with _quiet():
        from functions.stripe_webhook.app import respond  # noqa: PLC0415 - see `_quiet`

        bound = bound_to(books, now)
        for name, raw in bodies:
            request = http_event(raw, (SECRET,), wall_clock(), encoded=True)
            with redirect_stdout(io.StringIO()):
                answer = respond(bound, request)
            yield name, answer["statusCode"], _effect(answer)


def _effect(answer: dict[str, Any]) -> str:
    body: dict[str, str] = json.loads(answer["body"])
    return body.get("effect") or "reject"


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the function's logs and metrics out of what the command prints.

    The function's logger reads its level once, as it is imported: not before it is needed.
    """
    before = {name: os.environ.get(name) for name in _QUIET}
    os.environ.update(_QUIET)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _created(raw: bytes) -> datetime | None:
    try:
        return read_event(raw).created
    except BadInputError:
        return None


def _account_now(books: Books, account_id: str, now: datetime) -> AccountNow:
    head = books.ledger.store.read(account_id).account
    notice = books.ledger.rules_at(now).current.notice
    lots = sorted(head.lots.values(), key=lambda lot: lot.burn_rank) if head else []
    mirrors = books.mirrors.mirrors_of(account_id)
    return AccountNow(
        account_id=account_id,
        balance=head.balance if head else 0,
        available=head.available(now, notice) if head else 0,
        owed=head.owed if head else 0,
        entries=head.seq if head else 0,
        lots=tuple((lot.lot_id, lot.remaining) for lot in lots),
        subscriptions=tuple((one.subscription_id, one.current.status) for one in mirrors),
    )
