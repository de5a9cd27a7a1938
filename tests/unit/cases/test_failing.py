"""A refund of ours that comes to nothing reopens its case, once, whenever it is told."""

import itertools
import json
from dataclasses import replace

import pytest
from reprise.cases.model import AttemptState, CaseState, Change, Line, Reply
from reprise.ledger.reversals import RefundStatus
from reprise.metrics import Metric
from reprise.policy.facts import Category
from reprise.ports.stripe import StripeSilentError
from reprise.usecases.cases.operators import Operator, approve

from tests.support.desk import NOW, ORDER, PAID, PAYMENT, World
from tests.support.ledger import DAY, MINUTE
from tests.support.stripe import body, deliver

LATER = NOW + 10 * DAY


@pytest.fixture
def world():
    made = World()
    made.open()
    return made


def said(world, status, event="refund.updated", payment=PAYMENT):
    """Stripe's event about the refund that the case's first attempt made."""
    found = json.loads(body("refund_of_ours"))
    made = world.stripe.refunds[payment][0]
    found |= {"id": f"evt_{made.refund_id}_{status}", "type": event}
    found["data"]["object"] |= {
        "id": made.refund_id,
        "status": status,
        "payment_intent": payment,
        "charge": None,
        "metadata": {"reprise_attempt": made.attempt},
    }
    return json.dumps(found).encode()


def fails(world, status="failed", event="refund.failed", now=LATER, payment=PAYMENT):
    deliver(world.books, said(world, status, event, payment), now)


def is_reopened(world, case):
    return (
        case.state is CaseState.PERSON
        and world.actions().count("refund_failed") == 1
        and [one.state for one in case.attempts] == [AttemptState.REFUSED]
    )


@pytest.mark.parametrize(
    ("status", "event"), [("failed", "refund.failed"), ("canceled", "refund.updated")]
)
def test_it_goes_to_a_person_with_a_line_a_new_due_time_and_an_alarm(world, status, event):
    assert world.work().state is CaseState.APPROVED
    assert world.balance == 0
    fails(world, status, event)
    assert world.woken == ["C1"]
    case = world.work(now=LATER)
    assert is_reopened(world, case)
    assert world.done.metrics == (Metric.REFUND_FAILED,)
    assert LATER < case.due_at < LATER + 7 * DAY
    assert case.wakes_at == case.due_at
    assert world.balance == 1000
    assert world.told[-1].startswith("the refund that we made for you came to nothing")


def test_it_is_reopened_once_however_often_it_is_told(world):
    world.work()
    for event in ("refund.failed", "refund.updated", "refund.failed"):
        fails(world, event=event)
        case = world.work(now=LATER)
    fails(world, "succeeded", "refund.updated")
    assert is_reopened(world, world.work(now=LATER + DAY))
    assert (len(world.told), world.balance) == (2, 1000)
    assert case.version == world.cases.case("C1").version


def test_every_order_of_its_events_ends_alike():
    kinds = [
        ("pending", "refund.created"),
        ("failed", "refund.failed"),
        ("failed", "refund.updated"),
    ]
    for order in itertools.permutations([*kinds, *kinds], 6):
        world = World()
        world.open()
        world.work()
        for status, event in order:
            fails(world, status, event)
            world.work(now=LATER)
        assert is_reopened(world, world.cases.case("C1")), order
        assert world.balance == 1000


def test_it_may_be_told_before_the_answer_of_the_call_is_stored(world):
    """The call gets no answer; its refund fails; the same key then says that it was made."""
    world.stripe.faults, world.stripe.after = [StripeSilentError("played")], True
    world.stripe.status = RefundStatus.PENDING
    assert world.work().state is CaseState.ACTING
    fails(world, now=NOW + MINUTE)
    world.work(now=NOW + MINUTE)
    assert world.actions().count("refund_failed") == 0
    assert is_reopened(world, world.settled())
    assert world.balance == 1000
    assert not any("we have refunded" in one for one in world.told)


def test_what_else_was_to_be_said_is_said_all_the_same(world):
    world.stripe.faults, world.stripe.after = [StripeSilentError("played")], True
    world.work()
    case = world.cases.case("C1")
    other = Reply(template="already_credited", planned_at=NOW + 20 * DAY)
    line = Line(at=NOW, actor="test", action="noted", reason="one more answer is planned")
    world.cases.save(Change(case.moved(NOW, replies=(*case.replies, other)), line))
    fails(world, now=NOW + MINUTE)
    world.work(now=NOW + DAY)
    assert other in world.cases.case("C1").replies


def test_one_that_failed_by_the_time_it_is_looked_for(world):
    world.stripe.faults, world.stripe.after = [StripeSilentError("played")], True
    world.stripe.status = RefundStatus.FAILED
    world.work()
    case = world.work(now=NOW + 2 * DAY)
    assert is_reopened(world, case)
    assert world.balance == 1000


def test_what_was_paid_twice_and_could_not_be_given_back(world):
    world.paid_twice()
    world.open("C2", category=Category.CHARGED_TWICE)
    world.work("C2")
    fails(world, payment="pi_again")
    assert world.woken == ["C2"]
    assert world.work("C2", now=LATER).state is CaseState.PERSON
    assert world.balance == 1000


def test_what_was_paid_twice_for_an_order_that_never_landed_and_could_not_be_given_back():
    world = World(credited=False)
    world.paid_twice()
    world.open(category=Category.CHARGED_TWICE, wish={"orders": (), "foreign": (ORDER,)})
    assert world.work().state is CaseState.APPROVED
    assert world.refunds == {"pi_again": PAID}
    made = world.stripe.refunds["pi_again"]
    made[0] = replace(made[0], status=RefundStatus.FAILED)
    fails(world, payment="pi_again")
    assert world.woken == ["C1"]
    assert is_reopened(world, world.work(now=LATER))


def test_an_operator_tries_again_and_the_money_goes_back_once(world):
    world.work()
    fails(world)
    world.work(now=LATER)
    made = world.stripe.refunds[PAYMENT]
    made[0] = replace(made[0], status=RefundStatus.FAILED)
    approve(world.operators, "C1", Operator("arn:1", "the bank says it works now", LATER))
    case = world.work(now=LATER)
    assert case.state is CaseState.APPROVED
    assert [one.attempt_id for one in case.attempts if one.state is AttemptState.DONE] == ["C1#2"]
    assert (world.refunds, world.balance) == ({PAYMENT: PAID}, 0)
    made[:] = made[::-1]
    fails(world)
    assert world.work(now=LATER).state is CaseState.PERSON
    approve(world.operators, "C1", Operator("arn:1", "and now it does", LATER))


def test_a_refund_of_somebody_elses_making_wakes_nobody(world):
    deliver(world.books, "refund_failed", NOW)
    assert world.woken == []
