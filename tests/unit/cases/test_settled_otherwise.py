"""One pack, asked for as credits and as money at once: one of both, and nobody is told wrongly."""

import pytest
from reprise.cases.model import CaseState
from reprise.ledger.commands import RefundUncredited
from reprise.policy.facts import Category, Preference
from reprise.usecases.cases.lookups import purchase_of

from tests.support.desk import ADA, NOW, ORDER, World
from tests.support.ledger import CAUSE


@pytest.fixture
def world():
    return World(credited=False)


def late(world, case_id, preference):
    wish = {"orders": (), "foreign": (ORDER,), "preference": preference}
    return world.open(case_id, category=Category.PACK_NOT_CREDITED, wish=wish)


def test_completing_what_money_settled_meanwhile_is_a_persons(world):
    late(world, "C1", Preference.COMPLETE)
    session_of = world.stripe.session_of

    def first_money(stripe_id):
        if world.cases.case("C1").state is CaseState.ACTING:
            command = RefundUncredited(purchase_of(world.books, session_of(ORDER)), CAUSE)
            world.books.ledger.run(ADA, command, NOW, may_open=True)
        return session_of(stripe_id)

    world.on_stripe(session_of=first_money)
    case = world.work()
    assert (case.state, world.balance) == (CaseState.PERSON, 0)
    assert not any("credited" in one for one in world.told)


def test_an_open_request_for_its_money_blocks_completing_it(world):
    late(world, "C1", Preference.REFUND)
    late(world, "C2", Preference.COMPLETE)
    case = world.work("C2")
    assert (case.state, case.decision.rule) == (CaseState.PERSON, "pack_requests_differ")
