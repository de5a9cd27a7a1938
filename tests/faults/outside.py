"""The world outside, as insistent as it really is: Stripe, the product's backend, the mail server.

Each tries again until it is answered, under the same ids, as the real one does.
"""

import json
import re
import time
from copy import deepcopy
from datetime import UTC, datetime
from email.utils import format_datetime

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from reprise.adapters.signed_http import SignedHttp
from reprise.api.transport import TransportFailedError
from reprise.client import CallFailedError, CreditsClient

from ops.stack.product import SOURCE, send
from ops.stripe_standin.signing import signature_header
from tests.support.mailbox import EVENTS, JO, ORDER, sample

INSISTS = 60
"""Attempts of whoever needs an answer; Stripe goes on for three days."""
_PAUSE_SECONDS = 0.25
_BROKEN = 500


class GaveUpError(AssertionError):
    """Somebody outside was not answered, however often they asked."""


class Outside:
    """Who calls from outside.

    Args:
        stack: whom they call.
        events_endpoint: where the product's events go; a proxy, so that some get lost.
    """

    def __init__(self, stack, events_endpoint=None):
        self.stack = stack
        keys = stack.product_arguments()
        keys["endpoint_url"] = events_endpoint or stack.endpoint
        self._bus = boto3.client("events", **keys)
        del keys["endpoint_url"]
        session = boto3.Session(**keys)
        self.credits = CreditsClient(SignedHttp(stack.api_url, session), sleep=lambda _: None)
        self._s3 = boto3.client("s3", **stack.arguments)
        self._lambda = boto3.client("lambda", **stack.arguments)

    def webhook(self, event):
        """Deliver an event of Stripe's until it is taken; Stripe lists it as well."""
        event = self.unheard(event)
        self.deliver(event)
        return event

    def unheard(self, event):
        """Have an event of Stripe's that is listed and never delivered."""
        event = in_test_mode(event)
        self.stack.stripe.tell("events", event=event, deliver=False)
        return event

    def deliver(self, event):
        """Deliver an event that Stripe lists already."""
        raw = json.dumps(event).encode()

        def attempt():
            signed = signature_header(raw, [self.stack.webhook_secret], datetime.now(UTC))
            answer = send("POST", self.stack.webhook_url, raw, {"Stripe-Signature": signed})
            return answer.status == 200

        _insist(attempt, event["type"])

    def charge(self, account_id, generation_id):
        """Take a generation's credits, however often it must be asked for."""

        def attempt():
            self.credits.charge(account_id, generation_id, "music_simple")
            return True

        _insist(attempt, f"charge {generation_id}")

    def register(self, account_id, email):
        def attempt():
            self.credits.register(account_id, email=email, locale="en-GB", country="DE")
            return True

        _insist(attempt, f"register {account_id}")

    def report(self, kind, detail):
        """Put a report on the bus; return whether the bus took it, after the SDK's own tries."""
        entry = {
            "EventBusName": self.stack.event_bus,
            "Source": SOURCE,
            "DetailType": f"Generation {kind}",
            "Detail": json.dumps(detail),
        }
        try:
            return not self._bus.put_events(Entries=[entry])["FailedEntryCount"]
        except (ClientError, BotoCoreError):
            return False

    def mail(self, mail_id, address, order):
        """Receive a mail that withdraws from an order, as SES does: stored, then told."""
        now, name = datetime.now(UTC), "withdrawal-unused-pack"
        text = (EVENTS / f"{name}.eml").read_text()
        for old, new in ((ORDER, order), (f"<{name}@", f"<{mail_id}@"), (JO, address)):
            text = text.replace(old, new)
        text = re.sub(r"(?m)^Date: .*$", f"Date: {format_datetime(now)}", text)
        key = self.stack.mail_prefix + mail_id
        self._s3.put_object(Bucket=self.stack.mail_bucket, Key=key, Body=text.encode())
        event = json.loads(json.dumps(sample(name)).replace(JO, address))
        ses = event["Records"][0]["ses"]
        ses["mail"] |= {"messageId": mail_id, "timestamp": now.isoformat()}
        ses["receipt"]["timestamp"] = now.isoformat()
        self.call("refund_email", event)

    def call(self, stem, event):
        """Have AWS call a function, which tries again by itself where that fails."""
        self._lambda.invoke(
            FunctionName=self.stack.function(stem),
            InvocationType="Event",
            Payload=json.dumps(event).encode(),
        )

    def run(self, stem, at):
        """Run a function of a schedule now; return what it said, or raise what it raised."""
        event = {"id": f"{stem}-{at:%H%M%S}", "time": at.isoformat()}
        answer = self._lambda.invoke(
            FunctionName=self.stack.function(stem), Payload=json.dumps(event).encode()
        )
        said = answer["Payload"].read().decode()
        assert "FunctionError" not in answer, f"{stem}: {said}"
        return json.loads(said)


def in_test_mode(event):
    """Return one of the simulation's events as the local stack takes it: no real money."""
    event = deepcopy(event)
    event["livemode"] = event["data"]["object"]["livemode"] = False
    return event


def _insist(attempt, what):
    """Attempt until it is done; a refusal that another attempt cannot mend is raised."""
    last = None
    for _ in range(INSISTS):
        try:
            if attempt():
                return
        except CallFailedError as error:
            if error.status < _BROKEN:
                raise
            last = error
        except (TransportFailedError, OSError) as error:
            last = error
        time.sleep(_PAUSE_SECONDS)
    raise GaveUpError(f"{what}: no answer in {INSISTS} attempts; the last: {last}")
