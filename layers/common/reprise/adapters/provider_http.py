"""Polling the providers over HTTP, each as its dialect says.

Nothing that goes wrong on the way is a verdict about the task: it is a `TransientError`, and the
deadline decides what an unanswered question means.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, override
from urllib.parse import quote, urlsplit

import urllib3

from reprise.adapters.guard import Guard, GuardRefusedError, Limits
from reprise.errors import BadInputError
from reprise.ports.provider import (
    PollResult,
    ProviderNotPollableError,
    ProviderPoller,
    ProviderUnavailableError,
)
from reprise.providers.classify import classify
from reprise.providers.dialects import DIALECTS
from reprise.providers.fetched import joined
from reprise.providers.operation import Operation
from reprise.providers.rules import Poll
from reprise.providers.verdict import Channel, Step

RESPONSE_BYTES_MAX: Final = 2_000_000
CONNECT_S_MAX: Final = 3.0
READ_S_MAX: Final = 8.0
TOTAL_S_MAX: Final = 15.0

_CHUNK_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class ProviderApi:
    """Where a provider's API is, and the key to it.

    Args:
        base_url: scheme and host, say `https://api.kie.ai`; the local stack names its stand-in.
        api_key: what the provider knows us by.

    Raises:
        BadInputError: no usable address, or no key.
    """

    base_url: str
    api_key: str = field(repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise BadInputError("base_url", "must be an absolute http(s) address")
        if not self.api_key.strip():
            raise BadInputError("api_key", "must not be empty")


@dataclass(frozen=True, slots=True)
class _Question:
    """One request about one task."""

    poll: Poll
    api: ProviderApi
    path: str
    task_id: str

    @property
    def url(self) -> str:
        if self.poll.path_ids:
            encoded = quote(self.task_id)
        else:
            # A dot is encoded too, lest an id of dots alone leads to another path.
            encoded = quote(self.task_id, safe="").replace(".", "%2E")
        return self.api.base_url.rstrip("/") + self.path.replace("{id}", encoded)

    @property
    def headers(self) -> dict[str, str]:
        name, value = self.poll.key
        return {name: value.replace("{key}", self.api.api_key), "Accept": "application/json"}

    @property
    def body(self) -> dict[str, str] | None:
        fields = self.poll.body.items()
        return {name: value.replace("{id}", self.task_id) for name, value in fields} or None


class HttpProviderPoller(ProviderPoller):
    """Asks the providers' record endpoints.

    Args:
        apis: the providers that are in use, by the name of their dialect.
        limits: how hard each of them may be used.
        monotonic: a clock that never goes back; seconds.
        sleep: waits; seconds.
    """

    def __init__(
        self,
        apis: Mapping[str, ProviderApi],
        limits: Limits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        limits = limits or Limits()
        self._apis = dict(apis)
        self._guards = {name: Guard(name, limits, monotonic, sleep) for name in apis}
        self._monotonic = monotonic
        self._http = urllib3.PoolManager(maxsize=limits.concurrent_max, retries=False)

    @override
    def poll(self, provider: str, operation: Operation, task_id: str) -> PollResult:
        api = self._apis.get(provider)
        poll = DIALECTS[provider].poll if provider in DIALECTS else None
        paths = poll.paths.get(operation, ()) if poll else ()
        if api is None or poll is None or not paths:
            raise ProviderNotPollableError(f"{provider!r} cannot be asked about {operation.value}")
        if poll.path_ids:
            # An address is followed below our own setting alone, whatever host is in it.
            task_id = task_id.removeprefix(f"{poll.base_url}/")
            if not re.fullmatch(poll.path_ids, task_id, re.ASCII):
                raise ProviderNotPollableError(f"{provider!r} is asked by the address of a task")
        read = partial(_read, provider, operation)
        for path in paths:
            result = self._ask(provider, _Question(poll, api, path, task_id), read)
            if result.verdict.step is not Step.UNKNOWN_ID:
                break
        if not poll.result or result.verdict.step is not Step.RESULT_ELSEWHERE:
            return result
        fetched = partial(_read_fetched, provider, operation, result.body)
        return self._ask(provider, _Question(poll, api, poll.result, task_id), fetched)

    def _ask(
        self, provider: str, question: _Question, read: Callable[[int, object], PollResult]
    ) -> PollResult:
        try:
            with self._guards[provider].call():
                status, raw = self._answer(provider, question)
                return read(status, _parsed(provider, status, raw))
        except GuardRefusedError as error:
            raise ProviderUnavailableError(str(error)) from error

    def _answer(self, provider: str, question: _Question) -> tuple[int, bytes]:
        try:
            response = self._http.request(
                "POST" if question.body else "GET",
                question.url,
                headers=question.headers,
                json=question.body,
                timeout=urllib3.Timeout(connect=CONNECT_S_MAX, read=READ_S_MAX),
                redirect=False,
                preload_content=False,
            )
            try:
                return response.status, self._body(provider, response)
            finally:
                # What was left unread is not worth reading, so the connection goes.
                response.close()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            kind = type(error).__name__
            raise ProviderUnavailableError(f"{provider}: the poll failed ({kind})") from error

    def _body(self, provider: str, response: urllib3.BaseHTTPResponse) -> bytes:
        """Return the body, bounded in bytes and in time: a drip of bytes would never time out."""
        ends_at = self._monotonic() + TOTAL_S_MAX
        body = bytearray()
        while chunk := response.read1(_CHUNK_BYTES):
            body += chunk
            if len(body) > RESPONSE_BYTES_MAX:
                raise ProviderUnavailableError(f"{provider}: more than {RESPONSE_BYTES_MAX} bytes")
            if self._monotonic() > ends_at:
                raise ProviderUnavailableError(f"{provider}: not done after {TOTAL_S_MAX} s")
        return bytes(body)


def _parsed(provider: str, status: int, raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        fix = f"{provider}: HTTP {status} without JSON"
        raise ProviderUnavailableError(fix) from error


def _read_fetched(
    provider: str, operation: Operation, record: object, status: int, result: object
) -> PollResult:
    body = joined(record, status, result)
    if body is None:
        raise ProviderUnavailableError(f"{provider}: HTTP {status} where the result should be")
    return _read(provider, operation, 200, body)


def _read(provider: str, operation: Operation, status: int, body: object) -> PollResult:
    verdict = classify(provider, operation, Channel.POLL, body, status)
    if verdict.step is Step.POLL_ERROR:
        raise ProviderUnavailableError(f"{provider}: code {verdict.code} {verdict.detail}".rstrip())
    return PollResult(verdict, body, status)
