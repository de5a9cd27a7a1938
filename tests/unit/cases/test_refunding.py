"""Whatever Stripe answers, the money goes back once or the credits do."""

from dataclasses import replace
from datetime import timedelta

import pytest
from reprise.cases.model import CaseState
from reprise.errors import TransientError
from reprise.ledger.reversals import RefundStatus
from reprise.ports.stripe import (
    RefundSeen,
    StripeBrokenError,
    StripeBusyError,
    StripeRefusedError,
    StripeSilentError,
)

from tests.support.desk import NOW, PAID, PAYMENT, World


@pytest.fixture
def world():
    return World()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("fault", [StripeSilentError, StripeBrokenError])
def test_a_call_without_an_answer_refunds_once_in_the_end(world, fault, after):
    world.open()
    world.stripe.faults, world.stripe.after = [fault("played")], after
    assert world.work().state is CaseState.ACTING
    case = world.settled()
    assert case.state is CaseState.APPROVED
    assert world.refunds == {PAYMENT: PAID}
    assert len(world.stripe.refunds[PAYMENT]) == 1
    assert len(case.attempts) == 1
    assert len(world.told) == 1


def test_after_23_hours_the_refunds_are_looked_through_first(world):
    """Stripe has forgotten the key by then."""
    world.open()
    world.stripe.faults, world.stripe.after = [StripeSilentError("played")], True
    world.work()
    world.stripe.answers.clear()
    case = world.work(now=NOW + timedelta(hours=24))
    assert case.state is CaseState.APPROVED
    assert len(world.stripe.refunds[PAYMENT]) == 1


def test_too_many_requests_is_tried_again_by_the_queue(world):
    world.open()
    world.stripe.faults = [StripeBusyError("played")]
    with pytest.raises(TransientError):
        world.work()
    assert world.work().state is CaseState.APPROVED


def test_an_empty_balance_is_waited_for_and_then_a_persons(world):
    world.open()
    world.stripe.faults = [StripeRefusedError("balance_insufficient", "poor")]
    assert world.work().state is CaseState.ACTING
    assert world.settled().state is CaseState.APPROVED
    world = World()
    world.open()
    world.stripe.faults = [StripeRefusedError("balance_insufficient", "poor")] * 50
    case = world.settled()
    assert case.state is CaseState.PERSON
    assert world.balance == 1000
    assert len(world.told) == 1


def test_what_somebody_refunded_by_hand_is_decided_anew(world):
    world.open()

    def by_hand(order):
        world.stripe.refund(replace(order, key="dashboard", attempt_id="dashboard"))
        return world.stripe.refund(order)

    world.on_stripe(refund=by_hand)
    case = world.work()
    assert (case.state, case.decision.rule) == (CaseState.APPROVED, "already_refunded")
    assert world.refunds == {PAYMENT: PAID}
    assert world.balance == 1000  # the refund's own event takes them


@pytest.mark.parametrize("code", ["charge_disputed", "something_new", ""])
def test_other_refusals_give_the_credits_back_and_go_to_a_person(world, code):
    world.open()
    world.stripe.faults = [StripeRefusedError(code, "no")]
    case = world.work()
    assert case.state is CaseState.PERSON
    assert world.balance == 1000
    assert world.refunds == {}


def test_a_refund_that_failed_at_once_is_a_persons(world):
    world.open()
    world.stripe.status = RefundStatus.FAILED
    case = world.work()
    assert case.state is CaseState.PERSON
    assert world.balance == 1000


def test_a_refund_that_only_claims_to_be_ours_is_not_taken_for_it(world):
    """Somebody gave a part back in the dashboard and copied our metadata to it."""
    world.open()
    world.stripe.faults = [StripeBrokenError("played")]
    world.work()
    made = world.stripe.refunds.setdefault(PAYMENT, [])
    made.append(RefundSeen("re_by_hand", 300, RefundStatus.SUCCEEDED, "C1#1"))
    case = world.settled()
    assert [one.amount_minor for one in case.attempts if one.refund_id] == [PAID - 300]
    assert world.refunds == {PAYMENT: PAID}
