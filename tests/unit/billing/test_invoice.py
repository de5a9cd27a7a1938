from dataclasses import replace

import pytest
from reprise.billing.events import Unreadable, read_object
from reprise.billing.invoice import InvoicePaid
from reprise.billing.subscription import SubscriptionState
from reprise.ledger.allot import allot


@pytest.fixture
def facts(body):
    def read(case, **changes):
        event = body(case)
        return read_object(event["type"], event["data"]["object"] | changes)

    return read


def _comparable(invoice: InvoicePaid) -> InvoicePaid:
    """Leave out what only one shape carries: the whole price, and the payment."""
    lines = tuple(replace(one, price=replace(one.price, lookup_key=None)) for one in invoice.lines)
    return replace(invoice, lines=lines, payment_intent=None, charge=None)


@pytest.mark.parametrize("case", ["create", "cycle", "update_proration", "pack"])
def test_both_shapes_of_an_invoice_say_the_same(facts, case):
    now, then = facts(f"invoice_paid_{case}"), facts(f"pre_basil_invoice_paid_{case}")
    assert _comparable(now) == _comparable(then)
    assert (now.payment_intent, then.payment_intent) == (None, f"pi_Rep{then.invoice_id[6:]}")


def test_both_shapes_of_a_subscription_say_the_same(facts):
    now, then = facts("subscription_created"), facts("pre_basil_subscription_created")
    assert isinstance(now, SubscriptionState)
    assert now == then


def test_a_plan_without_a_price_is_read_as_its_price(body):
    event = body("pre_basil_invoice_paid_create")["data"]["object"]
    line = event["lines"]["data"][0]
    line["price"] = None
    assert read_object("invoice.paid", event).lines[0].price.price_id == line["plan"]["id"]
    del line["price"]
    assert read_object("invoice.paid", event).lines[0].price.price_id == line["plan"]["id"]
    del line["plan"]
    assert read_object("invoice.paid", event).field == "lines.data[0].pricing"


def test_prorations_are_seen_under_either_parent(body):
    event = body("invoice_paid_update_proration")["data"]["object"]
    for line in event["lines"]["data"]:
        details = line["parent"].pop("subscription_item_details")
        line["parent"] |= {"type": "invoice_item_details", "invoice_item_details": details}
    found = read_object("invoice.paid", event)
    assert [(line.proration, line.subscription) for line in found.lines] == [
        (True, "sub_RepAda")
    ] * 2


@pytest.mark.parametrize("parent", [None, {}, {"type": "new_details"}, {"type": "x", "x": {}}])
def test_a_line_that_may_be_a_proration_is_unreadable_not_a_full_period(body, parent):
    event = body("invoice_paid_create")["data"]["object"]
    event["lines"]["data"][0]["parent"] = parent
    assert isinstance(read_object("invoice.paid", event), Unreadable)


def test_the_line_carries_its_own_period(facts):
    cycle = facts("invoice_paid_cycle")
    assert [f"{line.period_start:%m-%d}/{line.period_end:%m-%d}" for line in cycle.lines] == [
        "12-02/01-02"
    ]


def test_lines_beyond_the_first_page_are_announced(facts):
    assert facts("invoice_paid_more_lines").lines_have_more
    assert not facts("invoice_paid_create").lines_have_more


def test_accounts_of_lines_and_subscription_must_agree(body):
    event = body("invoice_paid_create")["data"]["object"]
    event["lines"]["data"][0]["metadata"]["user_id"] = "acc_eve"
    assert read_object("invoice.paid", event).account.ids == ("acc_ada", "acc_eve")


def test_an_invoice_that_is_not_paid_is_not_read_as_paid(facts):
    assert facts("invoice_paid_create", status="open").field == "status"


@pytest.mark.parametrize(
    ("case", "ends"),
    [
        ("subscription_created", None),
        ("subscription_cancel_at_period_end", "2026-12-02"),
        ("subscription_cancel_at", "2026-12-02"),
        ("subscription_cancel_unset", None),
        ("subscription_deleted_at_once", None),
    ],
)
def test_a_scheduled_cancellation_is_seen_however_it_is_written(facts, case, ends):
    at = facts(case).scheduled_cancel_at
    assert (at and f"{at:%F}") == ends


def test_the_flag_alone_schedules_the_end_of_the_period(facts):
    found = facts("subscription_cancel_at_period_end", cancel_at=None)
    assert found.scheduled_cancel_at == found.period_end


def test_the_period_of_a_subscription_spans_its_items(body):
    event = body("subscription_created")["data"]["object"]
    first = event["items"]["data"][0]
    later = first | {"id": "si_2", "current_period_end": first["current_period_end"] + 86_400}
    event["items"]["data"].append(later)
    found = read_object("customer.subscription.created", event)
    assert (found.period_start, found.period_end) == (
        found.items[0].period_start,
        found.items[1].period_end,
    )


def test_an_item_without_a_price_is_unreadable(body):
    event = body("subscription_created")["data"]["object"]
    event["items"]["data"][0]["price"] = None
    assert read_object("customer.subscription.created", event).field == "items.data[0].price"


@pytest.mark.parametrize(
    ("case", "paid"),
    [
        ("invoice_paid_two_lines_discount", [0, 1500]),
        ("invoice_paid_update_proration", [0, 1333]),
        ("invoice_paid_create", [1000]),
    ],
)
def test_a_payment_goes_to_the_lines_that_cost_something(facts, case, paid):
    invoice = facts(case)
    parts = allot(invoice.amount_paid, {line.line_id: line.weight for line in invoice.lines})
    assert list(parts.values()) == paid


def test_a_subscription_without_items_is_unreadable(facts):
    assert (
        facts("subscription_created", items={"data": [], "has_more": False}).field == "items.data"
    )


@pytest.mark.parametrize(
    ("case", "unused"),
    [
        ("subscription_created", ("trial_end", "canceled_at", "latest_invoice")),
        ("invoice_payment_failed", ("attempt_count", "next_payment_attempt")),
        ("invoice_paid_create", ("amount_due",)),
    ],
)
def test_what_nothing_uses_may_be_missing(body, case, unused):
    event = body(case)
    for name in unused:
        event["data"]["object"].pop(name, None)
    assert not isinstance(read_object(event["type"], event["data"]["object"]), Unreadable)
