"""Subscribers with paid periods, for outages; in memory or in any other stores."""

from datetime import UTC, datetime, timedelta

from reprise.billing.mirror import Mirror, Sighting
from reprise.billing.outage import Compensation, Severity
from reprise.catalogue.reading import example_catalogue
from reprise.composition import rules_at
from reprise.ledger.commands import GrantOrder
from reprise.policy.book import packaged_book
from reprise.ports.ledger_memory import MemoryLedgerStore
from reprise.ports.mirror import MemoryMirrorStore
from reprise.ports.outages import MemoryOutageStore
from reprise.usecases.ledger import Ledger
from reprise.usecases.outages import Outages

from tests.support.ledger import CAUSE, DAY, renewal

START = datetime(2026, 10, 1, tzinfo=UTC)
PERIOD = 30 * DAY
OUTAGE = (START + 10 * DAY, START + 13 * DAY)
NOW = START + 14 * DAY
OPERATIONS = ("music_custom", "music_simple")
EVE, BOB = "arn:aws:iam::1:user/eve", "arn:aws:iam::1:user/bob"


def outages(ledger_store=None, mirrors=None, incidents=None) -> Outages:
    book = packaged_book()
    store = ledger_store or MemoryLedgerStore()
    return Outages(
        ledger=Ledger(store, rules_at(book), pause=lambda _: None),
        mirrors=mirrors or MemoryMirrorStore(),
        incidents=incidents or MemoryOutageStore(),
        policy=book,
        catalogue=example_catalogue(),
    )


def sighting(number=1, at=START, start=START, end=None, plan="pro", status="active", ended_at=None):
    end = end or start + PERIOD
    return Sighting(at, f"evt_{number}", status, plan, start, end, None, ended_at)


def see(of: Outages, account, *sightings, sub="sub_1"):
    """Mirror sightings of a subscription, each saved as the webhook saves it."""
    for seen in sightings:
        mirror = of.mirrors.load(account, sub).seeing(seen)
        of.mirrors.save(account, mirror)
    return of.mirrors.load(account, sub)


def pay(of: Outages, account, start=START, sub="sub_1", credits=500, at=None, number=1, **more):
    """Pay a period's invoice."""
    end = more.pop("end", start + PERIOD)
    bought = renewal(f"in_{sub}_{number}/il_1", sub, end, credits, at or start)
    of.ledger.run(account, GrantOrder(bought, CAUSE), at or start, may_open=True)


def subscriber(of: Outages, account, **more):
    """An account whose one period began at START and was paid."""
    see(of, account, sighting(**more))
    pay(of, account)


def subscribers(of: Outages, accounts) -> list[str]:
    """Such accounts, by their ids."""
    named = list(accounts)
    for account in named:
        subscriber(of, account)
    return named


def declare(of: Outages, window=OUTAGE, now=NOW, actor=EVE, operations=OPERATIONS, by="credits"):
    compensation = Compensation(by)
    return of.declare(
        window, Severity.MAJOR, operations, actor=actor, now=now, compensation=compensation
    )


def mirror_of(*sightings) -> Mirror:
    mirror = Mirror("sub_1")
    for seen in sightings:
        mirror = mirror.seeing(seen)
    return mirror


def hours(number) -> timedelta:
    return timedelta(hours=number)
