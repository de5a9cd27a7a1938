"""The dialects against payloads built from the providers' documentation and observed traffic."""

import json
from datetime import UTC, datetime

import pytest
from reprise.providers.classify import classify
from reprise.providers.operation import Operation
from reprise.providers.signatures import authenticate, fal_keys
from reprise.providers.verdict import Channel, Outcome, Verdict

from tests.support.files import SHARED

DATA = SHARED / "data/providers"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the public payloads are not beside this checkout"
)

WORDS = {"success": "delivered", "failure": "failed", "empty_success": "empty"}
# Labels marked ambiguous that the product decides otherwise.
DECIDED = {
    # An error while calling us is no verdict about the task.
    "kie__music_custom__failure__poll_record_CALLBACK_EXCEPTION_no_output.json": "unknown",
    "kie__stems_2__failure__poll_record_CALLBACK_EXCEPTION_no_output.json": "unknown",
    "kie__wav__failure__poll_record_CALLBACK_EXCEPTION_no_url.json": "unknown",
    # One track is all that a replaced section promises.
    "kie__replace_section__partial__poll_record_two_one_null.json": "delivered",
    # Instruments without notes are documented as normal.
    "kie__midi__partial__callback_some_empty_notes.json": "delivered",
    # A voice that cannot be used is nothing delivered.
    "sunoapi__voice_clone__partial__poll_check_isAvailable_false.json": "empty",
    # Without a phrase nobody waits for the customer, so the deadline goes on.
    "sunoapi__voice_clone__empty_success__poll_wait_validating_no_phrase.json": "progress",
    # The result is documented as waiting in the queue.
    "fal__music_simple__empty_success__callback_OK_payload_null.json": "unknown",
}
FINAL = {"delivered", "partial", "failed", "empty"}


def _read(name):
    return json.loads((DATA / name).read_text("utf-8"))


def _labels():
    return _read("index.json") if DATA.is_dir() else []


def _classify(label) -> Verdict:
    return classify(
        label["provider"],
        Operation(label["operation"]),
        Channel(label["channel"]),
        _read(label["file"]),
        label["http_status"],
    )


def test_every_unambiguous_label_is_met(capsys):
    labels = [label for label in _labels() if not label["ambiguous"]]
    wrong = []
    for label in labels:
        verdict = _classify(label)
        expected = WORDS.get(label["outcome"], label["outcome"]), label["terminal"]
        if (verdict.outcome.value, verdict.terminal) != expected:
            wrong.append((label["file"], verdict))
    with capsys.disabled():
        print(f"\nunambiguous labels met: {len(labels) - len(wrong)} of {len(labels)}")
    assert wrong == []


def test_ambiguous_labels_follow_the_product_decisions(capsys):
    labels = [label for label in _labels() if label["ambiguous"]]
    wrong = []
    for label in labels:
        usual = WORDS.get(label["outcome"], label["outcome"])
        expected = DECIDED.get(label["file"], usual)
        verdict = _classify(label)
        if (verdict.outcome.value, verdict.terminal) != (expected, expected in FINAL):
            wrong.append((label["file"], verdict))
    with capsys.disabled():
        kept = len(labels) - len(DECIDED)
        print(f"\nambiguous labels: {kept} as labelled, {len(DECIDED)} decided otherwise")
    assert wrong == []


def test_task_ids_are_found_wherever_a_body_has_one():
    """Every callback has the id; so has every accepted submit and every poll of a record."""
    for label in _labels():
        if label["channel"] == "callback" or label["outcome"] == "progress":
            assert _classify(label).task_id, label["file"]


@pytest.mark.parametrize("story", _read("sequences.json")["sequences"] if DATA.is_dir() else ())
def test_stories_end_as_decided(story):
    """The first terminal verdict settles; progress before it settles nothing."""
    labels = {label["file"]: label for label in _labels()}
    verdicts = [_classify(labels[event["file"]]) for event in story["events"]]
    settled = next((verdict.outcome for verdict in verdicts if verdict.terminal), None)
    refunds = story["decision"].startswith("refund")
    assert settled is (Outcome.FAILED if refunds else Outcome.DELIVERED)


@pytest.mark.parametrize("case", _read("signatures.json") if DATA.is_dir() else ())
def test_signatures_are_verified(case):
    raw = case.get("raw_body") or json.dumps(case.get("body_override") or _read(case["file"]))
    keys = (case["key"],) if "key" in case else fal_keys(case["jwks"])
    now = datetime.fromtimestamp(1_773_480_943 + 30, UTC)
    result = authenticate(case["provider"], case["headers"], raw.encode(), keys, now)
    assert result.sender is case["valid"]
    assert result.settles is (case["valid"] and case["provider"] != "kie")
