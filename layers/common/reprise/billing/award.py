"""What one account gets for an outage that is made good by a discount on the next renewal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from reprise.billing.fields import Fields
from reprise.canonical import Json, digest
from reprise.ledger.instants import opt_instant, opt_ms

RENEWING = frozenset({"active", "trialing", "past_due"})
"""Statuses in which Stripe writes the next invoice. Source: docs.stripe.com/api/subscriptions."""
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Discount:
    """Money off the next invoice of a subscription.

    Args:
        subscription_id: the subscription that renews.
        amount_minor: above zero.
        currency: of the amount, which is also what the subscription is billed in.
    """

    subscription_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """What an account gets for one incident, stored before any of it is given.

    Args:
        account_id: the account.
        credits: what it is due, if it is to be credits.
        discount: what it is due, if it is to be a discount; None where nothing of its renews.
        calls: how often Stripe was asked, each stored before the call.
        called_at: when the last of them was stored; None before the first.
        redeemed: whether the discount is there.
        instead: why it is credits instead of a discount; empty while it is not.
        version: grows with every stored change; zero before the first.
    """

    account_id: str
    credits: int
    discount: Discount | None
    calls: int = 0
    called_at: datetime | None = None
    redeemed: bool = False
    instead: str = ""
    version: int = 0

    def body(self) -> dict[str, Json]:
        """Return what is stored of it, beside account and version."""
        off = self.discount
        return {
            "credits": self.credits,
            "discount": [off.subscription_id, off.amount_minor, off.currency] if off else None,
            "calls": self.calls,
            "called": opt_ms(self.called_at),
            "redeemed": self.redeemed,
            "instead": self.instead,
        }

    @classmethod
    def of_body(cls, account_id: str, version: int, body: Mapping[str, Any]) -> Self:
        """Return the stored award; the inverse of `body`.

        Awards stored before it was noted do not say when Stripe was asked.
        """
        return cls(
            account_id=account_id,
            credits=body["credits"],
            discount=Discount(*body["discount"]) if body["discount"] else None,
            calls=body["calls"],
            called_at=opt_instant(body.get("called")),
            redeemed=body["redeemed"],
            instead=body["instead"],
            version=version,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """A subscription as its next renewal needs it.

    Args:
        status: Stripe's status.
        currency: what it is billed in.
        ends: whether its end is scheduled.
        collects: whether its invoices are collected; while they are not, they may be void.
        scheduled: whether a schedule runs it, whose next phase brings discounts of its own.
        discounts: ids of those that it, or else its customer, has already.
    """

    status: str
    currency: str
    ends: bool = False
    collects: bool = True
    scheduled: bool = False
    discounts: tuple[str, ...] = ()

    def objection(self, discount: Discount) -> str:
        """Return why the discount would not reach its next invoice; empty if it would."""
        told = {
            f"the subscription is {self.status}": self.status not in RENEWING,
            "the subscription ends": self.ends,
            "its invoices are not collected": not self.collects,
            "a schedule runs the subscription": self.scheduled,
            f"it is billed in {self.currency}": self.currency != discount.currency,
        }
        return ", ".join(why for why, holds in told.items() if holds)


def read_renewal(subscription: Fields, customer: Fields) -> Renewal:
    """Read a subscription and its customer as Stripe's API shows them.

    Discounts of its own replace those of its customer, so the customer's count where it has none.

    Raises:
        BadInputError: names the field that cannot be read.
    """
    own = subscription.values.get("discounts") or []
    if not isinstance(own, list):
        raise subscription.fault("discounts", "must be an array")
    found = Fields({str(n): one for n, one in enumerate(own)}, "discounts")
    kept = [found.ref(key) for key in found.values]
    shared = customer.maybe_nested("discount").maybe_text("id")
    cancels = subscription.maybe_instant("cancel_at") is not None
    return Renewal(
        status=subscription.text("status"),
        currency=subscription.currency(),
        ends=cancels or subscription.maybe_flag("cancel_at_period_end"),
        collects=subscription.maybe_nested("pause_collection").values == {},
        scheduled=subscription.maybe_ref("schedule") is not None,
        discounts=tuple(kept or ([shared] if shared else [])),
    )


def coupon_id_of(incident_id: str, account_id: str) -> str:
    """Return the id of the coupon that carries an award: one per incident and account."""
    return f"reprise-{incident_id}-{digest(incident_id, account_id)[:_DIGITS]}"
