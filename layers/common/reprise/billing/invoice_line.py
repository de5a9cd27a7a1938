"""Invoice lines: the periods and packs that an invoice pays for.

Source: docs.stripe.com/api/invoice-line-item and changelog 2025-03-31.basil, which moved price,
proration and subscription.
"""

from dataclasses import dataclass
from datetime import datetime

from reprise.billing.fields import Fields
from reprise.billing.price import PriceRef, read_price


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of an invoice: what it is for and which period it pays.

    Args:
        price: None for a line without one, which no plan or pack matches.
        amount: before discounts and exclusive tax, in minor units; negative for a credit.
        discount: what discounts take off the amount, in minor units.
        period_start, period_end: the period this line pays; `invoice.period_*` is another one.
        proration: whether it settles a change within a period.
        subscription: None for an invoice item on its own.
        account: the account id in the line's metadata, if our server put one there.
        sku, plan, policy_version: likewise.
    """

    line_id: str
    price: PriceRef | None
    amount: int
    discount: int
    currency: str
    quantity: int | None
    period_start: datetime
    period_end: datetime
    proration: bool
    subscription: str | None
    account: str | None
    sku: str | None
    plan: str | None
    policy_version: str | None

    @property
    def weight(self) -> int:
        """The line's claim on the invoice's payment: what it costs after discounts, or nothing."""
        return max(0, self.amount - self.discount)


def read_line(line: Fields) -> InvoiceLine:
    """Read an invoice line; `BadInputError` names the field that cannot be read."""
    period, metadata = line.nested("period"), line.maybe_nested("metadata")
    proration, subscription = _origin(line)
    return InvoiceLine(
        line_id=line.text("id"),
        price=read_price(line),
        amount=line.number("amount"),
        discount=sum(one.number("amount") for one in line.maybe_items("discount_amounts")),
        currency=line.currency(),
        quantity=line.number_or_none("quantity"),
        period_start=period.instant("start"),
        period_end=period.instant("end"),
        proration=proration,
        subscription=subscription,
        account=metadata.maybe_name("user_id"),
        sku=metadata.maybe_text("sku"),
        plan=metadata.maybe_text("plan"),
        policy_version=metadata.maybe_text("policy_version"),
    )


def _origin(line: Fields) -> tuple[bool, str | None]:
    """Return whether the line is a proration, and of which subscription.

    A parent that is null or of an unknown kind is a fault, not "no proration": taking a proration
    for a full period would grant a whole month's credits for a day's money.
    """
    if not line.has("parent"):
        return line.flag("proration"), line.maybe_ref("subscription")
    parent = line.nested("parent")
    details = parent.nested(parent.text("type"))
    return details.flag("proration"), details.maybe_ref("subscription") or line.maybe_ref(
        "subscription"
    )
