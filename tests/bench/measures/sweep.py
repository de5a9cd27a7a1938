"""The sweep's work grows with what is due, not with how many accounts there are; memory stays flat.

A thousand leftovers expire, first among as many accounts and then among a hundred thousand: half of
the others hold packs alone, which are in no index, half have leftovers that expire later.
"""

import time
import tracemalloc
from dataclasses import replace

from reprise.adapters.dynamodb.items import HEAD, account_key, head_indexes, head_state, key_of
from reprise.ledger.account import Account
from reprise.ledger.commands import EndSubscription, GrantOrder
from reprise.ledger.lots import Lot, LotKind
from reprise.ports.ledger import SHARDS
from reprise.usecases.sweep import sweep_shard
from rich.table import Table

from tests.bench.meter import Meter
from tests.support.ledger import CAUSE, DAY, T0, V1, renewal

DUE = 1_000
ACCOUNTS = (1_000, 100_000)
_EXPIRY = T0 + 90 * DAY
_BATCH = 25


def measure(bench):
    """Return what a sweep asks and holds among few and among many accounts."""
    return {"sweep": [_sweep(bench, accounts) for accounts in ACCOUNTS]}


def _sweep(bench, accounts):
    client, table = bench.client(), bench.table()
    ledger = bench.ledger(client, table)
    _fill_others(client, table, accounts - DUE)
    for number in range(DUE):
        account = f"usr_due_{number}"
        ledger.run(account, GrantOrder(renewal(), CAUSE), T0, may_open=True)
        ledger.run(account, EndSubscription("sub_1", T0, CAUSE), T0)
    meter = Meter(client)
    queries = []
    events = client.meta.events
    events.register("before-send.dynamodb.Query", lambda **_: queries.append(1))
    tracemalloc.start()
    began = time.monotonic()
    reports = [sweep_shard(ledger, shard, _EXPIRY, CAUSE, lambda: True) for shard in range(SHARDS)]
    seconds = time.monotonic() - began
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(report.lots for report in reports) == DUE
    assert not any(report.failed for report in reports)
    return {
        "accounts": accounts,
        "due": DUE,
        "requests": meter.lap().round_trips,
        "index_queries": len(queries),
        "peak_kib": peak_bytes // 1024,
        "seconds": round(seconds, 1),
    }


def _fill_others(client, table, count):
    """Write heads as the ledger would, in batches."""
    pack = Lot("cs_1", LotKind.PACK, "cs_1", 100, 90, T0, None, V1)
    later = replace(pack, kind=LotKind.SUBSCRIPTION, expires_at=_EXPIRY + 30 * DAY)
    heads = [Account("", version=1, last_at=T0, lots={"cs_1": lot}) for lot in (pack, later)]
    states = [head_state(head) for head in heads]
    for start in range(0, count, _BATCH):
        puts = []
        for number in range(start, min(start + _BATCH, count)):
            head = replace(heads[number % 2], account_id=f"usr_{number}")
            item = {
                **key_of(account_key(head.account_id), HEAD),
                "state": {"S": states[number % 2]},
                "version": {"N": "1"},
                **head_indexes(head),
            }
            puts.append({"PutRequest": {"Item": item}})
        client.batch_write_item(RequestItems={table: puts})


def tables(figures):
    """Show the sweeps side by side."""
    rows = figures["sweep"]
    table = Table(*rows[0], title="A thousand expiries, swept", title_justify="left")
    for row in rows:
        table.add_row(*map(str, row.values()))
    return [table]
