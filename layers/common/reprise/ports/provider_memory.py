"""The in-memory provider: answers what it was told to, read by the real dialects."""

from collections import defaultdict, deque
from threading import Lock
from typing import override

from reprise.ports.provider import PollResult, ProviderPoller, ProviderUnavailableError
from reprise.providers.classify import classify
from reprise.providers.operation import Operation
from reprise.providers.verdict import Channel, Step

UNKNOWN_TASK = {"code": 200, "msg": "success", "data": None}
"""What kie and sunoapi answer about an id that they do not know."""


class MemoryProviderPoller(ProviderPoller):
    """A `ProviderPoller` whose answers are queued per task; the last one stays."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers = defaultdict[tuple[str, str], deque[object]](deque)
        self.asked: list[tuple[str, Operation, str]] = []

    def answers(self, provider: str, task_id: str, *bodies: object) -> None:
        """Queue answers about a task: bodies, or an exception to raise."""
        with self._lock:
            self._answers[provider, task_id].extend(bodies)

    def fails(self, provider: str, task_id: str) -> None:
        """Queue a failed poll."""
        self.answers(provider, task_id, ProviderUnavailableError(f"{provider} is not reachable"))

    @override
    def poll(self, provider: str, operation: Operation, task_id: str) -> PollResult:
        with self._lock:
            self.asked.append((provider, operation, task_id))
            queue = self._answers[provider, task_id]
            body = queue.popleft() if len(queue) > 1 else queue[0] if queue else UNKNOWN_TASK
        if isinstance(body, Exception):
            raise body
        verdict = classify(provider, operation, Channel.POLL, body)
        if verdict.step is Step.POLL_ERROR:
            raise ProviderUnavailableError(f"{provider}: code {verdict.code}")
        return PollResult(verdict, body)
