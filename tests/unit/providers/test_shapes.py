"""Every documented and many an undocumented answer, labelled without a look at the dialects."""

import pytest
from reprise.providers.classify import classify
from reprise.providers.operation import Operation
from reprise.providers.verdict import Channel

from tests.support.shapes import extras, hostile, hosts, tracks
from tests.support.shapes.shape import Shape

FINAL = {"delivered", "partial", "failed", "empty"}


def reading(shape: Shape):
    """What the dialects say, in the words of a label."""
    verdict = classify(
        shape.provider,
        Operation(shape.operation),
        Channel(shape.channel),
        shape.body,
        shape.http_status,
    )
    says = "waiting" if verdict.waiting_for_user else verdict.outcome.value
    assert verdict.terminal is (says in FINAL)
    return says, (verdict.delivered, verdict.promised) if shape.count else None


@pytest.mark.parametrize("kind", [tracks, extras, hosts, hostile], ids=lambda kind: kind.__name__)
def test_every_answer_is_read_as_it_is_labelled(kind):
    shapes = list(kind.shapes())
    wrong = [
        (found, shape) for shape in shapes if (found := reading(shape)) != (shape.says, shape.count)
    ]
    assert len(shapes) > 300
    assert [str(one)[:600] for one in wrong] == []


def test_every_operation_is_labelled_in_every_way_that_it_can_end():
    """Of a WAV, a MIDI file and a voice there is one; a replaced section is one track."""
    shapes = [*tracks.shapes(), *extras.shapes()]
    for provider in ("kie", "sunoapi"):
        for operation in Operation:
            ends = {s.says for s in shapes if (s.provider, s.operation) == (provider, operation)}
            single = operation in {"replace_section", "wav", "midi", "voice_clone"}
            assert ends >= {*FINAL - ({"partial"} if single else set()), "progress", "unknown"}
