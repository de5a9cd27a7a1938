"""Refunds whose own events were lost are found through Stripe; what cannot be found alarms."""

import json
from datetime import timedelta

import pytest
from reprise.ledger.commands import ReverseOrder
from reprise.ledger.reversals import Refund, RefundStatus, Reversals
from reprise.metrics import Metric

from functions.stripe_reconcile import app
from tests.support.aws import queue
from tests.support.ledger import CAUSE
from tests.support.reconcile import balance, known_to, minutes_after, parked, run
from tests.support.stripe import body, deliver

AT = minutes_after("refund_partial", 10)


@pytest.fixture(autouse=True)
def bought(world):
    deliver(world.books, "checkout_pack_paid", AT)


def said(capsys, metric):
    return f'"{metric.value}"' in capsys.readouterr().out


def charge(amount, charge_id="ch_RepPack1"):
    event = json.loads(body("charge_refunded_partial"))
    event["data"]["object"] |= {"amount_refunded": amount, "id": charge_id}
    return json.dumps(event).encode()


def test_a_refund_that_no_event_told_of_is_found_in_the_list_of_refunds(standin, world):
    known_to(standin, "refund_partial")
    run(AT)
    assert (balance(world), parked(world)) == (667, [])
    seq = world.books.ledger.account("acc_ada").seq
    run(AT + timedelta(minutes=10))
    assert world.books.ledger.account("acc_ada").seq == seq


def test_a_status_that_no_event_told_of_is_found_too(standin, world):
    deliver(world.books, "refund_partial", AT)
    known_to(standin, "refund_partial", status="failed")
    run(AT)
    assert balance(world) == 1000


def test_a_refund_of_ours_that_failed_unheard_wakes_its_case(standin, world, monkeypatch):
    made = Refund(1500, RefundStatus.PENDING, "case_0001#1")
    facts = Reversals(refunds={"case_0001#1": made})
    command = ReverseOrder("cs_live_RepPack1", 1, facts, CAUSE)
    world.books.ledger.run("acc_ada", command, AT)
    known_to(standin, "refund_of_ours", status="failed")
    url, drained = queue("cases")
    monkeypatch.setenv("CASES_QUEUE_URL", url)
    app.root.cache_clear()
    run(AT)
    assert [json.loads(message)["case_id"] for message in drained()] == ["case_0001"]
    assert balance(world) == 1000


def test_a_refund_of_nobodys_payment_is_not_taken_up(standin, world):
    known_to(standin, "refund_partial", payment_intent="pi_foreign", charge="ch_foreign")
    run(AT)
    assert (balance(world), parked(world)) == (1000, [])


def test_an_old_refund_is_asked_for_where_the_charge_says_more(standin, world, capsys):
    """Its events are lost and the lists do not reach so far back: the charge's own event tells."""
    assert deliver(world.books, charge(500), AT).effect == "none"
    assert parked(world) != []
    known_to(standin, "refund_partial", created=1)
    assert not said(capsys, Metric.PARKED_EVENT)
    run(AT)
    assert (balance(world), parked(world)) == (667, [])
    assert not said(capsys, Metric.REFUND_MISMATCH)


def test_one_that_failed_since_is_in_the_charges_amount_and_no_discrepancy(standin, world, capsys):
    deliver(world.books, charge(500), AT)
    known_to(standin, "refund_partial", status="failed")
    run(AT)
    assert (balance(world), parked(world)) == (1000, [])
    assert not said(capsys, Metric.REFUND_MISMATCH)


def test_a_discrepancy_that_stays_alarms_and_is_looked_at_again(standin, world, capsys):
    known_to(standin, "refund_partial")
    deliver(world.books, charge(900), AT)
    for minutes in (0, 10):
        run(AT + timedelta(minutes=minutes))
        assert said(capsys, Metric.REFUND_MISMATCH)
    assert balance(world) == 667
    assert len(parked(world)) == 1
    known_to(standin, "refund_partial", id="re_other", amount=400)
    run(AT + timedelta(minutes=20))
    assert (balance(world), parked(world)) == (400, [])
