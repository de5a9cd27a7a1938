"""Secrets from Secrets Manager, cached for a short while and read anew when one does not fit."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from reprise.errors import TransientError

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

CACHED_FOR = timedelta(minutes=5)


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
        if self._read_at is None or not timedelta(0) <= now - self._read_at < CACHED_FOR:
            return self.refreshed(now)
        return self._words

    def refreshed(self, now: datetime) -> tuple[str, ...]:
        """Read the secret anew.

        Raises:
            TransientError: it could not be read.
        """
        try:
            answer = self._client.get_secret_value(SecretId=self._secret_id)
        except (ClientError, BotoCoreError) as error:
            raise TransientError(f"the secret {self._secret_id} could not be read") from error
        self._words = tuple(answer["SecretString"].split())
        self._read_at = now
        return self._words
