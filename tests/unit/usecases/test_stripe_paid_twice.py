"""What was paid twice bought credits once: reversals consume the surplus before any credit."""

import itertools
import json
from datetime import UTC, datetime

import pytest
from reprise.ledger.audit import audit
from reprise.usecases.stripe.books import Effect

from tests.support.stripe import body, books, deliver, standing

ADA = "acc_ada"
SOON = datetime(2026, 11, 5, tzinfo=UTC)
AGAIN = {"payment_intent": "pi_RepAgain", "charge": "ch_RepAgain"}


def changed(name, event_id, **changes):
    """One of our events about something else."""
    event = json.loads(body(name))
    event["data"]["object"] |= changes
    event["id"] = event_id
    return json.dumps(event).encode()


def payment(payment_id, amount=1000):
    """A payment of Ada's first invoice, of 10.00."""
    paid = {"payment_intent": payment_id, "type": "payment_intent"}
    return changed(
        "invoice_payment_paid_create", f"evt_{payment_id}", amount_paid=amount, payment=paid
    )


FIRST, SECOND = payment("pi_RepCreate"), payment("pi_RepAgain")
REFUND = changed("refund_subscription", "evt_refund_again", id="re_again", **AGAIN)
OPENED = changed("dispute_created", "evt_opened", amount=1020, **AGAIN)
LOST = changed("dispute_lost", "evt_lost", amount=1020, **AGAIN)
WARNING = changed("fraud_warning", "evt_warning", **AGAIN)


def ends(events):
    """Where Ada's account stands after the events, in every order, each twice."""
    found = set()
    for order in itertools.permutations(["invoice_paid_create", *events]):
        to = books()
        for event in (*order, *order):
            deliver(to, event, SOON)
        assert not to.parking.parked(10).items
        head = to.ledger.account(ADA)
        assert audit(ADA, to.ledger.store.journal(ADA), head, to.ledger.store.orders_of(ADA)).clean
        found.add(standing(to, ADA))
    assert len(found) == 1
    return head


@pytest.mark.parametrize("reversal", [REFUND, OPENED, LOST], ids=["refund", "opened", "lost"])
def test_reversing_the_payment_made_twice_takes_freezes_and_owes_nothing(reversal):
    head = ends([FIRST, SECOND, reversal])
    assert (head.balance, head.owed, head.freezes, head.claims) == (500, 0, {}, {})
    assert head.subscriptions["sub_RepAda"].paid_through is not None


def test_it_does_not_matter_which_of_the_two_goes_back():
    assert ends([FIRST, SECOND, body("refund_subscription")]).balance == 500


def test_what_is_reversed_beyond_the_surplus_is_clawed_back():
    head = ends([FIRST, SECOND, REFUND, body("refund_subscription")])
    assert (head.balance, head.subscriptions["sub_RepAda"].paid_through) == (0, None)


def test_a_dispute_beyond_the_surplus_freezes_and_claws():
    head = ends([FIRST, SECOND, body("refund_subscription"), OPENED])
    assert (head.balance, len(head.freezes)) == (0, 1)


def test_a_fraud_warning_is_about_the_card_and_freezes_all_the_same():
    assert len(ends([FIRST, SECOND, WARNING]).freezes) == 1


def test_two_halves_of_a_price_are_no_surplus():
    head = ends([payment("pi_RepCreate", 400), payment("pi_RepAgain", 600), REFUND])
    assert head.balance == 0


def test_one_payment_leaves_no_trace_in_the_journal():
    to = books()
    deliver(to, "invoice_paid_create")
    before = to.ledger.account(ADA).seq
    for event in (FIRST, FIRST, body("invoice_payment_paid_create")):
        deliver(to, event)
    assert to.ledger.account(ADA).seq == before


def test_what_was_paid_twice_is_told_apart_from_a_claw_back():
    to = books()
    for event in ("invoice_paid_create", FIRST, SECOND):
        deliver(to, event)
    assert deliver(to, OPENED).effect is Effect.NONE
    assert deliver(to, REFUND).effect is Effect.CLAW_BACK  # beside the dispute it is too much


def test_a_pack_that_was_paid_by_two_payments():
    again = changed("checkout_pack_paid", "evt_pack_again", payment_intent="pi_RepAgain")
    refund = changed("refund_succeeded", "evt_refund_pack", id="re_pack_again", **AGAIN)
    balances = set()
    for order in itertools.permutations(["checkout_pack_paid", again, refund]):
        to = books()
        for event in (*order, *order):
            deliver(to, event)
        balances.add(to.ledger.account(ADA).balance)
    assert balances == {1000}


def test_the_shape_before_basil_counts_its_payment_too():
    to = books()
    for event in ("pre_basil_invoice_paid_create", SECOND, REFUND):
        deliver(to, event)
    assert to.ledger.account(ADA).balance == 500


def test_what_one_payment_paid_above_the_price_is_reversed_first():
    over = payment("pi_RepCreate", 1500)
    part = changed("refund_subscription", "evt_part", id="re_part", amount=500)
    assert ends([over, part]).balance == 500
    rest = changed("refund_subscription", "evt_rest", id="re_rest", amount=1000)
    assert ends([over, part, rest]).balance == 0
