"""The deadline's work grows with what is open, not with how many accounts there are.

And a backlog: how long it takes to refund what nobody reported the end of, on the local stack's
DynamoDB, against the time that the function has.
"""

import time
from dataclasses import replace

from reprise.adapters.dynamodb.items import head_indexes, head_state, key_of
from reprise.ledger.account import Account
from reprise.ledger.charges import Charge, Take
from reprise.ledger.entries import Cause
from reprise.ledger.lots import Lot, LotKind
from reprise.policy.book import packaged_book
from reprise.usecases.generations.deadline import Run, keep_promise
from reprise.usecases.generations.settling import Generations
from rich.table import Table

from tests.bench.meter import Meter
from tests.support.ledger import MINUTE, T0, V1

ACCOUNTS = (1_000, 10_000)
OPEN = 200
BACKLOG = 2_000
BUDGET_SECONDS = 225
"""What the function works for at most: its timeout less its reserve."""


def measure(bench):
    """Return what a run costs among few and among many accounts, and how fast a backlog drains."""
    rows = [_run(bench, accounts, OPEN, MINUTE * 10) for accounts in ACCOUNTS]
    drained = _run(bench, BACKLOG, BACKLOG, MINUTE * 20)
    per_second = drained["settled"] / drained["seconds"]
    return {
        "deadline": rows,
        "deadline_backlog": {
            "charges": drained["settled"],
            "per_second": round(per_second),
            "seconds_for_10000": round(10_000 / per_second),
            "seconds_of_a_run": BUDGET_SECONDS,
        },
    }


def _run(bench, accounts, opened, age):
    client, table = bench.client(), bench.table()
    _fill(client, table, accounts, opened)
    ledger = bench.ledger(client, table)
    meter = Meter(client)
    run = Run(T0 + age, Cause("schedule", "tick"), lambda: True, lambda *_: None)
    began = time.monotonic()
    report = keep_promise(Generations(ledger, packaged_book()), run)
    seconds = time.monotonic() - began
    assert report.looked_at == opened, report
    assert not report.failed, report.failed
    return {
        "accounts": accounts,
        "open": opened,
        "round_trips": meter.lap().round_trips,
        "settled": report.settled,
        "seconds": round(seconds, 2),
    }


def _fill(client, table, accounts, opened):
    """Write heads as the ledger would; every n-th has an open charge."""
    step = accounts // opened
    items = [_head(number, is_open=number % step == 0) for number in range(accounts)]
    for start in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        client.batch_write_item(RequestItems={table: puts})


def _head(number, *, is_open):
    lot = Lot("cs_1", LotKind.PACK, "cs_1", 100, 90, T0, None, V1)
    charge = Charge("gen_1", "music_simple", (Take("cs_1", 10),), T0)
    account = replace(
        Account(f"usr_{number}", version=1, last_at=T0),
        lots={"cs_1": lot},
        charges={"gen_1": charge} if is_open else {},
    )
    return {
        **key_of(f"account#{account.account_id}", "head"),
        "state": {"S": head_state(account)},
        "version": {"N": "1"},
        **head_indexes(account),
    }


def tables(figures):
    """Show the runs side by side, and the backlog."""
    names = list(figures["deadline"][0])
    runs = Table(*names, title="A run of the deadline", title_justify="left")
    for row in figures["deadline"]:
        runs.add_row(*map(str, row.values()))
    counts = figures["deadline_backlog"]
    backlog = Table(*counts, title="A backlog past its deadline", title_justify="left")
    backlog.add_row(*map(str, counts.values()))
    return [runs, backlog]
