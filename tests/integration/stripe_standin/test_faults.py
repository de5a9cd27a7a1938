import threading
import time

import pytest
import stripe

PARAMS = {"payment_intent": "pi_RepPack1"}
KEY = {"idempotency_key": "case_1#1"}


@pytest.fixture(autouse=True)
def _paid(control, sample):
    control("events", event=sample("checkout_pack_paid"), deliver=False)


def _refunds(client):
    return len(client.refunds.list().data)


def test_a_key_answers_the_same_for_the_same_parameters_and_refuses_others(client, control):
    first = client.refunds.create(PARAMS | {"amount": 500}, KEY)
    assert client.refunds.create(PARAMS | {"amount": 500}, KEY).id == first.id
    with pytest.raises(stripe.IdempotencyError):
        client.refunds.create(PARAMS | {"amount": 600}, KEY)
    assert _refunds(client) == 1
    control("forget")
    assert client.refunds.create(PARAMS | {"amount": 500}, KEY).id != first.id


def test_a_key_in_use_is_refused(client, control, standin):
    control("faults", kind="delay", path="/v1/refunds", seconds=0.5)
    slow = threading.Thread(target=client.refunds.create, args=(PARAMS, KEY))
    slow.start()
    while not standin.standin.state.requests:
        time.sleep(0.01)
    with pytest.raises(stripe.APIError) as refused:
        client.refunds.create(PARAMS, KEY)
    slow.join()
    # The package keeps `code` itself for some statuses only.
    assert refused.value.error.code == "idempotency_key_in_use"
    assert client.refunds.create(PARAMS, KEY).amount == 1500


@pytest.mark.parametrize(("after", "made"), [(False, 0), (True, 1)])
def test_a_500_is_stored_whether_the_work_was_done_or_not(client, control, after, made):
    control("faults", kind="server_error", path="/v1/refunds", after=after)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client.refunds.create(PARAMS, KEY)
    assert _refunds(client) == made


@pytest.mark.parametrize(("after", "made"), [(False, 0), (True, 1)])
def test_a_timeout_leaves_open_what_happened_and_the_key_tells(client, control, after, made):
    control("faults", kind="timeout", path="/v1/refunds", after=after)
    with pytest.raises(stripe.APIConnectionError):
        client.refunds.create(PARAMS, KEY)
    assert _refunds(client) == made
    client.refunds.create(PARAMS, KEY)
    assert _refunds(client) == 1


def test_a_rate_limit_passes_and_is_not_stored(client, control):
    control("faults", kind="rate_limit", path="/v1/refunds", times=2)
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError):
            client.refunds.create(PARAMS, KEY)
    assert client.refunds.create(PARAMS, KEY).status == "succeeded"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("balance_insufficient", stripe.InvalidRequestError),
        ("charge_already_refunded", stripe.InvalidRequestError),
        ("insufficient_funds", stripe.CardError),
        ("card_declined", stripe.CardError),
        ("lock_timeout", stripe.RateLimitError),
    ],
)
def test_any_refusal_can_be_had(client, control, code, kind):
    control("faults", kind="refuse", path="/v1/refunds", code=code)
    with pytest.raises(kind) as refused:
        client.refunds.create(PARAMS, KEY)
    assert refused.value.error.code == code


def test_reads_fail_on_demand_too(client, control):
    control("faults", kind="server_error", method="GET", path="/v1/events")
    with pytest.raises(stripe.APIError):
        client.events.list()
    assert client.events.list().data


def test_the_calls_are_counted(client, control):
    client.charges.retrieve("ch_RepPack1")
    assert control("log")["requests"] == [
        {"method": "GET", "path": "/v1/charges/ch_RepPack1", "key": None}
    ]


@pytest.mark.parametrize("payload", [{}, {"kind": "refuse", "colour": "red"}])
def test_a_control_call_that_does_not_fit_is_refused(control, payload):
    with pytest.raises(OSError, match="400") as refused:
        control("faults", **payload)
    refused.value.close()
