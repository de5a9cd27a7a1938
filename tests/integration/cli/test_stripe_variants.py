"""What a payments engineer expects of realistic variants of each event: the table is the law.

Each row changes one of our sample events as Stripe would have sent it in that situation; paths are
dotted, a number counts in an array. The customer is known, as `reprise stripe explain` assumes.
"""

import json

import pytest
from reprise.billing.dispute import DisputeStatus

from ops.cli.stripe import explained
from tests.support.stripe import body

GONE = object()
"""The field is not sent at all."""

PACK, SUB = "checkout_pack_paid", "subscription_created"
ITEM = "items.data.0"
CREATE, CYCLE, ONE_OFF = "invoice_paid_create", "invoice_paid_cycle", "invoice_paid_pack"
UPDATE, REFUND, DISPUTE = "invoice_paid_update_proration", "refund_partial", "dispute_created"
LINE, USER = "lines.data.0", "parent.subscription_details.metadata.user_id"
NO_MOVES = {"balance_transactions": []}

TABLE = {
    "checkouts": [
        (PACK, {"amount_total": 1785, "total_details.amount_tax": 285}, "grant", 1000),
        (PACK, {"amount_total": 1200, "total_details.amount_discount": 300}, "grant", 1000),
        (PACK, {"amount_total": 1990, "total_details.amount_shipping": 490}, "grant", 1000),
        (PACK, {"consent": None}, "grant", 1000),
        (PACK, {"consent": GONE, "customer_details": None}, "grant", 1000),
        (PACK, {"customer": None}, "grant", 1000),
        (PACK, {"customer": {"id": "cus_RepAda", "object": "customer"}}, "grant", 1000),
        (
            PACK,
            {"payment_intent": {"id": "pi_RepPack1", "object": "payment_intent"}},
            "grant",
            1000,
        ),
        (PACK, {"presentment_details": {"presentment_currency": "gbp"}}, "grant", 1000),
        (PACK, {"client_reference_id": None}, "grant", 1000),
        (PACK, {"client_reference_id": GONE}, "grant", 1000),
        (PACK, {"client_reference_id": None, "metadata.user_id": " acc_ada "}, "grant", 1000),
        (PACK, {"client_reference_id": " acc_ada "}, "grant", 1000),
        # A blank id is no id: neither an account of that name nor "nobody".
        (PACK, {"client_reference_id": ""}, "park", 0),
        (PACK, {"client_reference_id": None, "metadata.user_id": "  "}, "park", 0),
        (PACK, {"client_reference_id": "acc_eve"}, "park", 0),
        (PACK, {"metadata.sku": "pack_9"}, "park", 0),
        (PACK, {"metadata.sku": GONE}, "park", 0),
        (PACK, {"amount_subtotal": 3000}, "park", 0),
        (PACK, {"currency": "jpy"}, "park", 0),
        (PACK, {"livemode": False}, "park", 0),
        (PACK, {"payment_intent": GONE}, "park", 0),
        (PACK, {"payment_status": "unpaid"}, "map", 0),
        (PACK, {"invoice": "in_1"}, "map", 0),
        (PACK, {"mode": "subscription", "invoice": "in_1", "subscription": "sub_1"}, "map", 0),
        (PACK, {"mode": "setup"}, "none", 0),
        # Prices shown in the customer's own currency, as sessions before 2025-03-31 told it.
        (
            PACK,
            {
                "currency": "gbp",
                "amount_subtotal": 1391,
                "amount_total": 1391,
                "currency_conversion": {"amount_subtotal": 1500, "source_currency": "eur"},
            },
            "grant",
            1000,
        ),
        ("checkout_pack_nothing_to_pay", {"payment_intent": None}, "grant", 1000),
    ],
    "invoices": [
        (CYCLE, {"amount_paid": 1190, "total": 1190}, "grant", 500),
        (CYCLE, {"amount_paid": 0, "amount_due": 0, "starting_balance": -1000}, "grant", 500),
        (CYCLE, {f"{LINE}.discount_amounts": [{"amount": 1000}], "amount_paid": 0}, "grant", 500),
        (CYCLE, {"amount_paid_off_stripe": 1000}, "grant", 500),
        (CYCLE, {"customer": {"id": "cus_RepAda", "object": "customer"}}, "grant", 500),
        (CYCLE, {f"{LINE}.quantity": 3}, "grant", 1500),
        (CYCLE, {f"{LINE}.quantity": None}, "grant", 500),
        (CYCLE, {f"{LINE}.quantity": 0}, "none", 0),
        (CYCLE, {f"{LINE}.amount": 0, "amount_paid": 0}, "none", 0),
        (CYCLE, {"billing_reason": "subscription_threshold"}, "park", 0),
        (CYCLE, {"billing_reason": "automatic_pending_invoice_item_invoice"}, "park", 0),
        (CYCLE, {"billing_reason": "something_new"}, "park", 0),
        (CYCLE, {"currency": "jpy"}, "grant", 500),
        (CYCLE, {"lines.has_more": True}, "park", 0),
        (CYCLE, {"lines.data": []}, "park", 0),
        # What a customer owes from before is paid without a line for it.
        (CYCLE, {"lines.data": [], "total": 0, "starting_balance": 1000}, "none", 0),
        (CYCLE, {"parent": GONE}, "park", 0),
        (CYCLE, {f"{LINE}.parent": None}, "park", 0),
        (CYCLE, {f"{LINE}.pricing.price_details.price": "price_9"}, "park", 0),
        (CYCLE, {f"{LINE}.pricing": None}, "none", 0),
        (CYCLE, {USER: "  ", f"{LINE}.metadata": {}}, "park", 0),
        (CREATE, {"test_clock": "clock_1", "livemode": False}, "park", 0),
        (UPDATE, {"amount_paid": 0}, "none", 0),
        (UPDATE, {"billing_reason": "automatic_pending_invoice_item_invoice"}, "grant", 888),
        (UPDATE, {"billing_reason": "manual"}, "grant", 888),
        (UPDATE, {"lines.data.1.amount": 100, "amount_paid": 0}, "none", 0),
        (UPDATE, {"lines.data.0.parent.type": "invoice_item_details"}, "park", 0),
        (ONE_OFF, {f"{LINE}.quantity": 2}, "grant", 2000),
        (ONE_OFF, {"billing_reason": "automatic_pending_invoice_item_invoice"}, "grant", 1000),
    ],
    "subscriptions": [
        *((SUB, {"status": status}, "mirror", 0) for status in ("trialing", "unpaid", "paused")),
        (SUB, {"cancel_at": 1796202000, "cancel_at_period_end": False}, "mirror", 0),
        (SUB, {"schedule": "sub_sched_1", "trial_end": 1796202000}, "mirror", 0),
        (SUB, {"pending_update": {"expires_at": 1796202000}}, "mirror", 0),
        (SUB, {f"{ITEM}.quantity": 5}, "mirror", 0),
        (SUB, {"customer": {"id": "cus_RepAda", "object": "customer"}}, "mirror", 0),
        (SUB, {"metadata.user_id": "  "}, "park", 0),
        (SUB, {"status": "incomplete_expired"}, "mirror", 0),
        (SUB, {"status": "incomplete_expired", "ended_at": 1793700000}, "mirror", 0),
        (SUB, {"status": "canceled", "ended_at": 1793700000}, "schedule_expiry", 0),
        (SUB, {"status": "something_new"}, "park", 0),
        ("customer_deleted", {}, "map", 0),
    ],
    "refunds": [
        (REFUND, {"status": "requires_action"}, "claw_back", -333),
        (REFUND, {"status": "canceled"}, "restore", 333),
        (REFUND, {"payment_intent": None}, "claw_back", -333),
        (REFUND, {"charge": None}, "claw_back", -333),
        (REFUND, {"charge": {"id": "ch_RepPack1", "object": "charge"}}, "claw_back", -333),
        (REFUND, {"metadata": None}, "claw_back", -333),
        (REFUND, {"currency": "jpy"}, "claw_back", -1000),
        (REFUND, {"amount": 1}, "none", 0),
        (REFUND, {"status": "something_new"}, "park", 0),
        ("charge_refunded", {"amount_refunded": 1}, "none", 0),
    ],
    "disputes": [
        (DISPUTE, {"amount": 500}, "claw_back", -333),
        (DISPUTE, {"amount": 1600}, "claw_back", -1333),  # of pack_5000: no other costs so much
        (DISPUTE, {"charge": {"id": "ch_RepPack1", "object": "charge"}}, "claw_back", -1000),
        (DISPUTE, {"payment_intent": None}, "claw_back", -1000),
        *(
            (DISPUTE, NO_MOVES | {"status": status}, effect, credits)
            for status, effect, credits in (
                ("warning_needs_response", "freeze", 0),
                ("warning_under_review", "freeze", 0),
                ("warning_closed", "unfreeze", 0),
                ("needs_response", "freeze", 0),
                ("under_review", "freeze", 0),
                ("appeal_needs_response", "freeze", 0),
                ("appeal_under_review", "freeze", 0),
                ("prevented", "unfreeze", 0),
                ("charge_refunded", "unfreeze", 0),
                ("won", "unfreeze", 0),
                ("lost", "claw_back", -1000),
            )
        ),
        ("fraud_warning", {"payment_intent": GONE}, "freeze", 0),
        ("fraud_warning", {"actionable": False}, "alert", 0),
    ],
}
ROWS = [
    pytest.param(name, changes, effect, credits, id=f"{kind}-{number}-{name}-{effect}")
    for kind, rows in TABLE.items()
    for number, (name, changes, effect, credits) in enumerate(rows)
]
VERSIONS = ("2022-11-15", "2023-10-16", "2024-06-20", "2024-10-28.acacia", "2025-02-24.acacia")


def variant(name, changes, **envelope):
    event = json.loads(body(name)) | envelope
    for path, value in changes.items():
        holder = event["data"]["object"]
        *parents, last = path.split(".")
        for key in parents:
            holder = holder[int(key)] if isinstance(holder, list) else holder.setdefault(key, {})
        if value is GONE:
            holder.pop(last, None)
        else:
            holder[last] = value
    return json.dumps(event).encode()


@pytest.mark.parametrize(("name", "changes", "effect", "credits"), ROWS)
def test_a_variant_does_what_an_engineer_expects(name, changes, effect, credits):
    told = explained(name, variant(name, changes)).as_dict()
    assert (told["effect"], told["credits"]) == (effect, credits), told["reason"]


def test_every_status_of_a_dispute_is_in_the_table():
    statuses = {changes.get("status") for _, changes, _, _ in TABLE["disputes"]}
    assert set(DisputeStatus.__value__.__args__) <= statuses


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("name", "credits"),
    [
        ("pre_basil_invoice_paid_create", 500),
        ("pre_basil_invoice_paid_cycle", 500),
        ("pre_basil_invoice_paid_pack", 1000),
        ("pre_basil_invoice_paid_update_proration", 888),
        ("pre_basil_subscription_created", 0),
    ],
)
def test_every_older_version_is_read_alike(name, credits, version):
    told = explained(name, variant(name, {}, api_version=version)).as_dict()
    assert (told["effect"], told["credits"]) == ("grant" if credits else "mirror", credits)


@pytest.mark.parametrize("version", ["2022-08-01", "2027-01-01.unknown", None])
def test_a_version_that_nobody_has_read_is_parked(version):
    assert explained("x", variant(PACK, {}, api_version=version)).handling.effect == "park"
