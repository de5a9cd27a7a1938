"""What the lines of a paid invoice bought: whole periods, shares of changed plans, packs.

Whole periods are the lines of a create or cycle invoice that settle no change. What settles a
change (every plan's line of an update invoice, a proration wherever it is billed) buys together
what the money for it pays for, so that toggling gains nothing however it is invoiced. A change that
begins a new period also buys its time, even where the remainder of the old one paid for it all.
"""

from dataclasses import dataclass
from fractions import Fraction

from reprise.billing.invoice import InvoicePaid
from reprise.billing.invoice_line import InvoiceLine
from reprise.catalogue.model import Pack, PlanPrice, Unmapped
from reprise.ledger.allot import allot
from reprise.ledger.lots import LotKind
from reprise.ledger.orders import Purchase
from reprise.metrics import Metric
from reprise.policy.proration import upgrade_credits
from reprise.policy.version import TrialRule
from reprise.usecases.stripe.books import Books, NotYetError

_WHOLE_PERIODS = frozenset({"subscription_create", "subscription_cycle"})
"""Billing reasons under which a plan's line pays a whole period."""


@dataclass(frozen=True, slots=True)
class _Sold:
    """A line and what it sells."""

    line: InvoiceLine
    what: PlanPrice | Pack

    @property
    def quantity(self) -> int:
        return 1 if self.line.quantity is None else self.line.quantity

    @property
    def credits(self) -> int:
        return self.what.credits * self.quantity

    @property
    def begins_period(self) -> bool:
        """Whether a plan's line of a change pays a new period, not the rest of the old one."""
        return not self.line.proration and self.line.amount > 0 and self.quantity > 0


def purchases_of(books: Books, invoice: InvoicePaid) -> list[Purchase]:
    """Return what an invoice's lines bought; an unknown price parks the whole invoice.

    Raises:
        NotYetError: the catalogue does not hold what was sold.
    """
    if not invoice.lines:
        return []
    paid = allot(invoice.amount_paid, {line.line_id: line.weight for line in invoice.lines})
    several = {f"{invoice.invoice_id}/{line_id}": part for line_id, part in paid.items() if part}
    sold = [found for line in invoice.lines for found in [_sold(books, line)] if found]
    changes = [one for one in sold if _settles_a_change(invoice, one)]
    credits = {
        one.line.line_id: _whole(books, invoice, one)
        for one in sold
        if one not in changes and one.line.amount >= 0
    }
    credits |= _changed(books, invoice, changes, paid)
    return [
        _purchase(books, invoice, one, credits.get(line_id, 0), several)
        for one in sold
        for line_id in [one.line.line_id]
        if credits.get(line_id, 0) > 0 or (one in changes and one.begins_period)
    ]


def unknown_price(found: Unmapped) -> NotYetError:
    """Return what says that the catalogue must be mended first."""
    return NotYetError(found.field, found.fix, metric=Metric.UNKNOWN_PRICE)


def _sold(books: Books, line: InvoiceLine) -> _Sold | None:
    """Return what a line sells, or gives back; nothing if it has no price."""
    if line.price is None:
        return None
    found = books.catalogue.by_price(line.price.price_id, line.price.lookup_key or "")
    if not isinstance(found, Unmapped):
        return _Sold(line, found)
    if line.amount < 0:
        return None  # what is given back may be sold no more
    raise unknown_price(found)


def _settles_a_change(invoice: InvoicePaid, one: _Sold) -> bool:
    is_update = invoice.billing_reason == "subscription_update"
    return isinstance(one.what, PlanPrice) and (is_update or one.line.proration)


def _whole(books: Books, invoice: InvoicePaid, one: _Sold) -> int:
    """Return the credits of a pack, or of a plan's whole period under the invoice's policy."""
    if isinstance(one.what, Pack):
        return 0 if one.line.proration else one.credits
    is_trial = one.line.amount == 0
    if invoice.billing_reason not in _WHOLE_PERIODS:
        if is_trial:
            return 0
        reason = invoice.billing_reason
        raise NotYetError("billing_reason", f"{reason} sells no plan: credit or refund it by hand")
    policy = books.policy.in_force(invoice.paid_at)
    return one.credits if not is_trial or policy.trial_rule is TrialRule.FULL else 0


def _changed(
    books: Books, invoice: InvoicePaid, changes: list[_Sold], paid: dict[str, int]
) -> dict[str, int]:
    """Return the credits that the lines of plan changes buy, all changes taken together.

    Tax buys none, and neither does what paid for the invoice's other lines. What was granted for
    the rest of a period is no part of a new one.
    """
    entered = [one for one in changes if one.line.amount > 0 and one.quantity > 0]
    net = sum(one.line.amount - one.line.discount for one in changes)
    money = min(net, sum(paid[one.line.line_id] for one in entered))
    if money <= 0:
        return {}
    price = sum((_price(one, invoice.currency) for one in entered), Fraction(0))
    if price <= 0:
        return {}
    credits = upgrade_credits(
        old_credits=sum(one.credits for one in changes if one.line.amount < 0)
        if not any(one.begins_period for one in entered)
        else 0,
        new_credits=sum(one.credits for one in entered),
        new_price_minor=price,
        paid_minor=money,
        rule=books.policy.in_force(invoice.paid_at).upgrade_rule,
    )
    return allot(credits, {one.line.line_id: one.line.weight for one in entered})


def _price(one: _Sold, currency: str) -> Fraction:
    """Return what a period of it costs, under the discount that its line has."""
    price = one.what.amount(currency)
    if price is None:
        shown = getattr(one.what, "id", "the pack")
        raise unknown_price(Unmapped("currency", f"{currency} must be added to {shown}"))
    line = one.line
    kept = Fraction(line.weight, line.amount) if line.amount > 0 else Fraction(1)
    return price * one.quantity * kept


def _purchase(
    books: Books, invoice: InvoicePaid, one: _Sold, credits: int, lines: dict[str, int]
) -> Purchase:
    line, sold = one.line, one.what
    order_id = f"{invoice.invoice_id}/{line.line_id}"
    paid = lines.get(order_id, 0)
    is_plan = isinstance(sold, PlanPrice)
    facts = {
        "invoice": invoice.invoice_id,
        "number": invoice.number,
        "reason": invoice.billing_reason,
        "country": invoice.country,
        "customer": invoice.customer,
        "period_start": line.period_start.isoformat() if is_plan else None,
        "policy_shown": line.policy_version or invoice.policy_version,
    }
    return Purchase(
        order_id=order_id,
        kind=LotKind.SUBSCRIPTION if is_plan else LotKind.PACK,
        sku=sold.plan if isinstance(sold, PlanPrice) else sold.sku,
        credits=credits,
        paid=paid,
        due=paid,
        payment=invoice.amount_paid,
        currency=invoice.currency,
        purchased_at=invoice.paid_at,
        policy_version=books.policy.in_force(invoice.paid_at).id,
        subscription_id=(line.subscription or invoice.subscription) if is_plan else None,
        period_end=line.period_end if is_plan else None,
        lines={} if paid == invoice.amount_paid else {order_id: paid, **lines},
        facts={name: fact for name, fact in facts.items() if fact},
    )
