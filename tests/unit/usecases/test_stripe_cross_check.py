"""`charge.refunded` compares and takes nothing; it waits in silence for refunds on their way."""

import itertools
import json

from reprise.usecases.stripe.books import Effect

from tests.support.stripe import body, books, deliver, edited

ADA = "acc_ada"


def waiting(of):
    return [one.field for one in of.parking.parked(10).items]


def test_it_comes_first_takes_nothing_alarms_nobody_and_is_answered_by_its_refund():
    to = books()
    deliver(to, "checkout_pack_paid")
    told = deliver(to, "charge_refunded")
    assert (told.effect, told.credits, told.metrics) == (Effect.NONE, 0, ())
    assert waiting(to) == ["amount_refunded"]
    deliver(to, "refund_succeeded")
    assert waiting(to) == []
    assert deliver(to, "charge_refunded").reason.startswith("a cross-check: all 1500 eur")
    assert waiting(to) == []


def test_nothing_waits_in_the_end_whatever_came_first():
    names = ("checkout_pack_paid", "charge_refunded_partial", "refund_partial")
    for order in itertools.permutations(names):
        to = books()
        for name in (*order, *order):
            assert not deliver(to, name).metrics or name == "refund_partial"
        assert (waiting(to), to.ledger.account(ADA).balance) == ([], 667), order


def test_the_first_of_two_refunds_does_not_stand_for_both():
    to = books()
    for name in ("checkout_pack_paid", "refund_partial", "charge_refunded"):
        deliver(to, name)
    assert waiting(to) == ["amount_refunded"]
    rest = edited("refund_partial", lambda found: found.update(id="re_rest", amount=1000))
    deliver(to, rest)
    assert waiting(to) == []


def test_of_two_payments_the_refunds_of_one_do_not_stand_for_the_others():
    """Both are ours; the sum is by order, so Stripe is asked."""
    to = books()
    deliver(to, "checkout_pack_paid")
    again = json.loads(body("checkout_pack_paid"))
    again["data"]["object"]["payment_intent"] = "pi_again"
    deliver(to, json.dumps(again | {"id": "evt_again"}).encode())
    deliver(to, "refund_succeeded")
    deliver(to, "charge_refunded")
    assert waiting(to) == ["amount_refunded"]


def test_a_charge_of_nobody_waits_in_silence():
    to = books()
    told = deliver(to, "charge_refunded")
    assert (told.effect, told.metrics, waiting(to)) == (Effect.NONE, (), ["amount_refunded"])
