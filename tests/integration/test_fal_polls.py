"""fal is asked twice: whether the task is done, and for what it made.

Its addresses hold the model's name, so the id of a task is its `response_url`.
"""

import pytest
from reprise.adapters.guard import Limits
from reprise.adapters.provider_http import HttpProviderPoller, ProviderApi
from reprise.ports.provider import ProviderNotPollableError, ProviderUnavailableError
from reprise.providers.operation import Operation
from reprise.providers.verdict import Outcome, Step

from tests.support.provider_server import Asked, provider

SONG = Operation.MUSIC_SIMPLE
ID = "0b9d3c1e-77aa-4f6e-9a57-0d0c4f1f2a3b"
TASK = f"fal-ai/minimax-music/requests/{ID}"
KEY = {"authorization": "Key key"}
STATUS, RESULT = Asked(f"GET /{TASK}/status", KEY), Asked(f"GET /{TASK}", KEY)
DONE = {
    "status": "COMPLETED",
    "request_id": ID,
    "response_url": f"https://queue.fal.run/{TASK}",
    "metrics": {"inference_time": 9.1},
}
MADE = {"audio": {"url": "https://v3.fal.media/a.mp3", "file_size": 9}}
LIMITS = Limits(per_second_max=1e6, failures_max=3)


def polled(status, result=(500, {}), *, operation=SONG, task_id=TASK):
    """Return what a poll comes to, and what was asked, over these answers of fal."""

    def answer(path):
        return status if path.endswith("/status") else result

    with provider(answer) as (base_url, asked):
        poller = HttpProviderPoller({"fal": ProviderApi(base_url, "key")}, LIMITS)
        return poller.poll("fal", operation, task_id), asked


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        ((200, MADE), "delivered"),
        ((200, {"audio": None}), "empty"),
        ((200, {}), "empty"),
        ((200, {"audio": [MADE["audio"], None]}), "partial"),
        ((422, {"detail": [{"type": "content_policy_violation", "msg": "no"}]}), "failed"),
        ((404, {"detail": "Request not found"}), "unknown"),
        ((400, {"detail": "Request is still in progress"}), "unknown"),
        ((200, []), "unknown"),
        ((200, "soon"), "unknown"),
    ],
)
def test_what_is_done_is_judged_by_what_it_made(result, outcome):
    answer, asked = polled((200, DONE), result)
    assert (answer.verdict.outcome, asked) == (outcome, [STATUS, RESULT])
    assert answer.verdict.task_id == ID


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ({"status": "IN_QUEUE", "request_id": ID, "queue_position": 2}, Outcome.PROGRESS),
        ({"status": "IN_PROGRESS", "request_id": ID}, Outcome.PROGRESS),
        (DONE | {"error": "gone", "error_type": "runner_disconnected"}, Outcome.FAILED),
        ({"status": "PAUSED", "request_id": ID}, Outcome.UNKNOWN),
    ],
)
def test_what_is_not_done_or_failed_needs_no_second_question(status, outcome):
    answer, asked = polled((200, status))
    assert (answer.verdict.outcome, asked) == (outcome, [STATUS])


def test_the_whole_address_is_the_path_at_the_api_that_is_asked():
    """The host in an id is never followed: the key goes to the configured one alone."""
    answer, asked = polled((200, DONE), (200, MADE), task_id=DONE["response_url"])
    assert (answer.verdict.outcome, asked) == (Outcome.DELIVERED, [STATUS, RESULT])


@pytest.mark.parametrize("status", [302, 401, 403, 429, 500, 503])
def test_a_result_that_cannot_be_fetched_now_is_no_verdict(status):
    with pytest.raises(ProviderUnavailableError):
        polled((200, DONE), (status, {"detail": "x", "error_type": "internal_error"}))


def test_a_task_that_fal_does_not_know_is_an_answer():
    answer, asked = polled((404, {"detail": "not found"}))
    assert (answer.verdict.step, asked) == (Step.UNKNOWN_ID, [STATUS])


def test_the_answer_can_be_read_again_under_another_promise():
    made = {"stems": {name: {"url": f"https://v3.fal.media/{name}.wav"} for name in "abcde"}}
    answer, _ = polled((200, DONE), (200, made), operation=Operation.STEMS_12)
    assert (answer.verdict.outcome, answer.verdict.delivered) == (Outcome.DELIVERED, 5)
    assert (answer.http_status, answer.body["payload"]) == (200, made)


@pytest.mark.parametrize(
    "task_id",
    [
        ID,
        f"requests/{ID}",
        f"fal-ai/requests/{ID}",
        f"fal-ai/../requests/{ID}",
        f"fal-ai/x/requests/{ID}/status",
        f"fal-ai/x/requests/{ID}?a=b",
        f"fal-ai/x/requests/{ID}/..",
        f"https://evil.example/fal-ai/x/requests/{ID}",
        f"https://queue.fal.run.evil.example/x/requests/{ID}",
        f"https://queue.fal.run@evil.example/x/requests/{ID}",
        f"http://queue.fal.run/fal-ai/x/requests/{ID}",
        f"//evil.example/x/requests/{ID}",
        f"@evil.example/x/requests/{ID}",
        f"fal-ai/x%2f/requests/{ID}",
        f"fal-ai/x/requests/{ID}\n",
        "a/" * 200 + f"requests/{ID}",
    ],
)
def test_an_id_that_is_no_path_of_a_task_is_not_asked_about(task_id):
    """So it leads nowhere but below fal's own address, and without the model nowhere at all."""
    with pytest.raises(ProviderNotPollableError, match="fal"):
        polled((200, DONE), (200, MADE), task_id=task_id)
