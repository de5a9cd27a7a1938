"""An operator opens a case for a customer who did not write: given in twos, told when decided."""

import pytest
from reprise.cases.model import CaseState
from reprise.errors import BadInputError
from reprise.usecases.cases.by_hand import open_by_hand
from reprise.usecases.cases.operators import Operator, Refunding, approve, deny

from tests.support.desk import ADA, NOW, ORDER, PAID, PAYMENT, World
from tests.support.ledger import HOUR

BEA = Operator("arn:aws:iam::1:user/bea", "paid by bank, invoice 12", NOW)
CID = Operator("arn:aws:iam::1:user/cid", "agreed", NOW + HOUR)


@pytest.fixture
def world():
    return World()


def opened(world, account=ADA, by=BEA):
    return open_by_hand(world.operators, world.desk.directory, account, by)


def test_credits_are_given_once_and_the_customer_is_told_then(world):
    case, is_new = opened(world)
    assert (is_new, case.state, case.account_id) == (True, CaseState.PERSON, ADA)
    assert world.work(case.case_id).state is CaseState.PERSON
    assert world.outbox.sent == [], "nothing is told before it is decided"
    before = world.books.ledger.account(ADA).balance
    approve(world.operators, case.case_id, BEA, goodwill=500)
    assert world.work(case.case_id, NOW + HOUR).state is CaseState.APPROVED
    assert world.books.ledger.account(ADA).balance == before + 500
    assert [mail.to for mail in world.outbox.sent] == ["ada@example.com"]


def test_the_same_reason_is_the_same_case_and_another_is_not(world):
    first, _ = opened(world)
    again, is_new = opened(world, by=Operator(CID.arn, BEA.reason, CID.now))
    assert (again, is_new) == (first, False)
    other, is_new = opened(world, by=CID)
    assert is_new
    assert other.case_id != first.case_id


def test_a_large_gift_takes_two_people(world):
    case, _ = opened(world)
    assert approve(world.operators, case.case_id, BEA, goodwill=50_000).state is CaseState.PERSON
    with pytest.raises(BadInputError, match="somebody else"):
        approve(world.operators, case.case_id, BEA, goodwill=50_000)
    assert approve(world.operators, case.case_id, CID, goodwill=50_000).state is CaseState.ACTING


def test_money_goes_back_to_who_paid_it(world):
    case, _ = opened(world)
    approve(world.operators, case.case_id, BEA, [Refunding(ORDER, 500)])
    assert world.work(case.case_id, NOW + HOUR).state is CaseState.APPROVED
    assert world.refunds == {PAYMENT: 500}
    assert PAID > 500


def test_it_can_be_dropped_in_silence(world):
    case, _ = opened(world)
    assert deny(world.operators, case.case_id, BEA, silent=True).state is CaseState.DENIED
    world.settled(case.case_id, NOW + HOUR)
    assert world.outbox.sent == []


def test_nobody_knows_the_account(world):
    with pytest.raises(BadInputError, match="ACCOUNT"):
        opened(world, "acc_nobody")
