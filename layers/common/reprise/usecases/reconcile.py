"""Reconciliation: what Stripe says was paid against what the ledger holds.

A webhook can be lost, refused for three days, or kept waiting for something. So Stripe's own lists
are read: paid checkouts, paid invoices, events that nobody took; and what was parked is tried
again, with whatever Stripe can add to it. All that is found goes the way of the webhook, under the
same keys, so that neither a second run nor a late delivery does anything twice.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from reprise.billing.checkout import CheckoutSession
from reprise.billing.events import HANDLED_TYPES, StripeEvent, facts_of, read_object
from reprise.billing.refund import ChargeRefunded, RefundState
from reprise.errors import RepriseError
from reprise.metrics import Metric
from reprise.ports.ledger import PAGE_MAX, Page
from reprise.ports.parking import Parked
from reprise.ports.stripe import StripeRefusedError
from reprise.ports.stripe_feed import Found
from reprise.usecases.reconciler import Reconciler, Report
from reprise.usecases.stripe.announcing import announced, completed, told
from reprise.usecases.stripe.books import Effect, Handling, NotYetError
from reprise.usecases.stripe.cross_check import FIELD, agrees, known_refunds
from reprise.usecases.stripe.receive import receive, redrive
from reprise.usecases.stripe.reversals import root_of_payment

WINDOW: Final = timedelta(hours=72)
"""How far back Stripe's lists are compared: as long as Stripe tries to deliver."""
RECENT: Final = timedelta(hours=2)
"""What every run reads from the top, so that the hour's promise never waits for the rest."""
DEEP_EVERY: Final = timedelta(hours=1)
IN_FLIGHT: Final = timedelta(minutes=5)
"""What is younger may still be on its way: finding it first is no news."""
_QUICK_TRIES: Final = 6
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_PAID: Final = frozenset({"paid", "no_payment_required"})
_REFUND: Final = "refund.updated"
_SESSION: Final = "checkout.session.completed"


type Visit = Callable[[Found], None]
type PageOf = Callable[[datetime, str | None], Page[Found]]


@dataclass(slots=True)
class Run:
    """One run.

    Args:
        world: what it needs.
        now: the wall clock.
        may_go_on: asked before each object; false ends the run, and the next goes on from there.
    """

    world: Reconciler
    now: datetime
    may_go_on: Callable[[], bool]
    report: Report = field(default_factory=Report)

    def reconcile(self) -> Report:
        """Compare everything, what was promised within the hour first."""
        feed = self.world.feed
        lists: tuple[tuple[str, PageOf, Visit], ...] = (
            ("sessions", feed.sessions, self._session),
            ("invoices", feed.invoices, self._invoice),
            ("refunds", feed.refunds, self._refund),
            ("events", feed.undelivered, self._event),
        )
        for name, page_of, visit in lists:
            self._guarded(name, partial(self._walk, page_of, RECENT, visit))
        self._guarded("parked", self._again)
        for name, page_of, visit in lists:
            self._guarded(name, partial(self._deep, name, page_of, visit))
        return self.report

    def _deep(self, name: str, page_of: PageOf, visit: Visit) -> None:
        """Read the whole window once an hour, over as many runs as it takes."""
        bookmarks = self.world.bookmarks
        place = json.loads(bookmarks.load(name) or "{}")
        done_at = place.get("done_at")
        if done_at and self.now < datetime.fromisoformat(done_at) + DEEP_EVERY:
            return
        self._walk(
            page_of,
            WINDOW,
            visit,
            place.get("cursor"),
            lambda cursor: bookmarks.save(name, json.dumps({"cursor": cursor})),
        )
        if self.report.finished:
            bookmarks.save(name, json.dumps({"done_at": self.now.isoformat()}))

    def _walk(
        self,
        page_of: PageOf,
        back: timedelta,
        visit: Visit,
        cursor: str | None = None,
        turned: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Visit page after page until they or the time end; `turned` is told of each new page."""
        while self._goes_on():
            try:
                page = page_of(self.now - back, cursor)
            except StripeRefusedError:
                if cursor is None:
                    raise
                cursor = None  # what the bookmark points at is gone: from the top
                continue
            for found in page.items:
                if not self._goes_on():
                    return
                self.report.seen += 1
                self._guarded(str(found.get("id")), partial(visit, found))
            cursor = page.cursor
            if cursor is None:
                return
            turned(cursor)

    def _goes_on(self) -> bool:
        self.report.finished = self.report.finished and self.may_go_on()
        return self.report.finished

    def _guarded(self, what: str, act: Callable[[], None]) -> None:
        """Do one thing: its trouble is not another's, and comes up again in the next run."""
        try:
            act()
        except RepriseError as error:
            self.report.failed.append((what, f"{type(error).__name__}: {error}"))

    def _event(self, event: Found) -> None:
        if event.get("type") in HANDLED_TYPES and not self._is_held(told(event)[1]):
            self._receive(event)

    def _invoice(self, invoice: Found) -> None:
        """Grant a paid invoice that the ledger does not know, and join its payments to it."""
        feed, invoice_id = self.world.feed, str(invoice["id"])
        if self._is_known(invoice_id):
            return
        if self._announce("invoice.paid", invoice).effect is Effect.PARK:
            return
        for payment in feed.invoice_payments(invoice=invoice_id):
            self._announce("invoice_payment.paid", payment)

    def _session(self, found: Found) -> None:
        """Credit a paid pack that the ledger does not know, or ask whether it is still wanted."""
        if found.get("mode") != "payment" or found.get("payment_status") not in _PAID:
            return
        session = read_object(_SESSION, found)
        if not isinstance(session, CheckoutSession):
            self._announce(_SESSION, found)
            return
        if self._is_known(session.session_id, session.payment_intent):
            return
        payment = session.payment_intent
        paid_at = self.world.feed.paid_at(payment) if payment else None
        session = replace(session, paid_at=paid_at)
        account_id = self._late_for(session)
        if self._is_wanted_back(account_id, session):
            return
        done = self._announce(_SESSION, found, paid_at)
        if done.effect is not Effect.PARK or account_id is None:
            return
        if self.world.choices.ask(account_id, session, done.reason, self.now):
            self.report.asked += 1
            self.report.metrics.append(Metric.CASE_OPENED)

    def _refund(self, found: Found) -> None:
        """Merge a refund of an order; what is of no order waits with its own events."""
        seen = read_object(_REFUND, found)
        if not isinstance(seen, RefundState):
            self._announce(_REFUND, found)
            return
        books = self.world.books
        root = root_of_payment(books, seen.payment_intent, seen.charge)
        if root is None:
            return
        known = known_refunds(books, root).get(seen.refund_id)
        if known is None or known.status.name.lower() != seen.status:
            self._announce(_REFUND, found)

    def _is_held(self, event: StripeEvent) -> bool:
        """Return whether an event would complete a late pack whose money is asked for."""
        found = facts_of(event)
        if not isinstance(found, CheckoutSession) or found.mode != "payment":
            return False
        if found.payment_status not in _PAID or self._is_known(found.session_id):
            return False
        return self._is_wanted_back(self._late_for(found), found)

    def _is_wanted_back(self, account_id: str | None, session: CheckoutSession) -> bool:
        if account_id is None or not self.world.choices.wants_money(account_id, session):
            return False
        self.report.held += 1
        return True

    def _late_for(self, session: CheckoutSession) -> str | None:
        """Return whose order it is if the promised time to credit it is over."""
        policy = self.world.books.policy.in_force(session.bought_at)
        if self.now - session.bought_at < timedelta(minutes=policy.pack_credit_minutes):
            return None
        try:
            return self.world.books.account_for(session.account, session.customer)
        except NotYetError:
            return None

    def _is_known(self, *stripe_ids: str | None) -> bool:
        """Return whether all ids lead to an order: they are written after what they lead to."""
        found = map(self.world.books.ledger.store.find_alias, filter(None, stripe_ids))
        return all(alias is not None and alias.order_id is not None for alias in found)

    def _announce(self, event_type: str, found: Found, at: datetime | None = None) -> Handling:
        livemode = self.world.books.expected.livemode
        return self._receive(announced(event_type, found, livemode=livemode, at=at))

    def _receive(self, event: Found) -> Handling:
        """Let an event go the webhook's way."""
        raw, read = told(completed(self.world.feed, event))
        done = receive(self.world.books, raw, read, self.now)
        self.report.parked += done[0].effect is Effect.PARK
        self._note(read, done)
        return done[0]

    def _note(self, event: StripeEvent, done: list[Handling]) -> None:
        self.report.metrics += [metric for handling in done for metric in handling.metrics]
        if any(handling.credits for handling in done):
            self.report.mended += 1
            if self.now - event.created >= IN_FLIGHT:
                self.report.metrics.append(Metric.MENDED)

    def _again(self) -> None:
        """Try what is parked, ever more seldom as it ages."""
        parking, cursor = self.world.books.parking, None
        while self._goes_on():
            page = parking.parked(PAGE_MAX, cursor)
            for parked in page.items:
                if not self._goes_on():
                    return
                if self._is_due(parked):
                    self._guarded(parked.parked_id, partial(self._redrive, parked))
            cursor = page.cursor
            if cursor is None:
                return

    def _is_due(self, parked: Parked) -> bool:
        age = max(self.now - parked.parked_at, timedelta(0))
        return parked.attempts < _QUICK_TRIES + min(age, WINDOW) // _HOUR + age // _DAY

    def _redrive(self, parked: Parked) -> None:
        self.report.seen += 1
        self.report.redriven += 1
        if parked.waits_for is not None:
            self._fetch(parked.waits_for)
        raw, event = told(completed(self.world.feed, json.loads(parked.body)))
        if self._is_held(event):
            return
        if parked.field == FIELD and self._agrees(event):
            self.world.books.parking.retried(parked, self.now)
            return
        self._note(event, redrive(self.world.books, replace(parked, body=raw), self.now))

    def _agrees(self, event: StripeEvent) -> bool:
        """Apply every refund that Stripe lists of a charge; alarm where its sum does not agree."""
        books, charge = self.world.books, facts_of(event)
        if not isinstance(charge, ChargeRefunded):
            return False
        root = root_of_payment(books, charge.payment_intent, charge.charge_id)
        if root is None:
            return False  # nobody's order so far
        rows = self.world.feed.refunds_by(charge.payment_intent or charge.charge_id)
        for row in rows:
            self._refund(row)
        is_sound = agrees(books, root, charge, [read_object(_REFUND, row) for row in rows])
        if not is_sound:
            self.report.metrics.append(Metric.REFUND_MISMATCH)
        return is_sound

    def _fetch(self, wanted: str) -> None:
        """Ask Stripe for what leads from an id to an order: the webhook may never say it."""
        feed = self.world.feed
        if wanted.startswith("in_"):
            for invoice in feed.paid_invoice(wanted):
                self._invoice(invoice)
            return
        payment = feed.payment_of(wanted) if wanted.startswith(("ch_", "py_")) else wanted
        if payment is None or not payment.startswith("pi_"):
            return
        for paid in feed.invoice_payments(payment_intent=payment):
            self._announce("invoice_payment.paid", paid)
        for session in feed.sessions_of(payment):
            self._session(session)
        books = self.world.books
        root = root_of_payment(books, payment)
        if root is not None:
            books.alias(root, [wanted])
