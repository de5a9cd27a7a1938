"""Generations on the deployed template: from the bus to the ledger, and past the deadline."""

import json
import time
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.ledger.audit import audit
from reprise.ledger.commands import ChargeGeneration, GrantOrder
from reprise.usecases.ledger import Ledger

from tests.support.ledger import CAUSE, HOUR, MINUTE, RULES, pack
from tests.support.provider_bodies import TWO, callback, record, song

pytestmark = [pytest.mark.stack, pytest.mark.built]
WAIT_SECONDS_MAX = 30


class Customer:
    """An account of the stack with a pack of 100, written as the functions write it."""

    def __init__(self, stack, name):
        client = boto3.client("dynamodb", **stack.arguments)
        self.ledger = Ledger(DynamoLedgerStore(client, stack.ledger_table), lambda _: RULES, time)
        self.id, self.stack = name, stack
        self.ledger.run(name, GrantOrder(pack(f"cs_{name}"), CAUSE), _now() - HOUR, may_open=True)

    def charge(self, generation, operation="music_simple", age=timedelta(0)):
        self.ledger.run(self.id, ChargeGeneration(generation, operation, 10, CAUSE), _now() - age)

    def outcome(self, generation):
        found = self.ledger.store.read(self.id, (f"outcome#{generation}",)).entries
        return next((entry.details["outcome"] for entry in found.values()), None)

    def ends(self, generation):
        """Wait for the outcome."""
        return _wait(lambda: self.outcome(generation))

    @property
    def balance(self):
        head = self.ledger.account(self.id)
        assert audit(self.id, self.ledger.store.journal(self.id), head).clean
        return head.balance


def _now():
    return datetime.now(UTC).replace(microsecond=0)


def _wait(what):
    ends_at = time.monotonic() + WAIT_SECONDS_MAX
    while not (found := what()) and time.monotonic() < ends_at:
        time.sleep(0.05)
    return found


def tick(stack):
    event = {"id": "tick", "time": _now().isoformat(), "detail-type": "Scheduled Event"}
    answer = boto3.client("lambda", **stack.arguments).invoke(
        FunctionName=stack.function("refund_deadline"), Payload=json.dumps(event).encode()
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


def about(customer, generation, **more):
    return {"account_id": customer.id, "generation_id": generation, "provider": "kie", **more}


def test_results_settle_their_charges(stack, product):
    ada = Customer(stack, "usr_results")
    ends = {
        "failed": callback(code=501, stage="error"),
        "empty": callback(),
        "partial": callback(song(1)),
        "delivered": callback(*TWO),
    }
    for word, payload in ends.items():
        ada.charge(f"gen_{word}")
        told = about(ada, f"gen_{word}", authenticated=True, payload=payload)
        for _ in range(2):
            product.report("Generation Callback", told)
    for word in ends:
        assert ada.ends(f"gen_{word}") == word
    assert ada.balance == 85


def test_what_nobody_vouches_for_is_confirmed_at_the_provider(stack, product):
    ben = Customer(stack, "usr_unproven")
    for generation, answer in (("gen_true", "GENERATE_AUDIO_FAILED"), ("gen_forged", "PENDING")):
        ben.charge(generation)
        stack.provider.tell("answer", task_id=f"task_{generation}", body=record(answer))
        product.report("Generation Submitted", about(ben, generation, task_id=f"task_{generation}"))
        assert _wait(lambda one=generation: one in ben.ledger.account(ben.id).tasks)
        payload = callback(code=501, stage="error")
        told = about(ben, generation, authenticated=False, payload=payload)
        product.report("Generation Callback", told)
    assert ben.ends("gen_true") == "failed"
    assert _wait(lambda: "task_gen_forged" in str(stack.provider.tell("asked")))
    assert ben.outcome("gen_forged") is None


def test_a_rejected_submission_is_refunded(stack, product):
    cleo = Customer(stack, "usr_rejected")
    cleo.charge("gen_1")
    product.report("Generation Rejected", about(cleo, "gen_1", payload={"code": 455}))
    assert cleo.ends("gen_1") == "failed"
    assert cleo.balance == 100


def test_a_lost_callback_is_found_and_silence_is_refunded(stack, product):
    dora = Customer(stack, "usr_silent")
    dora.charge("gen_old", age=21 * MINUTE)
    dora.charge("gen_lost", age=6 * MINUTE)
    dora.charge("gen_young", age=6 * MINUTE)
    product.report("Generation Submitted", about(dora, "gen_lost", task_id="task_lost"))
    stack.provider.tell("answer", task_id="task_lost", body=record("SUCCESS", *TWO))
    assert _wait(lambda: "gen_lost" in dora.ledger.account(dora.id).tasks)
    tick(stack)
    assert dora.outcome("gen_lost") == "delivered"
    assert dora.outcome("gen_old") == "unresolved"
    assert dora.outcome("gen_young") is None


def test_two_hundred_open_charges_are_settled_in_one_run(stack):
    many = [Customer(stack, f"usr_many_{number}") for number in range(20)]
    for customer in many:
        for number in range(10):
            customer.charge(f"gen_{number}", age=21 * MINUTE)
    tick(stack)
    assert {customer.balance for customer in many} == {100}
