"""No event is answered 5xx, nor in a way that the document does not name.

Events that no gateway sends are among them; `tests/apitest` sends what comes over HTTP.
"""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reprise.api.routes import ROUTES
from reprise.api.shape import read

from functions.credits_api import app
from ops import openapi
from tests.support.api_in_memory import KNOWN, in_memory

DOCUMENT = openapi.document()
ANY_TEXT = st.text(st.characters(), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(autouse=True, scope="module")
def tables():
    """No tables: a ledger in memory with a little of everything, instead of the fixture's moto."""
    with in_memory():
        yield


def checked(route, reply):
    """The answer's status is named by the document, and its body is of the named shape."""
    operation = DOCUMENT["paths"][route.path.replace("+}", "}")][route.method.lower()]
    status = reply["statusCode"]
    assert status < 500, reply
    assert str(status) in operation["responses"], (route.name, reply)
    if status >= 400:
        problem = json.loads(reply["body"])
        assert problem["status"] == status
        assert problem["detail"]
    elif reply["headers"]["content-type"] == "application/json":
        read(route.answer, json.loads(reply["body"]))
    return status


@st.composite
def garbage(draw):
    """An event of a known route, whose every part is anything at all."""
    route = draw(st.sampled_from(ROUTES))
    names = st.sampled_from([*KNOWN, "limit", "cursor", "format", "email", "provider"]) | ANY_TEXT
    texts = st.dictionaries(names, ANY_TEXT, max_size=4)
    path = {name: draw(st.just(KNOWN[name]) | ANY_TEXT) for name in route.path_names}
    body = draw(ANY_TEXT | st.dictionaries(names, JSON, max_size=5).map(json.dumps))
    is_base64 = draw(st.booleans())
    if is_base64 and draw(st.booleans()):
        body = base64.b64encode(draw(st.binary(max_size=60))).decode()
    return route, {
        "routeKey": route.key,
        "pathParameters": path,
        "queryStringParameters": draw(st.none() | texts),
        "headers": draw(texts | st.fixed_dictionaries({"x-reprise-now": ANY_TEXT})),
        "requestContext": {"requestId": draw(ANY_TEXT)},
        "body": body,
        "isBase64Encoded": is_base64,
    }


@settings(max_examples=300, deadline=None)
@given(garbage())
def test_garbage_is_the_senders_fault(request_):
    route, event = request_
    checked(route, app.handler(event, None))
