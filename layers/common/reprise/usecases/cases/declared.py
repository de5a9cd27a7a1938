"""Withdrawals that an account declared in earlier mails.

A withdrawal counts from when it was declared, whether or not it named its order (Directive
2011/83/EU, article 11): who was asked for the order, and writes anew, has not begun anew.
"""

from datetime import datetime

from reprise.cases.model import Case
from reprise.ledger.orders import Order
from reprise.policy.facts import Category
from reprise.ports.cases import CaseStore
from reprise.usecases.cases.own_ids import matching


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
