"""A short run of the seeded world, and proof that it notices a ledger that is broken."""

import pytest
from reprise.ledger import charging, commands, reversing, timing

from tests.simulation.world import World


@pytest.mark.parametrize("seed", range(3))
def test_a_world_of_faults_keeps_every_promise(seed):
    world = World(seed, 30, range(20), fault_rate=0.03)
    assert world.run() == []
    assert min(world.injected[kind] for kind in world.injected) > 10
    print(
        f"seed {seed}: {sum(world.events.values())} events, {sum(world.injected.values())} faults"
    )


def test_one_account_replays_alone_as_it_lived_among_others():
    """What makes a failing seed a short story."""
    among = World(7, 20, range(6), fault_rate=0.03)
    alone = World(7, 20, [4], fault_rate=0.03)
    among.run()
    alone.run()
    assert among.store.heads["acc4"] == alone.store.heads["acc4"]


def rounds_down(outcome, taken, delivered, promised):
    return 0 if outcome == "delivered" else taken * (promised - delivered) // promised


BROKEN = {
    "a partial refund is rounded down": (charging, "credits_due_back", rounds_down),
    "a grant is keyed by its event": (
        commands.GrantOrder,
        "key",
        property(lambda self: f"settle#{self.cause.ref}"),
    ),
    "leftovers expire at once": (
        timing,
        "_leftover_end",
        lambda draft, *_: draft.now,
    ),
    "a claim is not restored": (reversing, "_restore", lambda *_: None),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_ledger_is_noticed(monkeypatch, name):
    """The test of the test: each of these bugs ends as violations within a few accounts."""
    monkeypatch.setattr(*BROKEN[name])
    violated = []
    for seed in range(6):
        violated += World(seed, 20, range(6)).run()
        if violated:
            return
    pytest.fail(f"nobody noticed that {name}")
