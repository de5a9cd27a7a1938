"""A refund mail on the deployed template: read, decided, money back, answered."""

import json
import time
from copy import deepcopy
from urllib.request import urlopen

import boto3
import pytest
from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.cases.model import CaseState

from tests.support import files
from tests.support.mailbox import EVENTS, sample

pytestmark = [pytest.mark.stack, pytest.mark.built]

ACCOUNT, ADDRESS = "acc_ada", "jo.customer@shop.example"
ORDER, PAYMENT = "cs_live_RepPack1", "pi_RepPack1"
MAIL_ORDER = b"cs_test_a1RefundStory000000000000000000000000000000000000000000001"
_SECONDS_MAX = 40


@pytest.fixture(scope="module")
def paid(stack, product):
    """Ada's pack, paid and credited, an hour before her mail."""
    profile = {"email": ADDRESS, "locale": "en-GB", "country": "DE"}
    assert product.call("PUT", f"/accounts/{ACCOUNT}", profile).status in {200, 201}
    event = files.sample("stripe_webhook/checkout_pack_paid")
    event["livemode"] = event["data"]["object"]["livemode"] = False
    stack.stripe.tell("events", event=event)
    stack.stripe.tell("idle")
    balance = f"/accounts/{ACCOUNT}/balance"
    wait(lambda: product.call("GET", balance).body.get("available") == 1000)


def receive(stack, name, mail_id, **verdicts):
    """Put a sample mail into the bucket and tell the function, as SES would."""
    raw = (EVENTS / f"{name}.eml").read_bytes().replace(MAIL_ORDER, ORDER.encode())
    raw = raw.replace(f"<{name}@".encode(), f"<{mail_id}@".encode())
    boto3.client("s3", **stack.arguments).put_object(
        Bucket=stack.mail_bucket, Key=stack.mail_prefix + mail_id, Body=raw
    )
    event = deepcopy(sample(name))
    ses = event["Records"][0]["ses"]
    ses["mail"]["messageId"] = mail_id
    for verdict, status in verdicts.items():
        ses["receipt"][f"{verdict}Verdict"]["status"] = status
    boto3.client("lambda", **stack.arguments).invoke(
        FunctionName=stack.function("refund_email"),
        InvocationType="Event",
        Payload=json.dumps(event).encode(),
    )


def wait(seen):
    """Return what becomes true, within bounds."""
    ends_at = time.monotonic() + _SECONDS_MAX
    while time.monotonic() < ends_at:
        found = seen()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError("it did not happen")


def settled(stack, mail_id, *states):
    """Return the mail's case once it stands so, and has answered."""
    store = DynamoCaseStore(boto3.client("dynamodb", **stack.arguments), stack.cases_table)

    def seen():
        taken = store.taken(mail_id)
        case = store.case(taken.case_ids[0]) if taken and taken.case_ids else None
        return case if case and case.state in states and not case.unanswered else None

    return wait(seen)


def mailed(stack):
    """Every mail that left, as the local SES shows it."""
    with urlopen(f"{stack.endpoint}/_ministack/ses/messages", timeout=10) as answer:  # noqa: S310
        return json.dumps(json.load(answer))


@pytest.mark.usefixtures("paid")
def test_an_unused_pack_is_refunded_by_mail_alone(stack, product):
    receive(stack, "withdrawal-unused-pack", "0mail-e2e-1")
    case = settled(stack, "0mail-e2e-1", CaseState.APPROVED)
    assert case.decision.rule == "withdrawal"
    assert case.attempts[0].refund_id.startswith("re_")
    assert product.call("GET", f"/accounts/{ACCOUNT}/balance").body["available"] == 0
    posts = [one for one in stack.stripe.tell("log")["requests"] if one["method"] == "POST"]
    assert [one["path"] for one in posts] == ["/v1/refunds"]
    assert case.case_id in mailed(stack)
    # The refund's own event comes back to the webhook and must take nothing more.
    stack.stripe.tell("idle")
    assert product.call("GET", f"/accounts/{ACCOUNT}/balance").body["available"] == 0


@pytest.mark.usefixtures("paid")
def test_a_forged_mail_waits_for_a_person_in_silence(stack):
    receive(stack, "forged-sender", "0mail-e2e-2")
    case = settled(stack, "0mail-e2e-2", CaseState.PERSON)
    assert case.decision.rule == "sender_unproven"
    assert case.case_id not in mailed(stack)
