"""The client insists where that is safe, and turns problems into errors that say what to do."""

import json
from datetime import datetime

import boto3
import pytest
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from reprise.adapters.signed_http import CredentialsMissingError, SignedHttp
from reprise.api.problem import Kind, Problem
from reprise.api.transport import HttpAnswer, TransportFailedError
from reprise.client import (
    ATTEMPTS_MAX,
    CallFailedError,
    ConflictError,
    CreditsClient,
    CreditsMissingError,
    NotAllowedError,
    NotFoundError,
    RequestInvalidError,
    ServiceUnavailableError,
)

ACCOUNT = {
    "account_id": "usr@1",
    "email": "ada@example.com",
    "locale": "de",
    "country": "DE",
    "registered_at": "2026-10-01T12:00:00.000Z",
    "grown": "since this client was built",
}


class Script:
    """A transport that answers from a list and keeps what was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.slept = []

    def send(self, method, target, headers, body):
        self.asked.append((method, target, dict(headers), body))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self):
        return CreditsClient(self, sleep=self.slept.append)


def answer(status, document):
    return HttpAnswer(status, json.dumps(document).encode())


def problem(kind, **more):
    return answer(kind.status, Problem(kind, "so", **more).document())


def register(client):
    return client.register("usr@1", email="ada@example.com", locale="de", country="DE")


def test_a_call_is_typed_both_ways():
    script = Script(answer(201, ACCOUNT))
    registered = register(script.client())
    assert registered.registered_at == datetime.fromisoformat("2026-10-01T12:00:00Z")
    method, target, headers, body = script.asked[0]
    assert (method, target) == ("PUT", "/accounts/usr%401")
    assert headers == {"accept": "application/json", "content-type": "application/json"}
    assert json.loads(body) == {"email": "ada@example.com", "locale": "de", "country": "DE"}


def test_ids_are_encoded_and_queries_say_what_is_asked():
    script = Script(answer(404, {}), answer(200, {"entries": [], "cursor": None}))
    with pytest.raises(NotFoundError):
        script.client().order("usr_1", "in_1/il_1")
    script.client().history("usr_1", limit=5, cursor="7")
    assert script.asked[0][1] == "/accounts/usr_1/orders/in_1%2Fil_1"
    assert script.asked[1][1] == "/accounts/usr_1/history?limit=5&cursor=7"


def test_the_whole_journal_is_read_page_by_page():
    page = {"entries": [], "cursor": "5"}
    script = Script(answer(200, page), answer(200, page | {"cursor": None}))
    assert list(script.client().entries("usr_1")) == []
    assert [asked[1] for asked in script.asked] == [
        "/accounts/usr_1/history",
        "/accounts/usr_1/history?cursor=5",
    ]


@pytest.mark.parametrize(
    "hitch",
    [problem(Kind.BUSY), answer(429, {}), HttpAnswer(502, b"<html>"), TransportFailedError()],
)
def test_what_is_busy_or_cut_off_is_tried_again_in_growing_pauses(hitch):
    script = Script(hitch, hitch, answer(200, ACCOUNT))
    register(script.client())
    assert script.slept == [0.2, 0.4]
    assert len({repr(asked) for asked in script.asked}) == 1


@pytest.mark.parametrize(
    ("hitch", "error"),
    [
        (problem(Kind.BUSY), ServiceUnavailableError),
        (TransportFailedError("reset"), TransportFailedError),
    ],
)
def test_insisting_has_an_end(hitch, error):
    script = Script(*[hitch] * (ATTEMPTS_MAX + 1))
    with pytest.raises(error):
        register(script.client())
    assert len(script.asked) == ATTEMPTS_MAX


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (problem(Kind.CREDITS_MISSING, missing=3, available=7), CreditsMissingError),
        (problem(Kind.BAD_INPUT, field="email", fix="must be one"), RequestInvalidError),
        (problem(Kind.BODY_TOO_LARGE), RequestInvalidError),
        (problem(Kind.ACCOUNT_UNKNOWN), NotFoundError),
        (problem(Kind.EMAIL_TAKEN), ConflictError),
        (problem(Kind.BOUND_REACHED), ConflictError),
        (answer(403, {"message": "Forbidden"}), NotAllowedError),
        (problem(Kind.INTERNAL), CallFailedError),
        (HttpAnswer(418, b"[]"), CallFailedError),
        (HttpAnswer(404, b"<html>"), NotFoundError),
    ],
)
def test_a_refusal_is_an_error_of_its_kind_and_is_not_tried_again(refusal, error):
    script = Script(refusal)
    with pytest.raises(error) as refused:
        register(script.client())
    assert type(refused.value) is error
    assert refused.value.status == refusal.status
    assert script.slept == []
    if error is CreditsMissingError:
        assert (refused.value.missing, refused.value.available) == (3, 7)
    if error is RequestInvalidError and refusal.status == 400:
        assert (refused.value.field, refused.value.fix) == ("email", "must be one")


@pytest.mark.parametrize("body", [b"", b"[", b"{}", b'{"account_id": 7}'])
def test_an_answer_that_cannot_be_read_is_an_error_of_ours(body):
    with pytest.raises(CallFailedError, match="not readable"):
        register(Script(HttpAnswer(200, body)).client())


class Pool:
    """Stands in for urllib3's pool."""

    def __init__(self, error=None):
        self.error = error
        self.requests = []

    def request(self, method, url, *, body, headers, preload_content):
        self.requests.append((method, url, body, headers))
        if self.error:
            raise self.error
        return urllib3.HTTPResponse(b"{}", status=200, preload_content=preload_content)


def session(**more):
    return boto3.Session("AKIAEXAMPLE", "secret", "token", region_name="eu-central-1", **more)


def test_a_request_is_signed_for_the_api_over_its_exact_bytes():
    pool = Pool()
    transport = SignedHttp("https://api.example.com/", session(), pool)
    transport.send("PUT", "/accounts/usr%401", {"content-type": "application/json"}, b"{}")
    method, url, body, headers = pool.requests[0]
    assert (method, url, body) == ("PUT", "https://api.example.com/accounts/usr%401", b"{}")
    assert headers["X-Amz-Security-Token"] == "token"
    scope = headers["Authorization"].partition("Credential=")[2].partition(",")[0]
    assert scope.endswith("/eu-central-1/execute-api/aws4_request")
    assert headers["Authorization"] == resigned(method, url, body, headers)


def resigned(method, url, body, sent):
    """The signature that the gateway expects of what was sent."""
    request = AWSRequest(method, url, data=body, headers={"content-type": sent["content-type"]})
    request.context["timestamp"] = sent["X-Amz-Date"]
    signer = SigV4Auth(Credentials("AKIAEXAMPLE", "secret", "token"), "execute-api", "eu-central-1")
    request.headers["X-Amz-Date"] = sent["X-Amz-Date"]
    request.headers["X-Amz-Security-Token"] = "token"
    canonical = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    return sent["Authorization"].partition("Signature=")[0] + f"Signature={signature}"


def test_a_cut_connection_says_to_where_and_no_secret():
    error = urllib3.exceptions.ProtocolError("reset by secret peer")
    transport = SignedHttp("https://api.example.com", session(), Pool(error))
    with pytest.raises(TransportFailedError, match=r"^GET api\.example\.com: ProtocolError$"):
        transport.send("GET", "/catalogue", {}, b"")


def test_without_credentials_or_region_nothing_is_sent(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    for bare in (boto3.Session(), boto3.Session("AKIAEXAMPLE", "secret")):
        with pytest.raises(CredentialsMissingError):
            SignedHttp("https://api.example.com", bare, Pool()).send("GET", "/catalogue", {}, b"")
