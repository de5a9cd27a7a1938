"""The product's backend as the local stack meets it: its own role, its events, its API calls."""

import http.client
import json
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from ops.stack.env import StackInfo

SOURCE: Final = "music.generation"
_TIMEOUT_SECONDS: Final = 60


class EventRefusedError(Exception):
    """The bus did not take an event."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said; `body` is its parsed JSON, or None where there is none."""

    status: int
    body: Any


@dataclass(frozen=True, slots=True)
class Product:
    """Acts under the product's role, which may do nothing else."""

    info: StackInfo
    arguments: dict[str, str]

    @classmethod
    def of(cls, info: StackInfo) -> Self:
        """Assume the product's role."""
        return cls(info, info.product_arguments())

    def report(self, detail_type: str, detail: dict[str, Any]) -> None:
        """Put one generation event on the bus.

        Raises:
            EventRefusedError: if the bus refuses it.
        """
        entry = {
            "EventBusName": self.info.event_bus,
            "Source": SOURCE,
            "DetailType": detail_type,
            "Detail": json.dumps(detail),
        }
        client: Any = boto3.client("events", **self.arguments)  # type: ignore[call-overload]
        answer = client.put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            raise EventRefusedError(f"{detail_type}: {answer['Entries'][0]}")

    def call(self, method: str, path: str, body: object = None) -> Answer:
        """Make one signed call of the credits API; `path` begins with a slash."""
        data = b"" if body is None else json.dumps(body).encode()
        url = self.info.api_url + path
        request = AWSRequest(
            method=method,
            url=url,
            data=data,
            headers={"Content-Type": "application/json"},
        )
        credentials = Credentials(
            self.arguments["aws_access_key_id"],
            self.arguments["aws_secret_access_key"],
            self.arguments["aws_session_token"],
        )
        SigV4Auth(credentials, "execute-api", self.arguments["region_name"]).add_auth(request)
        return send(method, url, data, dict(request.headers))


def send(method: str, url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Send one request as it is and return the answer, whatever its status."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=_TIMEOUT_SECONDS)
    try:
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        text = response.read()
    finally:
        connection.close()
    try:
        return Answer(response.status, json.loads(text) if text else None)
    except ValueError:
        return Answer(response.status, text.decode(errors="replace"))
