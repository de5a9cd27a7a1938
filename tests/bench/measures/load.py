"""A burst of reports and of webhooks, as many as EVENTS says, on a deployed stack of its own.

The reports go all the way: bus, queue, function, ledger; every tenth is sent twice. A webhook has
no queue. One in twenty goes over HTTP to the deployed function, which is mostly the emulator's own
time; the others go through the same function's handler here, side by side, bound to the stack's
tables. Each purchase is told by two events. What is left is compared with what must be there, and
the memory of the stack's processes is sampled while they work.
"""

import io
import json
import os
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import boto3
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.clock import wall_clock
from reprise.composition.aws import CLIENT_CONFIG
from reprise.ledger.audit import audit
from reprise.ledger.commands import ChargeGeneration, GrantOrder
from rich.table import Table

from ops.stack import lifecycle
from ops.stack.product import SOURCE, Product, send
from ops.stripe_standin.signing import http_event, signature_header
from tests.bench.measures.contention import bare_per_second
from tests.faults.customers import PACK
from tests.faults.outside import in_test_mode
from tests.faults.scenarios import workers
from tests.simulation import bodies
from tests.support.ledger import CAUSE, pack

REPORTS = WEBHOOKS = int(os.environ.get("EVENTS", "1000"))
"""Of each; a multiple of 100, so that accounts and pairs come out even."""
PER_ACCOUNT = 50
"""Open charges of an account: of its reports, so many contend for one head."""
TWICE_EVERY = 10
OVER_HTTP_EVERY = 20
_WRITERS = 8
_PUT_MAX = 10
_SETTLED_SECONDS_MAX = 1_800
_SAMPLE_SECONDS = 1
_PAGE_KB = 4


def measure(bench):
    """Return both bursts, each with what was lost or doubled, beside bare transactions."""
    bare = bare_per_second(bench, _WRITERS)
    with lifecycle.temporary() as stack:
        reports = _reports(bench, stack) | {"of_bare": None}
        webhooks = _webhooks(stack)
    for one in (reports, webhooks):
        one["of_bare"] = round(one["per_second"] / bare, 2)
    return {"load": {"reports": reports, "webhooks": webhooks}}


def _reports(bench, stack):
    """Charge, report that every submission was rejected, and wait until all is back."""
    client = boto3.client("dynamodb", config=CLIENT_CONFIG, **stack.arguments)
    ledger = bench.ledger(client, stack.ledger_table)
    accounts = [f"usr_{number}" for number in range(REPORTS // PER_ACCOUNT)]
    _each(lambda account: _charged(ledger, account), accounts)
    with _sampled(stack) as memory:
        began = time.monotonic()
        _report(stack, accounts)
        while any(ledger.account(account).charges for account in accounts):
            assert time.monotonic() - began < _SETTLED_SECONDS_MAX, "reports are left unsettled"
            time.sleep(1)
        seconds = time.monotonic() - began
    return {
        "sent": REPORTS + REPORTS // TWICE_EVERY,
        "wrong": sum(_wrong(ledger.store, account, 1_000, PER_ACCOUNT) for account in accounts),
        "seconds": round(seconds),
        "per_second": round(REPORTS / seconds, 1),
        **memory,
    }


def _charged(ledger, account):
    now = wall_clock()
    ledger.run(account, GrantOrder(pack(f"cs_{account}", 1_000), CAUSE), now, may_open=True)
    for generation in range(PER_ACCOUNT):
        ledger.run(account, ChargeGeneration(f"gen_{generation}", "wav", 1, CAUSE), now)


def _report(stack, accounts):
    """Put all reports on the bus, those of one account far apart, every tenth one twice."""
    client = boto3.client("events", **Product.of(stack).arguments)
    details = [
        json.dumps({"account_id": account, "generation_id": f"gen_{generation}"})
        for generation in range(PER_ACCOUNT)
        for account in accounts
    ]
    details += details[::TWICE_EVERY]

    def put(start):
        entries = [
            {
                "EventBusName": stack.event_bus,
                "Source": SOURCE,
                "DetailType": "Generation Rejected",
                "Detail": detail,
            }
            for detail in details[start : start + _PUT_MAX]
        ]
        assert client.put_events(Entries=entries)["FailedEntryCount"] == 0

    _each(put, range(0, len(details), _PUT_MAX))


def _webhooks(stack):
    """Deliver two events of each purchase, to the function or through its handler."""
    accounts = [f"buyer{number}" for number in range(WEBHOOKS // 2)]
    at = wall_clock() - timedelta(minutes=1)
    events = [
        json.dumps(
            in_test_mode(bodies.checkout(f"evt_{turn}_{one}", at, one, f"cs_test_{one}", PACK))
        )
        for turn in (1, 2)
        for one in accounts
    ]
    over_http = events[::OVER_HTTP_EVERY]
    in_process = [raw for n, raw in enumerate(events) if n % OVER_HTTP_EVERY]
    with _sampled(stack) as memory:
        http_seconds = _timed(lambda raw: _post(stack, raw.encode()), over_http)
        with _handler(stack) as handle:
            seconds = _timed(lambda raw: handle(raw.encode()), in_process)
    client = boto3.client("dynamodb", config=CLIENT_CONFIG, **stack.arguments)
    store = DynamoLedgerStore(client, stack.ledger_table)
    wrong = _each(lambda one: _wrong(store, one, 1_000, 0), accounts)
    return {
        "sent": WEBHOOKS,
        "wrong": sum(wrong),
        "seconds": round(seconds + http_seconds),
        "per_second": round(len(in_process) / seconds, 1),
        **memory,
        "over_http_per_second": round(len(over_http) / http_seconds, 1),
    }


def _post(stack, raw):
    signed = signature_header(raw, [stack.webhook_secret], wall_clock())
    answer = send("POST", stack.webhook_url, raw, {"Stripe-Signature": signed})
    assert answer.status == 200, answer


@contextmanager
def _handler(stack):
    """Yield what hands a delivery to the handler, bound as the deployed function is."""
    arguments = stack.arguments
    found = boto3.client("lambda", **arguments).get_function_configuration(
        FunctionName=stack.function("stripe_webhook")
    )
    before = dict(os.environ)
    os.environ.update(
        found["Environment"]["Variables"],
        AWS_ENDPOINT_URL=arguments["endpoint_url"],
        AWS_ACCESS_KEY_ID=arguments["aws_access_key_id"],
        AWS_SECRET_ACCESS_KEY=arguments["aws_secret_access_key"],
        AWS_DEFAULT_REGION=arguments["region_name"],
    )
    try:
        from reprise.telemetry import logger  # noqa: PLC0415

        from functions.stripe_webhook.app import respond, root  # noqa: PLC0415

        root.cache_clear()
        bound = root()
        handler = logger.registered_handler
        stream = handler.setStream(io.StringIO())

        def handle(raw):
            answer = respond(bound, http_event(raw, [stack.webhook_secret], wall_clock()))
            assert answer["statusCode"] == 200, answer

        yield handle
        handler.setStream(stream or handler.stream)
        root.cache_clear()
    finally:
        os.environ.clear()
        os.environ.update(before)


def _wrong(store, account, balance, outcomes):
    """Return 1 for an account that does not hold just what it must, else 0."""
    head = store.read(account).account
    journal = list(store.journal(account))
    settled = sum(entry.key.startswith("outcome#") for entry in journal)
    bought = sum(entry.key.startswith("settle#") for entry in journal)
    right = head is not None and audit(account, journal, head).clean
    return int(not right or (head.balance, settled, bought) != (balance, outcomes, 1))


def _each(act, these):
    with ThreadPoolExecutor(_WRITERS) as pool:
        return list(pool.map(act, these))


def _timed(act, these):
    began = time.monotonic()
    _each(act, these)
    return time.monotonic() - began


@contextmanager
def _sampled(stack):
    """Yield what will hold the memory of the workers: early, late, and at most, in MB."""
    found, stop = {}, threading.Event()
    samples = []

    def sample():
        while not stop.wait(_SAMPLE_SECONDS):
            largest = max((_rss_mb(pid) for pid, _ in workers(stack.server.pid)), default=0)
            samples.append((largest, _rss_mb(stack.server.pid)))

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    try:
        yield found
    finally:
        stop.set()
        sampler.join()
    quarter = max(1, len(samples) // 4)
    middle, late = samples[quarter : 2 * quarter] or samples, samples[-quarter:]
    for at, name in enumerate(("worker", "stack")):
        found[f"{name}_mb_early"] = round(statistics.median(one[at] for one in middle))
        found[f"{name}_mb_late"] = round(statistics.median(one[at] for one in late))


def _rss_mb(pid):
    try:
        with open(f"/proc/{pid}/statm") as statm:  # noqa: PTH123 - a process may end any time
            return int(statm.read().split()[1]) * _PAGE_KB / 1024
    except (OSError, IndexError):
        return 0


def tables(figures):
    """Show both bursts side by side."""
    bursts = figures["load"]
    table = Table("", *bursts, title="A burst on a deployed stack", title_justify="left")
    for name in dict.fromkeys(name for burst in bursts.values() for name in burst):
        table.add_row(name, *(str(burst.get(name, "")) for burst in bursts.values()))
    return [table]
