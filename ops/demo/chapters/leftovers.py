"""A plan is paid and cancelled; sixty days after its end its leftovers go, and the pack stays.

This customer's clock is moved by the events, which only the local stack allows.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from ops.demo.outside import joins, scheduled, stripe_tells
from ops.demo.post import sent_to, show_mail
from ops.demo.samples import Customer
from ops.demo.stage import Stage

TITLE: Final = "A plan ends, its owner is reminded, and sixty days later its leftovers expire"

_PACK: Final = 1000
_PLAN: Final = 500
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_PERIOD: Final = timedelta(days=30)
_LEFTOVER: Final = timedelta(days=60)


def play(stage: Stage) -> None:
    """Buy both, spend some, cancel, and let the sweep come too early and in time."""
    ben = Customer("usr_ben", datetime.now(UTC).replace(microsecond=0), "fr-FR", "FR")
    soon, plan_ends = ben.began + _MINUTE, ben.began + _PERIOD
    over = plan_ends + _LEFTOVER
    joins(stage, ben)
    stage.tell(f"Ben buys a pack of {_PACK} credits and pays for Pro, {_PLAN} credits a month")
    plan = [ben.event(name) for name in ("subscription_created", "invoice_paid_create")]
    stripe_tells(stage, ben.pack(), *plan)
    stage.expect("balance", _balance(stage, ben, soon), _PACK + _PLAN)
    stage.expect("plan", stage.credits(soon).entitlements(ben.account_id).plan, "pro")

    taken = stage.credits(soon).charge(ben.account_id, "gen_ben_1", "music_simple")
    stage.tell(f"He spends {taken.credits} credits: those of the plan go first")
    left = _PLAN - taken.credits
    held = stage.credits(soon).balance(ben.account_id)
    lots = [(lot.kind.value, lot.remaining) for lot in held.lots]
    stage.expect("left", lots, [("subscription", left), ("pack", _PACK)])

    stage.tell("He cancels; the plan runs on to the end of the month that he paid")
    stripe_tells(stage, ben.event("subscription_cancel_at_period_end"))
    benefits = stage.credits(plan_ends - _HOUR).entitlements(ben.account_id)
    stage.expect("plan, an hour before its end", benefits.plan, "pro")
    stripe_tells(stage, ben.event("subscription_deleted_at_period_end"))
    stage.tell("The plan has ended: its benefits are over, its leftovers have sixty days")
    benefits = stage.credits(plan_ends + _HOUR).entitlements(ben.account_id)
    stage.expect("plan, an hour after its end", benefits.plan, "free")

    _reminders(stage, ben, over)
    stage.tell(f"The sweep comes an hour before they are over, {over - _HOUR:%Y-%m-%d %H:%M}")
    _sweep(stage, over - _HOUR)
    stage.expect("balance", _balance(stage, ben, over - _HOUR), _PACK + left)
    stage.tell(f"The sweep comes an hour after, {over + _HOUR:%Y-%m-%d %H:%M}")
    _sweep(stage, over + _HOUR)
    stage.close(ben.account_id, _PACK, over + _HOUR)


def _balance(stage: Stage, customer: Customer, now: datetime) -> int:
    return stage.credits(now).balance(customer.account_id).balance


def _reminders(stage: Stage, ben: Customer, over: datetime) -> None:
    """Let the notices' schedule fire, each time twice: too early, a fortnight, three days ahead."""
    told = "The schedule of the reminders comes"
    stage.tell(f"{told} fifteen, fourteen and three days ahead, each time twice")
    for days, mails in ((15, 0), (14, 1), (3, 2)):
        for _ in range(2):
            scheduled(stage, "policy_notices", "six_hourly", over - timedelta(days=days))
        stage.wait("every shard is walked", lambda: stage.drained("PolicyNoticesQueue"))
        stage.expect(f"reminders, {days} days ahead", len(sent_to(stage, ben.email)), mails)
    show_mail(stage, sent_to(stage, ben.email)[0])


def _sweep(stage: Stage, at: datetime) -> None:
    """Let the schedule fire at an instant, and wait until every shard is swept."""
    scheduled(stage, "expiry_sweep", "hourly", at)
    stage.wait("every shard is swept", lambda: stage.drained("ExpirySweepQueue"))
