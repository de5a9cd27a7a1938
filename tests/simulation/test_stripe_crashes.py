"""A crash before and after every call to a store, in every flow: redelivered, all ends the same.

The process dies at the call: nothing after it happens, and nothing can catch it. Stripe has no
answer, so it delivers the event again, and the rest after it.
"""

from dataclasses import replace

import pytest
from reprise.ledger.audit import audit

from tests.simulation.test_stripe_orders import OURS, THEIRS
from tests.support.crashes import Calls, Crash
from tests.support.failed_refund import FailedRefund
from tests.support.stripe import SHARED, body, books, deliver, standing

FLOWS = {name: [body(event) for event in events] for name, events in OURS.items()}
if SHARED.is_dir():
    FLOWS |= {
        f"public_{name}": [(SHARED / f"{event}.json").read_bytes() for event in events]
        for name, events in THEIRS.items()
    }


def end_of(flow, calls):
    """Deliver a flow, again where it crashed; return where everything stands."""
    plain = books()
    watched = replace(
        plain,
        ledger=replace(plain.ledger, store=calls.watch(plain.ledger.store)),
        mirrors=calls.watch(plain.mirrors),
        parking=calls.watch(plain.parking),
    )
    crashes = 0
    for raw in flow:
        try:
            deliver(watched, raw)
        except Crash:
            crashes += 1
            deliver(watched, raw)
    assert crashes == (1 if calls.at else 0)
    assert not plain.parking.parked(100).items
    heads = plain.ledger.store.heads
    for account_id, head in heads.items():
        found = audit(account_id, plain.ledger.store.journal(account_id), head)
        assert found.clean, found.difference
    return {account_id: standing(plain, account_id) for account_id in heads}


@pytest.mark.parametrize("backwards", [False, True], ids=["in_order", "backwards"])
@pytest.mark.parametrize("name", FLOWS)
def test_a_crash_at_any_call_changes_nothing_about_the_end(name, backwards):
    """Backwards, nearly everything is parked first and woken by the last delivery."""
    flow = FLOWS[name][::-1] if backwards else FLOWS[name]
    untroubled = Calls()
    end = end_of(flow, untroubled)
    assert end
    for at in range(1, untroubled.count + 1):
        for after in (False, True):
            assert end_of(flow, Calls(at, after)) == end, (at, after)
    print(f"{name}: {2 * untroubled.count} of {2 * untroubled.count} crash points end alike")


def test_every_crash_point_is_counted(capsys):
    """The sum that the tests above run through, printed for whoever asks how many."""
    points = 0
    for flow in FLOWS.values():
        for ordering in (flow, flow[::-1]):
            calls = Calls()
            end_of(ordering, calls)
            points += 2 * calls.count
    with capsys.disabled():
        print(f"\n{points} crash points in {len(FLOWS)} flows, each forwards and backwards")
    assert points > 1000


def test_a_crash_at_any_call_leaves_one_case_reopened_by_its_failed_refund():
    """The webhook's calls and the case's, the refund's own included."""

    def end(calls):
        world = FailedRefund().watched_by(calls)
        crashes = 0
        for step in ("call", "refund.created", "refund.failed"):
            try:
                world.do(step)
            except Crash:
                crashes += 1
                world.do(step)
        assert crashes == (1 if calls.at else 0)
        assert sum(map(len, world.stripe.refunds.values())) == 1
        return calls.count, world.end()

    count, expected = end(Calls())
    for at in range(1, count + 1):
        for after in (False, True):
            assert end(Calls(at, after))[1] == expected, (at, after)
    print(f"failed refund: {2 * count} of {2 * count} crash points end alike")
    assert count > 30
