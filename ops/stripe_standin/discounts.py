"""Coupons, and the discounts that subscriptions redeem them into.

Source: docs.stripe.com/api/coupons/create, /api/subscriptions/update, /error-codes.
"""

from ops.stripe_standin.errors import ApiError, missing
from ops.stripe_standin.forms import Params, only, whole
from ops.stripe_standin.state import State, StripeObject


def create_coupon(state: State, params: Params) -> StripeObject:
    """Make a coupon; an id is used once."""
    only(
        params,
        *("id", "amount_off", "percent_off", "currency", "duration", "max_redemptions", "name"),
        "metadata",
    )
    coupon: StripeObject = {
        "id": params.get("id") or state.new_id("coupon"),
        "object": "coupon",
        "amount_off": None,
        "created": state.now(),
        "currency": None,
        "duration": "once",
        "livemode": True,
        "max_redemptions": None,
        "metadata": {},
        "percent_off": None,
        "times_redeemed": 0,
        "valid": True,
    } | params
    if coupon["id"] in state.objects.get("coupon", {}):
        raise ApiError(400, "resource_already_exists", "Coupon already exists.", "id")
    for name in ("amount_off", "max_redemptions"):
        if coupon[name] is not None:
            coupon[name] = whole(coupon[name], name)
    if coupon["amount_off"] is not None and coupon["currency"] is None:
        raise ApiError(400, "parameter_missing", "Must provide a currency.", "currency")
    if coupon["percent_off"] is not None:
        coupon["percent_off"] = float(coupon["percent_off"])
    return state.put(coupon)


def update_subscription(state: State, object_id: str, params: Params) -> StripeObject:
    """Change a subscription; a list of discounts replaces those that it has."""
    only(params, "discounts", "metadata")
    found = state.get("subscription", object_id)
    changes: StripeObject = {}
    if "metadata" in params:
        changes["metadata"] = found.get("metadata", {}) | params["metadata"]
    if "discounts" in params:
        if found["status"] == "canceled":
            raise missing("subscription", object_id)
        changes["discounts"] = [_discount(state, found, one) for one in params["discounts"]]
    changed, previous = state.change(object_id, changes)
    state.emit("customer.subscription.updated", changed, previous)
    return changed


def _discount(state: State, subscription: StripeObject, asked: Params) -> str:
    """Return the id of a discount that is kept, or of the one that a coupon becomes."""
    if "discount" in asked:
        customer = state.objects.get("customer", {}).get(subscription["customer"], {})
        shared = (customer.get("discount") or {}).get("id")
        if asked["discount"] not in [*subscription.get("discounts", ()), shared]:
            raise missing("discount", asked["discount"], "discounts")
        return str(asked["discount"])
    coupon = state.get("coupon", asked["coupon"], "discounts")
    most = coupon["max_redemptions"]
    if most is not None and coupon["times_redeemed"] >= most:
        raise ApiError(400, "coupon_expired", f"Coupon expired: {coupon['id']}", "discounts")
    if coupon["currency"] not in {None, subscription["currency"]}:
        said = f"The coupon's currency, {coupon['currency']}, is not the subscription's."
        raise ApiError(400, "", said, "discounts")
    coupon["times_redeemed"] += 1
    return f"di_{coupon['id']}"
