"""A discount on the next renewal: each account once per incident, safe at every crash point.

The award is stored before Stripe is called, with the number of the call, and each call has a key
of its own. Before any call but the first, Stripe is asked whether the one before was carried out:
the coupon knows, for ever, so neither a stored 500 nor a forgotten key can give anything twice.
And it can be redeemed once only, so not even two calls at the same moment can. Credits take its
place only once no call can be under way any more: then nothing can redeem it afterwards.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from reprise.billing.award import Award, Discount, coupon_id_of
from reprise.billing.outage import Incident
from reprise.errors import TransientError
from reprise.ports.outages import OutageStore
from reprise.ports.stripe import StripeForbiddenError, StripeRefusedError
from reprise.ports.stripe_discounts import DiscountOrder, StripeDiscounts
from reprise.usecases.outage_dues import Due

UNDER_WAY: Final = timedelta(minutes=15)
"""So long a call may be under way after it was stored: the function's own limit, and Stripe's."""


class CallUnderWayError(TransientError):
    """An earlier call may yet redeem the coupon, so credits have to wait."""


def discounted(
    incidents: OutageStore, stripe: StripeDiscounts, incident: Incident, due: Due, now: datetime
) -> Award:
    """Give an account its discount, or settle that it gets credits instead.

    Args:
        incidents: where awards are kept.
        stripe: gives discounts.
        incident: a confirmed one.
        due: what the account is due now; what was awarded before stands.
        now: the wall clock, read when this visit began or before.

    Returns:
        The award: redeemed, or saying why it is credits instead; those are left to post.

    Raises:
        TransientError: nothing is lost; the same call again goes on.
        StripeForbiddenError: the key lacks a right, which is no reason to give credits.
    """
    award = incidents.award(incident.incident_id, due.account_id)
    if award is None:
        instead = "" if due.discount else "nothing of it renews in the currency that it paid in"
        planned = Award(
            account_id=due.account_id, credits=due.credits, discount=due.discount, instead=instead
        )
        award = _stored(incidents, incident, planned)
    if award.redeemed or award.instead or award.discount is None:
        return award
    return _redeemed(incidents, stripe, incident, award, award.discount, now=now)


def _redeemed(
    incidents: OutageStore,
    stripe: StripeDiscounts,
    incident: Incident,
    award: Award,
    discount: Discount,
    *,
    now: datetime,
) -> Award:
    coupon_id = coupon_id_of(incident.incident_id, award.account_id)
    renewal = stripe.renewal(discount.subscription_id)
    # Read after the subscription: once that takes no discount, no earlier call can succeed either.
    if award.calls and stripe.redeemed(coupon_id):
        return _stored(incidents, incident, replace(award, redeemed=True))
    why = "the subscription is gone" if renewal is None else renewal.objection(discount)
    if renewal is None or why:
        _await_calls(award, now)
        return _stored(incidents, incident, replace(award, instead=why))
    earlier = award
    award = _stored(incidents, incident, replace(award, calls=award.calls + 1, called_at=now))
    order = DiscountOrder(
        coupon_id=coupon_id,
        key=f"{coupon_id}/{award.calls}",
        discount=discount,
        kept=renewal.discounts,
        name=f"Service outage {incident.start:%Y-%m-%d}",
    )
    try:
        stripe.give(order)
    except StripeForbiddenError:
        raise
    except StripeRefusedError as refusal:
        if not stripe.redeemed(coupon_id):
            _await_calls(earlier, now)
            return _stored(incidents, incident, replace(award, instead=str(refusal)))
    return _stored(incidents, incident, replace(award, redeemed=True))


def _await_calls(award: Award, now: datetime) -> None:
    """Let nothing take a coupon's place while a call that would redeem it may be under way."""
    if award.called_at is not None and now - award.called_at < UNDER_WAY:
        raise CallUnderWayError(f"{award.account_id}: asked Stripe at {award.called_at}, wait")


def _stored(incidents: OutageStore, incident: Incident, award: Award) -> Award:
    following = replace(award, version=award.version + 1)
    incidents.save_award(incident.incident_id, following)
    return following
