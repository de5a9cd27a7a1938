"""What a crash at each write leaves behind, here and with the common pattern: credits, counted.

A grant of 100 credits is delivered; the function dies before or after one of its writes; the event
is delivered again, as Stripe and queues do. Right is 100. The common pattern is
tests/bench/common_pattern.py.
"""

import time
from itertools import count

from reprise.ledger.commands import GrantOrder
from rich.table import Table

from tests.bench.common_pattern import LEFT_MS, CommonPattern, make_tables
from tests.bench.meter import WRITES
from tests.support.crashes import Crash
from tests.support.ledger import CAUSE, T0, pack

ACCOUNT = "usr_1"
CREDITS = 100
WRITES_MAX = 4
_NUMBERS = count()


def measure(bench):
    """Return the credits that each story ends with: here, then as commonly done."""
    stories = {}
    for number in range(1, WRITES_MAX + 1):
        for when in ("before", "after"):
            stories[f"dies {when} write {number}"] = [
                _dying(way(bench), number, when) for way in (_Ours, _Common)
            ]
    stories["delivered again after an hour"] = [
        _twice(way(bench, kept_seconds=1)) for way in (_Ours, _Common)
    ]
    stories["two grants at once (right is 200)"] = [_at_once(w(bench)) for w in (_Ours, _Common)]
    return {"crashes": stories}


class _Ours:
    """Grants by the ledger."""

    def __init__(self, bench, **_):
        self.client = bench.client()
        self._calm = bench.ledger(bench.client(), table := bench.table())
        self._ledger = bench.ledger(self.client, table)

    def grant(self, event_id):
        command = GrantOrder(pack(f"cs_{event_id}", CREDITS), CAUSE)
        self._ledger.run(ACCOUNT, command, T0, may_open=True)

    def grant_calmly(self, event_id):
        self._calm.run(ACCOUNT, GrantOrder(pack(f"cs_{event_id}", CREDITS), CAUSE), T0)

    def credits(self):
        return self._calm.account(ACCOUNT).balance


class _Common:
    """Grants by the common pattern."""

    def __init__(self, bench, **more):
        self.client, calm = bench.client(), bench.client()
        tables = make_tables(calm, f"crash-{next(_NUMBERS)}")
        self._calm = CommonPattern(calm, *tables, **more)
        self._pattern = CommonPattern(self.client, *tables, **more)

    def grant(self, event_id):
        self._pattern.deliver(_event(event_id))

    def grant_calmly(self, event_id):
        self._calm.deliver(_event(event_id))

    def credits(self):
        return self._calm.balance(ACCOUNT)


def _event(event_id):
    return {"id": event_id, "account": ACCOUNT, "credits": CREDITS, "why": "pack"}


def _dying(world, number, when):
    """Grant, die at a write, grant again; None where there is no such write."""
    world.grant("opening")
    opening = world.credits()
    seen = count(1)

    def die(model, **_):
        if model.name in WRITES and next(seen) == number:
            raise Crash(model.name)

    event = {"before": "before-call.dynamodb", "after": "after-call.dynamodb"}[when]
    world.client.meta.events.register(event, die, unique_id="die")
    try:
        world.grant("evt")
    except Crash:
        pass
    else:
        return None
    finally:
        world.client.meta.events.unregister(event, unique_id="die")
    time.sleep(2 * LEFT_MS / 1000)  # the dead function's time is over
    world.grant("evt")
    return world.credits() - opening


def _twice(world):
    """Grant, wait until a record of it is forgotten, grant again. An hour is a second here."""
    world.grant("evt")
    time.sleep(2.1)
    world.grant("evt")
    return world.credits()


def _at_once(world):
    """Let another grant come between the reading and the writing of one."""
    world.grant("opening")
    opening = world.credits()
    writes = count(1)
    first = 2 if isinstance(world, _Common) else 1  # the common pattern's first is its record

    def interrupt(model, **_):
        if model.name in WRITES and next(writes) == first:
            world.grant_calmly("evt_other")

    world.client.meta.events.register("before-call.dynamodb", interrupt)
    world.grant("evt")
    return world.credits() - opening


def tables(figures):
    """Show the stories."""
    title = "A grant of 100 credits, delivered again after a crash: the credits that it ends with"
    table = Table("story", "Reprise", "common", title=title, title_justify="left")
    for story, ends in figures["crashes"].items():
        table.add_row(story, *("no such write" if end is None else str(end) for end in ends))
    return [table]
