"""Each function may do what its code does, and nothing else.

`tests/integration/permissions.yaml` names a test for every permission, and that folder's conftest
fails the test if it does not use it, and any test whose function uses what its policy does not
allow. So a right that is taken away breaks a test by its name, and one that is added breaks
the comparison here until a test needs it. That AWS's own judge agrees (what `needed` says of a
transaction, for one) is shown by `tests/e2e`: the local stack enforces the policies there. A
condition is a part of the right that it narrows, so a wider one breaks the comparison as well.
"""

import ast

import pytest
import yaml

from tests.support.permissions import POLLS, allowed, needed, polling, used
from tests.support.template import ROOT, functions, polled

TABLE = yaml.safe_load((ROOT / "tests/integration/permissions.yaml").read_text())


@pytest.mark.parametrize("stem", sorted(functions()))
def test_a_function_may_do_exactly_what_tests_need(stem):
    used = {
        (action, resource)
        for resources in TABLE[stem].values()
        for resource, actions in resources.items()
        for action in actions
    }
    assert allowed(stem) - used == set(), "no test needs this: name one, or take the right away"
    assert used - allowed(stem) == set(), "the policy in template.yaml does not allow this"


@pytest.mark.parametrize("stem", sorted(functions()))
def test_every_test_that_needs_a_right_exists(stem):
    for test in TABLE[stem]:
        file, _, name = test.partition("[")[0].partition("::")
        assert f"\ndef {name}(" in (ROOT / "tests/integration" / file).read_text(), test


@pytest.mark.parametrize("stem", sorted(functions()))
def test_messages_are_taken_from_a_function_s_own_queue_alone(stem):
    """SAM's `SQS` event would attach AWS's managed policy, which opens every queue."""
    own = {(action, polled()[stem][0]) for action in POLLS} if stem in polled() else set()
    assert polling(stem) == own
    events = functions()[stem].get("Events", {}).values()
    assert "SQS" not in {event["Type"] for event in events}


# What asks an index, wherever it stands in a use case.
INDEXED = {
    "store.history(": "LedgerTable/index/history",
    "Due.EXPIRY,": "LedgerTable/index/expiry",
    "Due.CHARGE,": "LedgerTable/index/charges",
    ".subscribers(": "LedgerTable/index/subscribers",
    ".listed(": "CasesTable/index/due",
    ".parked(": "CasesTable/index/due",
    ".registered(": "CasesTable/index/due",
}


def reached(stem):
    """The use cases that a function can come to, by what imports what."""
    seen, ahead = set(), [f"functions.{stem}.app"]
    while ahead:
        file = ahead.pop().replace(".", "/") + ".py"
        path = next((p for p in (ROOT / file, ROOT / "layers/common" / file) if p.exists()), None)
        if path and path not in seen:
            seen.add(path)
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom):
                    parts = [f"{node.module}.{name.name}" for name in node.names]
                    ahead += [node.module, *parts]
    return [path for path in seen if "usecases" in path.parts]


@pytest.mark.parametrize("stem", sorted(functions()))
def test_a_function_may_ask_every_index_that_its_use_cases_ask(stem):
    """A table's own right says nothing about its indexes, and no test need come by each of them."""
    code = "".join(path.read_text() for path in reached(stem))
    asked = {("dynamodb:Query", index) for call, index in INDEXED.items() if call in code}
    assert asked <= allowed(stem)


def test_a_transaction_needs_the_right_of_each_of_its_parts(monkeypatch):
    monkeypatch.setenv("LEDGER_TABLE", "ledger")
    parts = [
        {"Put": {"TableName": "ledger", "Item": {"pk": {"S": "account#1"}}}},
        {"Update": {"TableName": "ledger", "Key": {"pk": {"S": "account#2"}}}},
        {"ConditionCheck": {"TableName": "ledger"}},
    ]
    asked = needed("credits_api", "dynamodb", "TransactWriteItems", {"TransactItems": parts})
    assert asked == [
        ("dynamodb:PutItem", "LedgerTable", {"dynamodb:LeadingKeys": ["account#1"]}),
        ("dynamodb:UpdateItem", "LedgerTable", {"dynamodb:LeadingKeys": ["account#2"]}),
        ("dynamodb:ConditionCheckItem", "LedgerTable", {}),
    ]


@pytest.mark.parametrize("stem", sorted(functions()))
@pytest.mark.parametrize("verb", ["PutItem", "UpdateItem", "DeleteItem"])
def test_no_function_can_release_the_brake(monkeypatch, stem, verb):
    if "CASES_TABLE" not in functions()[stem]["Environment"]["Variables"]:
        assert "CasesTable" not in str(allowed(stem))
        return
    monkeypatch.setenv("CASES_TABLE", "cases")
    asked = {"TableName": "cases", "Item": {"pk": {"S": "brake#refunds"}}}
    assert not used(stem, "dynamodb", verb, asked) & allowed(stem)


def test_a_call_outside_its_condition_is_not_allowed(monkeypatch):
    monkeypatch.setenv("EVENT_BUS", "bus")
    monkeypatch.setenv("MAIL_ADDRESS", "refunds@music.example")
    entries = [{"EventBusName": "bus", "Source": "reprise.policy"}]
    assert _may("policy_notices", "events", "PutEvents", {"Entries": entries})
    entries.append({"EventBusName": "bus", "Source": "music.generation"})
    assert not _may("policy_notices", "events", "PutEvents", {"Entries": entries})
    mail = {"FromEmailAddress": "refunds@music.example"}
    assert _may("case_actions", "ses", "SendEmail", mail)
    assert not _may(
        "case_actions", "ses", "SendEmail", mail | {"FromEmailAddress": "ceo@x.example"}
    )


def _may(stem, *call):
    return used(stem, *call) <= allowed(stem)
