"""The public stories, told to the ledger in every order and twice over."""

import itertools
import json
from datetime import timedelta

import pytest

from tests.support.files import SHARED
from tests.support.generations import (
    balance,
    called_back,
    charge,
    in_memory,
    outcome,
    rejected,
    tell,
)
from tests.support.ledger import HOUR, T0

DATA = SHARED / "data/providers"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the public payloads are not beside this checkout"
)


def _read(name):
    return json.loads((DATA / name).read_text("utf-8"))


def _stories():
    return _read("sequences.json")["sequences"] if DATA.is_dir() else []


def _report(told):
    provider, operation = told["file"].split("__")[:2]
    at = T0 + timedelta(seconds=told["at"])
    if told["via"] == "submit":
        return rejected(_read(told["file"]), at=at, provider=provider), operation
    return called_back(_read(told["file"]), at=at, provider=provider), operation


def _end(reports, operation, order):
    """The outcome, and the credits given back, after the reports came in this order, twice."""
    world = in_memory()
    charge(world, operation=operation)
    for report in [reports[number] for number in order] * 2:
        tell(world, report, now=T0 + HOUR)
    facts = outcome(world)
    return facts["outcome"], balance(world) - 90


@pytest.mark.parametrize("story", _stories(), ids=lambda story: story["name"])
def test_a_story_ends_as_decided(story):
    reports, operations = zip(*map(_report, story["events"]), strict=True)
    ended, back = _end(reports, operations[0], range(len(reports)))
    refunds = story["decision"].startswith("refund")
    assert (ended, back) == (("failed", 10) if refunds else ("delivered", 0))


@pytest.mark.parametrize("story", _stories(), ids=lambda story: story["name"])
def test_with_one_terminal_report_order_does_not_matter(story):
    reports, operations = zip(*map(_report, story["events"]), strict=True)
    orders = itertools.permutations(range(len(reports)))
    assert len({_end(reports, operations[0], order) for order in orders}) == 1
