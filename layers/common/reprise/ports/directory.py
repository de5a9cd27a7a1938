"""The account directory: who each account belongs to.

Apart from the ledger, because it holds personal data.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, override

from reprise.errors import PermanentError
from reprise.ports.ledger import Page, shard_of

type Span = tuple[datetime | None, datetime]
"""After the first instant (None: from the beginning), up to the second."""


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


class MemoryDirectory(Directory):
    """A `Directory` in dictionaries."""

    def __init__(self) -> None:
        self.profiles: dict[str, Profile] = {}

    @override
    def put_profile(self, profile: Profile) -> None:
        if self.account_of(profile.email) not in {None, profile.account_id}:
            raise EmailTakenError("email: already belongs to another account")
        self.profiles[profile.account_id] = profile

    @override
    def profile(self, account_id: str) -> Profile | None:
        return self.profiles.get(account_id)

    @override
    def account_of(self, email: str) -> str | None:
        wanted = folded(email)
        owners = (p.account_id for p in self.profiles.values() if folded(p.email) == wanted)
        return next(owners, None)

    @override
    def registered(
        self, shard: int, span: Span, limit: int, cursor: str | None = None
    ) -> Page[str]:
        after, until = span
        found = sorted(
            (profile.registered_at, account_id)
            for account_id, profile in self.profiles.items()
            if shard_of(account_id) == shard
            and (after is None or after < profile.registered_at)
            and profile.registered_at <= until
        )
        start = int(cursor or 0)
        page = tuple(account_id for _, account_id in found[start : start + limit])
        more = start + limit < len(found)
        return Page(page, str(start + limit) if more else None)


def folded(email: str) -> str:
    """Return an address in the form in which two spellings of it are equal."""
    return email.strip().casefold()
