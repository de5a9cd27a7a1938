"""Polling over HTTP against a server of our own: what arrives, and what may go wrong on the way."""

import json
import threading

import pytest
from reprise.adapters import provider_http
from reprise.adapters.guard import Limits
from reprise.adapters.provider_http import HttpProviderPoller, ProviderApi
from reprise.errors import BadInputError
from reprise.ports.provider import ProviderNotPollableError, ProviderUnavailableError
from reprise.providers.operation import Operation
from reprise.providers.verdict import Outcome, Step

from tests.support.provider_bodies import TWO, record
from tests.support.provider_server import Asked, provider

UNKNOWN = {"code": 200, "msg": "success", "data": None}
QUICK = Limits(per_second_max=1e6, failures_max=3, wait_s_max=0.2)


def poller(base_url, **more):
    api = ProviderApi(base_url, "secret")
    return HttpProviderPoller({"kie": api, "sunoapi": api}, QUICK, **more)


@pytest.mark.parametrize(
    ("operation", "path"),
    [
        (Operation.MUSIC_CUSTOM, "/api/v1/generate/record-info"),
        (Operation.REPLACE_SECTION, "/api/v1/generate/record-info"),
        (Operation.LYRICS, "/api/v1/lyrics/record-info"),
        (Operation.STEMS_12, "/api/v1/vocal-removal/record-info"),
        (Operation.WAV, "/api/v1/wav/record-info"),
        (Operation.MIDI, "/api/v1/midi/record-info"),
        (Operation.VOICE_CLONE, "/api/v1/voice/record-info"),
    ],
)
def test_each_operation_has_its_record(operation, path):
    with provider(lambda _: (200, record("FAILED"))) as (base_url, asked):
        result = poller(base_url + "/").poll("sunoapi", operation, "a b&c")
    assert asked == [Asked(f"GET {path}?taskId=a%20b%26c", {"authorization": "Bearer secret"})]
    assert (result.verdict.outcome, result.http_status) == (Outcome.FAILED, 200)


def test_a_finished_record_is_delivered():
    body = record("SUCCESS", *TWO, taskId="t1")
    with provider(lambda _: (200, body)) as (base_url, _):
        result = poller(base_url).poll("kie", Operation.EXTEND, "t1")
    assert (result.verdict.outcome, result.verdict.task_id) == (Outcome.DELIVERED, "t1")
    assert result.body == body


def test_an_unknown_voice_is_looked_up_as_a_phrase():
    phrase = {"code": 200, "data": {"taskId": "t", "status": "wait_validating"}}

    def answer(path):
        return 200, phrase if "validate-info" in path else UNKNOWN

    with provider(answer) as (base_url, asked):
        result = poller(base_url).poll("sunoapi", Operation.VOICE_CLONE, "t")
    assert result.verdict.waiting_for_user
    assert len(asked) == 2


def test_an_unknown_task_is_an_answer():
    with provider(lambda _: (200, UNKNOWN)) as (base_url, _):
        verdict = poller(base_url).poll("kie", Operation.WAV, "t").verdict
    assert (verdict.outcome, verdict.step) == (Outcome.UNKNOWN, Step.UNKNOWN_ID)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, record("FAILED")),
        (429, {"code": 429}),
        (401, {"code": 401}),
        (302, {}),
        (200, {"code": 500, "msg": "Server Error", "data": None}),
        (200, {"code": 455, "msg": "maintenance", "data": None}),
        (200, b"<html>"),
        (200, b"["),
        (200, b"[" * 100_000),
        (200, b""),
    ],
)
def test_what_goes_wrong_on_the_way_is_no_verdict(status, body):
    with (
        provider(lambda _: (status, body)) as (base_url, asked),
        pytest.raises(ProviderUnavailableError) as raised,
    ):
        poller(base_url).poll("kie", Operation.WAV, "t")
    assert len(asked) == 1
    assert "secret" not in str(raised.value)


def test_a_response_is_bounded(monkeypatch):
    monkeypatch.setattr(provider_http, "RESPONSE_BYTES_MAX", 1_000)
    with (
        provider(lambda _: (200, b" " * 100_000)) as (base_url, _),
        pytest.raises(ProviderUnavailableError, match="more than 1000 bytes"),
    ):
        poller(base_url).poll("kie", Operation.WAV, "t")


def test_a_response_that_never_ends_is_given_up():
    """Each byte arrives in time, all of them together do not."""
    ticks = iter([0.0, *(float(n) for n in range(0, 1_000, 10))])
    body = record("SUCCESS", *TWO)
    with (
        provider(lambda _: (200, json.dumps(body).encode() * 5_000)) as (base_url, _),
        pytest.raises(ProviderUnavailableError, match="not done after"),
    ):
        poller(base_url, monotonic=lambda: next(ticks)).poll("kie", Operation.EXTEND, "t")


def test_a_silent_provider_times_out(monkeypatch):
    monkeypatch.setattr(provider_http, "READ_S_MAX", 0.05)
    answered = threading.Event()

    def answer(_):
        answered.wait(5)
        return 200, UNKNOWN

    with provider(answer) as (base_url, _):
        with pytest.raises(ProviderUnavailableError, match="ReadTimeoutError"):
            poller(base_url).poll("kie", Operation.WAV, "t")
        answered.set()


def test_a_provider_that_is_down_is_left_alone():
    """After some failures in a row it is not asked, until one poll may try again."""
    down = True
    now = [0.0]

    def answer(_):
        return (503, {}) if down else (200, UNKNOWN)

    with provider(answer) as (base_url, asked):
        polls = poller(base_url, monotonic=lambda: now[0], sleep=lambda _: None)
        for _ in range(5):
            with pytest.raises(ProviderUnavailableError):
                polls.poll("kie", Operation.WAV, "t")
        assert len(asked) == QUICK.failures_max
        down = False
        now[0] += QUICK.open_s
        polls.poll("kie", Operation.WAV, "t")
        polls.poll("kie", Operation.WAV, "t")
    assert len(asked) == QUICK.failures_max + 2


def test_one_provider_down_does_not_stop_the_other():
    def answer(path):
        return (503, {}) if "wav" in path else (200, UNKNOWN)

    with provider(answer) as (base_url, _):
        polls = poller(base_url)
        for _ in range(4):
            with pytest.raises(ProviderUnavailableError):
                polls.poll("kie", Operation.WAV, "t")
        assert polls.poll("sunoapi", Operation.MIDI, "t").verdict.step is Step.UNKNOWN_ID


def test_nobody_listening_is_no_verdict():
    with provider(lambda _: (200, UNKNOWN)) as (base_url, _):
        pass
    with pytest.raises(ProviderUnavailableError, match="NewConnectionError"):
        poller(base_url).poll("kie", Operation.WAV, "t")


@pytest.mark.parametrize("name", ["elevenlabs", "nobody"])
def test_a_provider_without_api_cannot_be_polled(name):
    api = ProviderApi("http://127.0.0.1:1", "secret")
    with pytest.raises(ProviderNotPollableError, match=name):
        HttpProviderPoller({"elevenlabs": api}).poll(name, Operation.WAV, "t")


@pytest.mark.parametrize(
    ("base_url", "key", "field"),
    [("api.kie.ai", "k", "base_url"), ("ftp://x", "k", "base_url"), ("https://x", " ", "api_key")],
)
def test_an_unusable_api_is_refused_at_once(base_url, key, field):
    with pytest.raises(BadInputError, match=field):
        ProviderApi(base_url, key)


def test_a_key_is_not_shown():
    assert "secret" not in repr(ProviderApi("https://api.kie.ai", "secret"))
