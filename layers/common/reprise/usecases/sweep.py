"""The expiry sweep: books what time has done to lots, account by account.

Nothing depends on it for correctness: expired lots are unspendable at read time. What is swept
leaves the index, so a sweep that stops anywhere is resumed by the next, and two at once only meet
on keys that are already written.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from reprise.ledger.account import Account
from reprise.ledger.commands import ExpireLot, ThawOrder
from reprise.ledger.decide import orders_needed
from reprise.ledger.entries import Cause
from reprise.ports.ledger import PAGE_MAX, Due, every
from reprise.usecases.ledger import Effect, Ledger


@dataclass(slots=True)
class SweepReport:
    """What a sweep did.

    Args:
        lots: lots expired.
        credits: credits that expired with them.
        lag: the longest time from an expiry to its booking.
        failed: accounts that could not be swept, with the reason; they stay due.
        finished: whether nothing due was left unvisited.
    """

    lots: int = 0
    credits: int = 0
    lag: timedelta = timedelta(0)
    failed: list[tuple[str, str]] = field(default_factory=list)
    finished: bool = True


def sweep_shard(
    ledger: Ledger, shard: int, now: datetime, cause: Cause, may_go_on: Callable[[], bool]
) -> SweepReport:
    """Book every expiry of one index shard that has come.

    Args:
        ledger: the ledger.
        shard: which shard of the index.
        now: the wall clock.
        cause: the schedule's event.
        may_go_on: asked before each account; false ends the sweep early, unfinished.
    """
    report = SweepReport()
    for account_id in every(partial(ledger.store.due, Due.EXPIRY, shard, now, PAGE_MAX)):
        if not may_go_on():
            report.finished = False
            return report
        try:
            sweep_account(ledger, account_id, now, cause, report)
        except Exception as error:  # noqa: BLE001 - one account's trouble is no other's
            report.failed.append((account_id, f"{type(error).__name__}: {error}"))
    return report


def sweep_account(
    ledger: Ledger, account_id: str, now: datetime, cause: Cause, report: SweepReport
) -> None:
    """Book what is due in one account: freezes that lapsed first, since they set expiries."""
    account = ledger.account(account_id)
    for order_id, freeze in sorted(account.freezes.items()):
        if freeze.thaws_at is not None and freeze.thaws_at <= now:
            account = ledger.run(
                account_id, ThawOrder(order_id, freeze.thaws_at, cause), now
            ).account
    for command in _expiries(ledger, account, now, cause):
        _expire(ledger, account, command, now, report)


def _expire(
    ledger: Ledger, account: Account, command: ExpireLot, now: datetime, report: SweepReport
) -> None:
    """Book one expiry; its order is read along with the head, which saves a request."""
    done = ledger.run_made(
        account.account_id,
        lambda _: command,
        now,
        keys=(command.key,),
        orders=orders_needed(account, command),
    )
    if done.effect is Effect.APPLIED and done.entry is not None:
        report.lots += 1
        report.credits -= done.entry.credits
        report.lag = max(report.lag, now - command.expires_at)


def _expiries(ledger: Ledger, account: Account, now: datetime, cause: Cause) -> list[ExpireLot]:
    rules = ledger.rules_at(now)
    due = []
    for lot in account.lots.values():
        expires_at = account.expiry(lot, rules.of(lot.policy_version).notice)
        if lot.remaining and expires_at is not None and expires_at <= now:
            due.append(ExpireLot(lot.lot_id, expires_at, cause))
    return due
