"""Where incidents are kept, and how far posting their credits came."""

from collections.abc import Mapping
from typing import Protocol, override

from reprise.billing.award import Award
from reprise.billing.outage import Incident
from reprise.ports.ledger import HeadMovedError

type Counts = Mapping[str, int]


class OutageStore(Protocol):
    """Incidents, and what each account and each shard of them got for them."""

    def incident(self, incident_id: str) -> Incident | None:
        """Return an incident, read consistently."""

    def incidents(self) -> list[Incident]:
        """Return every incident, read consistently; there are few."""

    def save(self, incident: Incident) -> None:
        """Write an incident whose version follows the stored one.

        Raises:
            HeadMovedError: somebody else wrote it first.
        """

    def award(self, incident_id: str, account_id: str) -> Award | None:
        """Return what an account gets for an incident, read consistently."""

    def save_award(self, incident_id: str, award: Award) -> None:
        """Write an award whose version follows the stored one.

        Raises:
            HeadMovedError: somebody else wrote it first.
        """

    def put_counts(self, incident_id: str, shard: int, counts: Counts) -> None:
        """Note what a shard got, once all of it is posted; again is the same."""

    def counts(self, incident_id: str) -> Mapping[int, Counts]:
        """Return what the finished shards got."""


class MemoryOutageStore(OutageStore):
    """An `OutageStore` in dictionaries."""

    def __init__(self) -> None:
        self.stored: dict[str, Incident] = {}
        self.awards: dict[tuple[str, str], Award] = {}
        self.shards: dict[tuple[str, int], Counts] = {}

    @override
    def incident(self, incident_id: str) -> Incident | None:
        return self.stored.get(incident_id)

    @override
    def incidents(self) -> list[Incident]:
        return [self.stored[key] for key in sorted(self.stored)]

    @override
    def save(self, incident: Incident) -> None:
        known = self.stored.get(incident.incident_id)
        if incident.version != (known.version if known else 0) + 1:
            raise HeadMovedError(incident.incident_id)
        self.stored[incident.incident_id] = incident

    @override
    def award(self, incident_id: str, account_id: str) -> Award | None:
        return self.awards.get((incident_id, account_id))

    @override
    def save_award(self, incident_id: str, award: Award) -> None:
        known = self.award(incident_id, award.account_id)
        if award.version != (known.version if known else 0) + 1:
            raise HeadMovedError(award.account_id)
        self.awards[incident_id, award.account_id] = award

    @override
    def put_counts(self, incident_id: str, shard: int, counts: Counts) -> None:
        self.shards[incident_id, shard] = counts

    @override
    def counts(self, incident_id: str) -> Mapping[int, Counts]:
        return {shard: found for (of, shard), found in self.shards.items() if of == incident_id}
