"""Every order in which a flow's events can arrive, each twice, ends in one and the same account."""

import itertools
import random

import pytest
from reprise.ledger.audit import audit

from tests.support.failed_refund import FailedRefund
from tests.support.stripe import SHARED, body, books, deliver, second_event, standing

OURS = {
    "pack_refunded_in_parts": (
        "checkout_pack_paid",
        "refund_partial",
        "refund_succeeded",
        "refund_failed",
    ),
    "pack_paid_later": ("checkout_pack_unpaid", "checkout_pack_async_succeeded"),
    "slow_refund": ("checkout_pack_paid", "refund_pending", "refund_pending_succeeded"),
    "dispute_won": (
        "checkout_pack_paid",
        "dispute_created",
        "dispute_funds_withdrawn",
        "dispute_under_review",
        "dispute_funds_reinstated",
        "dispute_won",
    ),
    "dispute_lost_with_refund": (
        "checkout_pack_paid",
        "dispute_created",
        "dispute_funds_withdrawn",
        "dispute_lost",
        "refund_partial",
    ),
    "dispute_lost_then_won_late": (
        "checkout_pack_paid",
        "dispute_created_lost",
        "dispute_funds_withdrawn",
        "dispute_funds_reinstated",
        "dispute_won_late",
    ),
    "inquiry": ("checkout_pack_paid", "dispute_inquiry", "dispute_inquiry_closed"),
    "inquiry_escalated": (
        "checkout_pack_paid",
        "dispute_inquiry",
        "dispute_inquiry_escalated",
        "fraud_warning",
    ),
    "subscription_month_refunded": (
        "invoice_paid_create",
        "invoice_payment_paid_create",
        "refund_subscription",
        "subscription_created",
        "subscription_deleted_at_once",
    ),
    "paid_twice_and_refunded": (
        "invoice_paid_create",
        "invoice_payment_paid_create",
        "invoice_payment_paid_again",
        "refund_second_payment",
    ),
    "paid_twice_and_both_reversed": (
        "invoice_paid_create",
        "invoice_payment_paid_create",
        "invoice_payment_paid_again",
        "refund_subscription",
        "dispute_second_payment",
        "dispute_second_payment_lost",
    ),
    "refund_cross_checked": (
        "checkout_pack_paid",
        "refund_partial",
        "charge_refunded_partial",
        "refund_failed",
    ),
    "subscription_year": (
        "subscription_created",
        "invoice_paid_create",
        "subscription_renewed",
        "invoice_paid_cycle",
        "subscription_cancel_at_period_end",
        "subscription_deleted_at_period_end",
    ),
}

THEIRS = {
    "pack_refunded": (
        "checkout.session.completed__payment_paid",
        "refund.created__partial",
        "refund.created__succeeded",
        "charge.refunded__full",
    ),
    "refund_fails": (
        "checkout.session.completed__payment_paid",
        "refund.created__pending",
        "refund.failed",
        "refund.updated__succeeded",
    ),
    "dispute_won": (
        "checkout.session.completed__payment_paid",
        "charge.dispute.created__needs_response",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed__won",
    ),
    "dispute_lost": (
        "checkout.session.completed__payment_paid",
        "charge.dispute.created__inquiry",
        "charge.dispute.updated__inquiry_escalated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed__lost",
        "refund.created__partial",
    ),
    "subscription": (
        "customer.subscription.created__active",
        "invoice.paid__subscription_create",
        "invoice_payment.paid__create",
        "invoice.paid__subscription_cycle",
        "customer.subscription.deleted__at_period_end",
    ),
    "upgrade": (
        "invoice.paid__subscription_create",
        "customer.subscription.updated__upgrade",
        "invoice.paid__subscription_update_proration",
        "customer.subscription.deleted__immediate",
    ),
}


def end_of_failed_refund(steps):
    world = FailedRefund()
    for step in steps:
        world.do(step)
    return world.end()


def ends_of(flow):
    """Deliver every ordering, each event twice in a row or once more at the end, and compare."""
    ends, runs = set(), 0
    for ordering in itertools.permutations(flow):
        for echoes in (
            [raw for event in ordering for raw in (event, second_event(event))],
            [*ordering, *ordering],
        ):
            to = books()
            for raw in echoes:
                deliver(to, raw)
            assert not to.parking.parked(10).items, "everything is applied in the end"
            for account_id, head in to.ledger.store.heads.items():
                assert audit(account_id, to.ledger.store.journal(account_id), head).clean
                ends.add(standing(to, account_id))
            runs += 1
    return ends, runs


@pytest.mark.parametrize("name", OURS)
def test_our_flows_end_alike_in_every_order(name):
    ends, runs = ends_of([body(event) for event in OURS[name]])
    print(f"{name}: {runs} orderings, {len(ends)} end")
    assert len(ends) == 1


def test_a_refund_of_ours_that_fails_ends_alike_in_every_order():
    """The case's call of Stripe is one of the steps, and what wakes the case has it worked on."""
    steps = ("call", "refund.created", "charge.refunded", "refund.failed", "refund.updated")
    ends, runs = set(), 0
    for ordering in itertools.permutations(steps):
        for echoes in ([step for step in ordering for _ in range(2)], [*ordering, *ordering]):
            ends.add(end_of_failed_refund(echoes))
            runs += 1
    print(f"refund_of_ours_fails: {runs} orderings, {len(ends)} end")
    assert len(ends) == 1
    assert "refund_failed" in ends.pop()


@pytest.mark.parametrize("name", THEIRS)
@pytest.mark.skipif(not SHARED.is_dir(), reason="the public payloads are not beside the checkout")
def test_public_flows_end_alike_in_every_order(name):
    ends, runs = ends_of([(SHARED / f"{event}.json").read_bytes() for event in THEIRS[name]])
    print(f"{name}: {runs} orderings, {len(ends)} end")
    assert len(ends) == 1


def test_any_shuffle_of_all_our_events_leaves_a_clean_journal():
    """A seeded sample of everything at once: nothing raises, every journal replays."""
    names = sorted({name for flow in OURS.values() for name in flow})
    for seed in range(60):
        shuffled = random.Random(seed).sample(names, len(names))
        to = books()
        for name in shuffled:
            deliver(to, name)
        for account_id, head in to.ledger.store.heads.items():
            report = audit(account_id, to.ledger.store.journal(account_id), head)
            assert report.clean, (seed, report.difference)
