"""Accounts to be told of a second, material policy version; in memory or in other stores."""

from dataclasses import replace
from datetime import UTC, datetime

from reprise.policy.book import PolicyBook
from reprise.ports.announcements import MemoryAnnouncements, MemoryMailed
from reprise.ports.bus import MemoryBus
from reprise.ports.directory import MemoryDirectory, Profile
from reprise.ports.outbox import MemoryOutbox
from reprise.usecases.announcing import Announcing
from reprise.usecases.mailing import Mailing

from tests.support.ledger import DAY
from tests.support.policy import FIRST_TEXT, text

EFFECTIVE = datetime(2026, 7, 1, tzinfo=UTC)
NOW = EFFECTIVE - 20 * DAY
SECOND = "2026-07-01"


def book(*more) -> PolicyBook:
    second = text(SECOND, EFFECTIVE, material=True, leftover_days=30)
    reworded = second.replace("stay on your balance for 60 days", "stay on it for 30 days")
    return PolicyBook.of([FIRST_TEXT, reworded, *more])


def registered(directory, number, at=NOW - DAY):
    profile = Profile(f"usr_{number}", f"{number}@example.com", "en", "DE", at)
    directory.put_profile(profile)
    return profile


def announcing(accounts=0) -> Announcing:
    directory = MemoryDirectory()
    for number in range(accounts):
        registered(directory, number)
    announcements = MemoryAnnouncements()
    return Announcing(
        policy=replace(book(), notices_out=announcements.out_at),
        announcements=announcements,
        mailing=Mailing(directory, MemoryMailed(), MemoryOutbox()),
        bus=MemoryBus(),
    )
