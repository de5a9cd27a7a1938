"""What a line or an item is sold as, wherever an API version keeps it."""

from dataclasses import dataclass

from reprise.billing.fields import Fields


@dataclass(frozen=True, slots=True)
class PriceRef:
    """A price, to be looked up in the catalogue.

    Args:
        price_id: Stripe's id of the price or, of old, of the plan.
        lookup_key: our name of it, where the event carries the whole price.
    """

    price_id: str
    lookup_key: str | None = None


def read_price(holder: Fields) -> PriceRef | None:
    """Return what a line or item is sold as; None where Stripe says it has no price.

    Since 2025-03-31.basil a line holds `pricing.price_details.price`; before, `price`; before
    prices existed, `plan`. An item still holds `price`.
    """
    if holder.has("pricing"):
        pricing = holder.nested_or_none("pricing")
        details = pricing and pricing.nested_or_none("price_details")
        return _price(details, "price") if details else None
    if holder.has("price"):
        found = _price(holder, "price")
        return found or (_price(holder, "plan") if holder.has("plan") else None)
    if holder.has("plan"):
        return _price(holder, "plan")
    raise holder.fault("pricing", "must be present, or price, or plan")


def _price(holder: Fields, key: str) -> PriceRef | None:
    price_id = holder.ref_or_none(key)
    if price_id is None:
        return None
    expanded = isinstance(holder.values[key], dict)
    return PriceRef(price_id, holder.nested(key).maybe_text("lookup_key") if expanded else None)
