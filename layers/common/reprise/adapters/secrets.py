"""Secrets from Secrets Manager, cached for a short while and read anew when one does not fit."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from reprise.errors import TransientError

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

CACHED_FOR = timedelta(minutes=5)
REREAD_AFTER = timedelta(seconds=10)
"""How old a secret must be to be read anew because it did not fit: anybody can send what does
not, and each reading is paid for."""


class CachedSecret:
    """One secret of several words, such as signing secrets of which two may be live.

    Args:
        client: a Secrets Manager client.
        secret_id: the secret's name or ARN.
    """

    def __init__(self, client: "SecretsManagerClient", secret_id: str) -> None:
        self._client = client
        self._secret_id = secret_id
        self._words: tuple[str, ...] = ()
        self._read_at: datetime | None = None

    def words(self, now: datetime) -> tuple[str, ...]:
        """Return the secret's words, at most five minutes old."""
        return self._not_older(CACHED_FOR, now)

    def refreshed(self, now: datetime) -> tuple[str, ...]:
        """Return the secret's words, read anew unless that was done a moment ago.

        Raises:
            TransientError: it could not be read.
        """
        return self._not_older(REREAD_AFTER, now)

    def _not_older(self, age: timedelta, now: datetime) -> tuple[str, ...]:
        if self._read_at is not None and timedelta(0) <= now - self._read_at < age:
            return self._words
        try:
            answer = self._client.get_secret_value(SecretId=self._secret_id)
        except (ClientError, BotoCoreError) as error:
            raise TransientError(f"the secret {self._secret_id} could not be read") from error
        self._words = tuple(answer["SecretString"].split())
        self._read_at = now
        return self._words
