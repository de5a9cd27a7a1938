"""Money that goes back by ways that are seldom taken, or is told of in shapes of long ago."""

import itertools
import json

import pytest
from reprise.billing.events import Unreadable, read_object
from reprise.usecases.stripe.books import Effect

from tests.support.stripe import body, books, deliver, edited

ADA = "acc_ada"


def said(sample, event_type, event_id, **changes):
    """One of our events as another one, about an object that is changed."""
    event = json.loads(body(sample)) | {"type": event_type, "id": event_id}
    event["data"]["object"] |= changes
    return json.dumps(event).encode()


def balance(of):
    return of.ledger.account(ADA).balance


# Credit notes ------------------------------------------------------------------------------


def note(status="issued", **changes):
    kind = "credit_note.voided" if status == "void" else "credit_note.created"
    return said("credit_note_to_balance", kind, f"evt_note_{status}", status=status, **changes)


@pytest.mark.parametrize(
    "back", [{}, {"customer_balance_transaction": None}], ids=["credit", "out"]
)
def test_what_a_credit_note_gives_back_without_a_refund_is_reversed(back):
    """To the customer's balance, or outside Stripe: it was kept, and could be refunded again."""
    for order in itertools.permutations(["invoice_paid_create", note(**back)]):
        to = books()
        for event in (*order, *order):
            deliver(to, event)
        (bought,) = to.ledger.store.orders_of(ADA)
        assert (balance(to), bought.refunded) == (250, 500)
        assert not to.parking.parked(10).items


def test_a_credit_note_that_is_void_takes_nothing_whatever_came_first():
    for order in itertools.permutations(["invoice_paid_create", note(), note("void")]):
        to = books()
        for event in order:
            deliver(to, event)
        assert balance(to) == 500


@pytest.mark.parametrize(
    "changes",
    [
        {"refunds": [{"amount_refunded": 500, "refund": "re_1", "type": "refund"}]},
        {"post_payment_amount": 0, "pre_payment_amount": 500, "type": "pre_payment"},
    ],
    ids=["refunded", "before it was paid"],
)
def test_a_credit_note_whose_money_is_told_of_elsewhere_takes_nothing(changes):
    to = books()
    deliver(to, "invoice_paid_create")
    assert deliver(to, note(**changes)).effect is Effect.NONE
    assert balance(to) == 500


@pytest.mark.parametrize(
    ("changes", "amount"),
    [
        ({"refund": None}, 500),
        ({"refund": "re_1", "customer_balance_transaction": None}, 0),
        ({"refund": "re_1", "customer_balance_transaction": None, "out_of_band_amount": 200}, 200),
        ({"refund": None, "type": "pre_payment"}, 0),
        ({"refund": "re_1"}, None),
    ],
)
def test_the_shape_of_a_credit_note_before_2025(changes, amount):
    found = json.loads(body("credit_note_to_balance"))["data"]["object"] | changes
    for name in ("post_payment_amount", "pre_payment_amount", "refunds"):
        del found[name]
    read = read_object("credit_note.created", found)
    assert isinstance(read, Unreadable) if amount is None else sum(read.parts.values()) == amount


def of_lines(**amounts):
    """Lines of a credit note: what each gives back of a line of the invoice."""
    rows = [
        {"id": f"cnli_{line}", "amount": amount, "invoice_line_item": f"il_{line}"}
        for line, amount in amounts.items()
    ]
    return {"object": "list", "data": rows, "has_more": False}


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (of_lines(Repd2=500), {"pro": 500, "pack_1000": 667}),
        (of_lines(Repd1=300, Repd2=200), {"pro": 350, "pack_1000": 867}),
        (of_lines(Other=500), {"pro": 400, "pack_1000": 800}),
        (of_lines(Repd2=500) | {"has_more": True}, {"pro": 400, "pack_1000": 800}),
    ],
    ids=["one", "both", "neither", "more"],
)
def test_a_credit_note_takes_from_the_lines_that_it_names(lines, left):
    def no_discount(invoice):
        invoice |= {"amount_paid": 2500, "amount_due": 2500, "total": 2500}
        invoice["lines"]["data"][0]["discount_amounts"] = []

    to = books()
    deliver(to, edited("invoice_paid_two_lines_discount", no_discount))
    deliver(to, note(invoice="in_RepTwo", lines=lines))
    lots = to.ledger.account(ADA).lots
    orders = to.ledger.store.orders_of(ADA)
    assert {one.purchase.sku: lots[one.order_id].remaining for one in orders} == left


def test_a_credit_note_of_a_line_that_cost_nothing_is_of_what_was_paid():
    to = books()
    deliver(to, "invoice_paid_two_lines_discount")
    deliver(to, note(invoice="in_RepTwo", lines=of_lines(Repd1=500)))
    assert balance(to) == 500 + 667


def test_a_credit_note_hides_no_refund_that_is_missing():
    to = books()
    for event in ("invoice_paid_create", "invoice_payment_paid_create", note()):
        deliver(to, event)
    changes = {"payment_intent": "pi_RepCreate", "amount": 1000, "amount_refunded": 500}
    deliver(to, said("charge_refunded", "charge.refunded", "evt_charge", **changes))
    assert [one.field for one in to.parking.parked(10).items] == ["amount_refunded"]


# Disputes ----------------------------------------------------------------------------------


def moved(name, amount, at, **more):
    return {"id": name, "amount": amount, "currency": "usd", "created": at} | more


def disputed(status, *moves):
    kind = "closed" if status in {"won", "lost"} else "updated"
    event_id = f"evt_{status}_{len(moves)}"
    changes = {"status": status, "balance_transactions": list(moves)}
    return said("dispute_created", f"charge.dispute.{kind}", event_id, **changes)


def after(*events):
    """What is left of a pack of a thousand, in every order of the events."""
    found = set()
    for order in itertools.permutations(events):
        to = books()
        for event in ("checkout_pack_paid", *order):
            deliver(to, event)
        found.add(balance(to))
    assert len(found) == 1
    return found.pop()


def test_a_fee_that_is_a_transaction_of_its_own_is_no_part_of_the_dispute():
    """Won, and the fee stays with us: it was taken for a part of the money that did not return."""
    out = moved("txn_1", -1500, 100, reporting_category="dispute")
    fee = moved("txn_2", -1500, 100, reporting_category="fee")
    back = moved("txn_3", 1500, 200, reporting_category="dispute_reversal")
    assert after(disputed("needs_response", out, fee), disputed("won", out, fee, back)) == 1000


def test_a_win_is_whole_though_the_rate_has_moved_since():
    out = moved("txn_1", -1638, 100, exchange_rate=1.092)
    back = moved("txn_2", 1590, 200, exchange_rate=1.06)
    assert after(disputed("needs_response", out), disputed("won", out, back)) == 1000


def test_a_part_that_came_back_in_another_currency_is_that_part():
    out = moved("txn_1", -240_000, 100, exchange_rate=160.0)
    back = moved("txn_2", 112_500, 200, exchange_rate=150.0)
    assert after(disputed("needs_response", out), disputed("won", out, back)) == 500


@pytest.mark.parametrize("rate", [0, -1.5, True, "1.1"])
def test_a_rate_that_is_none_is_unreadable(rate):
    event = json.loads(disputed("won", moved("txn_1", -1500, 100, exchange_rate=rate)))
    read = read_object(event["type"], event["data"]["object"])
    assert read.field == "balance_transactions[0].exchange_rate"


def test_an_inquiry_that_ended_with_a_refund_thaws():
    """The status of API versions up to 2023; it could not be read."""
    to = books()
    for event in ("checkout_pack_paid", "dispute_inquiry"):
        deliver(to, event)
    assert to.ledger.account(ADA).freezes
    changes = {"status": "charge_refunded"}
    deliver(to, said("dispute_inquiry", "charge.dispute.closed", "evt_over", **changes))
    assert not to.ledger.account(ADA).freezes


# Refunds -----------------------------------------------------------------------------------


def test_a_refund_that_failed_is_heard_of_on_an_old_endpoint():
    to = books()
    for event in ("checkout_pack_paid", "refund_succeeded"):
        deliver(to, event)
    assert balance(to) == 0
    raw = json.loads(body("refund_failed")) | {"type": "charge.refund.updated"}
    raw |= {"api_version": "2023-10-16"}
    deliver(to, json.dumps(raw).encode())
    assert balance(to) == 1000


@pytest.mark.parametrize("claim", ["a\nb", "", 7, "x" * 600, "\ud800"])
def test_metadata_that_nobody_of_ours_wrote_hides_no_refund(claim):
    to = books()
    deliver(to, "checkout_pack_paid")
    odd = {"reprise_attempt": claim}
    assert deliver(to, edited("refund_partial", lambda it: it.update(metadata=odd))).credits == -333


# What is paid, or not, and buys nothing ------------------------------------------------------


@pytest.mark.parametrize("name", ["checkout_expired", "checkout_pack_async_failed"])
def test_a_strangers_checkout_that_came_to_nothing_alarms_nobody(name):
    def strangers(session):
        session |= {"client_reference_id": None, "metadata": {}, "customer": None}

    to = books()
    done = deliver(to, edited(name, strangers))
    assert (done.effect, done.account_id, done.metrics) == (Effect.CLOSE, None, ())


@pytest.mark.parametrize("reason", ["manual", "quote_accept", "subscription_threshold"])
def test_a_plan_that_is_paid_in_an_unknown_way_is_never_dropped(reason):
    """It was answered as buying no credits, and nobody heard of it."""
    to = books()
    done = deliver(to, edited("invoice_paid_create", lambda it: it.update(billing_reason=reason)))
    assert (done.effect, done.reason.split(":")[0]) == (Effect.PARK, "billing_reason")


def test_a_credit_line_may_carry_a_discount_below_zero():
    def discounted(invoice):
        left = invoice["lines"]["data"][0]
        left |= {"amount": -667, "discount_amounts": [{"amount": -67, "discount": "di_1"}]}

    to = books()
    assert deliver(to, edited("invoice_paid_update_proration", discounted)).credits > 0
