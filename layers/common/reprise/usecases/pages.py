"""What the product's own pages ask besides: refund requests, withdrawals, Stripe's portal."""

from dataclasses import dataclass

from reprise.cases.model import Case
from reprise.errors import BadInputError
from reprise.ledger.lots import LotKind
from reprise.ledger.orders import Order
from reprise.ports.cases import CaseStore
from reprise.ports.ledger import Page
from reprise.ports.stripe import StripePortal
from reprise.usecases.accounts import Accounts, CaseUnknownError, CustomerUnknownError
from reprise.usecases.withdrawing import Withdrawals


@dataclass(frozen=True, slots=True)
class Pages:
    """What those pages ask of the world.

    Args:
        accounts: who is known, and what they bought.
        cases: refund requests.
        stripe: makes links to its portal.
        withdrawals: the withdrawal function.
    """

    accounts: Accounts
    cases: CaseStore
    stripe: StripePortal
    withdrawals: Withdrawals

    def cases_of(self, account_id: str, limit: int, cursor: str | None) -> Page[Case]:
        """Return a page of an account's cases, newest first; the cursor is the last case's id.

        Raises:
            AccountUnknownError: the account has no credits and no owner.
            BadInputError: the cursor names no case of the account.
        """
        self.accounts.head(account_id)
        found = self.cases.cases_of(account_id)
        found.sort(key=lambda case: (case.opened_at, case.case_id), reverse=True)
        ids = [case.case_id for case in found]
        if cursor is not None and cursor not in ids:
            raise BadInputError("cursor", "must be the cursor of the page before")
        start = 0 if cursor is None else ids.index(cursor) + 1
        more = start + limit < len(found)
        return Page(tuple(found[start : start + limit]), ids[start + limit - 1] if more else None)

    def case(self, account_id: str, case_id: str) -> Case:
        """Return a case of an account; somebody else's is answered like one that is not there.

        Raises:
            CaseUnknownError: the account has no such case.
        """
        case = self.cases.case(case_id)
        if case is None or case.account_id != account_id:
            raise CaseUnknownError(case_id)
        return case

    def portal(self, account_id: str, return_url: str) -> str:
        """Return a link to Stripe's portal for the customer who pays for an account.

        Raises:
            AccountUnknownError: the account has no credits and no owner.
            CustomerUnknownError: no order of the account was paid by a customer of its own.
        """
        self.accounts.head(account_id)
        store = self.accounts.ledger.store
        customer = _customer(store.orders_of(account_id))
        # A customer that several accounts share is known as the first one's: nobody else may see
        # or cancel what that one pays for.
        known = store.find_alias(customer) if customer else None
        link = None
        if customer and known is not None and known.account_id == account_id:
            link = self.stripe.portal_link(customer, return_url)
        if link is None:
            raise CustomerUnknownError(account_id)
        return link


def _customer(orders: list[Order]) -> str:
    """Return who paid for the latest subscription, or else for the latest pack."""
    paid = [
        (bought.kind is LotKind.SUBSCRIPTION, bought.purchased_at, str(bought.facts["customer"]))
        for bought in (order.purchase for order in orders)
        if "customer" in bought.facts
    ]
    return max(paid)[-1] if paid else ""
