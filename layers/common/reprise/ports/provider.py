"""Asking a provider what became of a task, as use cases see it."""

from dataclasses import dataclass
from typing import Protocol

from reprise.errors import PermanentError, TransientError
from reprise.providers.operation import Operation
from reprise.providers.verdict import Verdict


class ProviderUnavailableError(TransientError):
    """The provider could not be asked; that says nothing about the task."""


class ProviderNotPollableError(PermanentError):
    """Nobody told us how to ask this provider about this operation."""


@dataclass(frozen=True, slots=True)
class PollResult:
    """What a provider answered about one task.

    Args:
        verdict: the answer, read under the operation's usual promise.
        body: the answer itself, for a charge that promised something else.
        http_status: status of the response.
    """

    verdict: Verdict
    body: object
    http_status: int = 200


class ProviderPoller(Protocol):
    """Asks providers about tasks."""

    def poll(self, provider: str, operation: Operation, task_id: str) -> PollResult:
        """Return what the provider says about a task.

        Args:
            provider: name of the dialect.
            operation: what was asked for.
            task_id: the provider's id of the task.

        Raises:
            ProviderUnavailableError: it could not be asked now: network, timeout, an error of the
                poll itself, too many polls, or a provider that has been failing.
            ProviderNotPollableError: this provider or operation cannot be polled.
        """
        ...
