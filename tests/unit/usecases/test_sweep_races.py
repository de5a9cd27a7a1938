"""Whatever happens while a sweep is at an account, its credits are conserved, and packs stay."""

from dataclasses import replace
from itertools import count

import pytest
from reprise.ledger.audit import audit
from reprise.ledger.charges import Outcome
from reprise.ledger.commands import (
    ChargeGeneration,
    EndSubscription,
    GrantOrder,
    SettleCharge,
)
from reprise.ledger.errors import CreditsInsufficientError
from reprise.ledger.lots import LotKind
from reprise.ports.ledger import SHARDS, HeadMovedError
from reprise.ports.ledger_memory import MemoryLedgerStore
from reprise.usecases.ledger import Ledger
from reprise.usecases.sweep import sweep_shard

from tests.support.crashes import Calls, Crash
from tests.support.ledger import CAUSE, DAY, RULES, T0, pack, renewal

END = T0 + 30 * DAY
EXPIRY = END + 60 * DAY


def world() -> Ledger:
    """A pack of 100, leftovers of 500 that expire at EXPIRY, and 40 of them in an open charge."""
    ledger = Ledger(MemoryLedgerStore(), lambda _: RULES, pause=lambda _: None)
    ledger.run("usr_1", GrantOrder(pack(), CAUSE), T0, may_open=True)
    ledger.run("usr_1", GrantOrder(renewal(end=END), CAUSE), T0)
    ledger.run("usr_1", EndSubscription("sub_1", END, CAUSE), T0 + DAY)
    ledger.run("usr_1", ChargeGeneration("gen_1", "music_simple", 40, CAUSE), EXPIRY - DAY)
    return ledger


def sweep(ledger: Ledger, now=EXPIRY):
    return [sweep_shard(ledger, shard, now, CAUSE, lambda: True) for shard in range(SHARDS)]


def sound(ledger: Ledger):
    """The account, after its journal reproduced it and its postings added up."""
    account = ledger.account("usr_1")
    journal = list(ledger.store.journal("usr_1"))
    assert audit("usr_1", journal, account).clean
    assert account.balance == sum(entry.credits for entry in journal)
    packs = {lot.lot_id for lot in account.lots.values() if lot.kind is LotKind.PACK}
    expired = [entry for entry in journal if entry.key.startswith("expiry#")]
    assert len(packs) == 1
    assert not any(posting.lot_id in packs for entry in expired for posting in entry.postings)
    return account


def spend(ledger):
    try:
        command = ChargeGeneration("gen_2", "music_simple", 30, CAUSE)
        ledger.run("usr_1", command, EXPIRY - DAY / 24)
    except CreditsInsufficientError:
        pass


def refund(ledger):
    ledger.run("usr_1", SettleCharge("gen_1", Outcome.FAILED, CAUSE), EXPIRY)


def resubscribe(ledger):
    bought = renewal("in_9/il_1", "sub_2", EXPIRY + 30 * DAY)
    ledger.run("usr_1", GrantOrder(replace(bought, credits=10), CAUSE), EXPIRY)


@pytest.mark.parametrize("meanwhile", [sweep, refund, resubscribe, spend])
def test_what_comes_between_any_two_calls_of_a_sweep_conserves_credits(meanwhile):
    for at in count(1):
        ledger = world()
        calls = Between(at, lambda ledger=ledger: meanwhile(ledger))
        sweep(replace(ledger, store=calls.watch(ledger.store)))
        if calls.count < at:
            break
        sweep(ledger)  # the next hour
        sound(ledger)
    assert at > SHARDS, "each call had its turn"


class Between(Calls):
    """Does something once, right before one of the calls."""

    def __init__(self, at, what):
        super().__init__()
        self.turn, self.what = at, what

    def watch(self, store):
        outer = self

        class Watched:
            def __getattr__(self, name):
                found = getattr(store, name)

                def call(*args, **kwargs):
                    outer.count += 1
                    if outer.count == outer.turn:
                        outer.what()
                    return found(*args, **kwargs)

                return call

        return Watched()


@pytest.mark.parametrize("after", [False, True])
def test_a_sweep_that_dies_at_any_call_is_finished_by_the_next(after):
    whole = world()
    sweep(whole)
    for at in count(1):
        ledger = world()
        calls = Calls(at, after)
        try:
            sweep(replace(ledger, store=calls.watch(ledger.store)))
        except Crash:
            sweep(ledger)
            assert sound(ledger) == sound(whole), f"call {at}"
        else:
            break
    assert at > SHARDS


def test_a_sweep_that_never_runs_leaves_nothing_to_spend_but_the_pack():
    ledger = world()
    with pytest.raises(CreditsInsufficientError):
        ledger.run("usr_1", ChargeGeneration("gen_3", "music_simple", 101, CAUSE), EXPIRY)
    ledger.run("usr_1", ChargeGeneration("gen_3", "music_simple", 100, CAUSE), EXPIRY)


def test_a_head_that_moved_under_the_sweep_is_decided_anew():
    ledger = world()
    commit, moved = ledger.store.commit, []

    def once(decision):
        if not moved:
            moved.append(decision)
            raise HeadMovedError("usr_1")
        commit(decision)

    ledger.store.commit = once
    sweep(ledger)
    assert (len(moved), sound(ledger).balance) == (1, 100)
