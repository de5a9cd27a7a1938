"""One dated version of the policy: its values, and the sentence each of them stands for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, get_type_hints

from reprise.errors import BadInputError

# Half an hour with bus, queue, function or provider down must still fit into the promise.
OUTAGE_SLACK_MINUTES = 30

# Clauses that decisions quote. A version without one of them could not deny or explain anything.
REQUIRED_CLAUSES = frozenset(
    {
        "failed_generations",
        "success_final",
        "no_mid_period",
        "billing_error",
        "degradation",
        "packs_final",
        "pack_uncredited",
        "statutory",
        "statutory_request",
        "request_contents",
    }
)


class UpgradeRule(StrEnum):
    """What the payment of a plan change in mid-period grants."""

    PAID_SHARE = "paid_share"
    NONE = "none"


class TrialRule(StrEnum):
    """What a subscription line whose price is zero grants."""

    NONE = "none"
    FULL = "full"


class Freeze(StrEnum):
    """What puts an order's unspent credits out of reach while it lasts."""

    DISPUTE = "dispute"
    INQUIRY = "inquiry"
    FRAUD_WARNING = "fraud_warning"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The sane range of a whole number, and whether changing it is a material change."""

    low: int
    high: int
    material: bool = True


@dataclass(frozen=True, slots=True)
class Clause:
    """One sentence of the policy, or one rule of the house, with the names of its values.

    Args:
        id: how rules and decisions name it.
        says: the exact words customers were shown; empty for a rule of the house.
        why: how the words became these values.
        values: names of the `PolicyVersion` fields that stand for it.
    """

    id: str
    says: str
    why: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """Every value of one version. Units come last in the names; money is minor units.

    Raises:
        BadInputError: a value is out of range or contradicts another one.
    """

    id: str
    effective_from: datetime
    material: bool
    summary: str
    content_hash: str
    clauses: tuple[Clause, ...]

    promise_minutes: Annotated[int, Bounds(1, 1_440)]
    poll_from_minute: Annotated[int, Bounds(1, 1_440, material=False)]
    deadline_minutes: Annotated[int, Bounds(1, 1_440, material=False)]
    user_wait_hours_max: Annotated[int, Bounds(1, 168, material=False)]
    reissue_days: Annotated[int, Bounds(1, 3_650)]
    operations_covered: tuple[str, ...]
    stems_12_delivered_min: Annotated[int, Bounds(1, 12)]
    upgrade_rule: UpgradeRule
    trial_rule: TrialRule
    billing_error_business_days: Annotated[int, Bounds(0, 30)]
    outage_hours_min: Annotated[int, Bounds(0, 720)]
    outage_cap_percent: Annotated[int, Bounds(1, 100)]
    goodwill_days: Annotated[int, Bounds(1, 3_650)]
    pack_credit_minutes: Annotated[int, Bounds(1, 1_440)]
    leftover_days: Annotated[int, Bounds(1, 3_650)]
    min_expiry_notice_days: Annotated[int, Bounds(0, 365)]
    expiry_reminder_days: tuple[int, ...]
    # The law's floor is 14 days; a policy may give more, never less.
    withdrawal_days: Annotated[int, Bounds(14, 365)]
    mail_date_trust_hours: Annotated[int, Bounds(0, 336)]
    other_case_business_days: Annotated[int, Bounds(0, 30)]
    notice_days: Annotated[int, Bounds(14, 365)]
    category_confidence_percent_min: Annotated[int, Bounds(1, 100, material=False)]
    velocity_window_days: Annotated[int, Bounds(1, 3_650, material=False)]
    velocity_account_refunds_max: Annotated[int, Bounds(0, 1_000, material=False)]
    velocity_card_refunds_max: Annotated[int, Bounds(0, 1_000, material=False)]
    four_eyes_minor: tuple[tuple[str, int], ...]
    freezes_on: tuple[Freeze, ...]
    fraud_warning_freeze_days: Annotated[int, Bounds(1, 365, material=False)]

    def __post_init__(self) -> None:
        for name, bounds in whole_number_bounds().items():
            value: int = getattr(self, name)
            if not bounds.low <= value <= bounds.high:
                raise BadInputError(name, f"must be {bounds.low} to {bounds.high}, is {value}")
        if self.effective_from.utcoffset() != timedelta(0):
            raise BadInputError("effective_from", "must be an instant in UTC")
        self._check_promise()
        self._check_expiry()
        missing = REQUIRED_CLAUSES - {clause.id for clause in self.clauses}
        if missing:
            raise BadInputError("clauses", f"must hold {', '.join(sorted(missing))} as well")

    def _check_promise(self) -> None:
        if self.poll_from_minute >= self.deadline_minutes:
            raise BadInputError("poll_from_minute", "must be earlier than deadline_minutes")
        if self.deadline_minutes + OUTAGE_SLACK_MINUTES > self.promise_minutes:
            raise BadInputError(
                "deadline_minutes",
                f"must leave {OUTAGE_SLACK_MINUTES} minutes of slack before promise_minutes",
            )

    def _check_expiry(self) -> None:
        if self.min_expiry_notice_days > self.leftover_days:
            raise BadInputError("min_expiry_notice_days", "must not exceed leftover_days")
        days = self.expiry_reminder_days
        if list(days) != sorted(set(days), reverse=True) or not all(
            0 < day < self.leftover_days for day in days
        ):
            raise BadInputError(
                "expiry_reminder_days", "must fall from day to day and lie within leftover_days"
            )

    def clause(self, clause_id: str) -> Clause:
        """Return a clause by id.

        Raises:
            BadInputError: this version has no such clause.
        """
        for clause in self.clauses:
            if clause.id == clause_id:
                return clause
        raise BadInputError("clause", f"must be a clause of policy {self.id}, is {clause_id!r}")

    def four_eyes_amount(self, currency: str) -> int:
        """Return the amount, in minor units, above which a second person must approve.

        An unlisted currency gives 0: nobody has said what is small there, so everything is large.
        """
        return dict(self.four_eyes_minor).get(currency.lower(), 0)


@cache
def whole_number_bounds() -> dict[str, Bounds]:
    """Return the bounds of every whole-number value, by field name."""
    hints = get_type_hints(PolicyVersion, include_extras=True)
    return {
        name: meta
        for name, hint in hints.items()
        for meta in getattr(hint, "__metadata__", ())
        if isinstance(meta, Bounds)
    }
