"""What applying an event needs, what it answers, and how an event finds its account."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reprise.billing.account import AccountRef, AccountRefsDisagree
from reprise.billing.events import Expected
from reprise.catalogue.model import Catalogue
from reprise.errors import RepriseError
from reprise.metrics import Metric
from reprise.policy.book import PolicyBook
from reprise.ports.ledger import Alias, AliasConflictError
from reprise.ports.mirror import MirrorStore
from reprise.ports.parking import ParkingLot
from reprise.usecases.ledger import Ledger

ACCOUNT_ID_CHARS_MAX = 128

type Wake = Callable[[Sequence[str], datetime], None]
"""Has cases worked on, all of them or an error; again is fine."""


class Effect(StrEnum):
    """What an event does, in one word."""

    GRANT = "grant"
    MAP = "map"
    MIRROR = "mirror"
    SCHEDULE_EXPIRY = "schedule_expiry"
    CLAW_BACK = "claw_back"
    RESTORE = "restore"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    CLOSE = "close"
    ALERT = "alert"
    NONE = "none"
    PARK = "park"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Handling:
    """What applying one event did.

    Args:
        effect: in one word.
        account_id: whose account, if one was found.
        credits: signed credits that moved.
        key: the business key under which it stands, if it made an entry.
        reason: why, in words for an operator.
        aliases: ids that now point somewhere; what waited for them is driven again.
        metrics: what to count.
    """

    effect: Effect
    account_id: str | None = None
    credits: int = 0
    key: str = ""
    reason: str = ""
    aliases: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ()


class NotYetError(RepriseError):
    """The event cannot be applied yet, or ever without a person: it is parked.

    Args:
        field: what is missing, unknown or unreadable.
        fix: what would mend it, as a clause.
        waits_for: the id whose appearance re-drives it, if one would.
        metric: what its alarm counts beside parked events.
        quiet: whether waiting is nothing out of the ordinary: no alarm counts it.
    """

    def __init__(
        self,
        field: str,
        fix: str,
        *,
        waits_for: str | None = None,
        metric: Metric | None = None,
        quiet: bool = False,
    ) -> None:
        super().__init__(f"{field}: {fix}")
        self.field = field
        self.fix = fix
        self.waits_for = waits_for
        self.metric = metric
        self.quiet = quiet


@dataclass(frozen=True, slots=True)
class Books:
    """What applying an event needs of the world.

    Args:
        ledger: the credit ledger.
        mirrors: subscription mirrors.
        parking: where events wait.
        catalogue: what is sold.
        policy: the policy book; orders pin the version in force when they were bought.
        expected: which events are ours.
        wake: has a case looked at whose refund came to nothing.
    """

    ledger: Ledger
    mirrors: MirrorStore
    parking: ParkingLot
    catalogue: Catalogue
    policy: PolicyBook
    expected: Expected
    wake: Wake

    def account_for(self, ref: AccountRef, stripe_id: str | None) -> str:
        """Return the account that an event names, or that its Stripe id is known to belong to.

        Args:
            ref: the account id in the event's metadata, if there is one.
            stripe_id: the subscription or customer of the event, which may be known already.

        Raises:
            NotYetError: nothing names an account, or what does disagrees.
        """
        if isinstance(ref, AccountRefsDisagree):
            raise NotYetError(
                "metadata.user_id",
                f"names several accounts ({', '.join(ref.ids)}); credit by hand",
                metric=Metric.UNKNOWN_ACCOUNT,
            )
        if ref is not None:
            if len(ref) > ACCOUNT_ID_CHARS_MAX:
                raise NotYetError(
                    "metadata.user_id",
                    f"must be at most {ACCOUNT_ID_CHARS_MAX} characters",
                    metric=Metric.UNKNOWN_ACCOUNT,
                )
            return ref
        known = self.ledger.store.find_alias(stripe_id) if stripe_id else None
        if known is not None:
            return known.account_id
        raise NotYetError(
            "metadata.user_id",
            "must name the account",
            waits_for=stripe_id,
            metric=Metric.UNKNOWN_ACCOUNT,
        )

    def alias(self, target: Alias, ids: Iterable[str | None]) -> tuple[tuple[str, ...], int]:
        """Point Stripe ids at an account or order; a conflict alarms and cancels nothing.

        Returns:
            The ids that point there now, and how many point elsewhere already.
        """
        pointed, conflicts = [], 0
        for stripe_id in ids:
            if not stripe_id:
                continue
            try:
                self.ledger.store.put_alias(stripe_id, target)
            except AliasConflictError:
                conflicts += 1
            else:
                pointed.append(stripe_id)
        return tuple(pointed), conflicts


@dataclass(slots=True)
class Tally:
    """What one event did in several steps, summed up."""

    account_id: str
    credits: int = 0
    keys: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)

    def point(self, books: Books, target: Alias, *ids: str | None) -> None:
        """Point ids at a target and remember which."""
        pointed, conflicts = books.alias(target, ids)
        self.aliases += pointed
        self.metrics += [Metric.ALIAS_CONFLICT] * conflicts

    def adds(self, other: "Tally") -> None:
        """Add what a further step did."""
        self.credits += other.credits
        self.keys += other.keys
        self.aliases += other.aliases
        self.metrics += other.metrics

    def handling(self, effect: Effect, reason: str) -> Handling:
        """Return the sum."""
        return Handling(
            effect=effect,
            account_id=self.account_id,
            credits=self.credits,
            key=self.keys[0] if self.keys else "",
            reason=reason,
            aliases=tuple(self.aliases),
            metrics=tuple(self.metrics),
        )
