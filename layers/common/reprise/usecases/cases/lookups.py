"""Ids that only Stripe can place: a receipt's charge, or a pack that was paid and never landed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from reprise.billing.checkout import CheckoutSession
from reprise.errors import BadInputError
from reprise.ledger.lots import LotKind
from reprise.ledger.orders import Order, Purchase
from reprise.mail.ids import extract_ids, match_ids
from reprise.mail.model import ReadMail
from reprise.ports.stripe import StripeRefusedError
from reprise.usecases.cases.desk import Desk
from reprise.usecases.cases.own_ids import matching
from reprise.usecases.stripe.books import Books, NotYetError
from reprise.usecases.stripe.orders import pack_purchase

_ASKED_MAX: Final = 5
_PAID_MAX: Final = 10
# A receipt's number, or letters and digits enough for the id of a charge.
_MAY_NAME: Final = re.compile(r"\d{4}\W{1,3}\d{4}|(?=[A-Za-z]{0,20}\d)[A-Za-z0-9]{8}")


@dataclass(frozen=True, slots=True)
class Uncredited:
    """A paid checkout that the ledger has no order of.

    Args:
        session: as Stripe has it.
        purchase: what it bought.
    """

    session: CheckoutSession
    purchase: Purchase


@dataclass(slots=True)
class Placed:
    """Where ids lead: to orders of the account, or to packs that never landed."""

    orders: dict[str, Order] = field(default_factory=dict)
    uncredited: dict[str, Uncredited] = field(default_factory=dict)


def placed(desk: Desk, account_id: str, orders: list[Order], named: Iterable[str]) -> Placed:
    """Place the ids of a mail that no order of the account carries.

    A checkout counts only if our own server named the account in it, a payment only if the ledger
    knows it as the account's: an id of somebody else's purchase leads to nothing.

    Args:
        desk: the world.
        account_id: the proven sender's account.
        orders: every order of the account.
        named: the ids.
    """
    found = Placed()
    asked = [one for one in named if one.startswith(("cs_", "pi_", "ch_", "py_"))]
    for stripe_id in asked[:_ASKED_MAX]:
        try:
            _place(desk, account_id, orders, stripe_id, found)
        except (StripeRefusedError, BadInputError):
            continue  # no id of ours, or nothing that can be read: a person looks
    return found


def receipted(desk: Desk, orders: list[Order], words: ReadMail) -> dict[str, Order]:
    """Return the orders whose charges or receipts the sender's own words name, however mangled.

    Only the account's own latest purchases are asked about, so a number leads nowhere else; all
    that it fits are returned, never a choice among them.

    Args:
        desk: the world.
        orders: every order of the account.
        words: subject and own text.
    """
    if not _MAY_NAME.search(f"{words.subject}\n{words.text}"):
        return {}
    latest = sorted(orders, key=lambda one: one.purchase.purchased_at, reverse=True)
    roots = dict.fromkeys(root_of(one.purchase) for one in latest)
    paid_with: dict[str, list[str]] = {}
    for root in list(roots)[:_PAID_MAX]:
        for payment in desk.stripe.bought(root).payments:
            for name in payment.names:
                paid_with.setdefault(name, []).append(root)
    found = match_ids(extract_ids(words), {name: name for name in paid_with}).orders
    return {
        one.order_id: one
        for name in found
        for root in paid_with[name]
        for one in matching(orders, root)
    }


def root_of(purchase: Purchase) -> str:
    """Return the checkout session or invoice that an order was paid with."""
    return purchase.order_id.partition("/")[0]


def purchase_of(books: Books, session: CheckoutSession) -> Purchase:
    """Return what a paid checkout bought; its credits are unknown where the catalogue lacks it.

    Giving the money back needs no more than the amount; completing it still names what is wanting.
    """
    try:
        return pack_purchase(books, session)
    except NotYetError:
        paid = session.amount_total or 0
        facts = {"country": session.country, "payment_intent": session.payment_intent}
        return Purchase(
            order_id=session.session_id,
            kind=LotKind.PACK,
            sku=session.sku or "unknown",
            credits=0,
            paid=paid,
            due=paid,
            payment=paid,
            currency=session.currency or "",
            purchased_at=session.paid_at,
            policy_version=books.policy.in_force(session.paid_at).id,
            facts={name: fact for name, fact in facts.items() if fact},
        )


def is_uncredited(session: CheckoutSession) -> bool:
    """Return whether a paid checkout that the ledger has no order of may be settled by money.

    One with an invoice is credited under the invoice's own key, which money would not contend
    with: both could go out. A person looks at it.
    """
    return (
        session.mode == "payment" and session.payment_status == "paid" and session.invoice is None
    )


def _place(desk: Desk, account_id: str, orders: list[Order], stripe_id: str, found: Placed) -> None:
    is_charge = stripe_id.startswith(("ch_", "py_"))
    payment = desk.stripe.payment_of(stripe_id) if is_charge else stripe_id
    alias = desk.ledger.store.find_alias(payment) if payment is not None else None
    if alias is not None:
        if alias.account_id == account_id and alias.order_id is not None:
            found.orders |= {one.order_id: one for one in matching(orders, alias.order_id)}
        return
    session = desk.stripe.session_of(payment) if payment is not None else None
    if session is None or session.account != account_id:
        return
    known = matching(orders, session.session_id)
    if known:
        found.orders |= {one.order_id: one for one in known}
    elif is_uncredited(session):
        bought = Uncredited(session, purchase_of(desk.books, session))
        found.uncredited[session.session_id] = bought
