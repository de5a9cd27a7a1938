"""The one-hour promise: what no report ended is asked about, and refunded at its deadline.

Work is found through the index of open charges, the oldest first, in pages: a run that must stop
early leaves the youngest to the next one. One process does it all, since a provider's rate limit
is one limit; threads make use of the waiting.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from reprise.ledger.charges import Charge, Task
from reprise.ledger.entries import Cause
from reprise.ports.ledger import PAGE_MAX, SHARDS, Due
from reprise.usecases.generations.settling import Done, Generations, Handling, Told, Where

HURRY: Final = timedelta(minutes=15)
"""So long before the promise is due nobody is asked any more: what is open is refunded."""

WAITING_MAX: Final = 1_000
"""Waiting generations that one run remembers, to ask about after all others."""

_NOTHING: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run is given.

    Args:
        now: the wall clock.
        cause: the schedule's event.
        may_go_on: asked before each charge; false ends the run early.
        tell: called with what was done about a charge; from several threads.
        workers: charges that are looked at side by side.
    """

    now: datetime
    cause: Cause
    may_go_on: Callable[[], bool]
    tell: Callable[[Where, Handling], None]
    workers: int = 8


@dataclass(slots=True)
class Report:
    """What a run did.

    Args:
        looked_at: open charges old enough to be looked at.
        settled: those that have their outcome now.
        oldest: the age of the oldest that has none, its waiting for the user left out.
        failed: accounts that could not be looked at, with the reason; they stay due.
        finished: whether all were looked at.
    """

    looked_at: int = 0
    settled: int = 0
    oldest: timedelta = _NOTHING
    failed: list[tuple[str, str]] = field(default_factory=list)
    finished: bool = True
    waiting: list[Where] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        """Add what was done about an account."""
        self.looked_at += other.looked_at
        self.settled += other.settled
        self.oldest = max(self.oldest, other.oldest)
        self.failed += other.failed
        self.finished &= other.finished
        self.waiting += other.waiting[: max(0, WAITING_MAX - len(self.waiting))]


@dataclass(frozen=True, slots=True)
class Times:
    """When what is to be done about an open charge, by the policy that it was made under."""

    is_due: bool
    is_paused: bool
    is_overdue: bool
    is_pressing: bool
    age: timedelta


def times_of(generations: Generations, charge: Charge, task: Task | None, now: datetime) -> Times:
    """Return where a charge is between its first poll and its deadline.

    Waiting for the user stops its clock, up to the policy's limit.
    """
    policy = generations.policy.in_force(charge.at)
    wait_max = timedelta(hours=policy.user_wait_hours_max)
    waited = task.waited_until(now) if task else _NOTHING
    age = now - charge.at - min(waited, wait_max)
    minutes = timedelta(minutes=1)
    is_waiting = task is not None and task.waiting_since is not None
    return Times(
        is_due=now - charge.at >= policy.poll_from_minute * minutes,
        is_paused=is_waiting and waited < wait_max,
        is_overdue=age >= policy.deadline_minutes * minutes,
        is_pressing=age >= policy.promise_minutes * minutes - HURRY,
        age=age,
    )


def keep_promise(generations: Generations, run: Run) -> Report:
    """Ask about every open charge that is due, and refund those past their deadline."""
    total = Report()
    # The earliest of any policy; each charge is then judged by its own.
    first_poll = min(version.poll_from_minute for version in generations.policy.versions)
    before = run.now - timedelta(minutes=first_poll)
    with ThreadPoolExecutor(run.workers) as pool:
        for accounts in _pages(generations, before):
            for report in pool.map(lambda one: _account(generations, one, run), accounts):
                total.add(report)
            if not total.finished:
                return total
        # Whoever waits for a customer is in no hurry, and may be many.
        for report in pool.map(lambda where: _waiting(generations, where, run), total.waiting):
            total.add(report)
    return total


def _pages(generations: Generations, before: datetime) -> Iterator[tuple[str, ...]]:
    """Yield accounts with a charge that old: a page of each shard in turn, the oldest first."""
    cursors: dict[int, str | None] = dict.fromkeys(range(SHARDS))
    while cursors:
        for shard, cursor in list(cursors.items()):
            page = generations.ledger.store.due(Due.CHARGE, shard, before, PAGE_MAX, cursor)
            yield page.items
            if page.cursor is None:
                del cursors[shard]
            else:
                cursors[shard] = page.cursor


def _account(generations: Generations, account_id: str, run: Run) -> Report:
    report = Report()
    if not run.may_go_on():
        report.finished = False
        return report
    with _kept_apart(account_id, report):
        account = generations.ledger.account(account_id)
        for charge in sorted(account.charges.values(), key=lambda one: one.at):
            with _kept_apart(account_id, report):
                _charge(generations, Where.of(account, charge), run, report)
    return report


@contextmanager
def _kept_apart(account_id: str, report: Report) -> Iterator[None]:
    """Note what goes wrong: the trouble of one charge or account is no other's."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is
        report.failed.append((account_id, f"{type(error).__name__}: {error}"))


def _charge(generations: Generations, where: Where, run: Run, report: Report) -> None:
    times = times_of(generations, where.charge, where.task, run.now)
    if not times.is_due:
        return
    if not run.may_go_on():
        report.finished = False
        return
    report.looked_at += 1
    if times.is_paused:
        report.waiting.append(where)
        return
    told = _told(where, times, run)
    handling: Handling | None = None
    if not times.is_pressing:
        # Whatever asking comes to, the deadline holds.
        with _kept_apart(where.account_id, report):
            handling = _ask(generations, where, told, run.now)
    if _is_open(where, handling):
        if times.is_overdue:
            handling = generations.give_up(where, told, run.now)
        else:
            report.oldest = max(report.oldest, times.age)
    if handling is not None:
        run.tell(where, handling)
        report.settled += handling.done is Done.SETTLED


def _is_open(where: Where, handling: Handling | None) -> bool:
    """Return whether the provider's answer, if there is one, leaves the deadline as it is."""
    if handling is None or handling.done is Done.OPEN:
        return True
    # It is still waiting for its customer, and has waited for as long as it may.
    is_known = where.task is not None and where.task.waiting_since is not None
    return handling.done is Done.WAITING and is_known


def _waiting(generations: Generations, where: Where, run: Run) -> Report:
    """Ask whether a generation still waits for its customer."""
    report = Report()
    if not run.may_go_on():
        report.finished = False
        return report
    times = times_of(generations, where.charge, where.task, run.now)
    with _kept_apart(where.account_id, report):
        handling = _ask(generations, where, _told(where, times, run), run.now)
        if handling is not None:
            run.tell(where, handling)
            report.settled += handling.done is Done.SETTLED
    return report


def _ask(generations: Generations, where: Where, told: Told, now: datetime) -> Handling | None:
    verdict = generations.ask(where)
    return None if verdict is None else generations.apply(where, verdict, told, now)


def _told(where: Where, times: Times, run: Run) -> Told:
    """Return who speaks: the provider, asked now about what may have failed right away."""
    provider = where.task.provider if where.task else ""
    return Told(provider, run.cause, run.now, since=run.now - times.age)
