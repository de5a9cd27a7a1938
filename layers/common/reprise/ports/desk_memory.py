"""The in-memory desk, for tests."""

from dataclasses import replace
from datetime import datetime
from typing import override

from reprise.ports.desk import (
    Directory,
    EmailTakenError,
    Parked,
    ParkingLot,
    Profile,
    Span,
    folded,
)
from reprise.ports.ledger import Page, shard_of


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


class MemoryParkingLot(ParkingLot):
    """A `ParkingLot` in a dictionary."""

    def __init__(self) -> None:
        self.events: dict[str, Parked] = {}

    @override
    def park(self, parked: Parked) -> bool:
        return self.events.setdefault(parked.parked_id, parked) is parked

    @override
    def parked(self, limit: int, cursor: str | None = None) -> Page[Parked]:
        waiting = sorted(
            (event for event in self.events.values() if event.done_at is None),
            key=lambda event: (event.parked_at, event.parked_id),
        )
        start = int(cursor or 0)
        more = start + limit < len(waiting)
        return Page(tuple(waiting[start : start + limit]), str(start + limit) if more else None)

    @override
    def waiting_for(self, wanted: str) -> list[Parked]:
        return [p for p in self.events.values() if p.waits_for == wanted and p.done_at is None]

    @override
    def retried(self, parked: Parked, done_at: datetime | None) -> None:
        self.events[parked.parked_id] = replace(
            parked, attempts=parked.attempts + 1, done_at=done_at
        )
