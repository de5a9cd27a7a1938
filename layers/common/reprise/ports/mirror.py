"""Where subscription mirrors are kept, beside their accounts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, override

from reprise.billing.mirror import Mirror
from reprise.ports.ledger import HeadMovedError, Page, shard_of


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One subscription of an account, as the index of subscribers lists it."""

    account_id: str
    subscription_id: str


class MirrorStore(Protocol):
    """Subscription mirrors by account."""

    def load(self, account_id: str, subscription_id: str) -> Mirror:
        """Return the mirror; one without sightings if none is stored."""

    def save(self, account_id: str, mirror: Mirror) -> None:
        """Write a mirror whose version follows the stored one.

        Raises:
            HeadMovedError: somebody else wrote it first.
        """

    def mirrors_of(self, account_id: str) -> list[Mirror]:
        """Return every mirror of an account."""

    def subscribers(
        self, shard: int, after: datetime, limit: int, cursor: str | None = None
    ) -> Page[Subscriber]:
        """Return the subscriptions of a shard that were not over at an instant.

        Args:
            shard: which shard of the accounts.
            after: subscriptions over at this instant are left out; see `Mirror.over_at`.
            limit: how many at most.
            cursor: of the page before.
        """


class MemoryMirrorStore(MirrorStore):
    """A `MirrorStore` in a dictionary."""

    def __init__(self) -> None:
        self.mirrors: dict[tuple[str, str], Mirror] = {}

    @override
    def load(self, account_id: str, subscription_id: str) -> Mirror:
        return self.mirrors.get((account_id, subscription_id), Mirror(subscription_id))

    @override
    def save(self, account_id: str, mirror: Mirror) -> None:
        if self.load(account_id, mirror.subscription_id).version + 1 != mirror.version:
            raise HeadMovedError(mirror.subscription_id)
        self.mirrors[account_id, mirror.subscription_id] = mirror

    @override
    def mirrors_of(self, account_id: str) -> list[Mirror]:
        return [mirror for (owner, _), mirror in self.mirrors.items() if owner == account_id]

    @override
    def subscribers(
        self, shard: int, after: datetime, limit: int, cursor: str | None = None
    ) -> Page[Subscriber]:
        found = sorted(
            key
            for key, mirror in self.mirrors.items()
            if shard_of(key[0]) == shard and (mirror.over_at is None or mirror.over_at > after)
        )
        start = int(cursor or 0)
        more = start + limit < len(found)
        page = tuple(Subscriber(*key) for key in found[start : start + limit])
        return Page(page, str(start + limit) if more else None)
