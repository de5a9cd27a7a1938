"""Subscriptions that are ended. Source: docs.stripe.com/api/subscriptions/cancel."""

from ops.stripe_standin.errors import missing
from ops.stripe_standin.forms import Params, only
from ops.stripe_standin.state import State, StripeObject


def end_subscription(state: State, object_id: str, params: Params) -> StripeObject:
    """End a subscription at once; an ended one is answered like one that is not there."""
    only(params, "invoice_now", "prorate", "cancellation_details")
    found = state.get("subscription", object_id)
    if found["status"] == "canceled":
        raise missing("subscription", object_id)
    now = state.now()
    ended = {"status": "canceled", "canceled_at": now, "ended_at": now}
    changed, _ = state.change(object_id, ended)
    state.emit("customer.subscription.deleted", changed)
    return changed
