"""What is lost on its way is found again by schedule; `make faults` plays the other faults too."""

import pytest

from ops.stack import lifecycle
from tests.faults.proxy import between
from tests.faults.scenarios import Field, lost

pytestmark = [pytest.mark.stack, pytest.mark.built]


@pytest.fixture(scope="module")
def field(tmp_path_factory):
    """A stack of its own, whose queues hold nothing of other tests'."""
    with (
        lifecycle.temporary() as stack,
        between(stack, tmp_path_factory.mktemp("microburst"), seed=7) as proxy,
    ):
        yield Field(stack, proxy, seed=7, size=3)


def test_what_is_lost_costs_nobody_a_credit(field):
    assert lost(field) == []
    assert field.proxy.injected().total() > 0, "nothing was lost: the test says nothing"
