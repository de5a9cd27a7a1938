"""No report breaks the function: whatever is in it is applied, or named unreadable or unknown."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reprise.ports.provider_memory import MemoryProviderPoller

from functions.provider_events import app
from tests.integration.provider_events.test_provider_events import (
    EVENTS,
    SAMPLES,
    charged,
    deliver,
    generations,
)

__all__ = ["generations"]

TEXT = st.text(st.characters(), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def places(value, path=()):
    """The path of every value inside."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield (*path, key)
            yield from places(inner, (*path, key))


@st.composite
def reports(draw):
    """A report of `events/`, some of whose values are anything else, or gone."""
    report = json.loads((EVENTS / f"{draw(st.sampled_from(SAMPLES))}.json").read_text())
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(list(places(report))))
        holder = report
        for key in way:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = draw(JSON)
        else:
            del holder[last]
    return report


@pytest.fixture
def unguarded(generations, monkeypatch):
    """Every sample's generation is charged; what the handler did not expect reaches the test."""

    def reraise(*_args, **_kwargs):
        raise  # noqa: PLE0704 - called where the handler has caught it

    for stem in SAMPLES:
        charged(generations, json.loads((EVENTS / f"{stem}.json").read_text()))
    poller = MemoryProviderPoller()
    monkeypatch.setattr(generations.poller, "_current", lambda: poller)
    monkeypatch.setattr(app.logger, "exception", reraise)


@pytest.mark.usefixtures("unguarded")
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(reports() | TEXT, min_size=1, max_size=3))
def test_any_report_is_applied_or_named(bodies):
    failures = deliver(*bodies)
    assert set(failures) <= {f"m{n}" for n in range(len(bodies))}
