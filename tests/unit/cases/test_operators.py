"""What operators may decide: with a reason, under their own name, large sums only in twos."""

import pytest
from reprise.cases.model import CaseState
from reprise.errors import BadInputError
from reprise.policy.facts import Category
from reprise.usecases.cases.operators import (
    Operator,
    Refunding,
    approve,
    ask,
    deny,
    note,
)

from tests.support.desk import NOW, ORDER, PAID, PAYMENT, World
from tests.support.ledger import HOUR

BEA = Operator("arn:aws:iam::1:user/bea", "I looked into it", NOW)
CID = Operator("arn:aws:iam::1:user/cid", "agreed", NOW + HOUR)


@pytest.fixture
def world():
    """A case of a used pack, which waits for a person."""
    made = World()
    made.use()
    made.open()
    assert made.work().state is CaseState.PERSON
    return made


def test_what_is_proposed_is_done_once_somebody_agrees(world):
    approve(world.operators, "C1", BEA)
    case = world.work(now=NOW + HOUR)
    assert case.state is CaseState.APPROVED
    assert world.refunds == {PAYMENT: PAID}
    lines = [(one.actor, one.action, one.reason) for one in world.cases.journal("C1")]
    assert (BEA.arn, "approved", BEA.reason) in lines
    assert world.told[-1].startswith("we have refunded")


def test_a_part_of_the_money_can_be_named_instead(world):
    approve(world.operators, "C1", BEA, [Refunding(ORDER, 500)])
    assert world.work(now=NOW + HOUR).state is CaseState.APPROVED
    assert world.refunds == {PAYMENT: 500}


@pytest.mark.parametrize(
    "refund", [Refunding(ORDER, PAID + 1), Refunding(ORDER, 0), Refunding("cs_other")]
)
def test_more_than_is_left_or_anothers_order_cannot_be_named(world, refund):
    with pytest.raises(BadInputError):
        approve(world.operators, "C1", BEA, [refund])


def test_goodwill_needs_no_refund(world):
    world.open("C2", category=Category.OUTAGE)
    assert world.work("C2").state is CaseState.PERSON
    with pytest.raises(BadInputError):
        approve(world.operators, "C2", BEA)
    approve(world.operators, "C2", BEA, goodwill=50)
    before = world.balance
    for _ in range(2):
        case = world.work("C2", now=NOW + HOUR)
    assert case.state is CaseState.APPROVED
    assert world.balance == before + 50
    assert "50 credits" in world.told[-1]


def large(world):
    """Make whatever is paid here a large sum: nobody has said what is small in that currency."""
    case = world.cases.case("C1")
    (action,) = case.decision.actions
    foreign = type(action)(action.kind, action.target, "", action.amount_minor, "xts")
    decision = type(case.decision)(
        **{
            name: getattr(case.decision, name)
            for name in ("verdict", "rule", "policy_version", "policy_hash", "clause", "sentence")
        },
        actions=(foreign,),
        asks="",
        approvers=2,
        evidence=(),
    )
    world.cases.cases["C1"] = case.moved(NOW, decision=decision)


def test_a_large_sum_needs_a_second_person(world):
    large(world)
    assert approve(world.operators, "C1", BEA).state is CaseState.PERSON
    with pytest.raises(BadInputError, match="somebody else"):
        approve(world.operators, "C1", BEA)
    assert approve(world.operators, "C1", CID).state is CaseState.ACTING


def test_a_large_gift_of_credits_needs_a_second_person(world):
    world.open("C2", category=Category.OUTAGE)
    world.work("C2")
    assert approve(world.operators, "C2", BEA, goodwill=5_001).state is CaseState.PERSON
    assert approve(world.operators, "C2", CID, goodwill=5_001).state is CaseState.ACTING


def test_one_person_under_two_names_is_not_two(world):
    """Whoever assumes a role chooses the session's name."""
    large(world)
    role = "arn:aws:sts::1:assumed-role/ops"
    approve(world.operators, "C1", Operator(f"{role}/bea", "mine", NOW))
    for again in (f"{role}/cid", f"{role.replace('ops', 'OPS')}/cid"):
        with pytest.raises(BadInputError, match="somebody else"):
            approve(world.operators, "C1", Operator(again, "mine too", NOW))
    assert approve(world.operators, "C1", CID).state is CaseState.ACTING


def test_agreement_to_something_else_starts_over(world):
    large(world)
    approve(world.operators, "C1", BEA)
    case = approve(world.operators, "C1", CID, [Refunding(ORDER, 100)])
    assert case.approvals == (CID.arn,)


def test_a_denial_quotes_the_policy(world):
    with pytest.raises(BadInputError, match="--clause"):
        deny(world.operators, opened(world), BEA)
    deny(world.operators, "C1", BEA, "packs_final")
    assert world.work(now=NOW).state is CaseState.DENIED
    assert "Credit packs are non-refundable" in world.outbox.sent[-1].text


def test_a_sentence_that_promises_something_is_no_refusal(world):
    """`That statutory right applies in addition` would be a strange reason to refuse."""
    assert world.cases.case("C1").decision.clause == "statutory"
    with pytest.raises(BadInputError, match="--clause"):
        deny(world.operators, "C1", BEA)


def opened(world):
    """A case about which nothing is decided yet."""
    return world.open("C9").case_id


def test_a_silent_denial_tells_nobody(world):
    told = len(world.told)
    deny(world.operators, "C1", BEA, silent=True)
    world.work()
    assert len(world.told) == told


def test_a_question_waits_for_the_customer(world):
    ask(world.operators, "C1", BEA, "order_id")
    assert world.work().state is CaseState.ASKED
    assert "transaction ID" in world.told[-1]
    with pytest.raises(BadInputError, match="must be one of"):
        ask(world.operators, "C1", BEA, "password")


def test_a_note_changes_nothing_else(world):
    before = world.cases.case("C1")
    after = note(world.operators, "c1", BEA)
    assert (after.state, after.decision) == (before.state, before.decision)
    assert world.cases.journal("C1")[-1].action == "noted"


def test_what_ended_is_not_decided_again(world):
    deny(world.operators, "C1", BEA, silent=True)
    for again in (approve, deny):
        with pytest.raises(BadInputError, match="nothing is left"):
            again(world.operators, "C1", BEA)


def test_a_reason_is_required():
    for reason in ("", "  ", "x" * 501):
        with pytest.raises(BadInputError):
            Operator("arn", reason, NOW)


def test_an_unproven_sender_can_be_given_nothing(world):
    world.open("C3", account_id=None)
    with pytest.raises(BadInputError, match="no proven account"):
        approve(world.operators, "C3", BEA, goodwill=5)
    with pytest.raises(BadInputError, match="must be one that is kept"):
        note(world.operators, "C8", BEA)
