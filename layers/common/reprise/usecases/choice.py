"""A paid pack that cannot be credited in time: its customer is asked to choose, once.

Whether it is completed or its money goes back is decided in the case that is opened here; both end
in one write of `settle#<order>`, so only one of them can happen.
"""

from dataclasses import dataclass
from datetime import datetime

from reprise.billing.checkout import CheckoutSession
from reprise.cases.model import Case, Wish
from reprise.policy.book import PolicyBook
from reprise.policy.calendar import BusinessCalendar
from reprise.policy.deciding import case_due_at
from reprise.policy.facts import Category, Preference
from reprise.ports.cases import CaseStore
from reprise.ports.directory import Directory
from reprise.usecases.cases.others import asks_for_money
from reprise.usecases.cases.unwritten import open_unwritten

ACTOR = "stripe_reconcile"


@dataclass(frozen=True, slots=True)
class Choices:
    """What asking a customer needs.

    Args:
        cases: where the question is kept until it is answered.
        directory: whose account it is, and at which address they are reached.
        policy: the policy book, for due times.
        calendar: when the desk is open.
    """

    cases: CaseStore
    directory: Directory
    policy: PolicyBook
    calendar: BusinessCalendar

    def wants_money(self, account_id: str, session: CheckoutSession) -> bool:
        """Return whether an open request for this order's money forbids completing it.

        A request that names no order at all may mean this one.
        """
        ours = {session.session_id, session.payment_intent}
        cases = self.cases.cases_of(account_id)
        return any(asks_for_money(case, ours) or _may_mean_any(case) for case in cases)

    def ask(self, account_id: str, session: CheckoutSession, why: str, now: datetime) -> bool:
        """Open the case of an order that could not be credited; return whether it is new.

        Args:
            account_id: the account that our server named in the session.
            session: what was paid.
            why: what keeps it from being credited.
            now: the wall clock.
        """
        policy = self.policy.in_force(session.bought_at)
        wish = Wish(
            category=Category.PACK_NOT_CREDITED,
            confidence_percent=100,
            reading=f"not credited: {why}"[:500],
            foreign=(session.session_id,),
        )
        taken = open_unwritten(
            self.cases,
            f"reconcile-{session.session_id}",
            account_id,
            self.directory.profile(account_id),
            wish,
            actor=ACTOR,
            subject="A pack that was paid and not credited",
            proof="no mail: opened by the reconciler for the account that the session names",
            due_at=case_due_at(wish.category, now, policy, self.calendar),
            now=now,
        )
        return not taken.replayed


def _may_mean_any(case: Case) -> bool:
    """Return whether an open case asks for the money of a pack that is missing, and names none."""
    wish = case.wish
    return (
        not case.state.ended
        and (wish.category, wish.preference) == (Category.PACK_NOT_CREDITED, Preference.REFUND)
        and not (wish.orders or wish.foreign or wish.hints)
    )
