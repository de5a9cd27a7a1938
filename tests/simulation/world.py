"""A seeded world: customers, a Stripe, providers, and the real functions over faulty ports.

Time is a queue of what happens next. Accounts have dice of their own, so the fewer of them a story
needs, the shorter it is told; the machines have dice of theirs.
"""

import heapq
import itertools
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta

from reprise.cases.model import CaseState
from reprise.catalogue.reading import example_catalogue
from reprise.errors import TransientError
from reprise.policy.book import PolicyBook
from reprise.ports.brake import MemoryBrake
from reprise.ports.ledger import HeadMovedError

from tests.simulation import checks, customers, operators
from tests.simulation.aws import Queue, Schedule
from tests.simulation.deployed import Deployed
from tests.simulation.faults import Context, CrashError, Faults, skew
from tests.simulation.judge import Judge
from tests.simulation.outbox import Outbox
from tests.simulation.reports import Provider
from tests.simulation.stores import WatchedCases, WatchedLedger, shard_of
from tests.simulation.stripe import Stripe
from tests.simulation.truth import DAY, HOUR, MINUTE, SECOND_POLICY, START, Truth
from tests.support.policy import FIRST_TEXT, text

TOGETHER = 10
"""Accounts that share their stores, queues and functions; a larger world is several of these."""
DRAIN = 200 * DAY
"""How long the world goes on after the last customer acted: leftovers expire, disputes end."""
SOON = 2 * MINUTE
ENOUGH = 20
"""Violations after which a world ends early: what comes then follows from them."""
QUEUES = {
    "provider_events": (6 * MINUTE, 6),
    "case_actions": (9 * MINUTE, 10),
    "expiry_sweep": (30 * MINUTE, 10),
    "outage_credits": (30 * MINUTE, 10),
    "policy_notices": (30 * MINUTE, 10),
}


@dataclass
class Customer:
    """One account and its dice."""

    account_id: str
    random: random.Random
    numbers: itertools.count = field(default_factory=itertools.count)

    def name(self):
        """What tells one thing of this account from another, as ids of Stripe are written."""
        return f"{self.account_id.title()}N{next(self.numbers):04}Qw7Zk2Lm9"


class World:
    """A few accounts, and everything that happens to them.

    Args:
        seed: replays the same world.
        days: for how long customers act.
        accounts: which accounts live.
        fault_rate: the chance that a call to a port goes wrong.
        acts: which kinds of acts customers do, all if not given.
        trace: called with each thing that happens, if given.
    """

    def __init__(self, seed, days, accounts, *, fault_rate=0.02, acts=None, trace=None):
        accounts = list(accounts)
        self.days, self.acts, self.trace = days, acts, trace
        self.start = self.now = START
        self.end = START + days * DAY + DRAIN
        self.events, self.metrics, self.violations = Counter(), Counter(), []
        self._queue, self._order, self._nested = [], itertools.count(), 0
        self._off, self.overlaps = 0, False
        names = [f"acc{number:03}" for number in accounts]
        self.shards = {shard_of(name) for name in names}
        self.faults = Faults(f"{seed} {min(accounts) // TOGETHER}", fault_rate)
        self.truth = Truth()
        self.ledger_store = WatchedLedger(self.violate)
        self.judge = Judge(self)
        self.cases = WatchedCases(self.judge.decided)
        self.brake = MemoryBrake()
        self.stripe, self.provider = Stripe(self), Provider(self)
        self.outbox = Outbox(self)
        self.queues = {name: Queue(self, name, *limits) for name, limits in QUEUES.items()}
        self.book = self._book()
        self.deployed = Deployed(self, self.book, example_catalogue())
        self.customers = [Customer(name, random.Random(f"{seed} {name}")) for name in names]
        self.schedules = {
            name: Schedule(self, name, every, getattr(self, f"_{name}_due"), idle)
            for name, every, idle in (
                ("refund_deadline", 5 * MINUTE, 12 * HOUR),
                ("stripe_reconcile", 10 * MINUTE, 12 * HOUR),
                ("case_actions", 5 * MINUTE, 12 * HOUR),
                ("expiry_sweep", HOUR, 48 * HOUR),
                ("policy_notices", 6 * HOUR, 48 * HOUR),
            )
        }

    def _book(self):
        """The first policy, and a second that shortens the life of leftovers."""
        second = text("2026-11-21", SECOND_POLICY, material=True, leftover_days=45)
        reworded = second.replace("stay on your balance for 60 days", "stay on it for 45 days")
        book = PolicyBook.of([FIRST_TEXT, reworded])
        return replace(book, notices_out=lambda name: self.deployed.announcements.out_at(name))  # noqa: PLW0108 - deployed later

    def does(self, kind):
        """Whether customers do this kind of acts in this world."""
        return self.acts is None or kind in self.acts

    # Time ------------------------------------------------------------------------------------

    def at(self, when, what, *args):
        """Let something happen at a time."""
        heapq.heappush(self._queue, (when, next(self._order), what, args))

    def comes_now(self, what):
        """Whether the same happens again before anything else, at this very instant."""
        return bool(self._queue) and self._queue[0][0] == self.now and self._queue[0][2] == what

    def run(self):
        """Let the world happen; return what was violated."""
        with self.deployed.running():
            for customer in self.customers:
                customers.begin(self, customer)
            operators.begin(self)
            for hours in range(0, int((self.end - START) / HOUR), 6):
                self.at(START + hours * HOUR, self.heartbeat)
            while self._queue and len(self.violations) < ENOUGH:
                self._next()
            self.faults.rate = 0
            promises = () if self._queue else checks.in_the_end(self)
            for broken in promises:
                self.violate(*broken)
        return self.violations

    def _next(self):
        self.now, _, what, args = heapq.heappop(self._queue)
        self.events[what.__name__] += 1
        if self.trace:
            self.trace(self.now, what.__name__, args)
        try:
            what(*args)
        except Exception as error:  # noqa: BLE001 - whatever escapes is a finding
            self.violate("world", f"{what.__name__} raised {error!r}")

    def heartbeat(self):
        """Schedules go on, whether or not there is anything to do."""
        for schedule in self.schedules.values():
            schedule.go_on()

    def overtake(self):
        """Somebody else is faster: what would come next happens now, in the middle of a call."""
        if self._nested or not self._queue or self._queue[0][0] > self.now + SOON:
            return False
        self._nested += 1
        off = self._off
        try:
            self.overlaps = True
            self._next()
        finally:
            self._nested -= 1
            self._off = off
        return True

    def clock(self, _event_at=None):
        """The wall clock of the machine that runs the function now: sometimes off."""
        return self.now + timedelta(seconds=self._off)

    # Running functions -----------------------------------------------------------------------

    def invoke(self, function, event):
        """Invoke a function on some machine; return its answer, None if it died or failed."""
        self.events[function] += 1
        self._off = skew(self.faults)
        self.overlaps = self.overlaps if self._nested else False
        try:
            answer = self.deployed.call(function, event, Context(self.faults))
        except (CrashError, TransientError) as error:
            if self.trace:
                self.trace(self.now, f"… {function} ended", (type(error).__name__,))
            return None
        return {} if answer is None else answer

    @staticmethod
    def by_hand(act):
        """Do something from the command line, again and again until there is an answer."""
        for _ in range(100):
            try:
                return act()
            except (CrashError, TransientError, HeadMovedError):
                continue
        raise AssertionError("it never came through")

    def violate(self, who, what):
        """Note that a law or a promise was broken."""
        self.violations.append((who, what))
        if self.trace:
            self.trace(self.now, "!", (who, what))

    # When schedules have something to do -----------------------------------------------------

    def _refund_deadline_due(self):
        return self.now if any(head.charges for head in self.ledger_store.heads.values()) else None

    def _stripe_reconcile_due(self):
        if self.now - self.stripe.told < HOUR:
            return self.now
        # What an hour of runs did not mend is worth simulating on full hours only.
        parked = self.deployed.parking.events.values()
        if self.stripe.owes(self.now - 72 * HOUR) or any(not one.done_at for one in parked):
            return self.start + -(-(self.now - self.start) // HOUR) * HOUR
        return None

    def stripe_changed(self):
        """Stripe has something new to list."""
        self.stripe.told = self.now
        self.schedules["stripe_reconcile"].wake()

    def _case_actions_due(self):
        """When the next case wakes that a function can do something about."""
        return min(
            (
                one.wakes_at
                for one in self.cases.cases.values()
                if not one.over and (one.unanswered or one.state is not CaseState.PERSON)
            ),
            default=None,
        )

    def _expiry_sweep_due(self):
        return self.ledger_store.next_due(START)

    def _policy_notices_due(self):
        if self.now < SECOND_POLICY:
            return self.now
        soon = self.ledger_store.next_due(self.now)
        return soon and soon - 15 * DAY
