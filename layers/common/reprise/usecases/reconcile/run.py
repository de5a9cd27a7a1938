"""One run: Stripe's lists and what is parked, as far as the time reaches."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from reprise.errors import RepriseError
from reprise.ports.ledger import PAGE_MAX, Page
from reprise.ports.stripe import StripeRefusedError
from reprise.ports.stripe_feed import Found
from reprise.usecases.reconcile.intake import Intake
from reprise.usecases.reconcile.listed import Listed
from reprise.usecases.reconcile.reconciler import Reconciler, Report
from reprise.usecases.reconcile.waiting import Waiting

WINDOW: Final = timedelta(hours=72)
"""How far back Stripe's lists are compared: as long as Stripe tries to deliver."""
RECENT: Final = timedelta(hours=2)
"""What every run reads from the top, so that the hour's promise never waits for the rest."""
DEEP_EVERY: Final = timedelta(hours=1)

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
        feed, listed = self.world.feed, Listed(Intake(self.world, self.now, self.report))
        lists: tuple[tuple[str, PageOf, Visit], ...] = (
            ("sessions", feed.sessions, listed.session),
            ("invoices", feed.invoices, listed.invoice),
            ("refunds", feed.refunds, listed.refund),
            ("events", feed.undelivered, listed.event),
        )
        for name, page_of, visit in lists:
            self._guarded(name, partial(self._walk, page_of, RECENT, visit))
        self._guarded("parked", partial(self._again, Waiting(listed)))
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

    def _again(self, waiting: Waiting) -> None:
        """Try what is parked and due."""
        cursor = None
        while self._goes_on():
            page = self.world.books.parking.parked(PAGE_MAX, cursor)
            for parked in page.items:
                if not self._goes_on():
                    return
                if waiting.is_due(parked):
                    self._guarded(parked.parked_id, partial(waiting.redrive, parked))
            cursor = page.cursor
            if cursor is None:
                return
