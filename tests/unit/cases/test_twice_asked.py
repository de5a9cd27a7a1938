"""The same money asked for twice goes out once, whichever case comes first and however far."""

import pytest
from reprise.cases.model import CaseState
from reprise.policy.facts import Category
from reprise.ports.stripe import StripeSilentError

from tests.support.desk import PAID, PAYMENT, World


@pytest.fixture
def world():
    return World()


def test_a_second_mail_about_a_refunded_order_is_told_so(world):
    for case_id in ("C1", "C2"):
        world.open(case_id)
    assert world.work("C1").decision.rule == "withdrawal"
    second = world.work("C2")
    assert (second.state, second.decision.rule) == (CaseState.APPROVED, "already_refunded")
    assert world.refunds == {PAYMENT: PAID}
    assert world.told[1].startswith("this purchase has been refunded already")


@pytest.mark.parametrize("after", [False, True])
def test_a_second_mail_while_the_first_is_acted_upon_refunds_nothing_more(world, after):
    """Stripe's answer to the first is not known yet when the second is decided."""
    for case_id in ("C1", "C2"):
        world.open(case_id)
    world.stripe.faults, world.stripe.after = [StripeSilentError("silence")], after
    assert world.work("C1").state is CaseState.ACTING
    world.work("C2")
    for case_id in ("C1", "C2", "C1"):
        world.settled(case_id)
    assert world.refunds == {PAYMENT: PAID}
    assert world.balance == 0


def test_who_withdraws_from_what_was_paid_twice_gets_both_payments_back(world):
    world.paid_twice()
    world.open()
    assert world.settled().decision.rule == "withdrawal"
    assert world.refunds == {PAYMENT: PAID, "pi_again": PAID}
    assert world.balance == 0
    world.open("C2", category=Category.CHARGED_TWICE)
    assert world.settled("C2").decision.rule == "already_refunded"
