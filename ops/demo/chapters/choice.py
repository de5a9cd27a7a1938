"""Paid packs that do not land: found by themselves, or completed or refunded as customers choose.

A pack is completed *or* refunded, never both: whatever comes later finds it settled.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from reprise.cases.model import CaseState

from ops.demo.outside import given_back, joins, scheduled, stripe_repeats, stripe_tells
from ops.demo.post import sent_to, settled, show_history, show_mail, writes
from ops.demo.samples import Customer
from ops.demo.stage import Stage

TITLE: Final = "A pack was paid and does not land: found, or the customer chooses"

_PACK: Final = 1000
_PAID: Final = "15.00 EUR"
_MINUTE: Final = timedelta(minutes=1)


def play(stage: Stage) -> None:
    """Lose a webhook three times, and sell once what the catalogue does not have."""
    now = datetime.now(UTC).replace(microsecond=0)
    _found(stage, Customer("usr_emil", now - 15 * _MINUTE, "da-DK", "DK"), now)
    _writes_first(stage, Customer("usr_finn", now - 70 * _MINUTE, country="IE"))
    _is_asked(stage, Customer("usr_nora", now - 80 * _MINUTE, "de-DE"), now)


def _found(stage: Stage, emil: Customer, now: datetime) -> None:
    joins(stage, emil)
    stage.tell(f"Emil pays for a pack of {_PACK} credits, and the webhook is never delivered")
    paid = emil.pack()
    stripe_tells(stage, paid, deliver=False)
    stage.expect("balance", _balance(stage, emil), 0)
    stage.tell("A quarter of an hour later the function that reads Stripe's own lists finds it")
    _reconcile(stage, now)
    stage.expect("balance", _balance(stage, emil), _PACK)
    _late(stage, paid, now)
    stage.close(emil.account_id, _PACK)


def _writes_first(stage: Stage, finn: Customer) -> None:
    joins(stage, finn)
    stage.tell("Finn's webhook is lost too. After an hour he writes, before anybody finds it")
    paid = finn.pack()
    stripe_tells(stage, paid, deliver=False)
    session = paid["data"]["object"]["id"]
    words = "My credit pack has not arrived after more than an hour. Please refund it.\n"
    mail = writes(stage, finn, "Pack not credited", f"{words}Order: {session}\n\nFinn\n")
    case = settled(stage, mail, CaseState.APPROVED)
    stage.expect("given back", given_back(stage, paid), _PAID)
    show_mail(stage, sent_to(stage, finn.email)[-1])
    show_history(stage, case)
    _late(stage, paid, datetime.now(UTC))
    stage.expect("given back", given_back(stage, paid), _PAID)
    stage.close(finn.account_id, 0)


def _is_asked(stage: Stage, nora: Customer, now: datetime) -> None:
    joins(stage, nora)
    stage.tell("Nora pays for a pack that the catalogue lacks; its webhook waits, and alarms")
    paid = nora.pack(sku="pack_of_tomorrow")
    stripe_tells(stage, paid)
    stage.tell("The hour passes, so she is asked what she would like")
    _reconcile(stage, now)
    scheduled(stage, "case_actions", "scheduled", now + _MINUTE)
    stage.wait("Nora is asked", lambda: bool(sent_to(stage, nora.email)))
    asked = sent_to(stage, nora.email)[0]
    show_mail(stage, asked)
    mail = writes(stage, nora, f"Re: {asked.subject}", "Bitte erstatten Sie mir das Geld.", asked)
    case = settled(stage, mail, CaseState.APPROVED)
    stage.expect("given back", given_back(stage, paid), _PAID)
    show_mail(stage, sent_to(stage, nora.email)[-1])
    show_history(stage, case)
    _late(stage, paid, datetime.now(UTC))
    stage.expect("given back", given_back(stage, paid), _PAID)
    stage.close(nora.account_id, 0)


def _late(stage: Stage, paid: dict[str, Any], at: datetime) -> None:
    stage.tell("The webhook comes after all, and the function again: nothing moves")
    stripe_repeats(stage, paid)
    _reconcile(stage, at + 10 * _MINUTE)


def _reconcile(stage: Stage, at: datetime) -> None:
    scheduled(stage, "stripe_reconcile", "every_ten_minutes", at)


def _balance(stage: Stage, customer: Customer) -> int:
    return stage.credits().balance(customer.account_id).balance
