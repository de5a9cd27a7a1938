"""Our sample events: what each is named, it says."""

import json

import pytest
from reprise.providers.classify import classify
from reprise.providers.operation import Operation
from reprise.providers.verdict import Channel

from tests.support.files import EVENTS

FILES = sorted((EVENTS / "provider_events").glob("*.json"))
CALLBACKS = [
    file
    for file in FILES
    if json.loads(file.read_text()).get("detail-type") == "Generation Callback"
]


@pytest.mark.parametrize("file", CALLBACKS, ids=lambda file: file.stem)
def test_an_event_says_what_it_is_named(file):
    event = json.loads(file.read_text("utf-8"))
    detail = event["detail"]
    provider, operation, outcome = file.stem.split("-")[:3]
    assert event["source"] == "music.generation"
    assert detail.keys() == {
        *("account_id", "generation_id", "provider", "operation", "authenticated", "payload")
    }
    assert (detail["provider"], detail["operation"]) == (provider, operation)
    verdict = classify(provider, Operation(operation), Channel.CALLBACK, detail["payload"])
    assert verdict.outcome == outcome
    assert verdict.task_id


@pytest.mark.parametrize("file", CALLBACKS, ids=lambda file: file.stem)
def test_a_whole_event_reads_like_its_payload(file):
    """Relays wrap bodies; the reading finds the provider's own object inside."""
    event = json.loads(file.read_text("utf-8"))
    detail = event["detail"]
    ask = (detail["provider"], Operation(detail["operation"]), Channel.CALLBACK)
    assert classify(*ask, event) == classify(*ask, detail["payload"])


def test_every_operation_has_a_sample():
    assert {file.stem.split("-")[1] for file in CALLBACKS} == set(Operation)
