"""An outage from the command line: previewed, confirmed by somebody else, reported."""

from dataclasses import replace

import pytest
from reprise.adapters.dynamodb.mirror import DynamoMirrorStore
from reprise.adapters.dynamodb.outages import DynamoOutageStore
from reprise.billing.award import Renewal
from reprise.ports.ledger import SHARDS
from reprise.ports.stripe_discounts import MemoryDiscounts
from reprise.usecases.outage_credits import Remedy, post_leg
from reprise.usecases.walk import Leg

from ops.cli.target import Target
from tests.support.ledger import DAY
from tests.support.outages import (
    BOB,
    EVE,
    NOW,
    OUTAGE,
    START,
    outages,
    see,
    sighting,
    subscribers,
)

DECLARE = (
    *("outage", "declare", "--from", OUTAGE[0].isoformat(), "--to", OUTAGE[1].isoformat()),
    *("--severity", "critical", "--operations", "music_simple,music_custom"),
)


@pytest.fixture
def acting(monkeypatch):
    """Who the caller is, and what was started in the stack."""
    started = []
    monkeypatch.setattr(Target, "start", lambda _, name, event: started.append((name, event)))

    def act(arn):
        monkeypatch.setattr(Target, "caller", lambda _: arn)
        return started

    return act


@pytest.fixture
def world(desk, client):
    of = outages(
        desk.store, DynamoMirrorStore(client, "ledger"), DynamoOutageStore(client, "ledger")
    )
    subscribers(of, (f"usr_{number:02d}" for number in range(12)))
    return of


def test_an_outage_is_previewed_confirmed_by_another_and_reported(world, acting, reprise):
    started = acting(EVE)
    declared = reprise(*DECLARE, "--json").json
    assert (declared["state"], declared["declared_by"]) == ("declared", EVE)
    assert {name: declared["preview"][name] for name in ("accounts", "credits", "worth")} == {
        "accounts": 12,
        "credits": 600,
        "worth": {"usd": 1200},
    }
    samples = [{"account": f"usr_{number:02d}", "credits": 50} for number in range(10)]
    assert declared["preview"]["samples"] == samples
    own = reprise("outage", "confirm", declared["id"])
    assert (own.exit_code, "somebody else" in own.stderr, started) == (2, True, [])
    acting(BOB)
    confirmed = reprise("outage", "confirm", declared["id"], "--json").json
    assert (confirmed["state"], confirmed["decided_by"]) == ("confirmed", BOB)
    assert [(name, event["incident"]) for name, event in started] == [
        ("OutageCreditsFunction", declared["id"])
    ]
    incident = world.incident(declared["id"])
    for shard in range(SHARDS):
        post_leg(Remedy(world, MemoryDiscounts(), incident), Leg(shard), NOW, lambda: True)
    report = reprise("outage", "report", declared["id"], "--json").json
    assert report["posted"] == {
        "shards_done": 16,
        "shards": 16,
        "accounts": 12,
        "credits": 600,
        "discounts": 0,
        "money": {},
    }
    shown = reprise("outage", "report", declared["id"]).stdout
    assert "16 of 16 shards are done" in shown


@pytest.mark.usefixtures("world")
def test_what_is_shown_to_people_says_what_to_run_next(acting, reprise):
    acting(EVE)
    shown = reprise(*DECLARE).stdout
    assert "12 subscribers, 600 credits, which were sold for 12.00 USD" in shown
    incident_id = reprise("outage", "list", "--json").json[0]["id"]
    assert f"reprise outage confirm {incident_id}" in shown
    assert "withdrawn by" in reprise("outage", "withdraw", incident_id).stdout
    assert "withdrawn" in reprise("outage", "list").stdout


def test_a_discount_is_previewed_and_reported_with_its_cost(world, acting, reprise):
    acting(EVE)
    gone = replace(sighting(2, START + DAY), ended_at=START + DAY, status="canceled")
    see(world, "usr_03", gone)
    declared = reprise(*DECLARE, "--compensation", "discount", "--json").json
    preview = declared["preview"]
    assert (preview["accounts"], preview["discounts"], preview["money"]) == (12, 11, {"usd": 1100})
    assert (preview["credits"], preview["worth"]) == (50, {"usd": 100})
    assert preview["samples"][2:4] == [
        {"account": "usr_02", "subscription": "sub_1", "amount": 100, "currency": "usd"},
        {"account": "usr_03", "credits": 50},
    ]
    shown = reprise(*DECLARE, "--compensation", "discount").stdout
    assert "11 subscribers get a discount, together 11.00 USD" in shown
    assert "1 subscribers, 50 credits, which were sold for 1.00 USD" in shown
    acting(BOB)
    reprise("outage", "confirm", declared["id"])
    incident = world.incident(declared["id"])
    stripe = MemoryDiscounts({"sub_1": Renewal(status="active", currency="usd")})
    for shard in range(SHARDS):
        post_leg(Remedy(world, stripe, incident), Leg(shard), NOW, lambda: True)
    report = reprise("outage", "report", declared["id"], "--json").json
    assert report["compensation"] == "discount"
    expected = {"accounts": 12, "credits": 50, "discounts": 11, "money": {"usd": 1100}}
    assert report["expected"] == expected
    assert report["posted"] == {"shards_done": 16, "shards": 16, **expected}
    assert "made good by discount" in reprise("outage", "report", declared["id"]).stdout
    other = reprise(*DECLARE)
    assert (other.exit_code, "--compensation: must be discount" in other.stderr) == (2, True)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((*DECLARE[:3], "yesterday", *DECLARE[4:]), "--from: must be an instant with its zone"),
        ((*DECLARE[:-1], "karaoke"), "--operations: must be some of"),
        (("outage", "confirm", "out-1"), "ID: out-1 is not known"),
    ],
)
def test_wrong_input_names_the_option(acting, reprise, words, message):
    acting(EVE)
    result = reprise(*words)
    assert (result.exit_code, message in result.stderr) == (2, True)


def test_the_caller_is_who_aws_says():
    target = Target(region="us-east-1", ledger_table="ledger")
    assert target.caller().startswith("arn:aws:")
