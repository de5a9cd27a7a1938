"""A pack is bought when it is paid: a page that stood open, or a bank debit, makes nothing late."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from reprise.cases.model import CaseState
from reprise.policy.facts import Category, Preference

from tests.support.desk import ADA, BOUGHT, NOW, ORDER, World
from tests.support.ledger import HOUR, MINUTE
from tests.support.stripe import body, deliver

WANTS_MONEY = {"preference": Preference.REFUND}


def paid(after: timedelta, sample="checkout_pack_paid") -> tuple[bytes, datetime]:
    """The event of a checkout in the US that was paid so long after its page was opened."""
    event = json.loads(body(sample))
    event["data"]["object"]["customer_details"] = {"address": {"country": "US"}}
    event["created"] = int((BOUGHT + after).timestamp())
    return json.dumps(event).encode(), BOUGHT + after


@pytest.mark.parametrize(
    ("sample", "after"),
    [("checkout_pack_paid", 3 * HOUR), ("checkout_pack_async_succeeded", 120 * HOUR)],
)
def test_what_was_credited_as_soon_as_it_was_paid_is_final(sample, after):
    """It was refunded by rule, as credited more than an hour after the page was opened."""
    world = World(credited=False, country="US")
    raw, at = paid(after, sample)
    deliver(world.books, raw, at + timedelta(seconds=2))
    (order,) = world.books.ledger.store.orders_of(ADA)
    assert order.purchase.purchased_at == at
    wish = WANTS_MONEY | {"orders": (order.order_id,)}
    world.open(category=Category.PACK_NOT_CREDITED, wish=wish)
    case = world.work(now=max(at, NOW) + HOUR)
    assert (case.state, case.decision.rule) == (CaseState.DENIED, "pack_credited")
    assert world.refunds == {}


def test_an_uncredited_pack_is_late_an_hour_after_its_payment():
    world = World(credited=False)
    session = replace(world.stripe.sessions[ORDER], paid_at=NOW - MINUTE)
    world.stripe.sessions = {ORDER: session}
    wish = WANTS_MONEY | {"orders": (), "foreign": (ORDER,)}
    world.open(category=Category.PACK_NOT_CREDITED, wish=wish)
    case = world.work()
    assert (case.state, case.decision.rule) == (CaseState.PERSON, "pack_within_the_hour")
