"""What was agreed to and done is not done again when the rest of it is agreed to anew."""

import json
from dataclasses import replace

import pytest
from reprise.cases.model import CaseState
from reprise.errors import BadInputError
from reprise.ledger.reversals import RefundStatus
from reprise.ports.stripe import StripeRefusedError, StripeSilentError
from reprise.usecases.cases.operators import Operator, Refunding, approve

from tests.support.desk import NOW, ORDER, PAYMENT, World
from tests.support.ledger import HOUR
from tests.support.stripe import body, deliver

PARTS = (Refunding(ORDER, 500), Refunding(ORDER, 300))


@pytest.fixture
def world():
    """A case of a used pack, which waits for a person; Stripe answers as it is told."""
    made = World()
    made.use()
    made.open()
    made.work()
    return made


def agree(world, refunds=(), goodwill=0, at=NOW):
    return approve(world.operators, "C1", Operator("arn:1", "I looked", at), refunds, goodwill)


def fails(world, number):
    """Let the n-th refund come to nothing at Stripe, and Stripe say so."""
    made = world.stripe.refunds[PAYMENT]
    made[number] = replace(made[number], status=RefundStatus.FAILED)
    event = json.loads(body("refund_of_ours"))
    event |= {"id": f"evt_failed_{number}", "type": "refund.failed"}
    event["data"]["object"] |= {
        "id": made[number].refund_id,
        "amount": made[number].amount_minor,
        "status": "failed",
        "payment_intent": PAYMENT,
        "charge": None,
        "metadata": {"reprise_attempt": made[number].attempt},
    }
    deliver(world.books, json.dumps(event).encode(), NOW + HOUR)


def test_the_refund_that_failed_is_made_again_and_no_other(world):
    agree(world, PARTS)
    assert world.work().state is CaseState.APPROVED
    fails(world, 0)
    assert world.work(now=NOW + HOUR).state is CaseState.PERSON
    agree(world)
    assert world.work(now=NOW + HOUR).state is CaseState.APPROVED
    assert world.refunds == {PAYMENT: 800}


def test_each_that_fails_is_made_again_whenever_it_fails(world):
    agree(world, PARTS)
    world.work()
    for number in (0, 1):
        fails(world, number)
        assert world.work(now=NOW + HOUR).state is CaseState.PERSON
        agree(world)
        assert world.work(now=NOW + HOUR).state is CaseState.APPROVED
        assert world.refunds == {PAYMENT: 800}


def test_after_a_refusal_only_what_was_refused_is_left(world):
    agree(world, PARTS)
    refund = world.stripe.refund

    def refusing(order):
        if order.amount_minor == 300:
            raise StripeRefusedError("lost_or_stolen_card", "not this card")
        return refund(order)

    whole = world.desk
    world.on_stripe(refund=refusing)
    assert world.work().state is CaseState.PERSON
    world.desk = whole
    agree(world)
    assert world.work().state is CaseState.APPROVED
    assert world.refunds == {PAYMENT: 800}


def test_a_refund_of_unknown_end_is_not_forgotten_when_another_fails(world):
    agree(world, PARTS)
    refund, faults = world.stripe.refund, [StripeSilentError("played")]

    def silent(order):
        made = refund(order)
        if order.amount_minor == 300 and faults:
            raise faults.pop()
        return made

    world.on_stripe(refund=silent)
    assert world.work().state is CaseState.ACTING
    fails(world, 0)
    assert world.settled(now=NOW + HOUR).state is CaseState.PERSON
    agree(world)
    assert world.settled(now=NOW + 9 * HOUR).state is CaseState.APPROVED
    assert world.refunds == {PAYMENT: 800}
    assert not any("8.00" in one for one in world.told[:-1])


def test_goodwill_of_a_case_is_given_once(world):
    agree(world, PARTS[:1], goodwill=50)
    world.work()
    before = world.balance
    fails(world, 0)
    world.work(now=NOW + HOUR)
    with pytest.raises(BadInputError, match="50 credits were given"):
        agree(world, goodwill=50, at=NOW + HOUR)
    agree(world, at=NOW + HOUR)
    assert world.work(now=NOW + HOUR).state is CaseState.APPROVED
    assert (world.refunds, world.balance) == ({PAYMENT: 500}, before)
