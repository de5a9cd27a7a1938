"""What a sweep asks of the store depends on what is due, and on nothing else."""

from collections import Counter

import pytest
from reprise.ledger.commands import EndSubscription, GrantOrder
from reprise.ports.ledger import SHARDS
from reprise.ports.ledger_memory import MemoryLedgerStore
from reprise.usecases.ledger import Ledger
from reprise.usecases.sweep import sweep_shard

from tests.support.ledger import CAUSE, DAY, RULES, T0, pack, renewal

EXPIRY = T0 + 90 * DAY


class Counting(MemoryLedgerStore):
    """Counts every call of the port."""

    def __init__(self):
        super().__init__()
        self.calls = Counter()

    def __getattribute__(self, name):
        found = super().__getattribute__(name)
        if name in {"read", "commit", "due", "save_tasks", "orders_of", "journal", "history"}:
            self.calls[name] += 1
        return found


def world(accounts, due):
    """So many accounts, the first few with leftovers that expire at EXPIRY, the rest later."""
    ledger = Ledger(Counting(), lambda _: RULES, pause=lambda _: None)
    for number in range(accounts):
        account = f"usr_{number}"
        ledger.run(account, GrantOrder(pack(), CAUSE), T0, may_open=True)
        if number < due or number % 2:
            end = T0 + (30 if number < due else 31) * DAY
            ledger.run(account, GrantOrder(renewal(end=end), CAUSE), T0)
            ledger.run(account, EndSubscription("sub_1", end, CAUSE), T0)
    ledger.store.calls.clear()
    return ledger


def swept(ledger):
    """The lots that were expired, and what was asked meanwhile."""
    reports = [sweep_shard(ledger, n, EXPIRY, CAUSE, lambda: True) for n in range(SHARDS)]
    return sum(report.lots for report in reports), ledger.store.calls


@pytest.mark.parametrize("due", [0, 20])
def test_a_sweep_asks_the_same_among_few_and_among_many_accounts(due):
    few, many = swept(world(30, due)), swept(world(600, due))
    assert few == many
    assert many[0] == due
    assert many[1]["due"] == SHARDS
    assert many[1]["commit"] == due


def test_ten_times_as_much_due_is_ten_times_the_work():
    one, ten = swept(world(200, 10))[1], swept(world(200, 100))[1]
    assert ten["commit"] == 10 * one["commit"]
    assert ten["read"] == 10 * one["read"]
