"""What waits is listed: open charges and parked events."""

from dataclasses import replace

import pytest
from reprise.ledger.charges import Outcome, Task
from reprise.ports.parking import Parked

from ops.cli.target import Target
from tests.support.ledger import MINUTE, pack
from tests.support.stripe import body


def parked(number=1, **more):
    about = {"kind": "invoice.paid", "field": "price", "reason": "must be in the catalogue"}
    return Parked(
        parked_id=f"evt_{number}",
        source="stripe",
        waits_for=None,
        body=b'{"secret": "of the customer"}',
        **(about | {"parked_at": more.pop("at")} | more),
    )


def test_open_charges_are_listed_oldest_first(desk, reprise):
    for number in range(1, 4):
        account = f"usr_{number}"
        desk.grant(pack(f"cs_{number}", at=desk.began), account)
        desk.charge(f"gen_{number}", after=(10 - number) * MINUTE, account=account)
    desk.charge("gen_young", after=55 * MINUTE, account="usr_1")
    desk.settle("gen_2", Outcome.DELIVERED, after=20 * MINUTE, account="usr_2")
    desk.ledger.attach_task("usr_3", "gen_3", Task("kie", "task_3", desk.began))
    found = reprise("charges", "open", "--older-than", "10m", "--json").json
    assert [(one["generation"], one["task"]) for one in found] == [
        ("gen_3", "task_3"),
        ("gen_1", None),
    ]
    assert len(reprise("charges", "open", "--json").json) == 3
    assert "There is more" in reprise("charges", "open", "--limit", "1").stdout


@pytest.mark.usefixtures("desk")
def test_an_age_without_a_unit_is_wrong_input(reprise):
    result = reprise("charges", "open", "--older-than", "ten")
    assert (result.exit_code, "--older-than" in result.stderr) == (2, True)


def test_parked_events_are_listed_without_their_bodies(desk, reprise):
    for number in (2, 1):
        desk.lot.park(parked(number, at=desk.began + number * MINUTE))
    assert [one["id"] for one in reprise("parked", "list", "--json").json] == ["evt_1", "evt_2"]
    shown = reprise("parked", "list", "--limit", "1").stdout
    assert "must be in the catalogue" in shown
    assert "There is more" in shown
    assert "customer" not in shown


def test_words_of_outsiders_do_not_steer_the_terminal(desk, reprise):
    desk.lot.park(parked(at=desk.began, kind="\x1b[2J[red]invoice"))
    shown = reprise("parked", "list").stdout
    assert "\x1b" not in shown
    assert "[red]invoice" in shown


def test_what_was_mended_is_redriven_and_the_rest_still_waits(desk, reprise):
    good = parked(1, at=desk.began, kind="checkout.session.completed")
    bad = parked(2, at=desk.began + MINUTE)
    desk.lot.park(replace(good, body=body("checkout_pack_paid")))
    desk.lot.park(replace(bad, body=body("adv_unknown_price")))
    result = reprise("parked", "redrive", "--all", "--livemode", "--json")
    assert result.exit_code == 1, "one still waits"
    assert [(one["effect"], one["credits"]) for one in result.json] == [
        ("grant", 1000),
        ("park", 0),
    ]
    assert [one["id"] for one in reprise("parked", "list", "--json").json] == ["evt_2"]
    shown = reprise("parked", "redrive", "evt_2", "--livemode")
    assert (shown.exit_code, "0 applied, 1 still wait" in shown.stdout) == (1, True)
    assert reprise("parked", "list", "--json").json[0]["attempts"] == 2


def test_whose_events_are_ours_is_what_the_stack_says(desk, reprise, monkeypatch):
    """At 3 a.m. nobody thinks of an option; in the other mode nothing would be applied."""
    one = parked(1, at=desk.began, kind="checkout.session.completed")
    desk.lot.park(replace(one, body=body("checkout_pack_paid")))
    unsaid = reprise("parked", "redrive", "evt_1")
    assert (unsaid.exit_code, "--livemode or --test-mode" in unsaid.stderr) == (2, True)
    monkeypatch.setattr(Target, "outputs", lambda *_: {"StripeLivemode": "true"})
    assert reprise("parked", "redrive", "evt_1").exit_code == 0
    assert reprise("parked", "list", "--json").json == []


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("words", [(), ("evt_9",), ("evt_1", "--all")])
def test_what_to_redrive_must_be_named_and_parked(reprise, words):
    result = reprise("parked", "redrive", *words)
    assert (result.exit_code, result.stderr.startswith("error: ID")) == (2, True)
