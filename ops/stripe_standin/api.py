"""The calls that Reprise makes, each as Stripe answers it. Source: docs.stripe.com/api."""

import copy
from collections.abc import Callable

from ops.stripe_standin.discounts import create_coupon, update_subscription
from ops.stripe_standin.errors import ApiError, refusal, unknown
from ops.stripe_standin.forms import Params, only, whole
from ops.stripe_standin.listing import filtered, page
from ops.stripe_standin.state import State, StripeObject
from ops.stripe_standin.subscriptions import end_subscription

_EMBEDDED_LINES_MAX = 10

# Path under /v1/, kind of object, filters of its list.
_COLLECTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "billing_portal/sessions": ("billing_portal.session", ()),
    "charges": ("charge", ("customer", "payment_intent")),
    "checkout/sessions": (
        "checkout.session",
        ("customer", "payment_intent", "status", "subscription"),
    ),
    "coupons": ("coupon", ()),
    "customers": ("customer", ("email",)),
    "disputes": ("dispute", ("charge", "payment_intent")),
    "events": ("event", ("delivery_success", "type", "types")),
    "invoice_payments": ("invoice_payment", ("invoice", "payment", "status")),
    "invoices": ("invoice", ("customer", "status", "subscription")),
    "payment_intents": ("payment_intent", ("customer",)),
    "prices": ("price", ("active", "lookup_keys", "product")),
    "products": ("product", ("active",)),
    "radar/early_fraud_warnings": (
        "radar.early_fraud_warning",
        ("charge", "payment_intent"),
    ),
    "refunds": ("refund", ("charge", "payment_intent")),
    "subscriptions": ("subscription", ("customer", "status")),
}
# Lists inside an object: path, kind of the holder, field.
_INNER = {"lines": ("invoice", "lines"), "line_items": ("checkout.session", "line_items")}


def answer(state: State, method: str, path: str, params: Params) -> StripeObject:
    """Return what Stripe answers, after doing what it does.

    Args:
        state: what is known; its lock is held.
        method: of HTTP.
        path: with its leading `/v1/`.
        params: decoded.

    Raises:
        ApiError: Stripe would refuse.
    """
    parts = path.removeprefix("/v1/").strip("/")
    if method == "GET":
        return copy.deepcopy(_get(state, parts, params))
    if method == "POST" and parts in _CREATE:
        return copy.deepcopy(_CREATE[parts](state, params))
    on_subscription = _ON_SUBSCRIPTION.get(method)
    if on_subscription and parts.startswith("subscriptions/"):
        return copy.deepcopy(on_subscription(state, parts.partition("/")[2], params))
    raise ApiError(404, "", f"Unrecognized request URL ({method}: {path})")


def _get(state: State, parts: str, params: Params) -> StripeObject:
    if parts in _COLLECTIONS:
        kind, allowed = _COLLECTIONS[parts]
        rows = [
            _shown(state, one) for one in filtered(_listed(state, kind, params), params, allowed)
        ]
        return page(rows, params, f"/v1/{parts}")
    base, _, last = parts.rpartition("/")
    if last in _INNER:
        kind, key = _INNER[last]
        holder = state.get(kind, base.rpartition("/")[2])
        return page(holder.get(key, {}).get("data", []), params, f"/v1/{parts}")
    if base not in _COLLECTIONS:
        raise ApiError(404, "", f"Unrecognized request URL (GET: /v1/{parts})")
    if params:
        raise unknown(next(iter(params)))
    return _shown(state, state.get(_COLLECTIONS[base][0], last))


def _listed(state: State, kind: str, params: Params) -> list[StripeObject]:
    rows = state.of(kind)
    if kind == "event":
        return [row | {"delivery_success": row["id"] in state.delivered} for row in rows]
    if kind == "subscription" and params.get("status", "all") == "all":
        # Canceled ones are listed only on request.
        ended = set() if params.pop("status", None) else {"canceled"}
        return [row for row in rows if row["status"] not in ended]
    return rows


def _shown(state: State, found: StripeObject) -> StripeObject:
    """Return an object as it is sent: an invoice carries its first lines only."""
    if found["object"] == "event":
        sent = 0 if found["id"] in state.delivered else 1
        return {k: v for k, v in found.items() if k != "delivery_success"} | {
            "pending_webhooks": sent
        }
    if found["object"] == "checkout.session":
        return {key: value for key, value in found.items() if key != "line_items"}
    if found["object"] != "invoice":
        return found
    lines = found["lines"]["data"]
    first = {"data": lines[:_EMBEDDED_LINES_MAX], "has_more": len(lines) > _EMBEDDED_LINES_MAX}
    return found | {"lines": found["lines"] | first}


def _create_refund(state: State, params: Params) -> StripeObject:
    only(params, "charge", "payment_intent", "amount", "reason", "metadata")
    charge = state.charge_of(params.get("charge"), params.get("payment_intent"))
    if any(
        one["charge"] == charge["id"] and not one["is_charge_refundable"]
        for one in state.of("dispute")
    ):
        raise refusal("charge_disputed")
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise refusal("charge_already_refunded")
    amount = whole(params.get("amount", left), "amount")
    if amount > left:
        said = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise ApiError(400, "", said, "amount")
    refund = state.put(
        {
            "id": state.new_id("re"),
            "object": "refund",
            "amount": amount,
            "charge": charge["id"],
            "created": state.now(),
            "currency": charge["currency"],
            "metadata": params.get("metadata", {}),
            "payment_intent": charge["payment_intent"],
            "reason": params.get("reason"),
            "status": state.refund_status,
        }
    )
    before = {key: charge[key] for key in ("amount_refunded", "refunded")}
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    state.emit("refund.created", refund)
    state.emit("charge.refunded", charge, before)
    return refund


def _create_portal_session(state: State, params: Params) -> StripeObject:
    only(params, "customer", "return_url", "configuration", "locale")
    customer = state.get("customer", params.get("customer", ""), "customer")
    session_id = state.new_id("bps")
    return state.put(
        {
            "id": session_id,
            "object": "billing_portal.session",
            "created": state.now(),
            "customer": customer["id"],
            "livemode": True,
            "return_url": params.get("return_url"),
            "url": f"https://billing.stripe.com/p/session/{session_id}",
        }
    )


_ON_SUBSCRIPTION: dict[str, Callable[[State, str, Params], StripeObject]] = {
    "POST": update_subscription,
    "DELETE": end_subscription,
}
_CREATE: dict[str, Callable[[State, Params], StripeObject]] = {
    "billing_portal/sessions": _create_portal_session,
    "coupons": create_coupon,
    "refunds": _create_refund,
}
