"""Many writers on one account: every change that was acknowledged is in the journal."""

from concurrent.futures import ThreadPoolExecutor

from reprise.ledger.audit import audit
from reprise.ledger.charges import Outcome
from reprise.ledger.commands import ChargeGeneration, GrantOrder, SettleCharge
from reprise.ports.ledger import StoreBusyError
from rich.table import Table

from tests.support.ledger import CAUSE, T0, pack

WRITERS = 8
CHANGES_EACH = 50
ACCOUNT = "usr_1"
TRIES_MAX = 20


def measure(bench):
    """Let the writers charge and settle in turns, and count what is missing afterwards."""
    table = bench.table()
    ledger = bench.ledger(bench.client(), table)
    ledger.run(ACCOUNT, GrantOrder(pack(credits=10_000), CAUSE), T0, may_open=True)
    with ThreadPoolExecutor(WRITERS) as pool:
        done = pool.map(lambda number: _write(bench, table, number), range(WRITERS))
        acknowledged = [key for keys in done for key in keys]
    journal = list(ledger.store.journal(ACCOUNT))
    found = audit(ACCOUNT, journal, ledger.store.read(ACCOUNT).account)
    assert found.clean, found.difference
    lost = set(acknowledged) - {entry.key for entry in journal}
    return {
        "contention": {"writers": WRITERS, "changes": len(acknowledged), "lost": len(lost)},
    }


def _write(bench, table, writer):
    """Make this writer's changes; return the keys that were acknowledged."""
    ledger = bench.ledger(bench.client(), table)
    generations = [f"gen_{writer}_{number}" for number in range(CHANGES_EACH // 2)]
    commands = [
        command
        for generation in generations
        for command in (
            ChargeGeneration(generation, "music_simple", 10, CAUSE),
            SettleCharge(generation, Outcome.DELIVERED, CAUSE),
        )
    ]
    return [_insist(ledger, command).entry.key for command in commands]


def _insist(ledger, command):
    """Run a command again where it got no turn, as a queue would."""
    for _ in range(TRIES_MAX):
        try:
            return ledger.run(ACCOUNT, command, T0)
        except StoreBusyError:
            continue
    raise AssertionError(f"{command.key}: no turn in {TRIES_MAX} tries")


def tables(figures):
    """Show the count."""
    counts = figures["contention"]
    table = Table(*counts, title="Writers on one account", title_justify="left")
    table.add_row(*map(str, counts.values()))
    return [table]
