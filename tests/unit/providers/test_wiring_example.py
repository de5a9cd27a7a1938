"""The callback endpoint that docs/wiring.md shows to a product does what is said beside it."""

import json
import re
from datetime import UTC, datetime

import pytest
from reprise.providers.dialects import DIALECTS
from reprise.providers.generation_events import GenerationEvent, Kind

from tests.support.files import ROOT
from tests.unit.providers.test_signatures import (
    BODY,
    KEY,
    REPLICATE_KEY,
    elevenlabs,
    kie,
    musicapi,
    replicate,
)

PAGE = (ROOT / "docs/wiring.md").read_text().split("## What `authenticated` may say")[1]
ROWS = re.findall(r"^\| ([\w, ]+) \| .+ \| (true|false) \|$", PAGE, re.MULTILINE)
SAYS = {name: word == "true" for names, word in ROWS for name in names.split(", ")}
ABOUT = {"account_id": "usr_1", "generation_id": "gen_1", "operation": "music_simple"}


@pytest.fixture(scope="module")
def callback():
    example = re.search(r"```python\n(.+?)```", PAGE, re.DOTALL)
    shown = {}
    exec(example[1], shown)  # noqa: S102 - our own page
    return shown["callback"]


def received(entry):
    """The entry as the bus hands it to us."""
    envelope = {"id": "evt_1", "time": datetime.now(UTC).isoformat(), "source": entry["Source"]}
    detail = json.loads(entry["Detail"])
    return GenerationEvent.of(envelope | {"detail-type": entry["DetailType"], "detail": detail})


def signed(at):
    yield "replicate", replicate(at=at), REPLICATE_KEY
    yield "elevenlabs", elevenlabs(at=at), KEY
    yield "kie", kie(at=at), KEY
    yield "musicapi", musicapi(at=at), KEY
    yield "piapi", {"x-webhook-secret": KEY}, KEY
    yield from ((name, {}, KEY) for name in ("sunoapi", "acedata"))


def test_what_the_provider_signed_is_said_to_be_authenticated_as_the_page_tells(callback):
    for provider, headers, key in signed(str(int(datetime.now(UTC).timestamp()))):
        event = received(callback(provider, headers, BODY, (key,), ABOUT))
        assert event.authenticated is SAYS[provider], provider
        assert (event.kind, event.payload) == (Kind.CALLBACK, json.loads(BODY))


def test_what_is_forged_or_old_is_forwarded_and_not_authenticated(callback):
    old = replicate(at="1700000000")
    for headers, key in ((old, REPLICATE_KEY), (replicate(), "whsec_b3RoZXI="), ({}, "")):
        assert not received(callback("replicate", headers, BODY, (key,), ABOUT)).authenticated


def test_every_provider_is_in_the_table():
    assert set(SAYS) == set(DIALECTS)
