"""What fails behind the API is told as what it is, and what it is inside stays inside."""

import json
from dataclasses import replace

import pytest
from reprise.errors import InvariantViolationError
from reprise.ledger.charging import OPEN_CHARGES_MAX
from reprise.ledger.commands import GrantOrder
from reprise.ports.ledger import StoreBusyError

from functions.credits_api import app
from tests.support.ledger import CAUSE, T0, pack, renewal
from tests.support.toward_api import event_of


def ask(target="/accounts/usr_1/balance"):
    reply = app.handler(event_of("GET", target), None)
    return reply, json.loads(reply["body"])


def failing(error):
    def fail(*_args, **_kwargs):
        raise error

    return fail


def test_what_is_busy_may_be_tried_again(root, monkeypatch):
    store = type(root.accounts.ledger.store)
    monkeypatch.setattr(store, "read", failing(StoreBusyError("secret-table is throttled")))
    reply, problem = ask()
    assert (reply["statusCode"], reply["headers"]["retry-after"]) == (503, "1")
    assert problem["type"] == "urn:reprise:problem:busy"
    assert "secret-table" not in reply["body"]


@pytest.mark.parametrize(
    "error", [InvariantViolationError("usr_1 leaks"), KeyError("usr_1 leaks"), ZeroDivisionError()]
)
def test_what_is_broken_is_logged_and_not_told(root, monkeypatch, error, caplog):
    monkeypatch.setattr(type(root.accounts), "holdings", failing(error))
    monkeypatch.setattr(app.logger._logger, "propagate", True)
    reply, problem = ask()
    assert (reply["statusCode"], problem["type"]) == (500, "urn:reprise:problem:internal")
    assert "leaks" not in reply["body"]
    assert [(r.message, r.route) for r in caplog.records] == [
        ("a request failed", "GET /accounts/{account_id}/balance")
    ]
    assert caplog.records[0].exc_info[1] is error


def test_a_missing_setting_is_an_answer_too_and_is_mended_without_a_restart(monkeypatch):
    monkeypatch.setenv("LEDGER_TABLE", "")
    app.root.cache_clear()
    assert ask("/catalogue")[0]["statusCode"] == 500
    monkeypatch.setenv("LEDGER_TABLE", "ledger")
    assert ask("/catalogue")[0]["statusCode"] == 200


def test_a_plan_that_left_the_catalogue_is_our_fault(root):
    """The customer paid for benefits; they must not turn into Free's in silence."""
    ledger = root.accounts.ledger
    ledger.run("usr_1", GrantOrder(replace(renewal(), sku="legacy"), CAUSE), T0, may_open=True)
    event = event_of("GET", "/accounts/usr_1/entitlements")
    event["headers"] = {"x-reprise-now": T0.isoformat()}
    assert app.handler(event, None)["statusCode"] == 500


def test_a_full_account_refuses_charges_until_some_end(root):
    ledger = root.accounts.ledger
    ledger.run("usr_1", GrantOrder(pack(credits=1000), CAUSE), T0, may_open=True)
    for number in range(OPEN_CHARGES_MAX):
        root.charges.charge("usr_1", f"gen_{number}", "lyrics", CAUSE, T0)
    body = json.dumps({"generation_id": "gen_x", "operation": "lyrics"}).encode()
    reply = app.handler(event_of("POST", "/accounts/usr_1/charges", body=body), None)
    assert json.loads(reply["body"])["type"] == "urn:reprise:problem:bound-reached"
