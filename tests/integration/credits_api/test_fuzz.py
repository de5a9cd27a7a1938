"""Nothing that can be sent is answered 5xx, nor in a way that the document does not name."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reprise.api.routes import ROUTES
from reprise.api.shape import read
from reprise.catalogue.reading import example_catalogue
from reprise.clock import event_clock
from reprise.ledger.commands import GrantOrder
from reprise.policy.book import packaged_book
from reprise.ports.cases_memory import MemoryCaseStore
from reprise.ports.desk_memory import MemoryDirectory
from reprise.ports.ledger import Alias
from reprise.ports.ledger_memory import MemoryLedgerStore
from reprise.ports.stripe_memory import MemoryStripe
from reprise.usecases.accounts import Accounts
from reprise.usecases.charges import Charges
from reprise.usecases.ledger import Ledger
from reprise.usecases.pages import Pages
from reprise.usecases.withdrawing import Withdrawals

from functions.credits_api import app
from ops import openapi
from tests.support.cases import full_case
from tests.support.ledger import CAUSE, RULES, T0, pack, renewal

DOCUMENT = openapi.document()
KNOWN = {
    "account_id": "usr_1",
    "generation_id": "gen_1",
    "order_id": "in_1/il_1",
    "case_id": "CFULL",
}
ANY_TEXT = st.text(st.characters(), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(autouse=True, scope="module")
def tables():
    """No tables: a ledger in memory with a little of everything, instead of the fixture's moto."""
    ledger = Ledger(MemoryLedgerStore(), lambda _: RULES, pause=lambda _: None)
    paid_by = {"customer": "cus_1", "country": "DE"}
    ledger.run("usr_1", GrantOrder(pack(credits=500, facts=paid_by), CAUSE), T0, may_open=True)
    ledger.store.put_alias("cus_1", Alias("usr_1"))
    ledger.run("usr_1", GrantOrder(renewal(), CAUSE), T0)
    parts = (ledger, MemoryDirectory(), example_catalogue())
    cases = MemoryCaseStore()
    cases.cases["CFULL"] = full_case()
    accounts = Accounts(*parts)
    withdrawals = Withdrawals(accounts, cases, packaged_book(), "Europe/Berlin")
    pages = Pages(accounts, cases, MemoryStripe(customers={"cus_1"}), withdrawals)
    root = app.Root(accounts, Charges(*parts), parts[2], event_clock, lambda: pages)
    root.charges.charge("usr_1", "gen_1", "lyrics", CAUSE, T0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "root", lambda: root)
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


def values(schema):
    """What a schema of the document allows, drawn from the document alone."""
    if "anyOf" in schema:
        return st.one_of([values(part) for part in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "integer":
            return st.integers(schema["minimum"], schema["maximum"])
        case "null":
            return st.none()
    if schema.get("format") == "date-time":
        return st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat())
    texts = st.from_regex(schema["pattern"], fullmatch=True)
    return texts.filter(lambda text: len(text) <= schema["maxLength"])


@st.composite
def by_the_document(draw):
    """An event of a known route that keeps every limit the document states."""
    route = draw(st.sampled_from(ROUTES))
    operation = DOCUMENT["paths"][route.path.replace("+}", "}")][route.method.lower()]
    path, query = {}, {}
    for parameter in operation.get("parameters", []):
        name, drawn = parameter["name"], values(parameter["schema"])
        if parameter["in"] == "path":
            path[name] = draw(st.just(KNOWN[name]) | drawn)
        elif draw(st.booleans()):
            query[name] = str(draw(drawn))
    event = {"routeKey": route.key, "pathParameters": path, "queryStringParameters": query}
    event["headers"] = {"x-reprise-now": T0.isoformat()}
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        event["body"] = json.dumps(
            {
                name: draw(values(part))
                for name, part in schema["properties"].items()
                if name in schema["required"] or draw(st.booleans())
            }
        )
    return route, event


@settings(max_examples=300, deadline=None)
@given(by_the_document())
def test_what_keeps_to_the_document_is_answered_by_the_document(request_):
    route, event = request_
    checked(route, app.handler(event, None))
