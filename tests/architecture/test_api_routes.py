"""The table of routes, the template, the dispatcher, the client and the document are one thing."""

import json

from reprise.api.routes import BY_NAME, ROUTES
from reprise.api.shape import read, write
from reprise.client import CreditsClient

from functions.credits_api.app import _CALLS
from ops import openapi
from tests.support.template import resources

WEBHOOK = "POST /stripe/webhook"


def test_the_template_has_exactly_the_routes_of_the_table():
    wired = {route["RouteKey"] for route in resources("AWS::ApiGatewayV2::Route").values()}
    assert wired - {WEBHOOK} == {route.key for route in ROUTES}


def test_the_gateway_and_the_product_may_call_every_route():
    """`execute-api` resources end in stage, method and path; a star stands for any of them."""
    invocations = [
        permission["SourceArn"]["Fn::Sub"].partition("/*/")[2]
        for permission in resources("AWS::Lambda::Permission").values()
        if permission["Principal"] == "apigateway.amazonaws.com"
    ]
    product = resources("AWS::IAM::Role")["ProductRole"]["Policies"][0]["PolicyDocument"]
    calls = next(s for s in product["Statement"] if s["Action"] == "execute-api:Invoke")
    allowed = [resource["Fn::Sub"].partition("/*/")[2] for resource in calls["Resource"]]
    for route in ROUTES:
        for patterns in (invocations, allowed):
            assert any(_covers(pattern, route.key) for pattern in patterns), route.key
    assert not any(_covers(pattern, WEBHOOK) for pattern in allowed)


def _covers(pattern: str, key: str) -> bool:
    method, _, path = key.partition(" ")
    wanted_method, _, wanted_path = pattern.partition("/")
    is_prefix = wanted_path.endswith("*")
    fits = path[1:].startswith(wanted_path[:-1]) if is_prefix else path[1:] == wanted_path
    return wanted_method in {"*", method} and fits


def test_every_route_is_served_and_called():
    assert set(_CALLS) == set(BY_NAME)
    assert set(BY_NAME) <= set(dir(CreditsClient))


def test_every_answer_has_an_example_that_its_client_reads():
    examples = json.loads(openapi.ANSWERS.read_text("utf-8"))
    assert set(examples) == set(BY_NAME)
    for route in ROUTES:
        assert write(read(route.answer, examples[route.name])) == examples[route.name], route.name


def test_the_document_is_current():
    """`python -m ops.openapi` writes it."""
    assert openapi.DOCUMENT.read_text("utf-8") == openapi.text()


def test_the_document_names_everything_it_refers_to():
    text = openapi.text()
    made = openapi.document()
    for name in made["components"]["schemas"]:
        assert f'"#/components/schemas/{name}"' in text
    operations = [operation for path in made["paths"].values() for operation in path.values()]
    assert {operation["operationId"] for operation in operations} == set(BY_NAME)
    for operation in operations:
        assert operation["summary"]
        for parameter in operation.get("parameters", []):
            assert parameter["description"]
            schema = parameter["schema"]
            assert schema["type"] != "string" or "maxLength" in schema or "enum" in schema
