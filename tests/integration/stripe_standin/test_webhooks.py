import json
from datetime import UTC, datetime

import pytest
from reprise.billing.events import facts_of, read_event
from reprise.billing.refund import RefundState
from reprise.billing.signature import verify

SECRETS = ["whsec_old", "whsec_new"]


@pytest.fixture
def pointed(control, inbox):
    """The stand-in delivers to the inbox and waits hardly at all before it tries again."""
    control("endpoint", url=inbox.url, secrets=SECRETS, attempts_max=3, wait_s=0.01)
    return inbox


def test_what_a_call_changes_is_told_signed_and_readable(client, control, sample, pointed):
    control("events", event=sample("checkout_pack_paid"), deliver=False)
    refund = client.refunds.create({"payment_intent": "pi_RepPack1"})
    assert control("idle")["idle"]
    bodies = [json.loads(raw) for raw, _ in pointed.received]
    assert [one["type"] for one in bodies] == ["refund.created", "charge.refunded"]
    for raw, header in pointed.received:
        for secret in SECRETS:
            verify(raw, header, [secret], datetime.now(UTC))
    facts = facts_of(read_event(pointed.received[0][0]))
    assert isinstance(facts, RefundState)
    assert (facts.refund_id, facts.amount) == (refund.id, 1500)
    assert client.events.list({"delivery_success": True}).data[0].pending_webhooks == 0


def test_an_event_is_tried_again_until_it_is_taken(client, control, sample, pointed):
    pointed.statuses = [500, 302]
    control("events", event=sample("checkout_pack_paid"))
    assert control("idle")["idle"]
    assert [one["status"] for one in control("log")["deliveries"]] == [500, 302, 200]
    assert not client.events.list({"delivery_success": False}).data


def test_an_event_that_is_never_taken_stays_undelivered_until_it_is_sent_again(
    client, control, sample, pointed
):
    pointed.statuses = [500] * 3
    control("events", event=sample("checkout_pack_paid"))
    assert control("idle")["idle"]
    assert len(pointed.received) == 3
    event = client.events.list({"delivery_success": False}).data[0]
    control("redeliver", event=event.id)
    assert control("idle")["idle"]
    assert not client.events.list({"delivery_success": False}).data


def test_signatures_carry_the_clock_that_was_set(control, sample, pointed):
    control("clock", now=1_793_606_400)
    control("events", event=sample("checkout_pack_paid"))
    assert control("idle")["idle"]
    raw, header = pointed.received[0]
    verify(raw, header, SECRETS, datetime(2026, 11, 2, 8, 0, tzinfo=UTC))


def test_webhooks_wait_while_they_are_held_back(control, sample, pointed):
    control("pause", paused=True)
    control("objects", object=sample("subscription_created")["data"]["object"], event="x.y")
    assert not control("idle", seconds_max=0.1)["idle"]
    control("pause", paused=False)
    assert control("idle")["idle"]
    assert len(pointed.received) == 1


def test_without_an_endpoint_every_event_stays_undelivered(client, control, sample):
    control("events", event=sample("checkout_pack_paid"))
    assert control("idle")["idle"]
    assert client.events.list({"delivery_success": False}).data
