"""Each file of `events/credits_api`, as API Gateway sends it, and what it is answered."""

import copy
import json
from dataclasses import replace

import pytest
from reprise.cases.model import Change, Line
from reprise.ledger.commands import GrantOrder
from reprise.ports.ledger import Alias

from functions.credits_api import app
from tests.support.cases import case, full_case
from tests.support.files import ROOT
from tests.support.ledger import CAUSE, T0, pack, renewal

EVENTS = {
    path.stem: json.loads(path.read_text())
    for path in sorted((ROOT / "events" / "credits_api").glob("*.json"))
}
FINE = {
    "attach_task": 200,
    "balance": 200,
    "case": 200,
    "cases": 200,
    "catalogue": 200,
    "charge": 201,
    "charge_base64": 201,
    "charge_of": 200,
    "charge_replay": 200,
    "entitlements": 200,
    "history": 200,
    "history_csv": 200,
    "order_of_invoice_line": 200,
    "order_percent_encoded": 200,
    "orders": 200,
    "portal": 201,
    "register": 201,
    "withdraw": 201,
    "withdrawals": 200,
}
REFUSED = {
    "adv_account_id_alphabet": ("bad-input", "account_id"),
    "adv_account_in_body": ("bad-input", "account_id"),
    "adv_account_unknown": ("account-unknown", "account_id"),
    "adv_amount_in_body": ("bad-input", "credits"),
    "adv_body_base64_not_ascii": ("bad-input", "body"),
    "adv_body_missing": ("bad-input", "body"),
    "adv_body_nested": ("bad-input", "body"),
    "adv_body_not_base64": ("bad-input", "body"),
    "adv_body_not_json": ("bad-input", "body"),
    "adv_body_not_utf8": ("bad-input", "body"),
    "adv_body_too_large": ("body-too-large", "body"),
    "adv_case_of_somebody_else": ("case-unknown", "case_id"),
    "adv_country_lower_case": ("bad-input", "country"),
    "adv_cursor_foreign": ("bad-input", "cursor"),
    "adv_email_is_null": ("bad-input", "email"),
    "adv_email_without_domain": ("bad-input", "email"),
    "adv_generation_is_a_number": ("bad-input", "generation_id"),
    "adv_limit_twice": ("bad-input", "limit"),
    "adv_limit_zero": ("bad-input", "limit"),
    "adv_operation_unknown": ("bad-input", "operation"),
    "adv_portal_return_to_script": ("bad-input", "return_url"),
    "adv_query_misspelt": ("bad-input", "limti"),
    "adv_route_unknown": ("route-unknown", None),
    "adv_submitted_in_year_one": ("bad-input", "submitted_at"),
    "adv_submitted_without_zone": ("bad-input", "submitted_at"),
    "adv_withdraw_of_somebody_else": ("order-unknown", "order_id"),
    "charge_credits_missing": ("credits-missing", None),
    "charge_other_inputs": ("inputs-differ", "generation_id"),
    "portal_nobody_paid": ("customer-unknown", "account_id"),
}


@pytest.fixture
def ledger(root):
    """An account with a pack, a subscription paid by an invoice, one charge and one case."""
    ledger = root.accounts.ledger
    bought = pack(credits=30, facts={"customer": "cus_1"})
    ledger.run("usr_1", GrantOrder(bought, CAUSE), T0, may_open=True)
    ledger.store.put_alias("cus_1", Alias("usr_1"))
    ledger.run("usr_2", GrantOrder(pack("cs_2"), CAUSE), T0, may_open=True)
    for mine in (full_case(), case("COTHER", account_id="usr_2")):
        line = Line(at=T0, actor="mailbox", action="opened", reason="a mail")
        root.pages().cases.save(Change(replace(mine, version=1), line))
    ledger.run("usr_1", GrantOrder(renewal(credits=10), CAUSE), T0)
    root.charges.charge("usr_1", "gen_1", "lyrics", CAUSE, T0)
    return ledger


def test_every_file_is_tested():
    assert set(EVENTS) == set(FINE) | set(REFUSED)


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("name", FINE)
def test_what_is_asked_well_is_answered(name):
    reply = app.handler(EVENTS[name], None)
    assert reply["statusCode"] == FINE[name], reply["body"]
    assert reply["headers"]["cache-control"] == "no-store"


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_refused_by_name_and_changes_nothing(name, ledger):
    before = ledger.account("usr_1")
    reply = app.handler(EVENTS[name], None)
    problem = json.loads(reply["body"])
    kind, field = REFUSED[name]
    assert reply["headers"]["content-type"] == "application/problem+json"
    assert problem["type"] == f"urn:reprise:problem:{kind}"
    assert problem["status"] == reply["statusCode"] < 500
    assert problem.get("field") == field
    assert bool(problem.get("fix")) == (kind != "route-unknown")
    assert ledger.account("usr_1") == before


def test_an_order_is_the_same_however_its_slash_arrives(ledger):
    assert ledger.account("usr_1")
    first, second = (
        app.handler(EVENTS[f"order_{how}"], None) for how in ("of_invoice_line", "percent_encoded")
    )
    assert first == second


def test_the_time_of_a_story_is_ignored_on_the_wall_clock(ledger, monkeypatch):
    """Else whoever may call the API could spend what has expired."""
    assert ledger.account("usr_1")
    event = copy.deepcopy(EVENTS["balance"])
    event["headers"]["x-reprise-now"] = "2036-01-01T00:00:00Z"
    assert json.loads(app.handler(event, None)["body"])["at"] == "2036-01-01T00:00:00.000Z"
    monkeypatch.setenv("CLOCK", "wall")
    app.root.cache_clear()
    assert json.loads(app.handler(event, None)["body"])["at"] < "2036"
