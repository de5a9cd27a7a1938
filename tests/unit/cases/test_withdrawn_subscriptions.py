"""Who withdraws from a subscription has none any more: its money is back, and it never renews."""

import json
from dataclasses import replace

import pytest
from reprise.cases.model import CaseState
from reprise.ports.stripe import Bought, StripeRefusedError, StripeSilentError

from tests.support.cases import letter
from tests.support.desk import ADA, World
from tests.support.ledger import DAY, HOUR
from tests.support.stripe import body, deliver

INVOICE = json.loads(body("invoice_paid_create"))["data"]["object"]
SUBSCRIPTION = INVOICE["parent"]["subscription_details"]["subscription"]


@pytest.fixture
def world():
    """Ada's first month, paid a day ago by one payment."""
    made = World(credited=False)
    event = json.loads(body("invoice_paid_create"))
    event["data"]["object"]["parent"]["subscription_details"]["metadata"] = {"user_id": ADA}
    event["data"]["object"] |= {"metadata": {}, "customer_address": {"country": "DE"}}
    deliver(made.books, json.dumps(event).encode())
    (order,) = made.books.ledger.store.orders_of(ADA)
    made.order, bought = order, order.purchase
    paid = replace(made.paid, payment_id="pi_month", paid_at=bought.purchased_at)
    paid = replace(paid, amount_minor=bought.paid, currency=bought.currency)
    made.stripe.roots[INVOICE["id"]] = Bought((paid,))
    made.now = bought.purchased_at + DAY
    received = made.now - HOUR
    made.open(
        wish={"orders": (order.order_id,)},
        letter=letter(received_at=received, sent_at=received),
        opened_at=received,
        changed_at=received,
        due_at=made.now + HOUR,
        wakes_at=received,
    )
    return made


def test_a_withdrawn_first_period_is_refunded_and_its_subscription_ended(world):
    case = world.work(now=world.now)
    assert (case.state, case.decision.rule) == (CaseState.APPROVED, "withdrawal")
    assert [action.kind for action in case.decision.actions] == ["refund_order", "end_subscription"]
    assert world.refunds == {"pi_month": world.order.purchase.paid}
    assert world.stripe.ended == {SUBSCRIPTION}
    assert world.balance == 0


def test_an_end_without_an_answer_is_asked_again_and_refunds_nothing_more(world):
    def silent(_):
        raise StripeSilentError("no answer")

    world.on_stripe(end_subscription=silent)
    with pytest.raises(StripeSilentError):
        world.work(now=world.now)
    world.on_stripe()
    case = world.work(now=world.now + HOUR)
    assert (case.state, world.stripe.ended) == (CaseState.APPROVED, {SUBSCRIPTION})
    assert world.refunds == {"pi_month": world.order.purchase.paid}


def test_an_end_that_stripe_refuses_is_a_persons_to_make(world):
    def refused(_):
        raise StripeRefusedError("", "no such right")

    world.on_stripe(end_subscription=refused)
    case = world.work(now=world.now)
    assert case.state is CaseState.PERSON
    assert f"end {SUBSCRIPTION} at Stripe by hand" in world.cases.journal("C1")[-3].reason
