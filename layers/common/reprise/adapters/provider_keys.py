"""A poller whose keys are a secret: read at the first poll, and anew when the secret changes."""

from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import override

from reprise.adapters.guard import Limits
from reprise.adapters.provider_http import HttpProviderPoller, ProviderApi
from reprise.adapters.secrets import CachedSecret
from reprise.errors import TransientError
from reprise.ports.provider import PollResult, ProviderPoller, ProviderUnavailableError
from reprise.providers.dialects import DIALECTS
from reprise.providers.operation import Operation


class KeyedProviderPoller(ProviderPoller):
    """Asks the providers that the secret holds a key for; any other cannot be asked.

    Args:
        base_url: what every provider is asked at, below it by name; empty for its own API.
        secret: makes the reader of the secret, at the first poll: most events need none.
        limits: how hard each provider may be used.
        clock: the wall clock.
    """

    def __init__(
        self,
        base_url: str,
        secret: Callable[[], CachedSecret],
        limits: Limits,
        clock: Callable[[], datetime],
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._make_secret = secret
        self._limits = limits
        self._clock = clock
        self._lock = Lock()
        self._secret: CachedSecret | None = None
        self._poller: HttpProviderPoller | None = None
        self._words: tuple[str, ...] = ()

    @override
    def poll(self, provider: str, operation: Operation, task_id: str) -> PollResult:
        return self._current().poll(provider, operation, task_id)

    def _current(self) -> HttpProviderPoller:
        # Threads share the poller, and with it the provider's limits.
        with self._lock:
            self._secret = self._secret or self._make_secret()
            try:
                words = self._secret.words(self._clock())
            except TransientError as error:
                raise ProviderUnavailableError(f"the providers' keys: {error}") from error
            if self._poller is None or words != self._words:
                self._poller, self._words = self._over(words), words
            return self._poller

    def _over(self, words: tuple[str, ...]) -> HttpProviderPoller:
        keys = {name: key for name, _, key in (word.partition("=") for word in words) if key}
        apis = {
            name: ProviderApi(
                f"{self._base_url}/{name}" if self._base_url else poll.base_url, keys[name]
            )
            for name, dialect in DIALECTS.items()
            if (poll := dialect.poll) and name in keys
        }
        return HttpProviderPoller(apis, self._limits)
