"""What the warm webhook costs beside the least it could do: check the signature, parse the JSON.

In memory, so that our own work is what is measured: the trips to the table are in `capacity`. All
in turns in one process; the median of each counts.
"""

import io
import json
import statistics
import time
from contextlib import contextmanager

from reprise.billing.signature import request_bytes, request_header, verify
from reprise.clock import wall_clock
from rich.table import Table

from ops.cli.replaying import SECRET, bound_to
from ops.memory import memory_books
from ops.stripe_standin.signing import http_event
from tests.support.stripe import NOW, body

ROUNDS = 300


def measure(_bench):
    """Return the ratios of a first delivery and of a second one, in memory."""
    from functions.stripe_webhook.app import respond  # noqa: PLC0415

    bound = bound_to(memory_books(livemode=True), NOW)
    requests = [_request(number) for number in range(ROUNDS)]
    times = {"bare": [], "first": [], "again": []}
    with _silence():
        for request in requests:
            times["bare"].append(_timed(_bare, request))
            times["first"].append(_timed(respond, bound, request))
            times["again"].append(_timed(respond, bound, request))
    medians = {name: statistics.median(found) for name, found in times.items()}
    return {
        "webhook_warm_ratio": {
            name: round(medians[name] / medians["bare"], 1) for name in ("first", "again")
        },
        "webhook_bare_us": round(medians["bare"] * 1e6),
    }


def _bare(request):
    """The least: exact bytes, signature, JSON."""
    raw = request_bytes(request)
    verify(raw, request_header(request), (SECRET,), wall_clock())
    return json.loads(raw)


def _request(number):
    """A signed purchase of its own session, payment, customer and account."""
    raw = body("checkout_pack_paid")
    for name in (b"RepPack1", b"RepAda", b"acc_ada"):
        raw = raw.replace(name, b"%s%d" % (name, number))
    return http_event(raw, (SECRET,), wall_clock())


def _timed(act, *args):
    began = time.perf_counter()
    act(*args)
    return time.perf_counter() - began


@contextmanager
def _silence():
    """Let the function log as ever, but where nobody reads it."""
    from reprise.telemetry import logger  # noqa: PLC0415

    handler = logger.registered_handler
    before = handler.setStream(io.StringIO())
    try:
        yield
    finally:
        handler.setStream(before or handler.stream)


def tables(figures):
    """Show the ratios."""
    title = (
        "The warm webhook in memory; signature check and JSON alone are 1, here"
        f" {figures['webhook_bare_us']} µs"
    )
    table = Table("delivery", "ratio", title=title, title_justify="left", min_width=60)
    for name, ratio in figures["webhook_warm_ratio"].items():
        table.add_row(name, f"{ratio:g}")
    return [table]
