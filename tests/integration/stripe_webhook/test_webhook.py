"""The webhook against moto: what is authentic is applied or parked, the rest touches nothing."""

import base64
import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reprise.adapters import secrets
from reprise.ledger.commands import ReverseOrder
from reprise.ledger.reversals import Refund, RefundStatus, Reversals
from reprise.ports.ledger import StoreBusyError

from functions.stripe_webhook import app
from ops.stripe_standin.signing import http_event
from tests.support.aws import REGION, WEBHOOK_SECRET, items_of, queue, surroundings
from tests.support.ledger import CAUSE
from tests.support.stripe import body


@pytest.fixture(autouse=True)
def aws(monkeypatch):
    app.root.cache_clear()
    with surroundings(monkeypatch):
        yield
    app.root.cache_clear()


def signed(raw, secrets=(WEBHOOK_SECRET,), at=None, **more):
    return http_event(raw, secrets, at or datetime.now(UTC), **more)


def call(request):
    answer = app.handler(request, None)
    return answer["statusCode"], json.loads(answer["body"])


def wrote_nothing():
    return items_of("ledger") == [] and items_of("cases") == []


def test_a_signed_purchase_is_credited_once():
    for _ in range(2):
        assert call(signed(body("checkout_pack_paid"))) == (200, {"effect": "grant"})
    account = app.root().books.ledger.account("acc_ada")
    assert (account.balance, account.seq) == (1000, 1)


def stored_attempt(books):
    """Let a case's first attempt to refund Ada's pack be stored, as before the call."""
    made = Refund(1500, RefundStatus.PENDING, "case_0001#1")
    facts = Reversals(refunds={"case_0001#1": made})
    command = ReverseOrder("cs_live_RepPack1", 1, facts, CAUSE)
    books.ledger.run("acc_ada", command, datetime.now(UTC))


def failed_refund_of_ours():
    event = json.loads(body("refund_of_ours"))
    event["data"]["object"]["status"] = "failed"
    return signed(json.dumps(event | {"type": "refund.failed"}).encode())


def test_a_refund_of_ours_that_failed_wakes_its_case_each_time_it_is_told(monkeypatch):
    url, drained = queue("cases")
    monkeypatch.setenv("CASES_QUEUE_URL", url)
    call(signed(body("checkout_pack_paid")))
    stored_attempt(app.root().books)
    for _ in range(2):
        assert call(failed_refund_of_ours()) == (200, {"effect": "restore"})
    assert [json.loads(message)["case_id"] for message in drained()] == ["case_0001"] * 2
    assert app.root().books.ledger.account("acc_ada").balance == 1000


def test_a_case_that_could_not_be_woken_is_told_of_again():
    """No such queue: Stripe is asked to deliver again."""
    call(signed(body("checkout_pack_paid")))
    stored_attempt(app.root().books)
    assert call(failed_refund_of_ours())[0] == 503


def test_a_base64_body_is_the_same_body():
    assert call(signed(body("checkout_pack_paid"), encoded=True))[0] == 200
    assert app.root().books.ledger.account("acc_ada").balance == 1000


def test_either_of_two_live_secrets_verifies():
    client = boto3.client("secretsmanager", region_name=REGION)
    client.put_secret_value(SecretId="webhook-secret", SecretString="whsec_new whsec_old\n")
    for secret in ("whsec_new", "whsec_old"):
        assert call(signed(body("customer_updated"), (secret,)))[0] == 200


def test_a_secret_that_was_rolled_a_moment_ago_is_read_anew(monkeypatch):
    monkeypatch.setattr(secrets, "REREAD_AFTER", timedelta(0))
    assert call(signed(body("customer_updated")))[0] == 200
    client = boto3.client("secretsmanager", region_name=REGION)
    client.put_secret_value(SecretId="webhook-secret", SecretString="whsec_rolled")
    assert call(signed(body("customer_updated"), ("whsec_rolled",)))[0] == 200


def forged():
    raw, now = body("checkout_pack_paid"), datetime.now(UTC)
    good = signed(raw)
    yield "no signature", {**good, "headers": {}}
    yield "another secret", signed(raw, ("whsec_eve",))
    yield "stale", signed(raw, at=now - timedelta(seconds=400))
    yield "premature", signed(raw, at=now + timedelta(seconds=400))
    yield "another body", {**good, "body": raw.decode() + " "}
    yield "non-ASCII signature", {**good, "headers": {"stripe-signature": "t=1,v1=é"}}
    yield "v0 only", {**good, "headers": {"stripe-signature": "t=1,v0=aa"}}
    yield "base64 that is none", {**good, "isBase64Encoded": True, "body": "%%%"}
    yield "no body", {**good, "body": None}
    yield "nothing at all", {}
    yield "signed garbage", signed(b"\xff\xfe", encoded=True)
    yield "signed array", signed(b"[]")
    yield "signed thin event", signed(body("adv_thin_event"))


@pytest.mark.parametrize("name", [name for name, _ in forged()])
def test_garbage_is_refused_and_writes_nothing(name):
    # Made now: what is premature at collection may be timely when its turn comes.
    assert call(dict(forged())[name])[0] == 400
    assert wrote_nothing()


def test_a_refused_signature_is_counted(capsys):
    call({})
    assert "SignatureRejected" in capsys.readouterr().out


def test_what_is_signed_and_no_event_is_logged(caplog):
    """Nobody forged it: a thin destination points here, say, and its sender should be found."""
    assert call(signed(body("adv_thin_event")))[0] == 400
    assert [(one.levelname, one.error) for one in caplog.records] == [
        ("WARNING", "object: must be event: thin events are not subscribed to")
    ]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=300), st.text(max_size=60), st.booleans())
def test_any_bytes_are_a_400(raw, header, encoded):
    request = {
        "headers": {"Stripe-Signature": header},
        "body": base64.b64encode(raw).decode() if encoded else raw.decode("latin-1"),
        "isBase64Encoded": encoded,
    }
    assert call(request)[0] == 400


def test_what_cannot_be_applied_is_parked_and_counted(capsys):
    assert call(signed(body("adv_unknown_price"))) == (200, {"effect": "park"})
    assert items_of("ledger") == []
    out = capsys.readouterr().out
    assert "ParkedEvent" in out
    assert "UnknownPrice" in out


def test_a_parked_event_is_driven_when_what_it_waits_for_appears():
    assert call(signed(body("refund_partial"))) == (200, {"effect": "park"})
    assert call(signed(body("checkout_pack_paid"))) == (200, {"effect": "grant"})
    assert app.root().books.ledger.account("acc_ada").balance == 667
    assert not app.root().books.parking.parked(10).items


def test_a_passing_fault_is_a_503_and_the_next_delivery_completes_it(monkeypatch):
    store = app.root().books.ledger.store
    commit, faults = store.commit, [StoreBusyError("throttled")] * 60

    def flaky(decision):
        if faults:
            raise faults.pop()
        commit(decision)

    monkeypatch.setattr(type(store), "commit", lambda _, decision: flaky(decision))
    assert call(signed(body("checkout_pack_paid")))[0] == 503
    assert call(signed(body("checkout_pack_paid")))[0] == 200
    assert app.root().books.ledger.account("acc_ada").balance == 1000
