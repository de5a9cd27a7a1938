"""Where subscription mirrors are kept, beside their accounts."""

from typing import Protocol, override

from reprise.billing.mirror import Mirror
from reprise.ports.ledger import HeadMovedError


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
