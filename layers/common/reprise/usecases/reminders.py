"""Reminders before leftover credits expire: tied to lots, once each, never for what was spent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from reprise.ledger.account import Account
from reprise.ledger.instants import to_ms
from reprise.ledger.lots import LotKind
from reprise.policy.book import PolicyBook
from reprise.ports.ledger import PAGE_MAX, Due
from reprise.usecases.ledger import Ledger
from reprise.usecases.mailing import Mailing
from reprise.usecases.walk import Leg, walk


@dataclass(frozen=True, slots=True)
class Expiring:
    """Credits of one lot that expire soon.

    Args:
        what: the reminder: the lot, its expiry and how many days ahead; moved, it is another one.
        credits: what is left.
        expires_at: when they expire.
    """

    what: str
    credits: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Reminding:
    """What reminding needs.

    Args:
        ledger: the accounts, and the index of what expires.
        policy: how many days ahead, by version.
        mailing: the way to accounts.
    """

    ledger: Ledger
    policy: PolicyBook
    mailing: Mailing

    def leg(self, shard: Mapping[str, object], now: datetime, may_go_on: Callable[[], bool]) -> Leg:
        """Remind the accounts of one shard, as far as time allows.

        The index gives each account's soonest expiry, so whoever has anything that expires within
        the longest notice is found, and nobody else is read.

        Args:
            shard: the message of the shard, or of its next leg.
            now: the wall clock.
            may_go_on: asked before each account.
        """
        days = [day for version in self.policy.versions for day in version.expiry_reminder_days]
        horizon = now + timedelta(days=max(days, default=0))
        leg = Leg.of(shard)
        return walk(
            leg,
            lambda at: self.ledger.store.due(Due.EXPIRY, leg.shard, horizon, PAGE_MAX, at),
            lambda account_id: self._remind(account_id, now),
            may_go_on,
        )

    def _remind(self, account_id: str, now: datetime) -> Mapping[str, int]:
        found = {one.what: one for one in self.expiring(self.ledger.account(account_id), now)}
        return self.mailing.mail(
            account_id,
            tuple(found),
            lambda whats: reminder_words([found[what] for what in whats]),
            now,
        )

    def expiring(self, account: Account, now: datetime) -> list[Expiring]:
        """Return the leftover lots of which their owner is to be reminded now, soonest first.

        The days are those of the policy that each lot was bought under. Of several that have come,
        the nearest counts: nobody is told twice at once.
        """
        rules = self.ledger.rules_at(now)
        found = []
        for lot in account.lots.values():
            expires_at = account.expiry(lot, rules.of(lot.policy_version).notice)
            if lot.kind is not LotKind.SUBSCRIPTION or not lot.remaining or expires_at is None:
                continue
            days = self.policy.version(lot.policy_version).expiry_reminder_days
            come = [day for day in days if now >= expires_at - timedelta(days=day)]
            if come and now < expires_at:
                what = f"expiry#{lot.lot_id}#{to_ms(expires_at)}#{min(come)}"
                found.append(Expiring(what, lot.remaining, expires_at))
        return sorted(found, key=lambda one: (one.expires_at, one.what))


def reminder_words(due: list[Expiring]) -> tuple[str, str]:
    """Return subject and text of the mail that reminds of credits."""
    total = sum(one.credits for one in due)
    lines = [f"- {one.credits} credits on {one.expires_at:%Y-%m-%d at %H:%M} UTC" for one in due]
    parts = [
        "Hello,",
        "credits left over from your subscription are about to expire:",
        "\n".join(lines),
        "Use them before then, or subscribe again and they stay. Credits from packs never expire.",
    ]
    return f"{total} credits are about to expire", "\n\n".join(parts) + "\n"
