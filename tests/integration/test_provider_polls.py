"""Each provider is asked as its own API wants it, and what it answers is read."""

from dataclasses import dataclass, replace

import pytest
from reprise.adapters.guard import Limits
from reprise.adapters.provider_http import HttpProviderPoller, ProviderApi
from reprise.adapters.provider_keys import KeyedProviderPoller
from reprise.ports.provider import ProviderNotPollableError, ProviderUnavailableError
from reprise.providers.dialects import DIALECTS
from reprise.providers.operation import Operation
from reprise.providers.verdict import Step

from tests.support.ledger import T0
from tests.support.provider_bodies import TWO, record
from tests.support.provider_server import Asked, provider

SONG = Operation.MUSIC_SIMPLE
LIMITS = Limits(per_second_max=1e6, failures_max=3)
BEARER = {"authorization": "Bearer key"}
ERROR = {"code": "api_error", "message": "no"}
HOSTILE = "../a b?c=/{id}%2f"
ENCODED = "%2E%2E%2Fa%20b%3Fc%3D%2F%7Bid%7D%252f"


@dataclass(frozen=True)
class Case:
    """How one provider is asked about `t1`, and its answers by what they say."""

    name: str
    asked: Asked
    answers: dict[str, object]
    unknown: tuple[int, object]


def clips(*states):
    return {"code": 200, "data": [clip | {"state": s} for clip, s in zip(TWO, states, strict=True)]}


def task(status, output=None):
    return {"code": 200, "data": {"task_id": "t1", "status": status, "output": output}}


def found(response):
    return {"id": "t1", "request": {"action": "generate"}, "response": response}


def prediction(status, output=None):
    fields = {"id": "t1", "status": status, "output": output}
    return fields | {"error": None, "data_removed": False}


def suno(name):
    return Case(
        name,
        Asked("GET /api/v1/generate/record-info?taskId=t1", BEARER),
        {
            "delivered": record("SUCCESS", *TWO, taskId="t1"),
            "failed": record("GENERATE_AUDIO_FAILED"),
            "progress": record("PENDING"),
        },
        unknown=(200, {"code": 200, "msg": "success", "data": None}),
    )


CASES = (
    suno("kie"),
    suno("sunoapi"),
    Case(
        "musicapi",
        Asked("GET /api/v1/sonic/task/t1", BEARER),
        {
            "delivered": clips("succeeded", "succeeded"),
            "partial": clips("succeeded", "failed"),
            "failed": clips("failed", "failed"),
            "progress": {"type": "not_ready", "message": "task is running"},
        },
        unknown=(400, {"error": "task not found.", "type": "validation_error"}),
    ),
    Case(
        "piapi",
        Asked("GET /api/v1/task/t1", {"x-api-key": "key"}),
        {
            "delivered": task("completed", list(TWO)),
            "failed": task("failed"),
            "progress": task("processing"),
        },
        unknown=(404, {"code": 404, "message": "not found"}),
    ),
    Case(
        "acedata",
        Asked(
            "POST /suno/tasks",
            BEARER | {"content-type": "application/json"},
            {"id": "t1", "action": "retrieve"},
        ),
        {
            "delivered": found({"success": True, "task_id": "t1", "data": list(TWO)}),
            "failed": found({"success": False, "task_id": "t1", "error": ERROR}),
            "progress": found(None),
        },
        unknown=(404, {"error": ERROR}),
    ),
    Case(
        "replicate",
        Asked("GET /v1/predictions/t1", BEARER),
        {
            "delivered": prediction("succeeded", [song["audio_url"] for song in TWO]),
            "failed": prediction("failed"),
            "progress": prediction("processing"),
        },
        unknown=(404, {"title": "Not found", "detail": "not found", "status": 404}),
    ),
)
each_provider = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def polling(base_url, case):
    return HttpProviderPoller({case.name: ProviderApi(base_url, "key")}, LIMITS)


def test_all_that_can_be_asked_are_tested():
    """fal, which is asked twice, in a file of its own."""
    pollable = {name for name in DIALECTS if DIALECTS[name].poll}
    assert {case.name for case in CASES} | {"fal"} == pollable


@each_provider
def test_a_provider_is_asked_as_it_wants_to_be_and_its_answer_is_read(case):
    for says, body in case.answers.items():
        with provider(lambda _, body=body: (200, body)) as (base_url, asked):
            verdict = polling(base_url, case).poll(case.name, SONG, "t1").verdict
        assert (verdict.outcome, asked) == (says, [case.asked])
        assert verdict.task_id in {None, "t1"}


@each_provider
def test_an_unknown_task_is_an_answer_and_no_failure_of_the_provider(case):
    with provider(lambda _: case.unknown) as (base_url, _):
        poller = polling(base_url, case)
        steps = {poller.poll(case.name, SONG, "t1").verdict.step for _ in range(5)}
    assert steps == {Step.UNKNOWN_ID}


@each_provider
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {"detail": "Unauthorized"}),
        (429, {"success": False, "error": ERROR}),
        (500, {"success": False, "error": ERROR}),
        (302, {}),
        (200, b"<html>"),
        (200, b"[" * 100_000),
    ],
)
def test_what_goes_wrong_on_the_way_is_no_verdict(case, status, body):
    with (
        provider(lambda _: (status, body)) as (base_url, asked),
        pytest.raises(ProviderUnavailableError),
    ):
        polling(base_url, case).poll(case.name, SONG, "t1")
    assert len(asked) == 1


@each_provider
def test_an_answer_of_another_kind_decides_nothing(case):
    for body in (None, [], {}, "x", {"status": "ok"}, {"success": False, "error": ERROR}):
        with provider(lambda _, body=body: (200, body)) as (base_url, _):
            verdict = polling(base_url, case).poll(case.name, SONG, "t1").verdict
        assert verdict.outcome == "unknown", body


@each_provider
def test_an_id_leads_to_no_other_path(case):
    with provider(lambda _: case.unknown) as (base_url, asked):
        for task_id in (HOSTILE, ".."):
            polling(base_url, case).poll(case.name, SONG, task_id)
    if case.asked.posted:
        body = case.asked.posted
        assert [one.posted for one in asked] == [body | {"id": HOSTILE}, body | {"id": ".."}]
        asked = [replace(one, posted=body) for one in asked]
        assert asked == [case.asked] * 2
    else:
        targets = [case.asked.target.replace("t1", encoded) for encoded in (ENCODED, "%2E%2E")]
        assert [one.target for one in asked] == targets


def test_what_has_no_task_cannot_be_asked_about():
    poller = HttpProviderPoller({"musicapi": ProviderApi("http://127.0.0.1:1", "key")})
    for provider_name, operation in (("musicapi", Operation.LYRICS), ("piapi", SONG)):
        with pytest.raises(ProviderNotPollableError, match=provider_name):
            poller.poll(provider_name, operation, "t1")


class Words:
    """A secret that was read."""

    def __init__(self, *words):
        self.given = words

    def words(self, _):
        return self.given


def keyed(base_url, *words):
    return KeyedProviderPoller(base_url, lambda: Words(*words), LIMITS, lambda: T0)


def test_providers_are_asked_at_their_own_api_unless_told_otherwise():
    words = [f"{case.name}=key" for case in CASES]
    own = keyed("", *words, "fal=key", "nobody=key", "blank=")._current()._apis
    assert {name: api.base_url for name, api in own.items()} == {
        "acedata": "https://api.acedata.cloud",
        "fal": "https://queue.fal.run",
        "kie": "https://api.kie.ai",
        "musicapi": "https://api.musicapi.ai",
        "piapi": "https://api.piapi.ai",
        "replicate": "https://api.replicate.com",
        "sunoapi": "https://api.sunoapi.org",
    }
    local = keyed("http://127.0.0.1:1/", "kie=a", "piapi=b=")._current()._apis
    assert local == {
        "kie": ProviderApi("http://127.0.0.1:1/kie", "a"),
        "piapi": ProviderApi("http://127.0.0.1:1/piapi", "b="),
    }
