import copy
import json
from datetime import datetime
from functools import reduce
from operator import getitem

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reprise.billing.account import AccountRefsDisagree
from reprise.billing.events import (
    EVENT_BYTES_MAX,
    EVENT_DEPTH_MAX,
    HANDLED_TYPES,
    Expected,
    Ignored,
    Unreadable,
    facts_of,
    read_event,
    read_object,
)
from reprise.billing.fields import Fields
from reprise.errors import BadInputError


def test_every_sample_event_reads_into_facts(event_file):
    event = read_event(event_file.read_bytes())
    facts = facts_of(event)
    if event_file.stem == "adv_moved_field":
        assert facts == Unreadable("parent", "must be present, or subscription")
    elif event.type in HANDLED_TYPES:
        assert not isinstance(facts, Ignored | Unreadable)
    else:
        assert facts == Ignored(event.type)


def test_every_handled_type_has_a_sample(body, request):
    folder = request.config.rootpath / "events/stripe_webhook"
    seen = {body(file.stem)["type"] for file in folder.glob("*.json")}
    assert HANDLED_TYPES - seen == {
        "charge.refund.updated",
        "credit_note.updated",
        "credit_note.voided",
        "radar.early_fraud_warning.updated",
    }


@pytest.mark.parametrize(
    ("case", "field"),
    [
        ("adv_test_mode", "livemode"),
        ("adv_connected_account", "account"),
        ("adv_other_api_version", "api_version"),
        ("adv_moved_field", "api_version"),
        ("checkout_pack_paid", None),
        ("adv_unknown_type", None),
    ],
)
def test_what_is_not_expected_is_named(body, case, field):
    event = read_event(json.dumps(body(case)).encode())
    found = Expected(livemode=True).mismatch(event)
    assert (found.field if found else None) == field


def test_a_test_object_in_a_live_event_is_named(body):
    forged = body("checkout_pack_paid")
    forged["data"]["object"]["livemode"] = False
    found = Expected(livemode=True).mismatch(read_event(json.dumps(forged).encode()))
    assert found
    assert found.field == "data.object.livemode"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff{}",
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b'{"a":1,"a":2}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b'{"a":' + b"[" * EVENT_DEPTH_MAX + b"]" * EVENT_DEPTH_MAX + b"}",
        b'{"a":"' + b"x" * EVENT_BYTES_MAX + b'"}',
    ],
    ids=range(14),
)
def test_bytes_that_are_no_bounded_json_object_are_bad_input(raw):
    with pytest.raises(BadInputError, match="body"):
        read_event(raw)


def test_a_thin_event_is_bad_input_that_names_the_field(body):
    with pytest.raises(BadInputError, match="object"):
        read_event(json.dumps(body("adv_thin_event")).encode())


def _paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in items:
        if isinstance(child, dict | list):
            yield from _paths(child, (*path, key))
        else:
            yield (*path, key)


_GARBAGE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**16, 10**400, -1, 2**63])
    | st.floats()
    | st.text()
    | st.sampled_from(["", "\ud800", "\x00", "x" * 501, "usd\n"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=1_000)
@given(data=st.data())
def test_any_field_may_be_anything_or_missing_and_nothing_raises(event_bodies, data):
    event = data.draw(st.sampled_from(event_bodies))
    found = copy.deepcopy(event["data"]["object"])
    for _ in range(data.draw(st.integers(1, 3))):
        *path, last = data.draw(st.sampled_from([path for path in _paths(found) if path]))
        holder = reduce(getitem, path, found)
        if data.draw(st.booleans()):
            del holder[last]
        else:
            holder[last] = data.draw(_GARBAGE)
    read_object(event["type"], found)


# What may be left out without a word; whatever else decides about money may not.
_MAY_BE_MISSING = (
    {
        ("invoice_paid_create", key)
        for key in (
            *("number", "customer_address", "metadata", "amount_paid_off_stripe"),
            "subscription_details",
        )
    }
    | {("checkout_pack_paid", key) for key in ("customer_details", "consent", "metadata")}
    | {
        ("subscription_created", key)
        for key in (
            *("metadata", "cancellation_details", "pause_collection", "status_details"),
            "pending_update",
        )
    }
    | {("refund_succeeded", "metadata")}
)


@pytest.mark.parametrize(
    "case",
    [
        *("checkout_pack_paid", "invoice_paid_create", "invoice_payment_paid_create"),
        *("subscription_created", "refund_succeeded", "dispute_won", "charge_refunded"),
        *("pre_basil_invoice_paid_create", "pre_basil_subscription_created"),
    ],
)
def test_a_field_that_vanishes_is_noticed_or_makes_no_difference(body, case):
    event = body(case)
    before = read_object(event["type"], event["data"]["object"])
    for key in event["data"]["object"]:
        rest = {name: value for name, value in event["data"]["object"].items() if name != key}
        after = read_object(event["type"], rest)
        allowed = {(case.removeprefix("pre_basil_"), key), (case, key)} & _MAY_BE_MISSING
        if not (isinstance(after, Unreadable) or allowed):
            assert after == before, key


def test_accounts_that_disagree_are_visible(body):
    facts = facts_of(read_event(json.dumps(body("adv_accounts_disagree")).encode()))
    assert facts.account == AccountRefsDisagree(("acc_eve", "acc_ada"))


def test_nobody_is_nobody(body):
    facts = facts_of(read_event(json.dumps(body("adv_nobody_named")).encode()))
    assert (facts.account, facts.customer) == (None, None)


def test_blank_references_are_unreadable_not_nobody(body):
    found = body("checkout_pack_paid")["data"]["object"] | {"client_reference_id": ""}
    assert read_object("checkout.session.completed", found).field == "client_reference_id"


def test_expanded_references_read_like_ids(body):
    found = body("checkout_pack_paid")["data"]["object"]
    plain = read_object("checkout.session.completed", found)
    found["payment_intent"] = {"id": found["payment_intent"], "object": "payment_intent"}
    assert read_object("checkout.session.completed", found) == plain


@pytest.mark.parametrize(("value", "fix"), [(True, "integer"), (1.5, "integer"), (-1, "negative")])
def test_money_is_a_whole_number_and_a_flag_is_not_one(value, fix):
    with pytest.raises(BadInputError, match=fix):
        Fields({"amount": value}).amount("amount")


def test_instants_are_utc():
    found = Fields({"at": 0}).instant("at")
    assert found == datetime.fromisoformat("1970-01-01T00:00:00Z")
    assert found.tzinfo is not None
    with pytest.raises(BadInputError):
        Fields({"at": 10**12}).instant("at")


@pytest.mark.parametrize("value", ["", None, "eu", "euro", "€€€", 978])
def test_a_currency_is_three_letters(value):
    with pytest.raises(BadInputError, match="currency"):
        Fields({"currency": value}).currency()


def test_a_country_is_two_letters_or_unknown():
    assert Fields({"country": "de"}).maybe_country() == "DE"
    assert Fields({"country": ""}).maybe_country() is None
    assert Fields({}).maybe_country() is None
    with pytest.raises(BadInputError, match="country"):
        Fields({"country": "Germany"}).maybe_country()
