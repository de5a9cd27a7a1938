"""The desk: who accounts belong to, what waits for something, and customers' cases.

Apart from the ledger, because it holds personal data and parts of it expire.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reprise.errors import PermanentError
from reprise.ports.ledger import Page

type Span = tuple[datetime | None, datetime]


class EmailTakenError(PermanentError):
    """A verified address already belongs to another account."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What the product's backend knows of an account's owner.

    Args:
        account_id: the account.
        email: its verified address, as given.
        locale: a BCP 47 tag, for answers.
        country: two capital letters, for statutory rights.
        registered_at: when this was last told.
    """

    account_id: str
    email: str
    locale: str
    country: str
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class Parked:
    """Something that came in and cannot be applied yet: kept until it can.

    Args:
        parked_id: the event's id.
        source: `stripe`.
        kind: the event's type.
        field: what is missing or unreadable.
        reason: what would mend it.
        waits_for: the id whose appearance re-drives it, if one would.
        body: the event, byte for byte.
        parked_at: when it came.
        attempts: how often it was tried since.
        done_at: when it was applied, None while it waits.
    """

    parked_id: str
    source: str
    kind: str
    field: str
    reason: str
    waits_for: str | None
    body: bytes
    parked_at: datetime
    attempts: int = 0
    done_at: datetime | None = None


class Directory(Protocol):
    """The account directory, fed by the product's backend alone."""

    def put_profile(self, profile: Profile) -> None:
        """Write a profile and point its address at the account.

        Raises:
            EmailTakenError: the address belongs to another account.
        """

    def profile(self, account_id: str) -> Profile | None:
        """Return the profile of an account."""

    def account_of(self, email: str) -> str | None:
        """Return the account of a verified address, however it is capitalised."""

    def registered(
        self, shard: int, span: Span, limit: int, cursor: str | None = None
    ) -> Page[str]:
        """Return the accounts of a shard that were registered, or told anew, within a span.

        Args:
            shard: which shard of the accounts.
            span: after the first instant (None: from the beginning), up to the second.
            limit: how many at most.
            cursor: of the page before.
        """


class ParkingLot(Protocol):
    """What waits: durable, listed oldest first, and gone only after it was applied."""

    def park(self, parked: Parked) -> bool:
        """Keep an event; the same one again is the same one. Return whether it is new."""

    def parked(self, limit: int, cursor: str | None = None) -> Page[Parked]:
        """Return what waits, oldest first."""

    def waiting_for(self, wanted: str) -> list[Parked]:
        """Return what waits for an id."""

    def retried(self, parked: Parked, done_at: datetime | None) -> None:
        """Note another attempt, and whether it was the last."""


def folded(email: str) -> str:
    """Return an address in the form in which two spellings of it are equal."""
    return email.strip().casefold()
