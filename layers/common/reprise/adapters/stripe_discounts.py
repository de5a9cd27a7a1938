"""Discounts over Stripe's API. Source: docs.stripe.com/api/coupons, /api/subscriptions/update.

A list of discounts replaces those that a subscription has, so what it keeps is named beside the
new one. A coupon's `times_redeemed` counts for ever, whatever becomes of the subscription.
"""

from typing import Final, override
from urllib.parse import quote

from reprise.adapters.stripe_api import StripeApi
from reprise.billing.award import Renewal, read_renewal
from reprise.ports.stripe import StripeRefusedError
from reprise.ports.stripe_discounts import DiscountOrder, StripeDiscounts

_EXISTS: Final = "resource_already_exists"


class StripeDiscountsApi(StripeApi, StripeDiscounts):
    """A `StripeDiscounts` over HTTP."""

    @override
    def renewal(self, subscription_id: str) -> Renewal | None:
        subscription = self._found(f"subscriptions/{quote(subscription_id, safe='')}")
        if subscription is None:
            return None
        customer = self._found(f"customers/{quote(subscription.ref('customer'), safe='')}")
        return None if customer is None else read_renewal(subscription, customer)

    @override
    def redeemed(self, coupon_id: str) -> bool:
        coupon = self._found(f"coupons/{quote(coupon_id, safe='')}")
        return coupon is not None and (coupon.maybe_number("times_redeemed") or 0) > 0

    @override
    def give(self, order: DiscountOrder) -> None:
        off = order.discount
        try:
            self._call(
                "post",
                "coupons",
                id=order.coupon_id,
                amount_off=off.amount_minor,
                currency=off.currency,
                duration="once",
                max_redemptions=1,
                name=order.name,
                idempotency_key=f"{order.key}/coupon",
            )
        except StripeRefusedError as error:
            if error.code != _EXISTS:
                raise
        kept = [{"discount": discount_id} for discount_id in order.kept]
        self._call(
            "post",
            f"subscriptions/{quote(off.subscription_id, safe='')}",
            discounts=[*kept, {"coupon": order.coupon_id}],
            idempotency_key=order.key,
        )
