"""Ids that only Stripe can place: a receipt's charge, or a pack that was paid and never landed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from reprise.billing.checkout import CheckoutSession
from reprise.errors import BadInputError
from reprise.ledger.lots import LotKind
from reprise.ledger.orders import Order, Purchase
from reprise.ports.stripe import StripeRefusedError
from reprise.usecases.cases.desk import Desk
from reprise.usecases.cases.own_ids import matching
from reprise.usecases.stripe.books import Books, NotYetError
from reprise.usecases.stripe.orders import pack_purchase

_ASKED_MAX: Final = 5


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
            purchased_at=session.created_at,
            policy_version=books.policy.in_force(session.created_at).id,
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
