"""Requests as API Gateway hands them to the function, for clients and tests in one process."""

import base64
import re
from urllib.parse import parse_qsl, unquote, urlsplit

from reprise.api.routes import ROUTES
from reprise.api.transport import HttpAnswer

_HEADERS = {"accept": "application/json"}


def event_of(method, target, headers=None, body=b""):
    """Return the payload 2.0 event of a request, or None if no route takes it."""
    parts = urlsplit(target)
    for route in ROUTES:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path)
        pattern = re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", pattern)
        found = re.fullmatch(pattern, parts.path)
        if route.method == method and found:
            break
    else:
        return None
    # The gateway joins what is given twice with a comma.
    query: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    event = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "headers": _HEADERS if headers is None else dict(headers),
        "requestContext": {"requestId": "req-1", "http": {"method": method, "path": parts.path}},
        "isBase64Encoded": False,
    }
    if found.groupdict():
        event["pathParameters"] = {k: unquote(v) for k, v in found.groupdict().items()}
    if query:
        event["queryStringParameters"] = query
    if body:
        event |= _body(body)
    return event


def _body(body):
    """Return the body as text, or as base64 where it is none."""
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


class InProcess:
    """A transport that calls the handler itself; keeps what was asked and answered."""

    def __init__(self, handler):
        self.handler = handler
        self.seen = []

    def send(self, method, target, headers, body):
        event = event_of(method, target, headers, body)
        reply = {"statusCode": 404, "body": "{}"} if event is None else self.handler(event, None)
        self.seen.append((event, reply))
        return HttpAnswer(reply["statusCode"], reply["body"].encode())
