"""How far the notices of policy versions are, and who was mailed about what."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Protocol, override

CLAIMED_FOR = timedelta(minutes=15)
"""How long one mail may take: longer than any function runs, shorter than a message hides."""


@dataclass(frozen=True, slots=True)
class ShardWalk:
    """How far one shard of the accounts was told of one version.

    Args:
        begun_at: when the latest walk over it began.
        ended_at: when a walk last came to its end; None while none did.
        first_ended_at: when the first one did.
        told_until: registrations up to here were told.
    """

    begun_at: datetime
    ended_at: datetime | None = None
    first_ended_at: datetime | None = None
    told_until: datetime | None = None


class Announcements(Protocol):
    """What was announced, by policy version."""

    def announced(self, version_id: str) -> bool:
        """Return whether the version was put on the bus."""

    def set_announced(self, version_id: str, at: datetime) -> None:
        """Note that it was."""

    def out_at(self, version_id: str) -> datetime | None:
        """Return when the last notice to those registered by then had gone out, if it has."""

    def set_out(self, version_id: str, at: datetime) -> None:
        """Note when; the first word stands."""

    def walks(self, version_id: str) -> Mapping[int, ShardWalk]:
        """Return every walk that began, by shard, read consistently."""

    def begin(self, version_id: str, shard: int, at: datetime) -> None:
        """Note that a walk began."""

    def end(self, version_id: str, shard: int, at: datetime, told_until: datetime) -> None:
        """Note that a walk came to its end; again is the same."""


class Claim(Enum):
    """What came of claiming a mail."""

    MINE = auto()
    DONE = auto()
    OTHERS = auto()


class Mailed(Protocol):
    """Which mails an account got: each claimed before it is sent, and noted afterwards.

    Two that claim the same at once are told apart, so neither repeats the other. A claim whose
    holder died lapses after `CLAIMED_FOR`; only a mail that left in that very moment is repeated.
    """

    def claim(self, account_id: str, what: str, now: datetime) -> Claim:
        """Claim a mail, unless it was sent or somebody is at it."""

    def settle(self, account_id: str, what: str, outcome: str, now: datetime) -> None:
        """Note that a claimed mail was attempted, and with what outcome."""


class MemoryAnnouncements(Announcements):
    """`Announcements` in dictionaries."""

    def __init__(self) -> None:
        self.on_bus: dict[str, datetime] = {}
        self.out: dict[str, datetime] = {}
        self.shards: dict[tuple[str, int], ShardWalk] = {}

    @override
    def announced(self, version_id: str) -> bool:
        return version_id in self.on_bus

    @override
    def set_announced(self, version_id: str, at: datetime) -> None:
        self.on_bus[version_id] = at

    @override
    def out_at(self, version_id: str) -> datetime | None:
        return self.out.get(version_id)

    @override
    def set_out(self, version_id: str, at: datetime) -> None:
        self.out.setdefault(version_id, at)

    @override
    def walks(self, version_id: str) -> Mapping[int, ShardWalk]:
        return {shard: walk for (of, shard), walk in self.shards.items() if of == version_id}

    @override
    def begin(self, version_id: str, shard: int, at: datetime) -> None:
        known = self.shards.get((version_id, shard), ShardWalk(at))
        self.shards[version_id, shard] = replace(known, begun_at=at)

    @override
    def end(self, version_id: str, shard: int, at: datetime, told_until: datetime) -> None:
        known = self.shards.get((version_id, shard), ShardWalk(at))
        first = known.first_ended_at or at
        self.shards[version_id, shard] = ShardWalk(known.begun_at, at, first, told_until)


class MemoryMailed(Mailed):
    """`Mailed` in a dictionary."""

    def __init__(self) -> None:
        self.marks: dict[tuple[str, str], tuple[datetime, str]] = {}

    @override
    def claim(self, account_id: str, what: str, now: datetime) -> Claim:
        at, outcome = self.marks.get((account_id, what), (None, ""))
        if outcome:
            return Claim.DONE
        if at is not None and now - at < CLAIMED_FOR:
            return Claim.OTHERS
        self.marks[account_id, what] = (now, "")
        return Claim.MINE

    @override
    def settle(self, account_id: str, what: str, outcome: str, now: datetime) -> None:
        self.marks[account_id, what] = (now, outcome)
