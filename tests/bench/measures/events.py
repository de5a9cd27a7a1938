"""How fast reports get from the bus through the queue and the function into the ledger."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.clock import wall_clock
from reprise.ledger.commands import ChargeGeneration, GrantOrder
from reprise.usecases.ledger import Ledger
from rich.table import Table

from ops.stack import lifecycle
from ops.stack.product import SOURCE, Product
from tests.support.ledger import CAUSE, RULES, pack

ACCOUNTS = 50
EVENTS = 500
PUT_MAX = 10
WAIT_SECONDS_MAX = 300


def measure(_bench):
    """Charge, report that every submission was rejected, and wait until all is back."""
    with lifecycle.temporary() as stack:
        client = boto3.client("dynamodb", **stack.arguments)
        ledger = Ledger(DynamoLedgerStore(client, stack.ledger_table), lambda _: RULES, time.sleep)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: _charge(ledger, number), range(ACCOUNTS)))
        began = time.monotonic()
        _report(stack)
        reported = time.monotonic() - began
        while open_ := _open(ledger):
            if time.monotonic() - began > WAIT_SECONDS_MAX:
                raise AssertionError(f"{open_} charges still open")
            time.sleep(0.2)
        seconds = time.monotonic() - began
    return {
        "events": {
            "events": EVENTS,
            "put_seconds": round(reported, 1),
            "settled_seconds": round(seconds, 1),
            "per_second": round(EVENTS / seconds),
        }
    }


def _charge(ledger, number):
    account, now = f"usr_{number}", wall_clock()
    ledger.run(account, GrantOrder(pack(f"cs_{number}", 1_000), CAUSE), now, may_open=True)
    for generation in range(EVENTS // ACCOUNTS):
        ledger.run(account, ChargeGeneration(f"gen_{generation}", "wav", 1, CAUSE), now)


def _report(stack):
    client = boto3.client("events", **Product.of(stack).arguments)
    details = [
        {"account_id": f"usr_{number % ACCOUNTS}", "generation_id": f"gen_{number // ACCOUNTS}"}
        for number in range(EVENTS)
    ]
    for start in range(0, EVENTS, PUT_MAX):
        entries = [
            {
                "EventBusName": stack.event_bus,
                "Source": SOURCE,
                "DetailType": "Generation Rejected",
                "Detail": json.dumps(detail),
            }
            for detail in details[start : start + PUT_MAX]
        ]
        assert client.put_events(Entries=entries)["FailedEntryCount"] == 0


def _open(ledger):
    return sum(len(ledger.account(f"usr_{number}").charges) for number in range(ACCOUNTS))


def tables(figures):
    """Show the figures."""
    counts = figures["events"]
    table = Table(*counts, title="Reports through bus, queue and function", title_justify="left")
    table.add_row(*map(str, counts.values()))
    return [table]
