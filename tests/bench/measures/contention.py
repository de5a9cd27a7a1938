"""Many writers on one account and on many: every change that was acknowledged is in the journal.

Beside them the least that DynamoDB could do in the same run: as many writers with bare transactions
of two items, as large as the ledger's, that nobody contends for.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor

from reprise.ledger.audit import audit
from reprise.ledger.charges import Outcome
from reprise.ledger.commands import ChargeGeneration, GrantOrder, SettleCharge
from reprise.ports.ledger import StoreBusyError
from rich.table import Table

from tests.support.ledger import CAUSE, T0, pack

WRITERS = (8, 16, 32, 64)
CHANGES = 384
"""Of all writers together, so that each line of the table is the same work."""
TRIES_MAX = 20
_BYTES = 900
"""Of a bare item: what an entry or a head of the ledger is at most, while it costs one unit."""


def measure(bench):
    """Return the rows: writers, whether one account is all of theirs, and what came of it."""
    rows = []
    for writers in WRITERS:
        bare = bare_per_second(bench, writers)
        rows += [_contended(bench, writers, accounts, bare) for accounts in (1, writers)]
    return {"contention": rows}


def _contended(bench, writers, accounts, bare):
    """Let the writers charge and settle in turns, and count what is missing afterwards."""
    table = bench.table()
    ledger = bench.ledger(bench.client(), table)
    names = [f"usr_{number}" for number in range(accounts)]
    for name in names:
        ledger.run(name, GrantOrder(pack(credits=10_000), CAUSE), T0, may_open=True)
    ledgers = [bench.ledger(bench.client(), table) for _ in range(writers)]
    began = time.monotonic()
    with ThreadPoolExecutor(writers) as pool:
        done = pool.map(
            lambda number: _write(ledgers[number], names[number % accounts], number, writers),
            range(writers),
        )
        acknowledged = [key for keys in done for key in keys]
    per_second = len(acknowledged) / (time.monotonic() - began)
    return {
        "writers": writers,
        "accounts": accounts,
        "changes": len(acknowledged),
        "lost": len(set(acknowledged) - _written(ledger, names)),
        "of_bare": round(per_second / bare, 2),
    }


def _written(ledger, names):
    """Return account and key of every entry, after an audit of each account."""
    keys = set()
    for name in names:
        journal = list(ledger.store.journal(name))
        found = audit(name, journal, ledger.store.read(name).account)
        assert found.clean, found.difference
        keys |= {(name, entry.key) for entry in journal}
    return keys


def _write(ledger, account, writer, writers):
    """Make this writer's share of the changes; return those that were acknowledged."""
    generations = [f"gen_{writer}_{number}" for number in range(CHANGES // writers // 2)]
    commands = [
        command
        for generation in generations
        for command in (
            ChargeGeneration(generation, "music_simple", 10, CAUSE),
            SettleCharge(generation, Outcome.DELIVERED, CAUSE),
        )
    ]
    return [(account, _insist(ledger, account, command).entry.key) for command in commands]


def _insist(ledger, account, command):
    """Run a command again where it got no turn, as a queue would."""
    for _ in range(TRIES_MAX):
        try:
            return ledger.run(account, command, T0)
        except StoreBusyError:
            continue
    raise AssertionError(f"{command.key}: no turn in {TRIES_MAX} tries")


def bare_per_second(bench, writers):
    """Return how many bare transactions a second so many writers make."""
    table = bench.table()
    clients = [bench.client() for _ in range(writers)]
    began = time.monotonic()
    with ThreadPoolExecutor(writers) as pool:
        numbered = range(writers)
        done = sum(
            pool.map(lambda number: _bare(clients[number], table, number, writers), numbered)
        )
    return done / (time.monotonic() - began)


def _bare(client, table, writer, writers):
    """Write pairs of items, one of them new and one again and again, as a change does."""
    filling = json.dumps({"state": "x" * _BYTES})
    head = {"pk": {"S": f"account#{writer}"}, "sk": {"S": "head"}}
    for number in range(CHANGES // writers):
        entry = {"pk": head["pk"], "sk": {"S": f"entry#{number}"}, "body": {"S": filling}}
        update = {
            "TableName": table,
            "Key": head,
            "UpdateExpression": "SET body = :body, version = :version",
            "ExpressionAttributeValues": {":body": {"S": filling}, ":version": {"N": str(number)}},
        }
        put = {
            "TableName": table,
            "Item": entry,
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        client.transact_write_items(TransactItems=[{"Put": put}, {"Update": update}])
    return CHANGES // writers


def tables(figures):
    """Show the rows."""
    rows = figures["contention"]
    title = "Writers and accounts; changes per second as a share of bare transactions"
    table = Table(*rows[0], title=title, title_justify="left")
    for row in rows:
        table.add_row(*map(str, row.values()))
    return [table]
