"""Whatever a provider sends, reading it ends in a verdict that keeps its own laws."""

import copy
import json

from hypothesis import example, given, settings
from hypothesis import strategies as st
from reprise.providers.classify import classify
from reprise.providers.dialects import DIALECTS
from reprise.providers.operation import Operation
from reprise.providers.verdict import FINAL, Channel, Outcome

from tests.support.files import EVENTS

SAMPLES = sorted((EVENTS / "provider_events").glob("*.json"))
READ = (json.loads(file.read_text()) for file in SAMPLES)
BODIES = [event["detail"] for event in READ if "detail" in event]
BODIES = [(d["provider"], d["operation"], d["payload"]) for d in BODIES if "payload" in d]
NAMES = (
    *("code", "msg", "data", "status", "callbackType", "task_id", "taskId", "response", "payload"),
    *("audio_url", "sunoData", "successFlag", "errorCode", "error", "output", "success", "state"),
    *("vocal_removal_info", "instruments", "notes", "voiceId", "detail", "body", "http_status"),
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["200", "complete", "SUCCESS", "https://c.example/a", "{}", "[[", "null"]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=6),
    ),
    max_leaves=25,
)


def broken_laws(verdict):
    """Return the laws of a verdict that this one breaks."""
    counts = verdict.outcome in {Outcome.DELIVERED, Outcome.PARTIAL}
    texts = (verdict.code, verdict.detail, verdict.task_id or "")
    laws = {
        "it ends a charge where its outcome is final": verdict.terminal
        is (verdict.outcome in FINAL),
        "it delivers no more than was promised": 0 <= verdict.delivered <= verdict.promised,
        "it promises something": verdict.promised >= 1,
        "it delivers where its outcome says so": (verdict.delivered > 0) is counts,
        "only who goes on waits": not verdict.waiting_for_user
        or verdict.outcome is Outcome.PROGRESS,
        "it gives a reason": bool(verdict.reason),
        "its rule ends in its step": verdict.rule.endswith(verdict.step),
        "its texts are short, printable and encodable": all(map(_is_clean, texts)),
    }
    return [law for law, holds in laws.items() if not holds]


def _is_clean(text):
    text.encode()
    return len(text) <= 300 and text.isprintable()


@given(
    body=VALUES,
    provider=st.sampled_from(sorted(DIALECTS)),
    operation=st.sampled_from(list(Operation)),
    channel=st.sampled_from(list(Channel)),
    http_status=st.sampled_from([0, 200, 201, 302, 404, 422, 500]),
)
@settings(max_examples=400, deadline=None)
@example(body={"code": 10**400}, provider="kie", operation="wav", channel="poll", http_status=200)
@example(body="[" * 100_000, provider="kie", operation="wav", channel="poll", http_status=200)
def test_any_value_is_read(body, provider, operation, channel, http_status):
    verdict = classify(provider, Operation(operation), Channel(channel), body, http_status)
    assert broken_laws(verdict) == []


def places(value, path=()):
    yield path
    pairs = dict(enumerate(value)) if isinstance(value, list) else value
    for key, item in pairs.items() if isinstance(pairs, dict) else ():
        yield from places(item, (*path, key))


def replaced(value, path, new):
    if not path:
        return new
    value = copy.copy(value)
    value[path[0]] = replaced(value[path[0]], path[1:], new)
    return value


@given(data=st.data(), channel=st.sampled_from(list(Channel)))
@settings(max_examples=600, deadline=None)
def test_a_body_with_one_value_broken_is_read(data, channel):
    provider, operation, body = data.draw(st.sampled_from(BODIES))
    path = data.draw(st.sampled_from(list(places(body))))
    broken = replaced(body, path, data.draw(VALUES))
    assert broken_laws(classify(provider, Operation(operation), channel, broken)) == []


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_losing_an_output_never_makes_a_result_better(data):
    """Blanking one value of a complete result never turns less into more."""
    provider, operation, body = data.draw(st.sampled_from(BODIES))
    path = data.draw(st.sampled_from(list(places(body))))
    before = classify(provider, Operation(operation), Channel.CALLBACK, body)
    after = classify(provider, Operation(operation), Channel.CALLBACK, replaced(body, path, None))
    counted = {Outcome.DELIVERED, Outcome.PARTIAL, Outcome.EMPTY}
    assert after.delivered <= before.delivered or before.outcome not in counted


def test_depth_and_size_are_survived():
    deep: object = {}
    for _ in range(50_000):
        deep = {"data": deep}
    wide = {"code": 200, "data": {"callbackType": "complete", "data": [{"id": 1}] * 50_000}}
    for body in (deep, wide, {"code": "9" * 1_000_000, "msg": "x" * 1_000_000}):
        verdict = classify("kie", Operation.MUSIC_SIMPLE, Channel.CALLBACK, body)
        assert broken_laws(verdict) == []
