"""The ids under which a customer may name one of their own orders."""

from collections.abc import Iterable

from reprise.ledger.orders import Order, root_of
from reprise.mail.ids import MailIds
from reprise.ports.ledger import LedgerStore

_FACTS = ("payment_intent", "invoice", "number")
_LOOKUPS_MAX = 20
"""Ids of one mail that are looked up: more is no request but a list."""


def own_ids(store: LedgerStore, account_id: str, ids: MailIds) -> dict[str, str]:
    """Return every id that stands for an order of the account, with the order it stands for.

    An id that covers several lines of an invoice stands for the invoice, so that nobody guesses
    which line is meant.

    Args:
        store: the ledger's store.
        account_id: the proven sender's account.
        ids: what the mail holds; ids of Stripe that no order carries itself are looked up, and
            count only where they lead to this account.
    """
    orders = store.orders_of(account_id)
    own: dict[str, str] = {}
    for order in orders:
        own[order.order_id] = order.order_id
        root = root_of(order.order_id)
        for name in (root, *(order.purchase.facts.get(fact) for fact in _FACTS)):
            if name and own.setdefault(name, order.order_id) != order.order_id:
                own[name] = root
    for candidate in ids.candidates[:_LOOKUPS_MAX]:
        alias = store.find_alias(candidate.text) if candidate.text not in own else None
        if alias is not None and alias.account_id == account_id and alias.order_id is not None:
            own[candidate.text] = own.get(alias.order_id, alias.order_id)
    return own


def matching(orders: Iterable[Order], named: str) -> list[Order]:
    """Return the orders that a matched id stands for: one, or the lines of an invoice."""
    return [
        order
        for order in orders
        if order.order_id == named or order.order_id.startswith(f"{named}/")
    ]
