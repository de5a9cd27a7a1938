"""Every `ProviderPoller` keeps the same promises: the fake, and the one that speaks HTTP."""

import io
import json

import pytest
import urllib3
from reprise.adapters.provider_http import HttpProviderPoller, ProviderApi
from reprise.ports.provider import ProviderUnavailableError
from reprise.ports.provider_memory import UNKNOWN_TASK, MemoryProviderPoller
from reprise.providers.operation import Operation
from reprise.providers.verdict import Outcome, Step

from tests.support.provider_bodies import TWO, record

SONG = Operation.MUSIC_SIMPLE


def memory(*bodies):
    poller = MemoryProviderPoller()
    for body in bodies:
        if body is None:
            poller.fails("kie", "t1")
        else:
            poller.answers("kie", "t1", body)
    return poller


class Wire:
    """Stands in for urllib3's pool: one body after the other, the last one stays."""

    def __init__(self, bodies):
        self.bodies = list(bodies)

    def request(self, *_, **__):
        body = self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]
        if body is None:
            raise urllib3.exceptions.ProtocolError("gone")
        raw = json.dumps(body).encode()
        return urllib3.HTTPResponse(io.BytesIO(raw), status=200, preload_content=False)


def over_http(*bodies):
    poller = HttpProviderPoller({"kie": ProviderApi("https://api.example", "k")})
    poller._http = Wire(bodies or [UNKNOWN_TASK])
    return poller


@pytest.fixture(params=[memory, over_http])
def make(request):
    return request.param


def test_an_answer_is_read(make):
    result = make(record("SUCCESS", *TWO)).poll("kie", SONG, "t1")
    assert (result.verdict.outcome, result.body) == (Outcome.DELIVERED, record("SUCCESS", *TWO))


def test_a_task_that_nobody_knows_is_an_answer(make):
    assert make().poll("kie", SONG, "t1").verdict.step is Step.UNKNOWN_ID


def test_a_poll_that_fails_is_transient_and_the_next_one_may_succeed(make):
    poller = make(None, record("PENDING"))
    with pytest.raises(ProviderUnavailableError):
        poller.poll("kie", SONG, "t1")
    assert poller.poll("kie", SONG, "t1").verdict.outcome is Outcome.PROGRESS


def test_an_error_of_the_poll_itself_is_transient(make):
    body = {"code": 500, "msg": "Server Error", "data": None}
    with pytest.raises(ProviderUnavailableError, match="500"):
        make(body).poll("kie", SONG, "t1")
