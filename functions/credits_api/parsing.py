"""From an HTTP API event (payload format 2.0) to what a route takes."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from reprise.api.routes import BODY_BYTES_MAX, BY_KEY, Route
from reprise.api.shape import read
from reprise.canonical import Json
from reprise.documents import read_document
from reprise.errors import BadInputError, RepriseError

type Event = Mapping[str, Any]


class RouteUnknownError(RepriseError):
    """The gateway sent a request of a route that is not in the table."""


class BodyTooLargeError(BadInputError):
    """The body is larger than any request needs."""

    def __init__(self) -> None:
        super().__init__("body", f"must be at most {BODY_BYTES_MAX} bytes")


def route_of(event: Event) -> Route:
    """Return the route that the gateway matched."""
    key = str(event.get("routeKey"))
    if key not in BY_KEY:
        raise RouteUnknownError(f"{key}: the OpenAPI document says what there is")
    return BY_KEY[key]


def inbound_of(route: Route, event: Event) -> Any:  # noqa: ANN401 - the route's own inbound type
    """Return what came in, checked against the route's limits.

    Raises:
        BadInputError: naming the field and what would mend it.
    """
    # AWS decodes path parameters and others do not; no valid id holds a percent sign.
    path = {name: unquote(str(text)) for name, text in _part(event, "pathParameters").items()}
    given = _body(event) if route.has_body else _part(event, "queryStringParameters")
    for name in route.path_names:
        if name in given:
            raise BadInputError(name, "is told by the path; leave it out")
    return read(route.inbound, {**given, **path})


def header(event: Event, name: str) -> str:
    """Return a header, or nothing; the gateway writes their names in lower case."""
    return str(_part(event, "headers").get(name, ""))


def _part(event: Event, name: str) -> Mapping[str, Json]:
    """Return a part of the event that is left out where it is empty."""
    return event.get(name) or {}


def _body(event: Event) -> Mapping[str, Json]:
    text = event.get("body") or ""
    if len(text) > 2 * BODY_BYTES_MAX:  # base64 takes 4/3; nothing this long is decoded
        raise BodyTooLargeError
    try:
        if event.get("isBase64Encoded"):
            text = base64.b64decode(text, validate=True).decode("utf-8")
        size_bytes = len(text.encode("utf-8"))
    except ValueError as error:  # of base64, of UTF-8, of a lone surrogate
        raise BadInputError("body", "must be JSON in UTF-8") from error
    if size_bytes > BODY_BYTES_MAX:
        raise BodyTooLargeError
    return read_document("body", text)
