"""The client drives the handler: what the product's backend lives on."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from reprise.api.answers import ChargeState, LotState
from reprise.client import (
    ConflictError,
    CreditsMissingError,
    NotFoundError,
    RequestInvalidError,
)
from reprise.ledger.charges import Outcome
from reprise.ledger.commands import EndSubscription, GrantOrder, ReverseOrder, SettleCharge
from reprise.ledger.entries import Cause
from reprise.providers.operation import Operation

from tests.support.ledger import CAUSE, DAY, MINUTE, T0, dispute, pack, refund, renewal

ADA = {"email": "Ada@Example.com", "locale": "de-DE", "country": "DE"}


@pytest.fixture
def ledger(root):
    """The ledger behind the API, for what the product's backend does not do."""
    return root.accounts.ledger


def grant(ledger, purchase, account="usr_1"):
    ledger.run(account, GrantOrder(purchase, CAUSE), T0, may_open=True)


def settle(ledger, outcome=Outcome.FAILED, generation="gen_1", **more):
    ledger.run("usr_1", SettleCharge(generation, outcome, CAUSE, **more), T0 + MINUTE)


def test_a_charge_takes_the_catalogues_price_and_its_replay_says_the_same(api, ledger):
    grant(ledger, pack())
    first = api.charge("usr_1", "gen_1", Operation.MUSIC_SIMPLE)
    again = api.charge("usr_1", "gen_1", "music_simple")
    assert again == first
    assert (first.credits, first.balance_after, first.state) == (10, 90, ChargeState.OPEN)
    assert [(take.lot_id, take.credits) for take in first.taken] == [("cs_1", 10)]
    assert [reply["statusCode"] for _, reply in api.transport.seen] == [201, 200]
    assert api.transport.seen[0][1]["body"] == api.transport.seen[1][1]["body"]
    assert api.balance("usr_1").available == 90


def test_a_replay_of_a_settled_charge_says_its_outcome(api, ledger):
    """A settled charge must not be submitted, so whoever asks again must be told."""
    grant(ledger, pack())
    first = api.charge("usr_1", "gen_1", "music_simple")
    why = {"reason": "1 of 2 outputs delivered."}
    settle(ledger, Outcome.PARTIAL, delivered=1, promised=2, details=why)
    again = api.charge("usr_1", "gen_1", "music_simple")
    assert (first.reason, again.reason) == (None, why["reason"])
    assert (again.state, again.outcome, again.refunded) == (
        ChargeState.SETTLED,
        Outcome.PARTIAL,
        5,
    )
    assert again.settled_at == T0 + MINUTE
    assert (again.taken, again.charged_at, again.balance_after) == (
        first.taken,
        first.charged_at,
        first.balance_after,
    )
    assert api.charge_of("usr_1", "gen_1") == again


def test_a_charge_that_cannot_be_paid_says_what_is_missing_and_takes_nothing(api, ledger):
    grant(ledger, pack(credits=7))
    with pytest.raises(CreditsMissingError) as short:
        api.charge("usr_1", "gen_1", "music_simple")
    assert (short.value.status, short.value.missing, short.value.available) == (402, 3, 7)
    assert api.balance("usr_1").balance == 7
    assert api.charge("usr_1", "gen_1", "lyrics").credits == 2, "a refusal binds nothing"


def test_a_generation_is_charged_for_one_operation(api, ledger, capsys):
    grant(ledger, pack())
    api.charge("usr_1", "gen_1", "music_simple")
    with pytest.raises(ConflictError) as conflict:
        api.charge("usr_1", "gen_1", "lyrics")
    assert conflict.value.type == "urn:reprise:problem:inputs-differ"
    assert '"EntryConflict":[1.0]' in capsys.readouterr().out, "and somebody is told"


def test_who_is_registered_but_never_had_credits_is_short_of_them(api):
    with pytest.raises(NotFoundError):
        api.charge("usr_1", "gen_1", "music_simple")
    api.register("usr_1", **ADA)
    with pytest.raises(CreditsMissingError) as short:
        api.charge("usr_1", "gen_1", "music_simple")
    assert short.value.missing == 10
    assert api.balance("usr_1").balance == 0
    assert api.history("usr_1").entries == ()
    assert api.orders("usr_1").orders == ()
    assert api.entitlements("usr_1").plan == "free"


@pytest.mark.parametrize(
    "ask",
    [
        lambda api: api.balance("usr_9"),
        lambda api: api.history("usr_9"),
        lambda api: api.entitlements("usr_9"),
        lambda api: api.orders("usr_9"),
        lambda api: api.order("usr_9", "cs_1"),
        lambda api: api.charge_of("usr_9", "gen_1"),
        lambda api: api.attach_task("usr_9", "gen_1", provider="kie", task_id="t1"),
    ],
)
def test_what_nobody_knows_is_not_found(api, ask):
    with pytest.raises(NotFoundError):
        ask(api)


def test_registering_again_changes_nothing_until_something_changed(api, root):
    first = api.register("usr_1", **ADA)
    again = api.register("usr_1", **ADA)
    moved = api.register("usr_1", **{**ADA, "email": "ada@straße.example.com"})
    assert first == again
    assert first.email == "Ada@example.com"
    assert moved.email == "ada@xn--strae-oqa.example.com", "as mail from there arrives"
    assert root.accounts.directory.account_of("ada@example.com") is None
    assert [reply["statusCode"] for _, reply in api.transport.seen] == [201, 200, 200]


def test_an_address_belongs_to_one_account(api):
    api.register("usr_1", **ADA)
    with pytest.raises(ConflictError) as conflict:
        api.register("usr_2", **{**ADA, "email": "ada@example.com"})
    assert conflict.value.type == "urn:reprise:problem:email-taken"


def test_a_task_is_attached_until_the_charge_is_settled(api, ledger):
    grant(ledger, pack())
    api.charge("usr_1", "gen_1", "music_simple")
    first = api.attach_task("usr_1", "gen_1", provider="kie", task_id="t1")
    again = api.attach_task("usr_1", "gen_1", provider="kie", task_id="t1")
    assert first == again
    assert (first.task.provider, first.task.task_id, first.task.submitted_at) == ("kie", "t1", T0)
    retried = api.attach_task(
        "usr_1", "gen_1", provider="kie", task_id="t2", submitted_at=T0 + MINUTE
    )
    assert retried.task.task_id == "t2"
    stale = api.attach_task("usr_1", "gen_1", provider="kie", task_id="t1", submitted_at=T0)
    assert stale.task.task_id == "t2", "the latest submission stands"
    settle(ledger)
    late = api.attach_task("usr_1", "gen_1", provider="kie", task_id="t3")
    assert (late.state, late.outcome, late.task) == (ChargeState.SETTLED, Outcome.FAILED, None)


def test_a_task_cannot_come_from_the_future(api, ledger):
    """It would stand against every later submission."""
    grant(ledger, pack())
    api.charge("usr_1", "gen_1", "music_simple")
    with pytest.raises(RequestInvalidError) as refused:
        api.attach_task("usr_1", "gen_1", provider="kie", task_id="t", submitted_at=T0 + DAY)
    assert refused.value.field == "submitted_at"


def test_every_credit_of_a_balance_is_in_one_state(api, ledger):
    grant(ledger, pack())
    grant(ledger, renewal(end=T0 + 30 * DAY))
    ledger.run("usr_1", EndSubscription("sub_1", T0 + 30 * DAY, CAUSE), T0)
    ledger.run("usr_1", ReverseOrder("cs_1", 1, dispute(1000, "needs_response"), CAUSE), T0)
    api.charge("usr_1", "gen_1", "music_simple")
    held = api.balance("usr_1")
    states = {lot.lot_id: lot.state for lot in held.lots}
    assert states == {"in_1/il_1": LotState.AVAILABLE, "cs_1": LotState.FROZEN}
    assert (held.available, held.frozen, held.expired, held.balance) == (490, 100, 0, 590)
    assert (held.open_charges, held.in_open_charges, held.owed) == (1, 10, 0)
    assert (held.next_expiry.at, held.next_expiry.credits) == (T0 + 90 * DAY, 490)


def test_credits_are_gone_at_their_expiry_whether_or_not_they_are_swept(api, ledger):
    grant(ledger, renewal(end=T0))
    ledger.run("usr_1", EndSubscription("sub_1", T0, CAUSE), T0)
    later = {"x-reprise-now": (T0 + 60 * DAY - timedelta(seconds=1)).isoformat()}
    assert balance_at(api, later)["available"] == 500
    later = {"x-reprise-now": (T0 + 60 * DAY).isoformat()}
    gone = balance_at(api, later)
    assert (gone["available"], gone["expired"], gone["balance"]) == (0, 500, 500)
    assert gone["next_expiry"] is None


def balance_at(api, headers):
    return json.loads(api.transport.send("GET", "/accounts/usr_1/balance", headers, b"").body)


def test_history_is_newest_first_page_by_page(api, ledger):
    grant(ledger, pack())
    for number in range(4):
        api.charge("usr_1", f"gen_{number}", "lyrics")
    page = api.history("usr_1", limit=2)
    assert [(entry.seq, entry.kind, entry.subject) for entry in page.entries] == [
        (5, "charge", "gen_3"),
        (4, "charge", "gen_2"),
    ]
    assert page.entries[0].cause == "api"
    assert page.entries[0].facts == {"credits": 2, "operation": "lyrics"}
    rest = api.history("usr_1", limit=100, cursor=page.cursor)
    assert [entry.seq for entry in rest.entries] == [3, 2, 1]
    assert rest.cursor is None
    assert [entry.seq for entry in api.entries("usr_1")] == [5, 4, 3, 2, 1]


def test_history_as_csv_leads_to_its_next_page_and_runs_no_formula(api, ledger):
    ledger.run("usr_1", GrantOrder(pack("=cmd|x"), CAUSE), T0, may_open=True)
    api.charge("usr_1", "gen_1", "lyrics")
    assert api.history_csv("usr_1", limit=1).splitlines() == [
        "seq,at,kind,subject,credits,balance,cause,facts",
        "2,2026-10-01T12:00:00.000Z,charge,gen_1,-2,98,api,credits=2; operation=lyrics",
    ]
    reply = api.transport.seen[-1][1]
    assert reply["headers"]["content-type"] == "text/csv; charset=utf-8"
    assert reply["headers"]["link"] == '<?format=csv&limit=1&cursor=2>; rel="next"'
    assert ",settle,'=cmd|x,100," in api.history_csv("usr_1")
    accepted = api.transport.send("GET", "/accounts/usr_1/history", {"accept": "text/csv"}, b"")
    assert accepted.body.decode() == api.history_csv("usr_1")


def test_benefits_are_those_of_the_plan_paid_last_until_the_paid_time_ends(api, ledger):
    grant(ledger, renewal())
    benefits = api.entitlements("usr_1")
    assert (benefits.plan, benefits.until) == ("pro", T0 + 30 * DAY)
    upgrade = replace(renewal("in_2/il_1", at=T0 + MINUTE), sku="premier")
    grant(ledger, upgrade)
    assert api.entitlements("usr_1").plan == "premier"
    still_paid = (("sub_1", T0 + 30 * DAY),)
    ledger.run("usr_1", ReverseOrder("in_2/il_1", 1, refund(1000), CAUSE, still_paid), T0)
    assert api.entitlements("usr_1").plan == "pro", "what was refunded gives nothing"
    object.__setattr__(api, "story_now", lambda: T0 + 30 * DAY)
    after = api.entitlements("usr_1")
    assert (after.plan, after.until, after.wav_midi_export) == ("free", None, False)


def test_of_two_paid_plans_the_larger_holds_until_its_own_time_ends(api, ledger):
    """Whichever was bought last, or lasts longer: both were paid for."""
    premier = renewal("in_1/il_1", "sub_1", T0 + 20 * DAY)
    grant(ledger, replace(premier, sku="premier"))
    grant(ledger, renewal("in_2/il_1", "sub_2", T0 + 30 * DAY, at=T0 + MINUTE))
    benefits = api.entitlements("usr_1")
    assert (benefits.plan, benefits.until) == ("premier", T0 + 20 * DAY)
    object.__setattr__(api, "story_now", lambda: T0 + 20 * DAY)
    benefits = api.entitlements("usr_1")
    assert (benefits.plan, benefits.until) == ("pro", T0 + 30 * DAY)


def test_an_order_with_a_slash_is_found_and_says_where_it_stands(api, ledger):
    grant(ledger, renewal())
    grant(ledger, pack(at=T0 + MINUTE))
    ledger.run("usr_1", ReverseOrder("in_1/il_1", 1, refund(400), Cause("stripe", "e")), T0)
    order = api.order("usr_1", "in_1/il_1")
    assert (order.status, order.credits, order.remaining, order.clawed) == (
        "credited",
        500,
        300,
        200,
    )
    assert (order.paid, order.refunded, order.disputed, order.currency) == (1000, 400, 0, "usd")
    assert "/orders/in_1%2Fil_1" in api.transport.seen[-1][0]["rawPath"]
    first = api.orders("usr_1", limit=1)
    rest = api.orders("usr_1", limit=1, cursor=first.cursor)
    assert [o.order_id for o in first.orders + rest.orders] == ["cs_1", "in_1/il_1"]
    assert rest.cursor is None
    with pytest.raises(RequestInvalidError, match="cursor"):
        api.orders("usr_1", cursor="cs_9")


def test_the_catalogue_names_every_operation_and_no_id_of_stripe(api):
    sold = api.catalogue()
    assert {cost.operation for cost in sold.operations} == set(Operation)
    assert {plan.plan for plan in sold.plans} == {"free", "pro", "premier"}
    assert sold.packs[0].prices == {"eur": 500, "usd": 500}
    assert "price_" not in api.transport.seen[-1][1]["body"]
