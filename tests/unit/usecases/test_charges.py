"""Charging and attaching while others write the same account."""

from reprise.catalogue.reading import example_catalogue
from reprise.ledger.charges import Outcome
from reprise.ledger.commands import GrantOrder, SettleCharge
from reprise.ports.directory import MemoryDirectory
from reprise.ports.ledger_memory import MemoryLedgerStore
from reprise.usecases.charges import Charges
from reprise.usecases.ledger import Ledger

from tests.support.ledger import CAUSE, RULES, T0, pack


class Counting(MemoryLedgerStore):
    """Counts calls, and does something else right after a read, once."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.meanwhile = None

    def read(self, *args, **kwargs):
        self.calls.append("read")
        found = super().read(*args, **kwargs)
        if self.meanwhile:
            act, self.meanwhile = self.meanwhile, None
            act()
        return found

    def commit(self, decision):
        self.calls.append("commit")
        super().commit(decision)

    def save_tasks(self, before, after):
        self.calls.append("save_tasks")
        super().save_tasks(before, after)


def started():
    store = Counting()
    ledger = Ledger(store, lambda _: RULES, pause=lambda _: None)
    ledger.run("usr_1", GrantOrder(pack(), CAUSE), T0, may_open=True)
    store.calls.clear()
    return store, ledger, Charges(ledger, MemoryDirectory(), example_catalogue())


def charge(charges):
    return charges.charge("usr_1", "gen_1", "music_simple", CAUSE, T0)


def attach(charges, task_id="t1"):
    told = {"provider": "kie", "task_id": task_id, "submitted_at": None}
    return charges.attach_task("usr_1", "gen_1", **told, now=T0)


def settle(ledger):
    return ledger.run("usr_1", SettleCharge("gen_1", Outcome.FAILED, CAUSE), T0)


def test_a_charge_is_one_read_and_one_write_and_its_replay_one_read():
    store, _, charges = started()
    charge(charges)
    assert store.calls == ["read", "commit"]
    charge(charges)
    assert store.calls == ["read", "commit", "read"]


def test_a_task_that_is_known_already_is_not_written_again():
    store, _, charges = started()
    charge(charges)
    first = attach(charges)
    store.calls.clear()
    assert attach(charges) == first
    assert store.calls == ["read"]


def test_a_charge_that_is_settled_while_its_task_is_attached_says_so():
    store, ledger, charges = started()
    charge(charges)
    store.meanwhile = lambda: settle(ledger)
    late = attach(charges)
    assert late.outcome is not None
    assert late.task is None


def test_of_two_who_charge_one_generation_at_once_one_takes_and_both_are_told_the_same():
    store, _, charges = started()
    other = []
    store.meanwhile = lambda: other.append(charge(charges))
    mine = charge(charges)
    assert (mine.is_new, other[0].is_new) == (False, True)
    assert mine.entry == other[0].entry
    assert store.calls.count("commit") == 2, "the loser's write is refused"
