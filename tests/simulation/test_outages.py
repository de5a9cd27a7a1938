"""The one-hour promise, with each part of the way down for half an hour, minute by minute.

The world around the ledger is small: a product that submits and reports, a bus that retries or
loses, a queue, a schedule, a provider. The use cases are the real ones, the store is the fake.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from reprise.errors import TransientError
from reprise.ledger.audit import audit
from reprise.ledger.entries import Cause
from reprise.providers.generation_events import Kind
from reprise.usecases.generations.deadline import Run, keep_promise
from reprise.usecases.generations.receive import receive

from tests.support.generations import charge, event, in_memory
from tests.support.ledger import MINUTE, T0
from tests.support.provider_bodies import TWO, callback, record, song

PARTS = ("bus", "queue", "functions", "provider")
ENDS = {
    "delivered": (callback(*TWO), record("SUCCESS", *TWO)),
    "partial": (callback(song(1)), record("SUCCESS", song(1))),
    "failed": (callback(code=501, stage="error"), record("GENERATE_AUDIO_FAILED")),
    "empty": (callback(), record("SUCCESS")),
    "never": (None, record("PENDING")),
}
RETRY_MINUTES = 6
RECEIVES_MAX = 6
GENERATIONS = 40


@dataclass
class World:
    """One seeded world: what is down, and when; what happens to each generation."""

    seed: int
    down: str
    generations: object = field(default_factory=in_memory)

    def __post_init__(self):
        self.dice = random.Random(self.seed)
        self.outage = range(start := self.dice.randrange(40), start + 30)
        self.queue = []  # (visible from minute, report, receives)
        self.bus = []  # reports that the queue has not taken yet
        self.agenda = {}  # minute -> what happens
        self.settled = {}  # generation -> minute
        self.charged = {}

    def is_down(self, part, minute):
        return part == self.down and minute in self.outage

    def plan(self):
        for number in range(GENERATIONS):
            name = f"gen_{number}"
            at = self.dice.randrange(60)
            done = at + self.dice.choice((1, 2, 4, 8, 30))
            end = self.dice.choice(list(ENDS))
            self.charged[name] = at
            self.at(at, lambda name=name, at=at: self._submit(name, at))
            self.at(done, lambda name=name, done=done, end=end: self._finish(name, done, end))

    def at(self, minute, what):
        self.agenda.setdefault(minute, []).append(what)

    def _submit(self, name, minute):
        now = T0 + minute * MINUTE
        charge(self.generations, name, account=self._account(name), at=now)
        self.generations.poller.answers("kie", f"task_{name}", record("PENDING"))
        if not self.dice.randrange(10):
            return  # the product crashed between charge and submission
        self._report(minute, Kind.SUBMITTED, name, task_id=f"task_{name}")

    def _finish(self, name, minute, end):
        body, answer = ENDS[end]
        self.generations.poller.answers("kie", f"task_{name}", answer)
        if body is None or not self.dice.randrange(4) or self.is_down("provider", minute):
            return  # no callback, or one that never arrives
        for _ in range(self.dice.choice((1, 1, 3))):
            payload = {**body, "data": {**body["data"], "task_id": f"task_{name}"}}
            authenticated = self.dice.random() < 0.5
            self._report(minute, Kind.CALLBACK, name, payload=payload, authenticated=authenticated)

    def _report(self, minute, kind, name, payload=None, **more):
        if self.is_down("bus", minute):
            return  # the worst case: the product does not try again
        report = event(
            kind,
            payload,
            at=T0 + minute * MINUTE,
            generation=name,
            account=self._account(name),
            **more,
        )
        self.bus.insert(self.dice.randrange(len(self.bus) + 1), report)

    @staticmethod
    def _account(name):
        return f"usr_{int(name[4:]) % 7}"

    def tick(self, minute):
        for what in self.agenda.get(minute, ()):
            what()
        self.generations.poller.is_down = self.is_down("provider", minute)
        if not self.is_down("queue", minute):
            self.queue += [(minute, report, 0) for report in self.bus]
            self.bus = []
        if self.is_down("functions", minute):
            return
        if not self.is_down("queue", minute):
            self._deliver(minute)
        if minute % 5 == 0:
            cause = Cause("schedule", f"tick_{minute}")
            tell = lambda *_: None  # noqa: E731 - what is told is not looked at here
            report = keep_promise(
                self.generations, Run(T0 + minute * MINUTE, cause, lambda: True, tell, workers=1)
            )
            assert not report.failed

    def _deliver(self, minute):
        waiting, self.queue = self.queue, []
        for visible, report, receives in waiting:
            if visible > minute:
                self.queue.append((visible, report, receives))
                continue
            try:
                receive(self.generations, report, T0 + minute * MINUTE)
            except TransientError:
                if receives + 1 < RECEIVES_MAX:
                    self.queue.append((minute + RETRY_MINUTES, report, receives + 1))

    def outcomes(self):
        store = self.generations.ledger.store
        return {
            entry.key.partition("#")[2]: entry
            for (_, key), entry in store.entries.items()
            if key.startswith("outcome#")
        }


def unreachable_when_down(poller):
    """Make the provider's outage an outage of polls."""
    poll = poller.poll
    poller.is_down = False

    def asked(provider, operation, task_id):
        if poller.is_down:
            poller.fails(provider, "nobody")
            return poll(provider, operation, "nobody")
        return poll(provider, operation, task_id)

    poller.poll = asked


@pytest.mark.parametrize("down", [*PARTS, "nothing"])
def test_every_charge_is_settled_within_the_hour(down, capsys):
    slowest, ended = timedelta(0), Counter()
    for seed in range(12):
        world = World(seed, down)
        unreachable_when_down(world.generations.poller)
        world.plan()
        for minute in range(60 + 60 + 5):
            world.tick(minute)
        outcomes = world.outcomes()
        assert outcomes.keys() == world.charged.keys(), f"seed {seed}"
        for name, entry in outcomes.items():
            took = entry.at - (T0 + world.charged[name] * MINUTE)
            slowest = max(slowest, took)
            ended[str(entry.details["outcome"])] += 1
            assert took <= 60 * MINUTE, f"seed {seed}: {name} took {took}"
        for account in {world._account(name) for name in world.charged}:
            head = world.generations.ledger.account(account)
            journal = world.generations.ledger.store.journal(account)
            assert audit(account, journal, head).clean
    with capsys.disabled():
        words = ", ".join(f"{count} {word}" for word, count in sorted(ended.items()))
        print(f"\n{down} down for 30 minutes: slowest {slowest}, {words}", end="")
