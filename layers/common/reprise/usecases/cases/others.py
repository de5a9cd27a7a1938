"""What the other requests of an account mean for one of its orders.

A withdrawal counts from when it was declared, whether or not it named its order (Directive
2011/83/EU, article 11): who was asked for the order, and writes anew, has not begun anew. And while
somebody asks for an order's money, it is not completed.
"""

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final

from reprise.cases.model import Case
from reprise.ledger.orders import Order
from reprise.policy.facts import Category, Preference
from reprise.ports.cases import CaseStore
from reprise.usecases.cases.own_ids import matching

_FOR_MONEY: Final = frozenset(
    {
        Category.CHARGED_AFTER_CANCELLATION,
        Category.CHARGED_TWICE,
        Category.CREDITED_PACK,
        Category.EU_WITHDRAWAL,
    }
)


def asks_for_money(case: Case, names: AbstractSet[str | None]) -> bool:
    """Return whether an open case asks for the money of the order that goes by these names.

    An order that never landed is none of the account's yet, so it is named by a foreign id.
    """
    wish = case.wish
    is_for_money = wish.preference is Preference.REFUND or wish.category in _FOR_MONEY
    named = {*wish.orders, *wish.foreign, *wish.hints}
    return not case.state.ended and is_for_money and not names.isdisjoint(named)


def declared(
    cases: CaseStore, case: Case, order: Order | None
) -> tuple[tuple[datetime | None, datetime], ...]:
    """Return the dates and receipts of mails that withdrew from an order, or from one not named.

    Args:
        cases: where they are kept.
        case: the case that is looked at, left out here.
        order: the order it is about, if it is about one.
    """
    if order is None:
        return ()
    return tuple(
        (other.letter.sent_at, other.letter.received_at)
        for other in cases.cases_of(case.account_id or "")
        if other.case_id != case.case_id
        and other.letter.proven
        and other.wish.category is Category.EU_WITHDRAWAL
        and (not other.wish.orders or any(matching([order], name) for name in other.wish.orders))
    )
