"""A seeded world: customers, a Stripe and a provider, and the real use cases over a faulty store.

Time is a queue of what happens next. Every account has dice of its own, so an account that ends
badly can be replayed alone, from its seed, without the others.
"""

import heapq
import itertools
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from reprise.billing.events import Expected, read_event
from reprise.catalogue.reading import example_catalogue
from reprise.composition import rules_at
from reprise.errors import TransientError
from reprise.ledger.commands import ChargeGeneration, Gift
from reprise.ledger.entries import Cause
from reprise.ledger.errors import CreditsInsufficientError
from reprise.ledger.lots import LotKind
from reprise.policy.book import packaged_book
from reprise.ports.desk_memory import MemoryParkingLot
from reprise.ports.ledger import shard_of
from reprise.ports.ledger_memory import MemoryLedgerStore
from reprise.ports.mirror import MemoryMirrorStore
from reprise.usecases.generations.settling import Generations
from reprise.usecases.ledger import Ledger
from reprise.usecases.stripe.books import Books
from reprise.usecases.stripe.receive import receive, redrive
from reprise.usecases.sweep import sweep_shard

from tests.simulation import checks
from tests.simulation.customers import begin
from tests.simulation.faults import CrashError, Faults, Faulty, Own
from tests.simulation.reports import Provider
from tests.simulation.truth import DAY, HOUR, MINUTE, START, Truth
from tests.support.stripe import second_event

DRAIN = 130 * DAY
"""How long the world goes on after the last customer acted: leftovers expire, disputes end."""
RETRIES = (0, 1, 5, 30, 120, 600)
"""Minutes until a failed delivery comes again; the last one repeats."""


@dataclass
class Customer:
    """One account, its dice, and the functions as they run for it."""

    account_id: str
    random: random.Random
    faults: Faults
    books: Books
    generations: Generations
    truth: Truth = field(default_factory=Truth)
    names: itertools.count = field(default_factory=itertools.count)

    @property
    def ledger(self):
        return self.books.ledger

    def name(self, prefix):
        return f"{prefix}_{self.account_id}_{next(self.names)}"


class World:
    """Accounts, and everything that happens to them.

    Args:
        seed: replays the same world.
        days: for how long customers act.
        accounts: which accounts live; one alone lives as it does among others.
        fault_rate: the chance that a call to a port goes wrong.
        trace: called with each thing that happens, if given.
    """

    def __init__(self, seed, days, accounts, *, fault_rate=0.01, trace=None):
        self.days, self.trace = days, trace
        self.now = START
        self.events = Counter()
        self.violations = []
        self._queue, self._order = [], itertools.count()
        self.store = MemoryLedgerStore()
        self.provider = Provider(self)
        self.customers = [self._customer(seed, f"acc{n}", fault_rate) for n in accounts]

    def _customer(self, seed, account_id, fault_rate):
        dice = f"{seed} {account_id}"
        faults = Faults(dice, fault_rate)
        book = packaged_book()
        store = Faulty(Own(self.store, account_id), faults)
        ledger = Ledger(store, rules_at(book), pause=lambda _: None)
        books = Books(
            ledger=ledger,
            mirrors=Faulty(MemoryMirrorStore(), faults),
            parking=Faulty(MemoryParkingLot(), faults),
            catalogue=example_catalogue(),
            policy=book,
            expected=Expected(livemode=True),
            wake=lambda _case_ids, _now: None,
        )
        generations = Generations(ledger, book, self.provider)
        return Customer(account_id, random.Random(dice), faults, books, generations)

    @property
    def injected(self):
        """Faults by kind."""
        return sum((customer.faults.injected for customer in self.customers), Counter())

    # Time ------------------------------------------------------------------------------------

    def at(self, when, who, what, *args):
        """Let something happen to a customer at a time."""
        heapq.heappush(self._queue, (when, next(self._order), who, what, args))

    def run(self):
        """Let the world happen; return what was violated."""
        for customer in self.customers:
            begin(self, customer)
            for hours in range(0, int((self.days * DAY + DRAIN) / HOUR), 12):
                self.at(START + hours * HOUR, customer, self.sweep)
            self.at(START + self.days * DAY + DRAIN, customer, self.redrive_parked)
        while self._queue:
            self.now, _, customer, what, args = heapq.heappop(self._queue)
            self._happen(customer, what, args)
        for customer in self.customers:
            customer.faults.rate = 0
            parked = [p.parked_id for p in customer.books.parking.parked(1000).items]
            broken = checks.in_the_end(customer.account_id, customer.truth, self.store, parked)
            self.violations += [(customer.account_id, line) for line in broken]
        return self.violations

    def _happen(self, customer, what, args):
        self.events[what.__name__] += 1
        if self.trace:
            self.trace(f"{self.now:%d %b %H:%M:%S} {what.__name__} {_short(args)}")
        try:
            what(customer, *args)
            if head := self.store.heads.get(customer.account_id):
                checks.after_every_step(head)
        except Exception as error:  # noqa: BLE001 - whatever escapes is a finding
            self.violations.append((customer.account_id, f"{what.__name__} raised {error!r}"))

    def clock(self, customer):
        """The wall clock of the machine that runs the function now: sometimes off."""
        off = customer.random.choice([0, 0, 0, 0, 0, 0, 0, 0, 0, -90, 45])
        return self.now + timedelta(seconds=off)

    def survive(self, work):
        """Run work as a function does, dying where the dice say; return whether it was done."""
        try:
            work()
        except (CrashError, TransientError) as error:
            if self.trace:
                self.trace(f"    … {type(error).__name__}")
            return False
        return True

    # What the platform does ------------------------------------------------------------------

    def deliver(self, customer, raw, attempt=0):
        """Deliver an event of Stripe's to the webhook, and again until it is taken."""
        event, now = read_event(raw), self.clock(customer)
        if not self.survive(lambda: receive(customer.books, raw, event, now)):
            again = RETRIES[min(attempt + 1, len(RETRIES) - 1)]
            self.at(self.now + again * MINUTE, customer, self.deliver, raw, attempt + 1)

    def send(self, customer, raw, when=None):
        """Send an event as Stripe does: late, twice, or at first not at all."""
        dice, when = customer.random, when or self.now
        delay = dice.choice([1, 2, 3, 10, 60, 600, 7200])
        self.at(when + timedelta(seconds=delay), customer, self.deliver, raw)
        if dice.random() < 0.2:
            later = timedelta(seconds=dice.choice([1, 30, 4000, 90_000]))
            again = second_event(raw) if dice.random() < 0.3 else raw
            self.at(when + later, customer, self.deliver, again)

    def redrive_parked(self, customer):
        """The reconciler tries what is parked."""
        waiting = []
        self.survive(lambda: waiting.extend(customer.books.parking.parked(100).items))
        for parked in waiting:
            self.survive(lambda p=parked: redrive(customer.books, p, self.now))

    def sweep(self, customer):
        """The schedule sweeps the account's shard, now and then twice at once."""
        cause, shard = Cause("schedule", f"{self.now:%Y%m%d%H}"), shard_of(customer.account_id)
        for _ in range(2 if customer.random.random() < 0.1 else 1):
            self.survive(lambda: sweep_shard(customer.ledger, shard, self.now, cause, lambda: True))

    # What the product does -------------------------------------------------------------------

    def charge(self, customer, generation, cost):
        """Charge a generation, asking again until there is an answer; None if it cannot be paid."""
        command = ChargeGeneration(generation, "music_simple", cost, Cause("api", generation))
        for _ in range(50):
            done = []
            try:
                run = customer.ledger.run
                if self.survive(lambda: done.append(run(customer.account_id, command, self.now))):  # noqa: B023
                    return done[0]
            except CreditsInsufficientError:
                return None
        raise AssertionError("the API never answered")

    def give(self, customer, credits, expires_at):
        """An operator gives goodwill, and asks again until it is done."""
        gift = Gift(
            LotKind.GOODWILL, customer.name("gift"), credits, expires_at, Cause("op", "eve")
        )
        run = customer.ledger.run
        while not self.survive(lambda: run(customer.account_id, gift, self.now, may_open=True)):
            pass
        customer.truth.gifts += credits


def _short(args):
    return " ".join(
        f"{read_event(arg).type} {read_event(arg).subject['id']}"
        if isinstance(arg, bytes)
        else str(arg)
        for arg in args
    )
