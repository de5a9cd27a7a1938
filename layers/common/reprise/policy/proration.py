"""What a mid-period payment or an outage is worth in credits: integer arithmetic, nothing else."""

from datetime import datetime, timedelta
from fractions import Fraction

from reprise.errors import BadInputError
from reprise.policy.version import PolicyVersion, UpgradeRule

_MICROSECOND = timedelta(microseconds=1)


def outage_credits(
    plan_credits: int,
    period: tuple[datetime, datetime],
    outage: tuple[datetime, datetime],
    policy: PolicyVersion,
    until: datetime | None = None,
) -> int:
    """Return the credits that make an outage good: plan x affected time / period, rounded up.

    Time outside the subscriber's period does not count, and the policy caps the whole at a share of
    the plan. Below the policy's minimum an incident is no extended one and gives nothing.

    Args:
        plan_credits: credits of the period.
        period: start and end of the period.
        outage: start and end of the incident.
        policy: the version in force at the incident.
        until: when the paid part of the period ended, if that was before its end.

    Raises:
        BadInputError: a span ends before it begins, or the plan has negative credits.
    """
    affected, whole = _affected(period, outage, policy, until)
    if plan_credits < 0:
        raise BadInputError("plan_credits", "must be 0 or more")
    cap = plan_credits * policy.outage_cap_percent // 100
    return min(cap, _ceil(plan_credits * affected, whole))


def upgrade_credits(
    *,
    old_credits: int,
    new_credits: int,
    new_price_minor: Fraction,
    paid_minor: int,
    rule: UpgradeRule,
) -> int:
    """Return what the payment of a plan change grants.

    Only money that really moved counts: what a customer's balance or an unused remainder paid was
    granted for when it was first paid, so changing back and forth gains nothing. Nor does one
    change ever grant more than the difference of the plans.

    Args:
        old_credits: credits per period of the plan left; zero where a new period begins.
        new_credits: credits per period of the plan entered.
        new_price_minor: its price per period, in minor units of the payment's currency, less the
            discount under which it is bought.
        paid_minor: what the change's invoice was paid with by card or bank, refunds deducted.
        rule: the policy's rule.

    Raises:
        BadInputError: the new plan has no price, so that no share of it can be bought.
    """
    if new_price_minor <= 0:
        raise BadInputError("new_price_minor", "must be above 0")
    if rule is UpgradeRule.NONE or paid_minor <= 0 or new_credits <= old_credits:
        return 0
    return min(new_credits - old_credits, new_credits * paid_minor // new_price_minor)


def _affected(
    period: tuple[datetime, datetime],
    outage: tuple[datetime, datetime],
    policy: PolicyVersion,
    until: datetime | None,
) -> tuple[int, int]:
    """Return the affected part of a period and the period itself, in microseconds."""
    for field, (start, end) in (("period", period), ("outage", outage)):
        if end <= start:
            raise BadInputError(field, "must end after it begins")
    whole = (period[1] - period[0]) // _MICROSECOND
    if outage[1] - outage[0] < timedelta(hours=policy.outage_hours_min):
        return 0, whole
    end = min(period[1], outage[1], until or period[1])
    overlap = end - max(period[0], outage[0])
    return max(0, overlap // _MICROSECOND), whole


def _ceil(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)
