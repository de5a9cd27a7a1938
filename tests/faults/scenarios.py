"""What goes wrong, one scenario after the other, on one deployed stack.

Each acts while the faults last, ends them, waits until everything is drained, and returns the
breaches that are left. Faults are drawn by a seed, in the order in which calls happen to come.
"""

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.faults import rules
from tests.faults.checks import QUEUES, Books
from tests.faults.customers import Customer, buys, generates, is_paid_back, withdraws
from tests.faults.outside import Outside
from tests.faults.proxy import Proxy

_AT_ONCE = 6
_AGAIN_SECONDS = 4
"""How soon a failed message comes again here; minutes on AWS."""
_MINUTE = timedelta(minutes=1)
_DRAIN_SECONDS_MAX = 120


@dataclass
class Field:
    """Where the scenarios are played.

    Args:
        stack: the deployed template.
        proxy: between its functions and AWS.
        seed: of what customers do.
        size: customers of each scenario.
    """

    stack: object
    proxy: Proxy
    seed: int
    size: int
    deaths: int = 0
    redriven: int = 0

    def __post_init__(self):
        self.books = Books(self.stack)
        self.outside = Outside(self.stack)
        self.windy = Outside(self.stack, events_endpoint=self.proxy.endpoint)
        self.told = 0

    def customers(self, scenario, count=None):
        return [Customer(f"{scenario}_{self.seed}_{n}") for n in range(count or self.size)]

    @contextmanager
    def faults(self, chosen):
        """Inject while the block runs, and not after it."""
        self.proxy.play(chosen)
        try:
            yield
        finally:
            self.proxy.play([])

    def tick(self, stem):
        """Run a function of a schedule, each time a while later than the time before."""
        self.told += 1
        return self.outside.run(stem, datetime.now(UTC) + 25 * _MINUTE + self.told * _MINUTE)

    def calm(self, customers):
        """With the faults over, let every schedule run until nothing is left, and check."""
        broken = self.books.drained(_DRAIN_SECONDS_MAX)
        self.redriven += self.books.redrive()
        for stem in ("refund_deadline", "stripe_reconcile", "case_actions"):
            self.tick(stem)
        broken += self.books.drained(_DRAIN_SECONDS_MAX)
        return broken + self.books.of(customers)

    def buried(self):
        """Return a breach for each queue that holds dead letters, and empty them."""
        return _held(self.books.dead())


def together(act, these):
    """Do something for each, some at once; what goes wrong is raised."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in pool.map(act, these):
            pass


def storm(field):
    """Every kind of fault at once, on every service, while customers do everything they do."""
    field.books.hurry(_AGAIN_SECONDS, 10)
    customers = field.customers("storm")
    withdrawing = field.customers("mail", max(1, field.size // 4))
    dice = random.Random(field.seed)
    ends = [_draw_ends(dice, 6) for _ in customers]

    def live(number):
        one = customers[number]
        buys(field.outside, one)
        for n, how in enumerate(ends[number]):
            generates(field.outside, one, n, how)
        if number % 3 == 0:
            is_paid_back(field.outside, one, 750)

    def leave(one):
        buys(field.outside, one)
        withdraws(field.outside, one)

    with field.faults(rules.storm(0.015)):
        together(live, range(len(customers)))
        together(leave, withdrawing)
        _tick_calmly(field)
    broken = field.calm(customers)
    broken += _answered(field, withdrawing)
    broken += [*field.books.of(withdrawing), *field.books.withdrawals(withdrawing)]
    return broken + field.buried()


def _draw_ends(dice, count):
    return dice.choices(
        ("delivered", "partial", "empty", "failed", "rejected", "lost"), (4, 2, 1, 4, 1, 1), k=count
    )


def _tick_calmly(field):
    """Have the schedules run amid the faults: AWS calls them again where they fail."""
    now = datetime.now(UTC)
    for stem in ("refund_deadline", "stripe_reconcile", "case_actions", "expiry_sweep"):
        field.outside.call(stem, {"id": f"amid-{stem}", "time": now.isoformat()})


def _answered(field, customers):
    """Wait until every case is over, with the schedule that finds what no message wakes."""
    for _ in range(4):
        field.redriven += field.books.redrive()
        field.tick("case_actions")
        if not field.books.drained(_DRAIN_SECONDS_MAX) and field.books.over(customers):
            return []
    return ["cases are not over"]


def killed(field):
    """Workers die at their work, again and again; nobody is told."""
    field.books.hurry(_AGAIN_SECONDS, 25)
    customers = field.customers("killed")
    stop = threading.Event()
    dice = random.Random(field.seed)
    deaths = []
    reaper = threading.Thread(target=_reap, args=(field, stop, dice, deaths))

    def live(one):
        buys(field.outside, one)
        for n, how in enumerate(("failed", "delivered", "partial")):
            generates(field.outside, one, n, how)

    with field.faults(rules.slowly(20, 120)):
        reaper.start()
        try:
            together(live, customers)
        finally:
            stop.set()
            reaper.join()
    field.deaths += len(deaths)
    broken = [] if deaths else ["no worker was met"]
    return broken + field.calm(customers) + field.buried()


_PREY = ("provider_events", "stripe_webhook", "credits_api")


def _reap(field, stop, dice, deaths):
    names = {field.stack.function(stem) for stem in _PREY}
    while len(deaths) < 2 * field.size + 4 and not stop.wait(dice.uniform(0.5, 3)):
        found = [pid for pid, name in workers(field.stack.server.pid) if name in names]
        if found:
            try:
                os.kill(dice.choice(found), signal.SIGKILL)
            except ProcessLookupError:
                continue
            deaths.append(time.monotonic())


def workers(server_pid):
    """Yield the processes in which a stack's functions run, with the functions' names."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            variables = (folder / "environ").read_bytes().split(b"\0")
        except (OSError, IndexError):
            continue
        if parent == server_pid:
            prefix = b"AWS_LAMBDA_FUNCTION_NAME="
            for one in variables:
                if one.startswith(prefix):
                    yield int(folder.name), one.removeprefix(prefix).decode()


def poison(field):
    """What nobody can work on ends among the dead letters, and keeps nothing else back."""
    field.books.hurry(4, 2)
    field.books.hurry(3, 4, "ProviderEventsQueue")
    customers = field.customers("poison")
    bad = {queue: [*_POISON, *_POISON_OF.get(queue, ())] for queue in QUEUES}

    def live(one):
        buys(field.outside, one)
        for n, how in enumerate(("failed", "delivered", "partial")):
            generates(field.outside, one, n, how)

    for queue, bodies in bad.items():
        for body in bodies:
            field.books.sqs.send_message(QueueUrl=field.books.urls[queue], MessageBody=body)
    together(live, customers)
    unknown = {"account_id": "nobody", "generation_id": "gen_1", "provider": "kie"}
    field.outside.report("Callback", unknown | {"authenticated": True, "payload": {}})
    broken = field.calm(customers)
    dead = field.books.dead()
    reports = dead.get(QUEUES["ProviderEventsQueue"], [])
    strangers = [body for body in reports if '"nobody"' in body]
    if len(strangers) != 1:
        broken.append(f"{len(strangers)} dead reports about nobody, one was put on the bus")
    for queue, bodies in bad.items():
        found = [body for body in dead.pop(QUEUES[queue], []) if body not in strangers]
        missing, surplus = Counter(bodies) - Counter(found), Counter(found) - Counter(bodies)
        if missing or surplus:
            where = QUEUES[queue]
            broken += [*_held({f"{where} lacks": missing}), *_held({f"{where} also": surplus})]
    return broken + _held(dead)


def _held(dead):
    """Say in a line each what queues hold."""
    return [f"{queue} holds {body[:200]}" for queue, bodies in dead.items() for body in bodies]


_POISON = ("not json", "{}")
_POISON_OF = {
    "ProviderEventsQueue": (
        '["a list"]',
        "null",
        json.dumps({"source": "music.generation", "detail-type": "Generation Callback"}),
        "[" * 50_000,
    ),
}


def lost(field):
    """What never arrives is found: a report by the deadline, a webhook by the reconciler."""
    field.books.hurry(_AGAIN_SECONDS, 10)
    customers = field.customers("lost")

    def live(one):
        field.outside.register(one.account_id, one.address)
        field.outside.unheard(one.checkout())

    together(live, customers)
    said = field.outside.run("stripe_reconcile", datetime.now(UTC))
    broken = [] if said["mended"] >= len(customers) else [f"the reconciler mended {said}"]
    with field.faults(rules.outage("events", None)):
        heard = [_spoken_into_the_wind(field, one) for one in customers]
    broken += ["the bus took what was to be lost"] if any(heard) else []
    return broken + field.calm(customers) + field.buried()


def _spoken_into_the_wind(field, one):
    one.generated["gen_1"] = "lost"
    field.outside.charge(one.account_id, "gen_1")
    about = {"account_id": one.account_id, "generation_id": "gen_1", "provider": "kie"}
    return field.windy.report("Rejected", about | {"payload": {"code": 455}})


SCENARIOS = {"storm": storm, "killed": killed, "poison": poison, "lost": lost}
