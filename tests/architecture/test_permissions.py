"""Each function may do what its code does, and nothing else.

`tests/integration/permissions.yaml` names a test for every permission, and that folder's conftest
fails the test if it does not use it, and any test whose function uses what its policy does not
allow. So a right that is taken away breaks a test by its name, and one that is added breaks
the comparison here until a test needs it. That AWS's own judge agrees (what `needed` says of a
transaction, for one) is shown by `tests/e2e`: the local stack enforces the policies there. The
conditions that some statements have narrow them further, and are not looked at here.
"""

import pytest
import yaml

from tests.support.permissions import allowed, needed
from tests.support.template import ROOT, functions

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


def test_a_transaction_needs_the_right_of_each_of_its_parts(monkeypatch):
    monkeypatch.setenv("LEDGER_TABLE", "ledger")
    parts = [{verb: {"TableName": "ledger"}} for verb in ("Put", "Update", "ConditionCheck")]
    asked = needed("credits_api", "dynamodb", "TransactWriteItems", {"TransactItems": parts})
    names = ("PutItem", "UpdateItem", "ConditionCheckItem")
    assert asked == {(f"dynamodb:{name}", "LedgerTable") for name in names}
