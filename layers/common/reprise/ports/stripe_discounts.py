"""Discounts at Stripe, as use cases see them; and an in-memory Stripe that gives them."""

from dataclasses import dataclass, field, replace
from typing import Protocol, override

from reprise.billing.award import Discount, Renewal
from reprise.ports.stripe import StripeRefusedError


@dataclass(frozen=True, slots=True)
class DiscountOrder:
    """A discount to be given.

    Args:
        coupon_id: the coupon that carries it; it can be redeemed once.
        key: the idempotency key.
        discount: how much, off which subscription.
        kept: ids of the discounts that the subscription keeps beside it.
        name: what its customer reads on the invoice.
    """

    coupon_id: str
    key: str
    discount: Discount
    kept: tuple[str, ...]
    name: str


class StripeDiscounts(Protocol):
    """What a discount on the next renewal asks of Stripe.

    Every method raises `StripeBusyError`, `StripeSilentError` or `StripeBrokenError` where Stripe
    cannot be asked now, `StripeForbiddenError` where the key may not, and `StripeRefusedError`
    where it refuses.
    """

    def renewal(self, subscription_id: str) -> Renewal | None:
        """Return a subscription as it is now; None if it is not known."""
        ...

    def redeemed(self, coupon_id: str) -> bool:
        """Return whether a coupon was redeemed: however long ago, whatever became of it since."""
        ...

    def give(self, order: DiscountOrder) -> None:
        """Make the coupon unless it is there, and redeem it for the subscription."""
        ...


@dataclass(slots=True)
class MemoryDiscounts(StripeDiscounts):
    """A `StripeDiscounts` in dictionaries.

    Args:
        renewals: subscriptions by id.
        given: the discount that each redeemed coupon gave.
        keys: those that `give` was called with, in order.
        faults: raised by the next calls of `give`, each before or, with `after`, once it was done.
    """

    renewals: dict[str, Renewal] = field(default_factory=dict)
    given: dict[str, Discount] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    after: bool = False

    @override
    def renewal(self, subscription_id: str) -> Renewal | None:
        return self.renewals.get(subscription_id)

    @override
    def redeemed(self, coupon_id: str) -> bool:
        return coupon_id in self.given

    @override
    def give(self, order: DiscountOrder) -> None:
        self.keys.append(order.key)
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None and not self.after:
            raise fault
        self._redeem(order)
        if fault is not None:
            raise fault

    def _redeem(self, order: DiscountOrder) -> None:
        renewal = self.renewals.get(order.discount.subscription_id)
        if renewal is None or renewal.status == "canceled":
            raise StripeRefusedError("resource_missing", "no such subscription")
        if order.coupon_id in self.given:
            raise StripeRefusedError("coupon_expired", "it was redeemed before")
        self.given[order.coupon_id] = order.discount
        kept = (*order.kept, f"di_{order.coupon_id}")
        self.renewals[order.discount.subscription_id] = replace(renewal, discounts=kept)
