"""The composition root: ports bound to AWS, once per function, at its first event."""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reprise.adapters.dynamodb.announcements import DynamoAnnouncements
from reprise.adapters.dynamodb.directory import DynamoDirectory
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.adapters.dynamodb.parking import DynamoParkingLot
from reprise.adapters.secrets import CachedSecret
from reprise.clock import wall_clock
from reprise.composition import aws
from reprise.errors import TransientError
from reprise.ledger.terms import Rules, Terms
from reprise.policy.book import PolicyBook, packaged_book
from reprise.settings import LedgerSettings
from reprise.usecases.ledger import Ledger

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_PAUSE_SECONDS_MAX = 0.25
_PAUSE_SECONDS_FIRST = 0.01


def dynamodb() -> "DynamoDBClient":
    """Return a DynamoDB client; one per function."""
    made: DynamoDBClient = aws.client("dynamodb")
    return made


def ledger(settings: LedgerSettings, client: "DynamoDBClient") -> Ledger:
    """Return the ledger in its table, under the packaged policy book."""
    table = settings.ledger_table
    return Ledger(DynamoLedgerStore(client, table), rules_at(policy_book(client, table)), pause)


def policy_book(client: "DynamoDBClient", ledger_table: str) -> PolicyBook:
    """Return the packaged book, which knows when each version's notices had gone out.

    That is read when a material version's date has come, and once: a word that stands is final. So
    a book without such a version costs nothing, and the day one is held back, a read each time.
    """
    announcements = DynamoAnnouncements(client, ledger_table)
    known: dict[str, datetime] = {}

    def out_at(version_id: str) -> datetime | None:
        if version_id not in known:
            found = announcements.out_at(version_id)
            if found is None:
                return None
            known[version_id] = found
        return known[version_id]

    return replace(packaged_book(), notices_out=out_at)


def directory(client: "DynamoDBClient", cases_table: str) -> DynamoDirectory:
    """Return the account directory."""
    return DynamoDirectory(client, cases_table)


def parking_lot(client: "DynamoDBClient", cases_table: str) -> DynamoParkingLot:
    """Return where events wait that cannot be applied yet."""
    return DynamoParkingLot(client, cases_table)


def secret(secret_id: str) -> CachedSecret:
    """Return a secret, cached for five minutes."""
    return CachedSecret(aws.client("secretsmanager"), secret_id)


def secret_word(secret_id: str, what: str) -> Callable[[], str]:
    """Return what reads the one word of a secret.

    Args:
        secret_id: the secret.
        what: what it holds, for the error.

    Raises:
        TransientError: when read, nobody has put it there yet, so what needs it waits.
    """
    kept = secret(secret_id)

    def read() -> str:
        words = kept.words(wall_clock())
        if not words:
            raise TransientError(f"the secret of {what} is empty: put it there")
        return words[0]

    return read


def rules_at(book: PolicyBook) -> Callable[[datetime], Rules]:
    """Return the ledger's view of a policy book: its terms, and the version in force."""
    terms = {
        version.id: Terms(
            version=version.id,
            leftover=timedelta(days=version.leftover_days),
            reissue=timedelta(days=version.reissue_days),
            notice=timedelta(days=version.min_expiry_notice_days),
            freezes_on=frozenset(kind.value for kind in version.freezes_on),
        )
        for version in book.versions
    }
    return lambda now: Rules(book.in_force(now).id, terms)


def pause(attempt: int) -> None:
    """Sleep before trying again: exponential, fully jittered, a quarter of a second at most."""
    ceiling = min(_PAUSE_SECONDS_MAX, _PAUSE_SECONDS_FIRST * 2**attempt)
    time.sleep(random.uniform(0, ceiling))  # noqa: S311 - spreads load, keeps no secret
