"""`reprise stripe`: what one event would do, and what many do in any order."""

import json

import pytest
from reprise.usecases.stripe.books import Effect

from ops.cli.stripe import explained
from tests.support.stripe import EVENTS, SHARED, body

# What a payments engineer expects of each event on its own, for a customer who is known.
EXPECTED = {
    "grant": {
        "checkout_pack_paid": 1000,
        "checkout_pack_async_succeeded": 1000,
        "checkout_pack_nothing_to_pay": 1000,
        "invoice_paid_create": 500,
        "invoice_paid_cycle": 500,
        "invoice_paid_pack": 1000,
        "invoice_paid_update_proration": 888,
        "pre_basil_invoice_paid_update_proration": 888,
    },
    "map": dict.fromkeys(
        ("checkout_subscription", "checkout_pack_unpaid", "invoice_payment_paid_create"), 0
    ),
    "mirror": dict.fromkeys(("subscription_created", "subscription_cancel_at"), 0),
    "schedule_expiry": dict.fromkeys(
        ("subscription_deleted_at_once", "subscription_deleted_unpaid"), 0
    ),
    "claw_back": {
        "refund_partial": -333,
        "refund_pending": -1000,
        "refund_succeeded": -1000,
        "dispute_funds_withdrawn": -1000,
        "dispute_created_lost": -1000,
        "dispute_lost": -1000,
        "dispute_appealed": -1000,
    },
    "restore": dict.fromkeys(
        ("refund_failed", "dispute_won", "dispute_won_late", "dispute_funds_reinstated"), 1000
    ),
    "freeze": dict.fromkeys(("dispute_inquiry", "fraud_warning"), 0),
    "unfreeze": dict.fromkeys(("dispute_inquiry_closed", "dispute_prevented"), 0),
    "close": dict.fromkeys(("checkout_expired", "checkout_pack_async_failed"), 0),
    "none": dict.fromkeys(
        ("charge_refunded", "invoice_payment_failed", "invoice_paid_trial", "adv_unknown_type"), 0
    ),
    "park": dict.fromkeys(
        (
            "adv_nobody_named",
            "adv_accounts_disagree",
            "adv_amount_not_of_sku",
            "adv_unknown_price",
            "adv_test_mode",
            "adv_moved_field",
            "adv_connected_account",
            "invoice_paid_more_lines",
        ),
        0,
    ),
    "reject": {"adv_thin_event": 0},
}
CASES = [
    pytest.param(name, effect, credits, id=name)
    for effect, cases in EXPECTED.items()
    for name, credits in cases.items()
]
ENTERED = {"grant", "claw_back", "restore", "freeze", "unfreeze", "schedule_expiry"}
"""Effects that stand in the journal under a key."""


@pytest.mark.parametrize(("name", "effect", "credits"), CASES)
def test_an_event_is_explained_by_what_it_would_do(name, effect, credits):
    told = explained(name, body(name)).as_dict()
    assert (told["effect"], told["credits"]) == (effect, credits)
    assert bool(told["key"]) is (effect in ENTERED)
    assert told["reason"]


def object_changed(name, **changes):
    event = json.loads(body(name))
    event["data"]["object"] |= changes
    return json.dumps(event).encode()


@pytest.mark.parametrize(
    ("name", "changes", "effect"),
    [
        ("dispute_created", {"balance_transactions": []}, "freeze"),
        ("dispute_funds_withdrawn", {"status": "prevented"}, "restore"),
        ("dispute_lost", {"balance_transactions": []}, "claw_back"),
        ("refund_pending", {"status": "requires_action"}, "claw_back"),
        ("refund_pending", {"status": "canceled"}, "restore"),
        ("refund_pending", {"payment_intent": None, "charge": None}, "park"),
        ("fraud_warning", {"actionable": False}, "alert"),
        ("checkout_pack_paid", {"payment_status": "unpaid"}, "map"),
        ("checkout_pack_paid", {"client_reference_id": None, "metadata": {}}, "park"),
        ("invoice_paid_cycle", {"billing_reason": "manual"}, "park"),
        ("invoice_paid_cycle", {"status": "open"}, "park"),
    ],
)
def test_a_variation_is_told_apart(name, changes, effect):
    assert explained(name, object_changed(name, **changes)).handling.effect == Effect(effect)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff", b'{"object": "event"}'])
def test_what_is_no_event_is_rejected(raw):
    assert explained("-", raw).handling.effect is Effect.REJECT


def test_nothing_of_ours_or_of_the_public_payloads_is_beyond_explanation():
    files = [*EVENTS.glob("*.json"), *(SHARED.glob("*.json") if SHARED.is_dir() else ())]
    for file in files:
        assert explained(str(file), file.read_bytes()).handling.reason, file


def test_one_file_prints_an_object_and_several_a_list(reprise):
    file = str(EVENTS / "checkout_pack_paid.json")
    one = reprise("stripe", "explain", file, "--json").json
    assert list(one) == ["file", "type", "effect", "credits", "key", "reason"]
    assert reprise("stripe", "explain", file, file, "--json").json == [one, one]
    assert "settle#cs_live_RepPack1" in reprise("stripe", "explain", file).stdout


def test_an_endpoint_in_test_mode_takes_test_events(reprise):
    file = str(EVENTS / "adv_test_mode.json")
    told = reprise("stripe", "explain", file, "--test-mode", "--json").json
    assert told["effect"] == "grant"


def test_what_the_payment_bought_can_be_said(reprise):
    file = str(EVENTS / "refund_partial.json")
    told = reprise("stripe", "explain", file, "--sku", "pack_5000", "--json").json
    assert told["credits"] == -416
    assert reprise("stripe", "explain", file, "--sku", "pack_9").exit_code == 2


def test_a_file_that_is_not_there_is_wrong_input(reprise):
    result = reprise("stripe", "explain", "no-such-file.json")
    assert (result.exit_code, "no-such-file" in result.stderr) == (2, True)


def test_a_replay_goes_through_the_handler_and_shows_what_changed(reprise):
    names = ("checkout_pack_paid", "adv_thin_event", "refund_partial", "subscription_created")
    files = [str(EVENTS / f"{name}.json") for name in names]
    told = reprise("stripe", "replay", *files, "--json").json
    assert [one["status"] for one in told["deliveries"]] == [200, 400, 200, 200]
    assert told["accounts"] == [
        {
            "account": "acc_ada",
            "balance": 667,
            "available": 667,
            "owed": 0,
            "entries": 2,
            "lots": {"cs_live_RepPack1": 667},
            "subscriptions": {"sub_RepAda": "active"},
        }
    ]


def test_any_order_is_tried_and_ends_alike(reprise):
    names = ("checkout_pack_paid", "refund_partial", "refund_failed", "dispute_inquiry")
    files = [str(EVENTS / f"{name}.json") for name in names]
    result = reprise("stripe", "replay", *files, "--order", "any", "--json")
    told = result.json
    assert (told["orders_tried"], told["orders_possible"], told["alike"]) == (24, 24, True)
    assert result.exit_code == 0
    assert reprise("stripe", "replay", *files, "--order", "sideways").exit_code == 2


def test_more_orders_than_can_be_tried_are_sampled(reprise):
    names = sorted(EXPECTED["claw_back"])
    files = [str(EVENTS / f"{name}.json") for name in (*names, "checkout_pack_paid")]
    told = reprise("stripe", "replay", *files, "--order", "any", "--json").json
    assert (told["orders_tried"], told["orders_possible"], told["alike"]) == (720, 40320, True)
