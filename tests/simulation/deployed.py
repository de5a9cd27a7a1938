"""The functions as they are deployed: their real handlers, bound to the stores of a world."""

import sys
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from reprise import fanout
from reprise.billing.events import Expected
from reprise.composition import rules_at
from reprise.errors import TransientError
from reprise.policy.calendar import BusinessCalendar
from reprise.ports.announcements import MemoryAnnouncements, MemoryMailed
from reprise.ports.bookmarks import MemoryBookmarks
from reprise.ports.bus import MemoryBus
from reprise.ports.directory import MemoryDirectory
from reprise.ports.mails import MemoryMailStore
from reprise.ports.mirror import MemoryMirrorStore
from reprise.ports.outages import MemoryOutageStore
from reprise.ports.parking import MemoryParkingLot
from reprise.ports.stripe_discounts import MemoryDiscounts
from reprise.ports.tallies import MemoryTallies
from reprise.usecases.accounts import Accounts
from reprise.usecases.announcing import Announcing
from reprise.usecases.cases.desk import Answering, Desk
from reprise.usecases.charges import Charges
from reprise.usecases.choice import Choices
from reprise.usecases.generations import deadline
from reprise.usecases.generations.settling import Generations
from reprise.usecases.ledger import Ledger
from reprise.usecases.mailbox import Mailbox
from reprise.usecases.mailing import Mailing
from reprise.usecases.outages import Outages
from reprise.usecases.reconcile.reconciler import Reconciler
from reprise.usecases.reminders import Reminding
from reprise.usecases.stripe.books import Books

from functions.case_actions import app as case_actions
from functions.credits_api import app as credits_api
from functions.expiry_sweep import app as expiry_sweep
from functions.outage_credits import app as outage_credits
from functions.policy_notices import app as policy_notices
from functions.provider_events import app as provider_events
from functions.refund_deadline import app as refund_deadline
from functions.refund_email import app as refund_email
from functions.stripe_reconcile import app as stripe_reconcile
from functions.stripe_webhook import app as stripe_webhook
from tests.simulation import faults as kinds
from tests.simulation.faults import Faulty
from tests.simulation.stripe import SECRETS

APPS = {
    "case_actions": case_actions,
    "credits_api": credits_api,
    "expiry_sweep": expiry_sweep,
    "outage_credits": outage_credits,
    "policy_notices": policy_notices,
    "provider_events": provider_events,
    "refund_deadline": refund_deadline,
    "refund_email": refund_email,
    "stripe_reconcile": stripe_reconcile,
    "stripe_webhook": stripe_webhook,
}
MAILBOX = "refunds@music.example"
CALENDAR = BusinessCalendar("Europe/Berlin", "DE")


class Deployed:
    """Every function's root over one set of stores, through ports that go wrong.

    Args:
        world: whose ports they are.
        book: the policy book.
        catalogue: what is sold.
    """

    def __init__(self, world, book, catalogue):
        self.world = world
        self.announcements = MemoryAnnouncements()
        self.mirrors, self.parking = MemoryMirrorStore(), MemoryParkingLot()
        self.directory, self.mails = MemoryDirectory(), MemoryMailStore()
        self.incidents, self.bus = MemoryOutageStore(), MemoryBus()
        self.tallies, self.bookmarks = MemoryTallies(), MemoryBookmarks()
        self.mailed = MemoryMailed()
        store = Faulty(world.ledger_store, world)
        self.ledger = Ledger(store, rules_at(book), pause=lambda _: None)
        self.outages = Outages(
            self.ledger,
            Faulty(self.mirrors, world),
            Faulty(self.incidents, world),
            book,
            catalogue,
        )
        self.roots = self._roots(book, catalogue)

    def _roots(self, book, catalogue):
        world, clock, ledger = self.world, self.world.clock, self.ledger
        faulty = self._faulty
        cases, directory = faulty(world.cases), faulty(self.directory)
        books = Books(
            ledger=ledger,
            mirrors=self.outages.mirrors,
            parking=faulty(self.parking),
            catalogue=catalogue,
            policy=book,
            expected=Expected(livemode=True),
            wake=self._wake,
        )
        generations = Generations(ledger, book, world.provider)
        outbox = Faulty(world.outbox, world, kinds.MAIL, world.outbox.troubled)
        mailed = Faulty(self.mailed, world, kinds.STORE, world.outbox.unnoted)
        mailing = Mailing(directory, mailed, outbox)
        choices = Choices(cases, directory, book, CALENDAR)
        announcing = Announcing(
            book, faulty(self.announcements), mailing, faulty(self.bus, kinds.BUS)
        )
        accounts = Accounts(ledger, directory, catalogue)
        feed = faulty(world.stripe, kinds.STRIPE)
        reconciler = Reconciler(books, feed, faulty(self.bookmarks), choices)
        return {
            "case_actions": case_actions.Root(clock, self._desk(books, outbox), self._wake),
            "credits_api": credits_api.Root(
                accounts, Charges(ledger, directory, catalogue), catalogue, clock, lambda: None
            ),
            "expiry_sweep": expiry_sweep.Root(clock, ledger, self._spread("expiry_sweep")),
            "outage_credits": outage_credits.Root(
                clock, self.outages, MemoryDiscounts(), self._spread("outage_credits")
            ),
            "policy_notices": policy_notices.Root(
                clock,
                policy_notices.Notices(announcing, Reminding(ledger, book, mailing)),
                sends_mail=True,
                spread=self._spread("policy_notices"),
            ),
            "provider_events": provider_events.Root(clock, generations),
            "refund_deadline": refund_deadline.Root(clock, generations),
            "refund_email": refund_email.Root(clock, self._mailbox(book)),
            "stripe_reconcile": stripe_reconcile.Root(clock, reconciler),
            "stripe_webhook": stripe_webhook.Root(clock, Secret(), books),
        }

    def _faulty(self, port, what=kinds.STORE):
        return Faulty(port, self.world, what)

    def _desk(self, books, outbox):
        return Desk(
            cases=self._faulty(self.world.cases),
            tallies=self._faulty(self.tallies),
            directory=self._faulty(self.directory),
            books=books,
            stripe=self._faulty(self.world.stripe, kinds.STRIPE),
            brake=self._faulty(self.world.brake),
            answering=Answering(outbox, MAILBOX, lambda: b"key"),
            calendar=CALENDAR,
        )

    def _mailbox(self, book):
        return Mailbox(
            mails=self._faulty(self.mails),
            cases=self._faulty(self.world.cases),
            directory=self._faulty(self.directory),
            orders=self.ledger.store,
            policy=book,
            calendar=CALENDAR,
            addresses=(MAILBOX,),
            wake=self._wake,
        )

    def _spread(self, function):
        """What sends messages to a function's own queue.

        Shards without accounts stay away, save where the function counts those it has walked.
        """
        queue = self.world.queues[function]
        send = Faulty(queue, self.world, kinds.QUEUE)

        def spread(messages):
            shards = self.world.shards
            send.send(
                [one for one in messages if one["shard"] in shards or one.get("errand") == "notice"]
            )

        return spread

    def _wake(self, case_ids, now):
        queue = Faulty(self.world.queues["case_actions"], self.world, kinds.QUEUE)
        self.world.schedules["case_actions"].wake()
        queue.send([{"case_id": one, "at": now.isoformat()} for one in case_ids])

    def call(self, function, event, context):
        """Invoke a function."""
        return APPS[function].handler(event, context)

    @contextmanager
    def running(self):
        """Let the handlers use this world; nothing is logged, what should not happen is noted."""
        quiet = Quiet(self.world)
        with ExitStack() as stack:
            for name, app in APPS.items():
                stack.enter_context(patch.object(app, "root", lambda root=self.roots[name]: root))
                for said, instead in (
                    ("logger", quiet),
                    ("count", quiet.count),
                    ("emit", quiet.emit),
                ):
                    if hasattr(app, said):
                        stack.enter_context(patch.object(app, said, instead))
            stack.enter_context(patch.object(fanout, "logger", quiet))
            stack.enter_context(patch.object(stripe_webhook, "wall_clock", self.world.clock))
            # Threads would make of one seed many worlds.
            stack.enter_context(patch.object(deadline, "ThreadPoolExecutor", InTurn))
            yield


class Secret:
    """The signing secrets; the second came in a rotation."""

    def words(self, _now):
        return SECRETS

    refreshed = words


class InTurn:
    """An executor that does one thing after the other."""

    def __init__(self, _workers):
        self.map = map

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class Quiet:
    """A logger that says nothing, and notes what handlers caught that no fault explains."""

    TROUBLES = ("InvariantViolation", "KeyError", "TypeError", "AttributeError", "ValueError")

    def __init__(self, world):
        self._world = world

    def info(self, *_args, **_more):
        pass

    warning = info

    def error(self, what, extra=None):
        told = str((extra or {}).get("error", ""))
        if any(name in told for name in self.TROUBLES):
            self._world.violate("functions", f"{what}: {told}")

    def exception(self, what, extra=None):
        error = sys.exception()
        if not isinstance(error, TransientError):
            self._world.violate("functions", f"{what}: {error!r} {extra}")

    def count(self, metric, value=1, **_dimensions):
        self._world.metrics[metric.value] += value

    def emit(self, measures):
        for measure in measures:
            self.count(measure.metric, measure.value)
