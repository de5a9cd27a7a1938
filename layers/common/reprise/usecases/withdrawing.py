"""The withdrawal function: "withdraw from contract here", then "confirm withdrawal", on a page.

Source: Directive 2011/83/EU, article 11a, added by Directive (EU) 2023/2673. The product shows the
page for as long as `open_to` lists an order; what the customer confirms there becomes a case like
one that came by mail, acknowledged by mail with the time at which it was confirmed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from reprise.cases.model import Case, Wish
from reprise.ledger.orders import Order, OrderStatus, Purchase
from reprise.ledger.usage import credits_used
from reprise.policy.book import PolicyBook
from reprise.policy.calendar import BusinessCalendar, in_eea, withdrawal_window
from reprise.policy.deciding import case_due_at
from reprise.policy.facts import Category
from reprise.ports.cases import CaseStore
from reprise.usecases.accounts import Accounts, CaseUnknownError
from reprise.usecases.cases.facts import country_of, is_renewal
from reprise.usecases.cases.unwritten import open_unwritten

ACTOR: Final = "withdrawal_page"


@dataclass(frozen=True, slots=True)
class OpenWithdrawal:
    """A purchase that its buyer may withdraw from.

    Args:
        order: the purchase.
        until: first instant that is too late; the latest one where the region decides.
        credits_used: what of it charges consumed: a used purchase is looked at by a person.
    """

    order: Order
    until: datetime
    credits_used: int


@dataclass(frozen=True, slots=True)
class Withdrawals:
    """What withdrawing asks of the world.

    Args:
        accounts: who is known, and what they bought.
        cases: where a withdrawal is kept.
        policy: the policy book.
        calendar: when the desk is open.
    """

    accounts: Accounts
    cases: CaseStore
    policy: PolicyBook
    calendar: BusinessCalendar

    def open_to(self, account_id: str, now: datetime) -> tuple[OpenWithdrawal, ...]:
        """Return the purchases that an account may withdraw from now, soonest to end first.

        Raises:
            AccountUnknownError: the account has no credits and no owner.
        """
        return tuple(sorted(self._open(account_id, now), key=lambda one: one.until))

    def withdraw(self, account_id: str, order_id: str, now: datetime) -> tuple[Case, bool]:
        """Take in what the signed-in customer confirmed; once per purchase.

        Nothing is refused here: too late, used, or outside the EEA is the decision's to say.

        Returns:
            The case as it stands, and whether this call opened it.

        Raises:
            OrderUnknownError: the account has no such order.
            CaseUnknownError: it was withdrawn from so long ago that the case is not kept any more.
        """
        order = self.accounts.order(account_id, order_id).order
        policy = self.policy.version(order.purchase.policy_version)
        wish = Wish(
            category=Category.EU_WITHDRAWAL,
            confidence_percent=100,
            reading="confirmed on the withdrawal page",
            orders=(order_id,),
        )
        taken = open_unwritten(
            self.cases,
            f"withdrawal-{order_id}",
            account_id,
            self.accounts.directory.profile(account_id),
            wish,
            actor=ACTOR,
            subject="Withdrawal from a purchase",
            proof="no mail: confirmed by the customer whom the product signed in",
            due_at=case_due_at(wish.category, now, policy, self.calendar),
            now=now,
            words="withdrawal_received",
        )
        case = self.cases.case(taken.case_ids[0])
        if case is None:
            raise CaseUnknownError(taken.case_ids[0])
        return case, not taken.replayed

    def _open(self, account_id: str, now: datetime) -> Iterator[OpenWithdrawal]:
        account = self.accounts.head(account_id)
        profile = self.accounts.directory.profile(account_id)
        orders = self.accounts.ledger.store.orders_of(account_id)
        for order in orders:
            bought, country = order.purchase, country_of(order.purchase, profile)
            is_held = order.status is not OrderStatus.REFUNDED and order.net_paid
            if not is_held or not in_eea(country) or _is_paid_again(bought, orders):
                continue
            days = self.policy.version(bought.policy_version).withdrawal_days
            until = withdrawal_window(bought.purchased_at, country, days).ends_at_with_regional
            if now < until:
                yield OpenWithdrawal(order, until, credits_used(account, order))


def _is_paid_again(bought: Purchase, orders: Iterable[Order]) -> bool:
    """Return whether a subscription was paid for before; its first payment may follow a trial."""
    return is_renewal(bought) and any(
        one.purchase.subscription_id == bought.subscription_id
        and one.purchase.purchased_at < bought.purchased_at
        for one in orders
    )
