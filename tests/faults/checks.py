"""What must hold once the faults are over; each breach is told in words."""

import json
import time
from collections import Counter
from urllib.request import urlopen

import boto3
import urllib3
from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.adapters.dynamodb.parking import DynamoParkingLot
from reprise.cases.model import AttemptState, CaseState, ReplyState
from reprise.ledger.audit import audit

from ops.dead_letters import DeadLetters
from tests.faults.customers import PACK_PRICE

QUEUES = {
    "ProviderEventsQueue": "ProviderEventsDeadLetters",
    "CaseActionsQueue": "CaseActionsDeadLetters",
    "ExpirySweepQueue": "ExpirySweepDeadLetters",
    "OutageCreditsQueue": "OutageCreditsDeadLetters",
    "PolicyNoticesQueue": "PolicyNoticesDeadLetters",
}
"""Each work queue of the template with where it gives up."""
_GIVEN_UP = ("DeadLetters", "Failures", "Unrouted")
_COUNTS = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
_POLL_SECONDS = 0.2


class Books:
    """The stack's tables and queues, read past the functions and past the faults."""

    def __init__(self, stack):
        self.stack = stack
        client = boto3.client("dynamodb", **stack.arguments)
        self.store = DynamoLedgerStore(client, stack.ledger_table)
        self.cases = DynamoCaseStore(client, stack.cases_table)
        self.parking = DynamoParkingLot(client, stack.cases_table)
        self.sqs = boto3.client("sqs", **stack.arguments)
        self.urls = _queue_urls(stack)

    def of(self, customers):
        """Return every breach of an account's laws, and of what its model says it holds."""
        broken = [breach for one in customers for breach in self._account(one)]
        heads = [self.store.read(one.account_id).account for one in customers]
        found = sum(head.balance for head in heads if head)
        wanted = sum(one.balance for one in customers)
        if found != wanted:
            broken.append(f"all accounts together hold {found} credits, not {wanted}")
        return broken

    def _account(self, one):
        name = one.account_id
        head = self.store.read(name).account
        if head is None:
            yield f"{name}: paid and has no account"
            return
        journal = list(self.store.journal(name))
        report = audit(name, journal, head, self.store.orders_of(name))
        if not report.clean:
            yield f"{name}: audit: {report.difference}"
        if head.balance != one.balance:
            yield f"{name}: {head.balance} credits, {one.balance} expected"
        yield from (f"{name}: {generation} is still open" for generation in head.charges)
        keys = Counter(entry.key.partition("#")[0] for entry in journal)
        if keys["settle"] != 1:
            yield f"{name}: {keys['settle']} orders were credited, one was paid"
        yield from self._outcomes(one, journal)

    def _outcomes(self, one, journal):
        found = {
            entry.key.removeprefix("outcome#"): entry.details["refunded"]
            for entry in journal
            if entry.key.startswith("outcome#")
        }
        for generation in one.generated:
            if found.pop(generation, None) != one.back(generation):
                yield f"{one.account_id}: {generation} did not give {one.back(generation)} back"
        for generation in found:
            yield f"{one.account_id}: {generation} has an outcome and was never charged"

    def over(self, customers):
        """Tell whether each customer has a case, and all of them are over."""
        found = [self.cases.cases_of(one.account_id) for one in customers]
        return all(found) and all(case.over for cases in found for case in cases)

    def withdrawals(self, customers):
        """Return every breach of: one refund of the whole payment, and one answer at most."""
        with urlopen(f"{self.stack.endpoint}/_ministack/ses/messages", timeout=10) as answer:  # noqa: S310
            mailed = json.dumps(json.load(answer))
        for one in customers:
            yield from self._withdrawal(one, mailed)

    def _withdrawal(self, one, mailed):
        cases = self.cases.cases_of(one.account_id)
        if [case.state for case in cases] != [CaseState.APPROVED]:
            states = [case.state.value for case in cases]
            yield f"{one.account_id}: cases {states}, not one approved"
            return
        done = [a for a in cases[0].attempts if a.state is AttemptState.DONE]
        given = self._given(one.payment)
        if len(done) != 1 or given != [PACK_PRICE]:
            yield f"{one.account_id}: {len(done)} attempts and {given} given back, not {PACK_PRICE}"
        sent = mailed.count(f'"{one.address}"')
        doubtful = any(reply.state is ReplyState.WITHHELD for reply in cases[0].replies)
        if sent > 1 or not (sent or doubtful):
            yield f"{one.account_id}: {sent} answers"

    def _given(self, payment):
        """Return what Stripe gave back of a payment, refund by refund."""
        answer = urllib3.request(
            "GET",
            f"{self.stack.stripe.url}/v1/refunds",
            fields={"payment_intent": payment, "limit": "100"},
            headers={"Authorization": "Bearer rk_test_of_the_faults"},
        )
        return [one["amount"] for one in answer.json()["data"]]

    def hurry(self, seconds, receives, *queues):
        """Have failed messages come again after seconds, not minutes, and so many times in all."""
        for queue in queues or QUEUES:
            arn = self._attributes(QUEUES[queue], ["QueueArn"])["QueueArn"]
            policy = {"deadLetterTargetArn": arn, "maxReceiveCount": receives}
            changed = {"VisibilityTimeout": str(seconds), "RedrivePolicy": json.dumps(policy)}
            self.sqs.set_queue_attributes(QueueUrl=self.urls[queue], Attributes=changed)

    def left(self):
        """Return how many messages are waiting or in work, by queue; empty ones left out."""
        counts = {}
        for queue in QUEUES:
            found = self._attributes(queue, _COUNTS)
            counts[queue] = sum(int(found[name]) for name in _COUNTS)
        return {queue: count for queue, count in counts.items() if count}

    def drained(self, seconds_max, also=lambda: True):
        """Wait until nothing is left to work on, and something else is so; tell if it is not."""
        ends_at = time.monotonic() + seconds_max
        while (left := self.left()) or not also():
            if time.monotonic() > ends_at:
                return [f"not drained after {seconds_max} s: {left or 'what was waited for'}"]
            time.sleep(_POLL_SECONDS)
        return []

    def redrive(self):
        """Have what functions gave up run again, as the runbook says; return how many it was."""
        functions = boto3.client("lambda", **self.stack.arguments)
        letters = DeadLetters(self.stack.outputs, self.sqs, functions)
        failures = [name for name in letters.urls if name.endswith("Failures")]
        return sum(letters.redrive(name, limit=100) for name in failures)

    def dead(self):
        """Take every dead letter out; return the bodies by queue."""
        found = {}
        for name in (name for name in self.urls if name.endswith(_GIVEN_UP)):
            bodies = []
            while taken := self._receive(name):
                for message in taken:
                    bodies.append(message["Body"])
                    handle = message["ReceiptHandle"]
                    self.sqs.delete_message(QueueUrl=self.urls[name], ReceiptHandle=handle)
            if bodies:
                found[name] = bodies
        return found

    def _receive(self, name):
        answer = self.sqs.receive_message(QueueUrl=self.urls[name], MaxNumberOfMessages=10)
        return answer.get("Messages")

    def _attributes(self, name, wanted):
        answer = self.sqs.get_queue_attributes(QueueUrl=self.urls[name], AttributeNames=wanted)
        return answer["Attributes"]


def _queue_urls(stack):
    """Return the URL of each queue of the template, those that are no output too."""
    client = boto3.client("cloudformation", **stack.arguments)
    pages = client.get_paginator("list_stack_resources").paginate(StackName="reprise-local")
    return {
        one["LogicalResourceId"]: one["PhysicalResourceId"]
        for page in pages
        for one in page["StackResourceSummaries"]
        if one["ResourceType"] == "AWS::SQS::Queue"
    }
