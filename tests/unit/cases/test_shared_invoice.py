"""One invoice, two orders: a refund of ours of one, and what becomes of the other's money."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from reprise.cases.model import CaseState
from reprise.errors import TransientError
from reprise.ports.stripe import Bought, Payment, StripeSilentError

from tests.support.desk import ADA, World
from tests.support.stripe import body, deliver, edited

PACK, PLAN = "in_RepTwo/il_Repd2", "in_RepTwo/il_Repd1"
INVOICE = json.loads(body("invoice_paid_two_lines_discount"))["data"]["object"]
BOUGHT = datetime.fromtimestamp(INVOICE["status_transitions"]["paid_at"], UTC)
NOW = BOUGHT + timedelta(days=2)


def no_discount(invoice):
    invoice |= {"amount_paid": 2500, "amount_due": 2500, "total": 2500}
    invoice["lines"]["data"][0]["discount_amounts"] = []


@pytest.fixture
def world():
    """Ada paid 10.00 for a month and 15.00 for a pack by one invoice; she withdraws of the pack."""
    made = World(credited=False)
    paid = {"payment_intent": "pi_Two", "type": "payment_intent"}
    deliver(made.books, edited("invoice_paid_two_lines_discount", no_discount), BOUGHT)
    event = json.loads(body("invoice_payment_paid_create"))
    event["data"]["object"] |= {"invoice": "in_RepTwo", "amount_paid": 2500, "payment": paid}
    deliver(made.books, json.dumps(event).encode(), BOUGHT)
    payment = Payment(
        payment_id="pi_Two", paid_at=BOUGHT, amount_minor=2500, refunded_minor=0, currency="eur"
    )
    made.stripe.roots["in_RepTwo"] = Bought((payment,))
    received = NOW - timedelta(hours=1)
    made.open(wish={"orders": (PACK,)}, due_at=NOW + timedelta(hours=6), wakes_at=received)
    return made


def says(world, refund_id, amount, status="succeeded", attempt=None):
    """Stripe tells of a refund of the invoice's payment."""
    found = {"id": refund_id, "amount": amount, "status": status, "currency": "eur"}
    found |= {"payment_intent": "pi_Two", "charge": None}
    found["metadata"] = {"reprise_attempt": attempt} if attempt else {}
    event = json.loads(body("refund_of_ours")) | {"id": f"evt_{refund_id}_{status}"}
    event["data"]["object"] |= found
    deliver(world.books, json.dumps(event).encode(), NOW)


def standing(world):
    """Credits of both orders that are claimed, and whether the month is still paid for."""
    claims = world.books.ledger.account(ADA).claims
    orders = {one.order_id: one for one in world.books.ledger.store.orders_of(ADA)}
    claimed = {key: claims[key].target if key in claims else 0 for key in (PACK, PLAN)}
    return claimed[PACK], claimed[PLAN], orders[PLAN].net_paid


@pytest.mark.parametrize("webhook_first", [False, True])
def test_what_the_dashboard_refunds_of_the_rest_is_the_other_orders(world, webhook_first):
    if webhook_first:
        world.stripe.faults, world.stripe.after = [StripeSilentError("played")], True
        world.work(now=NOW)
        says(world, "re_1", 1500, attempt="C1#1")
    assert world.settled(now=NOW).state is CaseState.APPROVED
    says(world, "re_1", 1500, attempt="C1#1")
    assert standing(world) == (1000, 0, True)
    says(world, "re_dashboard", 1000)
    assert standing(world) == (1000, 500, False)


def test_metadata_that_is_lost_later_does_not_make_our_refund_the_whole_payments(world):
    world.work(now=NOW)
    says(world, "re_1", 1500)
    assert standing(world) == (1000, 0, True)


def test_a_refund_of_ours_that_fails_gives_the_other_order_its_share_again(world):
    world.work(now=NOW)
    says(world, "re_dashboard", 500)
    assert standing(world) == (1000, 250, True)
    says(world, "re_1", 1500, "failed", "C1#1")
    assert standing(world) == (200, 100, True)


def test_a_crash_before_the_other_order_was_told_is_made_up_for(world):
    """Stripe is not asked before both know, so the refund is never taken for one of both."""
    told, commit = [], world.books.ledger.store.commit

    def crashing(decision):
        if decision.entry.key.startswith(f"reversal#{PLAN}"):
            told.append(decision.entry.key)
            if len(told) == 1:
                raise TransientError("played")
        commit(decision)

    world.books.ledger.store.commit = crashing
    with pytest.raises(TransientError):
        world.work(now=NOW)
    assert not world.stripe.refunds
    assert world.work(now=NOW).state is CaseState.APPROVED
    says(world, "re_dashboard", 1000)
    assert standing(world) == (1000, 500, False)
