"""Generations in memory: an account with credits, its charges, and reports about them."""

from datetime import UTC, datetime

from reprise.ledger.commands import ChargeGeneration, GrantOrder
from reprise.policy.book import packaged_book
from reprise.ports.ledger_memory import MemoryLedgerStore
from reprise.ports.provider_memory import MemoryProviderPoller
from reprise.providers.generation_events import GenerationEvent, Kind
from reprise.usecases.generations.receive import receive
from reprise.usecases.generations.settling import Generations
from reprise.usecases.ledger import Ledger

from tests.support.ledger import CAUSE, MINUTE, RULES, T0, pack

ACCOUNT = "usr_1"
AT = datetime(2026, 10, 1, 12, 1, tzinfo=UTC)


def in_memory(*, polls=True) -> Generations:
    """Generations over empty fakes."""
    ledger = Ledger(MemoryLedgerStore(), lambda _: RULES, lambda _: None)
    return Generations(ledger, packaged_book(), MemoryProviderPoller() if polls else None)


def charge(generations, generation="gen_1", operation="music_simple", at=T0, account=ACCOUNT):
    """Charge 10 credits, from a pack of 100 that is granted at need."""
    ledger = generations.ledger
    ledger.run(account, GrantOrder(pack(f"cs_{account}"), CAUSE), T0, may_open=True)
    ledger.run(account, ChargeGeneration(generation, operation, 10, CAUSE), at)


def event(kind, payload=None, *, at=AT, generation="gen_1", account=ACCOUNT, **more):
    """A report of the product."""
    fields = {"provider": "kie", "event_id": f"evt_{kind.name}_{at.timestamp()}"} | more
    return GenerationEvent(
        kind=kind, at=at, account_id=account, generation_id=generation, payload=payload, **fields
    )


def submitted(task_id="t1", **more):
    return event(Kind.SUBMITTED, task_id=task_id, **more)


def called_back(payload, *, authenticated=True, **more):
    return event(Kind.CALLBACK, payload, authenticated=authenticated, **more)


def rejected(payload=None, **more):
    return event(Kind.REJECTED, payload, **more)


def tell(generations, report, now=None):
    """Receive a report when it is made, or later."""
    return receive(generations, report, now or report.at)


def balance(generations, account=ACCOUNT):
    return generations.ledger.account(account).balance


def outcome(generations, generation="gen_1", account=ACCOUNT):
    """The outcome's facts, or None while the charge is open."""
    key = f"outcome#{generation}"
    found = generations.ledger.store.read(account, (key,)).entries.get(key)
    return found and found.details


__all__ = ["ACCOUNT", "AT", "MINUTE", "T0"]
