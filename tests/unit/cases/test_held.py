"""While people hold refunds no money goes out; released, each goes out once."""

from datetime import timedelta

import pytest
from reprise.cases.model import CaseState
from reprise.ports.brake import Word
from reprise.ports.stripe import StripeSilentError
from reprise.usecases.cases.sweeping import due

from tests.support.desk import NOW, PAID, PAYMENT, World

BEA = "arn:aws:iam::1:user/bea"
HELD = timedelta(days=3)


@pytest.fixture
def world():
    """A case that would be refunded, on a desk whose refunds are held."""
    made = World()
    made.open()
    made.brake.say(Word(True, BEA, "double refunds", NOW))
    return made


def release(world):
    world.brake.say(Word(False, BEA, "mended", NOW + HELD))


def test_nothing_goes_out_and_nothing_is_lost(world):
    before = world.balance
    case = world.work()
    assert (case.state, case.attempts) == (CaseState.ACTING, ())
    assert (world.refunds, world.balance) == ({}, before)
    assert world.work(now=NOW + HELD) == case, "looking again writes nothing"
    assert due(world.cases, NOW + HELD).case_ids == ("C1",), "and every sweep looks again"
    release(world)
    assert world.work(now=NOW + HELD).state is CaseState.APPROVED
    assert world.refunds == {PAYMENT: PAID}


@pytest.mark.parametrize("after", [False, True])
def test_a_refund_under_way_is_not_tried_again_while_held_and_made_once(world, after):
    """Nobody knows whether Stripe made it, and its key is forgotten by the time of the release."""
    release(world)
    world.stripe.faults, world.stripe.after = [StripeSilentError("played")], after
    world.work()
    asked = world.refunds
    world.brake.say(Word(True, BEA, "double refunds", NOW))
    for hours in range(1, 72, 7):
        assert world.work(now=NOW + timedelta(hours=hours)).state is CaseState.ACTING
    assert world.refunds == asked
    world.stripe.answers.clear()
    release(world)
    assert world.work(now=NOW + HELD).state is CaseState.APPROVED
    assert [one.amount_minor for one in world.stripe.refunds[PAYMENT]] == [PAID]
