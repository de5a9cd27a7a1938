"""The reconciler against moto and, over HTTP, the stand-in: what a webhook lost is made good."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from reprise.cases.model import Case, CaseState, Letter, Line, Wish, case_id_of
from reprise.cases.model import Change as CaseChange
from reprise.ledger.commands import RefundUncredited
from reprise.policy.facts import Category, Preference
from reprise.ports.cases import Intake
from reprise.ports.directory import Profile
from reprise.ports.parking import Parked
from reprise.usecases.stripe.orders import pack_purchase

from functions.stripe_reconcile import app
from ops.stripe_standin.state import Fault
from tests.support.aws import Context
from tests.support.ledger import CAUSE
from tests.support.reconcile import (
    ADA,
    balance,
    known_to,
    minutes_after,
    parked,
    run,
)
from tests.support.stripe import body, deliver

PAID_AT = datetime.fromtimestamp(1793700000, UTC)


def test_a_dropped_pack_webhook_ends_in_credits_within_the_hour(standin, world, capsys):
    known_to(standin, "checkout_pack_paid")
    assert run(minutes_after("checkout_pack_paid", 10))["mended"] == 1
    assert balance(world) == 1000
    assert "Mended" in capsys.readouterr().out
    assert run(minutes_after("checkout_pack_paid", 20))["mended"] == 0
    deliver(world.books, "checkout_pack_paid")
    assert balance(world) == 1000


def test_a_dropped_pack_was_bought_when_it_was_paid_not_when_its_page_was_opened(standin, world):
    session = known_to(standin, "checkout_pack_paid")
    charge = {"id": "ch_RepPack1", "object": "charge", "payment_intent": session["payment_intent"]}
    charge |= {"amount": 1500, "amount_refunded": 0, "currency": "eur", "status": "succeeded"}
    standin.put(charge | {"created": session["created"] + 7200})
    run(minutes_after("checkout_pack_paid", 130))
    (order,) = world.books.ledger.store.orders_of(ADA)
    assert order.purchase.purchased_at == minutes_after("checkout_pack_paid", 120)


def test_a_dropped_invoice_is_granted_and_its_payment_joined(standin, world):
    known_to(standin, "invoice_paid_create")
    known_to(standin, "invoice_payment_paid_create")
    run(minutes_after("invoice_paid_create", 10))
    assert balance(world) == 500
    deliver(world.books, "refund_subscription")
    assert balance(world) == 0


def test_lines_that_the_event_left_out_are_listed(standin, world):
    first = json.loads(body("invoice_paid_more_lines"))["data"]["object"]
    line, pack = first["lines"]["data"][0], json.loads(body("invoice_paid_pack"))
    other = pack["data"]["object"]["lines"]["data"][0]
    filler = [other | {"id": f"il_zero{n}", "amount": 0, "pricing": None} for n in range(10)]
    lines = first["lines"] | {"data": [line, *filler, other]}
    standin.put(first | {"lines": lines})
    assert deliver(world.books, "invoice_paid_more_lines").effect == "park"
    run(minutes_after("invoice_paid_more_lines", 10))
    assert balance(world) == 1500
    run(minutes_after("invoice_paid_more_lines", 20))
    assert parked(world) == []


def test_an_event_that_nobody_took_is_applied(standin, world):
    deliver(world.books, "checkout_pack_paid")
    standin.record(json.loads(body("refund_partial")), deliver=False)
    run(minutes_after("refund_partial", 10))
    assert balance(world) == 667


def test_a_refund_whose_join_was_never_sent_finds_its_invoice_through_stripe(standin, world):
    deliver(world.books, "invoice_paid_create")
    assert deliver(world.books, "refund_subscription").effect == "park"
    known_to(standin, "invoice_payment_paid_create")
    run(minutes_after("refund_subscription", 10))
    assert (balance(world), parked(world)) == (0, [])


def test_a_dispute_that_names_its_charge_alone_finds_the_order_through_stripe(standin, world):
    """Its payment was known, and so nothing led from the charge to it."""
    deliver(world.books, "checkout_pack_paid")
    event = json.loads(body("dispute_lost"))
    event["data"]["object"]["payment_intent"] = None
    assert deliver(world.books, json.dumps(event).encode()).effect == "park"
    charge = {"id": event["data"]["object"]["charge"], "object": "charge", "amount": 1500}
    standin.put(charge | {"payment_intent": "pi_RepPack1", "created": 1, "currency": "eur"})
    run(minutes_after("checkout_pack_paid", 10))
    assert (balance(world), parked(world)) == (0, [])


def test_what_is_parked_is_tried_again_but_ever_more_seldom(world):
    deliver(world.books, "adv_unknown_price", now=PAID_AT)
    tries = [run(PAID_AT + timedelta(minutes=10 * n))["redriven"] for n in range(1, 13)]
    assert sum(tries) == 8
    assert tries[:6] == [1] * 6


def test_a_pack_that_cannot_be_credited_asks_its_customer_once(standin, world):
    choices = world.choices
    choices.directory.put_profile(Profile(ADA, "ada@example.com", "de-DE", "DE", PAID_AT))
    known_to(standin, "checkout_pack_paid", amount_subtotal=1499)
    assert run(minutes_after("checkout_pack_paid", 50))["asked"] == 0
    assert run(minutes_after("checkout_pack_paid", 61))["asked"] == 1
    assert run(minutes_after("checkout_pack_paid", 71))["asked"] == 0
    (case,) = choices.cases.cases_of(ADA)
    assert case.wish.category is Category.PACK_NOT_CREDITED
    assert case.wish.foreign == ("cs_live_RepPack1",)
    assert (case.letter.address, case.letter.proven) == ("ada@example.com", True)
    assert balance(world) is None


def request_for_money(at, **wish):
    about = {"category": Category.PACK_NOT_CREDITED, "preference": Preference.REFUND}
    case = Case(
        case_id=case_id_of("m1", 0),
        state=CaseState.OPEN,
        account_id=ADA,
        letter=Letter(ses_id="m1", received_at=at, proven=True),
        wish=Wish(**about | wish),
        opened_at=at,
        changed_at=at,
        due_at=at,
        wakes_at=at,
    )
    line = Line(at=at, actor="mailbox", action="opened", reason="test")
    return Intake(ses_id="m1", at=at, changes=(CaseChange(case, line),))


@pytest.mark.parametrize("foreign", [(), ("cs_live_RepPack1",), ("pi_RepPack1",)])
def test_an_open_request_for_money_holds_a_late_completion(standin, world, foreign):
    known_to(standin, "checkout_pack_paid")
    at = minutes_after("checkout_pack_paid", 70)
    world.choices.cases.take_in(request_for_money(at, foreign=foreign))
    done = run(at)
    assert (done["held"], done["mended"], balance(world)) == (2, 0, None)


@pytest.mark.parametrize("how", ["undelivered", "parked"])
def test_while_its_money_is_asked_for_no_event_completes_it_either(standin, world, how):
    """Whatever the request calls itself: who withdraws from it wants its money too."""
    at = minutes_after("checkout_pack_paid", 70)
    wish = {"category": Category.EU_WITHDRAWAL, "preference": None, "foreign": ("pi_RepPack1",)}
    world.choices.cases.take_in(request_for_money(at, **wish))
    if how == "undelivered":
        standin.record(json.loads(body("checkout_pack_paid")), deliver=False)
    else:
        why = {"kind": "checkout.session.completed", "field": "sku", "reason": "was unknown"}
        waits = {"waits_for": None, "body": body("checkout_pack_paid"), "parked_at": at}
        world.books.parking.park(Parked(parked_id="evt_1", source="stripe", **why, **waits))
    assert run(at)["held"] >= 1
    assert balance(world) is None


def test_a_request_about_something_else_holds_nothing(standin, world):
    known_to(standin, "checkout_pack_paid")
    at = minutes_after("checkout_pack_paid", 70)
    world.choices.cases.take_in(request_for_money(at, foreign=("cs_live_Other",)))
    assert run(at)["mended"] == 1


def test_an_order_that_was_settled_by_money_is_not_credited(standin, world):
    """Completion and refund contend on `settle#<order>`: the first wins, the other is noted."""
    from reprise.billing.events import read_object  # noqa: PLC0415

    found = known_to(standin, "checkout_pack_paid")
    purchase = pack_purchase(world.books, read_object("checkout.session.completed", found))
    at = minutes_after("checkout_pack_paid", 70)
    world.books.ledger.run(ADA, RefundUncredited(purchase, CAUSE), at, may_open=True)
    run(at)
    assert balance(world) == 0
    keys = [entry.key for entry in world.books.ledger.store.journal(ADA)]
    assert [key.partition("#")[0] for key in keys] == ["settle", "late"]


class Countdown(Context):
    """A context whose time runs out after so many questions."""

    def __init__(self, questions):
        super().__init__()
        self.questions = questions

    def get_remaining_time_in_millis(self):
        self.questions -= 1
        return 900_000 if self.questions >= 0 else 0


def test_a_run_that_stops_half_way_is_resumed(standin, world, monkeypatch):
    """Old orders on several pages, and runs that have time for some of them only."""
    monkeypatch.setattr("reprise.adapters.stripe_feed._PAGE", 10)
    at = minutes_after("checkout_pack_paid", 60 * 24)
    for number in range(25):
        ids = {"id": f"cs_live_Many{number}", "payment_intent": f"pi_Many{number}"}
        known_to(standin, "checkout_pack_paid", **ids)
    runs = [run(at + timedelta(minutes=10 * n), Countdown(20)) for n in range(4)]
    assert [done["finished"] for done in runs] == [False, False, True, True]
    assert sum(done["mended"] for done in runs) == 25
    assert balance(world) == 25_000
    assert run(at + timedelta(minutes=50))["seen"] == 0, "the whole window is read once an hour"
    assert run(at + timedelta(minutes=100))["seen"] == 25


def test_a_busy_stripe_is_asked_again_and_then_left_alone(standin):
    known_to(standin, "checkout_pack_paid")
    at = minutes_after("checkout_pack_paid", 10)
    standin.faults.append(Fault("rate_limit", "GET", "/v1/checkout/sessions", times=2))
    assert run(at)["mended"] == 1
    standin.requests.clear()
    standin.faults.append(Fault("rate_limit", "GET", "/v1/checkout/sessions", times=3))
    with pytest.raises(app.UnreconciledError):
        run(at)
    lists = [one["path"] for one in standin.requests]
    assert lists.count("/v1/checkout/sessions") == 3
    assert "/v1/invoices" in lists, "the other lists are read all the same"


def test_one_bad_object_does_not_keep_the_others(standin, world):
    standin.record({**json.loads(body("refund_partial")), "livemode": "?"}, deliver=False)
    known_to(standin, "checkout_pack_paid")
    with pytest.raises(app.UnreconciledError):
        run(minutes_after("refund_partial", 10))
    assert balance(world) == 1000


def test_nothing_to_do_writes_nothing_but_where_it_left_off(standin):
    at = minutes_after("checkout_pack_paid", 10)
    assert run(at)["seen"] == 0
    assert {one["key"] for one in standin.requests} == {None}, "it only reads"
