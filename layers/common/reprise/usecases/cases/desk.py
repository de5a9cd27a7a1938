"""What working on cases needs: stores, Stripe, and a way to answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from reprise.canonical import digest
from reprise.metrics import Metric
from reprise.policy.calendar import BusinessCalendar
from reprise.ports.brake import Brake
from reprise.ports.cases import CaseStore
from reprise.ports.directory import Directory
from reprise.ports.outbox import Outbox
from reprise.ports.stripe import StripeDesk
from reprise.ports.tallies import Tallies
from reprise.usecases.ledger import Ledger
from reprise.usecases.stripe.books import Books

ACTOR: Final = "case_actions"
ANSWER_AWAITED: Final = timedelta(days=14)
"""How long a question to the customer stands before the case is closed; writing again reopens."""


@dataclass(frozen=True, slots=True)
class Answering:
    """How customers are answered.

    Args:
        outbox: what sends mail.
        address: what answers come from and come back to; empty: nobody is answered.
        token_key: returns the key that signs the case in the address.
    """

    outbox: Outbox
    address: str
    token_key: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Desk:
    """What working on cases needs.

    Args:
        cases: the cases; tallies: what was done for whom.
        directory: the account directory.
        books: the ledger, subscription mirrors, catalogue and policy book.
        stripe: Stripe's word about payments, and refunds; brake: whether these may go out.
        answering: how customers are answered.
        calendar: when the desk is open, by which due times are counted.
    """

    cases: CaseStore
    tallies: Tallies
    directory: Directory
    books: Books
    stripe: StripeDesk
    brake: Brake
    answering: Answering
    calendar: BusinessCalendar

    @property
    def ledger(self) -> Ledger:
        """The credit ledger."""
        return self.books.ledger


@dataclass(frozen=True, slots=True)
class Worked:
    """What was done to a case, and what to count."""

    done: str
    metrics: tuple[Metric, ...] = ()


def account_tally(account_id: str) -> str:
    """Return under what an account's refunds are counted."""
    return f"refunds#account#{account_id}"


def card_tally(fingerprint: str) -> str:
    """Return under what a card's refunds are counted."""
    return f"refunds#card#{digest(fingerprint)[:32]}"
