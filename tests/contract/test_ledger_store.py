"""Every LedgerStore keeps the same promises: the fake, moto's DynamoDB, and the local stack's."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count

import boto3
import pytest
from moto import mock_aws
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.ledger.account import Account
from reprise.ledger.audit import audit
from reprise.ledger.charges import Outcome, Task
from reprise.ledger.commands import (
    ChargeGeneration,
    EndSubscription,
    ExpireLot,
    GrantOrder,
    RefundUncredited,
    ReverseOrder,
    SettleCharge,
)
from reprise.ledger.decide import decide
from reprise.ledger.errors import (
    AccountUnknownError,
    EntryConflictError,
    GenerationUnknownError,
)
from reprise.ports.ledger import (
    SHARDS,
    Alias,
    AliasConflictError,
    Due,
    EntryExistsError,
    HeadMovedError,
    every,
    shard_of,
)
from reprise.ports.ledger_memory import MemoryLedgerStore
from reprise.usecases.ledger import Effect, Ledger

from ops.stack import ministack as server
from tests.support.ledger import CAUSE, DAY, MINUTE, RULES, T0, pack, refund, renewal
from tests.support.tables import make_table

_numbers = count()


@pytest.fixture(params=["memory", "moto", "ministack"])
def store(request):
    if request.param == "memory":
        yield MemoryLedgerStore()
    elif request.param == "moto":
        with mock_aws():
            client = boto3.client("dynamodb", region_name="us-east-1")
            yield DynamoLedgerStore(client, make_table(client, "LedgerTable", "ledger"))
    else:
        endpoint = request.getfixturevalue("ministack")
        client = boto3.client("dynamodb", **server.client_arguments(endpoint))
        name = f"ledger-{next(_numbers)}"
        yield DynamoLedgerStore(client, make_table(client, "LedgerTable", name))


@pytest.fixture
def ledger(store):
    return Ledger(store, lambda _: RULES, pause=lambda _: None)


def grant(ledger, purchase, account="usr_1"):
    return ledger.run(account, GrantOrder(purchase, CAUSE), T0, may_open=True)


def charge(ledger, generation="gen_1", credits=10, at=T0):
    return ledger.run("usr_1", ChargeGeneration(generation, "music_simple", credits, CAUSE), at)


def settle(ledger, outcome=Outcome.FAILED, generation="gen_1", **more):
    return ledger.run("usr_1", SettleCharge(generation, outcome, CAUSE, **more), T0 + MINUTE)


def stored_audit(store, account="usr_1"):
    return audit(account, store.journal(account), store.read(account).account)


def test_what_is_written_is_read_back_bit_for_bit(ledger, store):
    grant(ledger, pack(facts={"country": "DE"}))
    grant(ledger, renewal())
    charge(ledger)
    ledger.run("usr_1", ReverseOrder("cs_1", 1, refund(300), CAUSE), T0)
    done = ledger.run("usr_1", EndSubscription("sub_1", T0 + DAY, CAUSE), T0)
    assert store.read("usr_1").account == done.account
    order = store.read("usr_1", orders=["cs_1"]).orders["cs_1"]
    assert order.version == 2
    assert order.reversals == refund(300)
    assert order.purchase == pack(facts={"country": "DE"})
    assert [entry.seq for entry in store.journal("usr_1")] == [1, 2, 3, 4, 5]
    assert stored_audit(store).clean


def test_a_replay_returns_the_first_answer_and_writes_nothing(ledger, store):
    grant(ledger, pack())
    first = charge(ledger)
    again = charge(ledger, at=T0 + DAY)
    assert (first.effect, again.effect) == (Effect.APPLIED, Effect.REPLAYED)
    assert again.entry == first.entry
    assert store.read("usr_1").account.version == 2


def test_the_same_key_with_another_command_is_a_conflict(ledger):
    grant(ledger, pack())
    charge(ledger)
    with pytest.raises(EntryConflictError, match="charge#gen_1"):
        ledger.run("usr_1", ChargeGeneration("gen_1", "lyrics", 1, CAUSE), T0)


def test_the_first_outcome_wins_and_what_contradicts_it_is_noted_once(ledger, store):
    grant(ledger, pack())
    charge(ledger)
    settle(ledger, Outcome.UNRESOLVED)
    assert settle(ledger, Outcome.FAILED).effect is Effect.REPLAYED, "the same effect agrees"
    late = settle(ledger, Outcome.DELIVERED)
    settle(ledger, Outcome.DELIVERED)
    assert late.effect is Effect.LATE
    assert late.account.balance == 100
    kinds = [entry.key.split("#")[0] for entry in store.journal("usr_1")]
    assert kinds == ["settle", "charge", "outcome", "late"]


def test_credits_and_money_exclude_each_other(ledger):
    """Completion or refund of an order that never landed, never both."""
    grant(ledger, pack())
    late = ledger.run("usr_1", RefundUncredited(pack(), CAUSE), T0)
    assert (late.effect, late.account.balance) == (Effect.LATE, 100)
    ledger.run("usr_1", RefundUncredited(pack("cs_2"), CAUSE), T0)
    assert grant(ledger, pack("cs_2")).effect is Effect.LATE
    assert ledger.account("usr_1").balance == 100


def test_an_account_is_opened_by_a_grant_alone(ledger):
    with pytest.raises(AccountUnknownError):
        charge(ledger)


def test_a_stale_head_is_refused(ledger, store):
    grant(ledger, pack())
    stale = store.read("usr_1").account
    charge(ledger)
    decision = decide(stale, ChargeGeneration("gen_2", "lyrics", 1, CAUSE), T0, RULES)
    with pytest.raises(HeadMovedError):
        store.commit(decision)
    assert stored_audit(store).clean


def test_an_entry_is_its_own_marker(ledger, store):
    grant(ledger, pack())
    decision = decide(
        store.read("usr_1").account, ChargeGeneration("gen_2", "lyrics", 1, CAUSE), T0, RULES
    )
    store.commit(decision)
    with pytest.raises(EntryExistsError):
        store.commit(decision)


def test_two_openings_of_one_account_exclude_each_other(store):
    decision = decide(Account("usr_1"), GrantOrder(pack(), CAUSE), T0, RULES)
    other = decide(Account("usr_1"), GrantOrder(pack("cs_2"), CAUSE), T0, RULES)
    store.commit(decision)
    with pytest.raises(HeadMovedError):
        store.commit(other)


def test_history_is_newest_first_in_pages(ledger, store):
    grant(ledger, pack())
    for number in range(4):
        charge(ledger, f"gen_{number}", 1)
    first = store.history("usr_1", 3)
    rest = store.history("usr_1", 3, first.cursor)
    assert [entry.seq for entry in first.items + rest.items] == [5, 4, 3, 2, 1]
    assert rest.cursor is None
    assert store.history("usr_nobody", 3).items == ()


def test_an_alias_points_at_one_order_for_good(store):
    store.put_alias("pi_1", Alias("usr_1", "cs_1"))
    store.put_alias("pi_1", Alias("usr_1", "cs_1"))
    with pytest.raises(AliasConflictError):
        store.put_alias("pi_1", Alias("usr_2", "cs_9"))
    assert store.find_alias("pi_1") == Alias("usr_1", "cs_1")
    assert store.find_alias("pi_2") is None


def test_payments_are_noted_once_each_and_told_together(store):
    assert store.note_payment("in_1", "pi_1", 600) == {"pi_1": 600}
    assert store.note_payment("in_1", "pi_1", 600) == {"pi_1": 600}
    assert store.note_payment("in_2", "pi_9", 100) == {"pi_9": 100}
    assert store.note_payment("in_1", "pi_2", 400) == {"pi_1": 600, "pi_2": 400}


def test_only_what_is_due_is_in_an_index(ledger, store):
    grant(ledger, pack())
    grant(ledger, pack("cs_2"), "usr_2")
    charge(ledger)
    shard = shard_of("usr_1")
    assert store.due(Due.CHARGE, shard, T0, 10).items == ("usr_1",)
    assert store.due(Due.CHARGE, shard, T0 - MINUTE, 10).items == ()
    settle(ledger)
    assert store.due(Due.CHARGE, shard, T0 + DAY, 10).items == ()


def test_due_expiries_come_soonest_first_in_pages(ledger, store):
    accounts = [f"usr_{number}" for number in range(60)]
    for number, account in enumerate(accounts):
        order = replace(renewal(f"in_{number}/il_1"), period_end=T0 + number * DAY)
        grant(ledger, order, account)
        ledger.run(account, EndSubscription("sub_1", T0, CAUSE), T0)
    found = []
    for shard in range(SHARDS):
        found += every(partial(store.due, Due.EXPIRY, shard, T0 + 89 * DAY, 2))
    assert sorted(found) == sorted(accounts[:30])


def test_a_page_goes_on_where_the_last_one_ended_though_its_work_is_done(ledger, store):
    """What was swept leaves the index while the sweep pages through it."""
    accounts = [f"usr_{number}" for number in range(20)]
    for account in accounts:
        grant(ledger, pack(), account)
        ledger.run(account, ChargeGeneration("gen_1", "lyrics", 1, CAUSE), T0)
    for shard in range(SHARDS):
        for account in every(partial(store.due, Due.CHARGE, shard, T0, 1)):
            ledger.run(account, SettleCharge("gen_1", Outcome.FAILED, CAUSE), T0)
            accounts.remove(account)
    assert accounts == []


def test_an_expiry_tells_its_order(ledger, store):
    grant(ledger, renewal())
    ended = ledger.run("usr_1", EndSubscription("sub_1", T0 + 30 * DAY, CAUSE), T0)
    expires_at = ended.account.lots["in_1/il_1"].expires_at
    command = ExpireLot("in_1/il_1", expires_at, CAUSE)
    assert (
        ledger.run("usr_1", command, expires_at - timedelta(seconds=1)).effect is Effect.UNCHANGED
    )
    assert ledger.run("usr_1", command, expires_at).effect is Effect.APPLIED
    assert ledger.run("usr_1", command, expires_at).effect is Effect.REPLAYED
    assert store.read("usr_1", orders=["in_1/il_1"]).orders["in_1/il_1"].expired == 500
    assert stored_audit(store).clean


def test_a_task_is_attached_without_an_entry_and_the_latest_stands(ledger, store):
    grant(ledger, pack())
    charge(ledger)
    with pytest.raises(GenerationUnknownError):
        ledger.attach_task("usr_1", "gen_9", Task("kie", "t1", T0))
    ledger.attach_task("usr_1", "gen_1", Task("kie", "t2", T0 + MINUTE))
    ledger.attach_task("usr_1", "gen_1", Task("kie", "t1", T0))
    head = store.read("usr_1").account
    assert head.tasks["gen_1"].task_id == "t2"
    ledger.retask("usr_1", "gen_1", lambda task: task.waiting(T0 + 2 * MINUTE))
    told = ledger.retask("usr_1", "gen_1", lambda task: task.resumed(T0 + 5 * MINUTE)).tasks
    head = store.read("usr_1").account
    assert (head.tasks, head.tasks["gen_1"].waited) == (told, 3 * MINUTE)
    assert head.seq == 2
    assert stored_audit(store).clean
    assert not settle(ledger).account.tasks


@pytest.mark.parametrize("store", ["memory", "ministack"], indirect=True)
def test_writers_on_one_account_lose_no_update(store):
    """Moto's transactions are not thread-safe, so it is left out."""
    ledger = Ledger(store, lambda _: RULES, pause=lambda _: None)
    grant(ledger, pack(credits=1000))

    def write(writer):
        for number in range(5):
            charge(ledger, f"gen_{writer}_{number}", 2)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    head = store.read("usr_1").account
    assert (head.balance, head.seq, len(head.charges)) == (960, 21, 20)
    assert stored_audit(store).clean
