"""A short run of the seeded world, and proof that it notices known bugs and tells them shortly."""

import pytest

from tests.simulation import world
from tests.simulation.mutants import MUTANTS
from tests.simulation.stories import shrunk, told
from tests.simulation.world import World


def test_a_world_of_faults_keeps_every_promise():
    lived = World(1, 30, range(10), fault_rate=0.02)
    assert lived.run() == []
    injected = lived.faults.injected
    assert len(injected) >= 20
    for kind in ("crash before", "crash after", "throttled", "transaction conflict", "overtaken"):
        assert injected[kind] > 5, kind
    assert lived.judge.judged > 5


def test_the_same_seed_lives_the_same_again():
    """What makes a failing seed a story that can be told again."""
    first, second = World(7, 5, range(3)), World(7, 5, range(3))
    first.run()
    second.run()
    assert first.events == second.events
    assert first.faults.injected == second.faults.injected
    assert first.ledger_store.heads == second.ledger_store.heads


@pytest.mark.parametrize("name", MUTANTS)
def test_a_known_bug_is_noticed(monkeypatch, name):
    """The test of the test: each of these ends as a violation within a few accounts."""
    monkeypatch.setattr(*MUTANTS[name])
    monkeypatch.setattr(world, "ENOUGH", 1)
    if not any(World(seed, 30, range(6)).run() for seed in range(8)):
        pytest.fail(f"nobody noticed that {name}")


def test_a_failing_world_is_shrunk_to_a_short_story(monkeypatch):
    monkeypatch.setattr(*MUTANTS["packs expire"])
    monkeypatch.setattr(world, "ENOUGH", 1)
    plot = shrunk(1, 8, range(3), 0.02)
    assert (len(plot.accounts), plot.acts, plot.days, plot.fault_rate) == (1, ("packs",), 1, 0)
    story = told(plot)
    assert len(story) < 40
    assert "packs never expire" in story[-1]
    assert story == told(plot)
