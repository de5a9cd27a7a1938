"""A crash before or after any write or call: one refund, at most one answer, nothing lost."""

from dataclasses import replace

import pytest
from reprise.cases.model import AttemptState, CaseState
from reprise.errors import TransientError
from reprise.ledger.account import check
from reprise.policy.facts import Category, Preference
from reprise.usecases.cases.desk import account_tally

from tests.support.desk import ADA, NOW, ORDER, PAID, PAYMENT, Instead, World
from tests.support.ledger import DAY, HOUR, MINUTE


class Crash(BaseException):
    """The process is gone."""


class Crashing:
    """Counts the writes and calls of a world, and crashes at one of them."""

    def __init__(self, world, at=None, *, after=False) -> None:
        self.calls = []
        self.at, self.after = at, after
        desk, store = world.desk, world.books.ledger.store
        world.books = replace(
            world.books,
            ledger=replace(
                world.books.ledger, store=self._on(store, "commit", "put_alias", "put_aliases")
            ),
        )
        world.desk = replace(
            desk,
            cases=self._on(desk.cases, "save", "bind"),
            tallies=self._on(desk.tallies, "add"),
            stripe=self._on(desk.stripe, "refund"),
            books=world.books,
            answering=replace(desk.answering, outbox=self._on(desk.answering.outbox, "send")),
        )

    def _on(self, inner, *names):
        return Instead(
            inner, **{name: self._wrapped(inner, name) for name in names if hasattr(inner, name)}
        )

    def _wrapped(self, inner, name):
        def call(*args):
            self.calls.append(name)
            here = len(self.calls) - 1 == self.at
            if here and not self.after:
                raise Crash
            done = getattr(inner, name)(*args)
            if here:
                raise Crash
            return done

        return call


def withdrawal():
    world = World()
    world.open()
    return world, 0


def late_pack():
    world = World(credited=False)
    wish = {"orders": (), "foreign": (ORDER,), "preference": Preference.REFUND}
    world.open(category=Category.PACK_NOT_CREDITED, wish=wish)
    return world, 0


def paid_twice():
    world = World()
    world.paid_twice()
    world.open(category=Category.CHARGED_TWICE)
    return world, 1000


def calls_of(story):
    world, _ = story()
    counted = Crashing(world)
    world.work()
    return counted.calls


STORIES = (withdrawal, late_pack, paid_twice)
POINTS = [
    pytest.param(story, at, after, id=f"{story.__name__}-{at}-{name}-{'after' if after else 'at'}")
    for story in STORIES
    for at, name in enumerate(calls_of(story))
    for after in (False, True)
]


@pytest.mark.parametrize(("story", "at", "after"), POINTS)
def test_a_crash_anywhere_ends_where_no_crash_would_have(story, at, after):
    world, balance = story()
    crashing = Crashing(world, at, after=after)
    with pytest.raises(Crash):
        world.work()
    # The queue delivers again; what another run may still be doing is left alone at first.
    for minutes in (1, 3, 60):
        try:
            world.work(now=NOW + minutes * MINUTE)
        except TransientError:
            continue
    case = world.settled(now=NOW + DAY)
    assert case.state is CaseState.APPROVED
    assert sum(world.refunds.values()) == PAID
    assert sum(map(len, world.stripe.refunds.values())) == 1
    assert [one.state for one in case.attempts] == [AttemptState.DONE]
    assert world.balance == balance
    assert world.tallies.count(account_tally(ADA), NOW - HOUR) == 1
    check(world.books.ledger.account(ADA))
    unknown = crashing.calls[at] in {"send", "save"} and not world.told
    assert len(world.told) == 1 or unknown
    assert PAYMENT in world.refunds or story is paid_twice
