"""What the product reports, read from the bus: addresses are checked, payloads are not."""

from datetime import UTC, datetime

import pytest
from reprise.errors import BadInputError
from reprise.providers.generation_events import GenerationEvent, Kind

DETAIL = {"account_id": "usr_1", "generation_id": "gen_1", "provider": "kie"}
ENVELOPE = {"source": "music.generation", "id": "evt_1", "time": "2026-07-02T18:19:02Z"}


def event(kind, **detail):
    return ENVELOPE | {"detail-type": kind.value, "detail": DETAIL | detail}


def test_a_callback_is_read():
    report = GenerationEvent.of(event(Kind.CALLBACK, authenticated=True, payload=[1], new=2))
    assert (report.kind, report.authenticated, report.payload) == (Kind.CALLBACK, True, [1])
    assert report.at == datetime(2026, 7, 2, 18, 19, 2, tzinfo=UTC)
    assert (report.account_id, report.generation_id, report.task_id) == ("usr_1", "gen_1", "")


@pytest.mark.parametrize("word", ["true", 1, "yes", [True], None])
def test_only_true_is_authenticated(word):
    assert not GenerationEvent.of(event(Kind.CALLBACK, authenticated=word)).authenticated


def test_a_submission_names_its_task():
    assert GenerationEvent.of(event(Kind.SUBMITTED, task_id="t1")).task_id == "t1"
    with pytest.raises(BadInputError, match=r"task_id"):
        GenerationEvent.of(event(Kind.SUBMITTED))


def test_a_rejection_may_leave_out_what_nobody_said():
    report = GenerationEvent.of(event(Kind.REJECTED, provider=None, http_status="?"))
    assert (report.provider, report.payload, report.http_status) == ("", None, 200)
    assert GenerationEvent.of(event(Kind.REJECTED, http_status=503)).http_status == 503


@pytest.mark.parametrize("field", ["account_id", "generation_id", "provider"])
@pytest.mark.parametrize("value", [None, "", 7, "x" * 129, "a\nb", []])
def test_an_address_is_a_short_printable_text(field, value):
    with pytest.raises(BadInputError, match=field):
        GenerationEvent.of(event(Kind.CALLBACK, **{field: value}))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"source": "aws.s3"}, "source"),
        ({"detail-type": "Generation Started"}, "detail-type"),
        ({"detail": None}, "detail"),
        ({"id": None}, "id"),
        ({"time": "yesterday"}, "time"),
        ({"time": "2026-07-02T18:19:02"}, "time"),
        ({"time": 7}, "time"),
    ],
)
def test_an_envelope_that_is_not_ours_is_named(wrong, field):
    with pytest.raises(BadInputError, match=field):
        GenerationEvent.of(event(Kind.CALLBACK) | wrong)


@pytest.mark.parametrize("body", [None, [], "event", 7])
def test_what_is_no_event_is_refused(body):
    with pytest.raises(BadInputError):
        GenerationEvent.of(body)
