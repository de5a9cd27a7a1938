"""How the client's requests reach the API: one signed request, one answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from reprise.errors import RepriseError


class TransportFailedError(RepriseError):
    """A call got no answer; whether it was carried out is not known."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back for one request."""

    status: int
    body: bytes


class Transport(Protocol):
    """Sends one request to the API, signed."""

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        """Return the answer to one request.

        Args:
            method: HTTP method.
            target: path and query, percent-encoded, from the slash on.
            headers: besides those of the signature.
            body: exact bytes; may be empty.

        Raises:
            TransportFailedError: no answer came.
        """
