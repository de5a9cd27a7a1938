"""Subscriptions and customers: who subscribes to what, until when.

Source: docs.stripe.com/api/subscriptions/object and changelog 2025-03-31.basil, which moved the
period to the items.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from reprise.billing.account import AccountRef, account_ref, user_id
from reprise.billing.fields import Fields
from reprise.billing.price import PriceRef, read_price

type SubscriptionKind = Literal["created", "updated", "deleted", "paused", "resumed"]
type SubscriptionStatus = Literal[
    "incomplete",
    "incomplete_expired",
    "trialing",
    "active",
    "past_due",
    "canceled",
    "unpaid",
    "paused",
]

_STATUSES: tuple[SubscriptionStatus, ...] = get_args(SubscriptionStatus.__value__)


@dataclass(frozen=True, slots=True)
class SubscriptionItem:
    """One price of a subscription and the period it is in."""

    price: PriceRef
    quantity: int | None
    period_start: datetime
    period_end: datetime


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """A subscription as one event saw it; events arrive in any order.

    Args:
        kind: which event this is; a subscription that was fetched is `updated`.
        plan, policy_version: what our server put into its metadata, if it did.
        items: at least one.
        cancel_at, cancel_at_period_end: the two ways Stripe writes a scheduled cancellation.
        ended_at: when the cancellation took effect.
    """

    kind: SubscriptionKind
    subscription_id: str
    customer: str
    account: AccountRef
    plan: str | None
    policy_version: str | None
    status: SubscriptionStatus
    items: tuple[SubscriptionItem, ...]
    created_at: datetime
    cancel_at: datetime | None
    cancel_at_period_end: bool
    ended_at: datetime | None
    cancellation_reason: str | None
    livemode: bool

    @property
    def period_start(self) -> datetime:
        """When the current period of its items began."""
        return min(item.period_start for item in self.items)

    @property
    def period_end(self) -> datetime:
        """When the current period of its items ends; it advances *before* the payment."""
        return max(item.period_end for item in self.items)

    @property
    def scheduled_cancel_at(self) -> datetime | None:
        """When it will end, however Stripe wrote that; None when it renews or has ended."""
        if self.ended_at is not None:
            return None
        return self.cancel_at or (self.period_end if self.cancel_at_period_end else None)


@dataclass(frozen=True, slots=True)
class CustomerState:
    """A customer changed or was deleted; the email is how to reach them, never who they are."""

    customer_id: str
    email: str | None
    deleted: bool
    account: AccountRef
    country: str | None
    livemode: bool


def read_subscription(found: Fields, kind: SubscriptionKind) -> SubscriptionState:
    """Read a subscription; `BadInputError` names the field that cannot be read."""
    metadata = found.maybe_nested("metadata")
    item_list = found.nested("items")
    items = tuple(_item(item, found) for item in item_list.items("data"))
    if not items:
        raise item_list.fault("data", "must hold at least one item")
    return SubscriptionState(
        kind=kind,
        subscription_id=found.text("id"),
        customer=found.ref("customer"),
        account=account_ref(user_id(found)),
        plan=metadata.maybe_text("plan"),
        policy_version=metadata.maybe_text("policy_version"),
        status=found.choice("status", _STATUSES),
        items=items,
        created_at=found.instant("created"),
        cancel_at=found.instant_or_none("cancel_at"),
        cancel_at_period_end=found.flag("cancel_at_period_end"),
        ended_at=found.instant_or_none("ended_at"),
        cancellation_reason=found.maybe_nested("cancellation_details").maybe_text("reason"),
        livemode=found.flag("livemode"),
    )


def read_customer(customer: Fields, *, deleted: bool) -> CustomerState:
    """Read a customer; `BadInputError` names the field that cannot be read."""
    return CustomerState(
        customer_id=customer.text("id"),
        email=customer.text_or_none("email"),
        deleted=deleted,
        account=account_ref(user_id(customer)),
        country=customer.maybe_nested("address").maybe_country(),
        livemode=customer.flag("livemode"),
    )


def _item(item: Fields, subscription: Fields) -> SubscriptionItem:
    price = read_price(item)
    if price is None:
        raise item.fault("price", "must not be null")
    period = item if item.has("current_period_end") else subscription
    return SubscriptionItem(
        price=price,
        quantity=item.maybe_number("quantity"),
        period_start=period.instant("current_period_start"),
        period_end=period.instant("current_period_end"),
    )
