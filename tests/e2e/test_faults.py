"""The deployed template among faults, shortly; `make faults` plays it at length."""

import pytest

from tests.faults.proxy import between
from tests.faults.scenarios import SCENARIOS, Field

pytestmark = [pytest.mark.stack, pytest.mark.built]
PATIENT_SECONDS = 60


@pytest.fixture(scope="module")
def field(stack, tmp_path_factory):
    with between(stack, tmp_path_factory.mktemp("microburst"), seed=7) as proxy:
        found = Field(stack, proxy, seed=7, size=2, brief=True)
        yield found
        found.books.hurry(PATIENT_SECONDS, 10)


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_goes_wrong_costs_nobody_a_credit(field, name):
    assert SCENARIOS[name](field) == []


def test_the_faults_were_real(field):
    """Else the tests above would say nothing."""
    assert field.proxy.injected().total() + field.deaths > 0
