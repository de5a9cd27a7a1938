"""Sample events for the tests of the readers: ours, and the public ones beside the checkout."""

import json

import pytest

from tests.support.files import EVENTS, SHARED, sample

_NO_EVENTS = {"index", "adv_thin_event"}
_OWN = sorted((EVENTS / "stripe_webhook").glob("*.json"))
_PUBLIC = sorted((SHARED / "data/stripe").glob("*.json"))
_FILES = [file for file in [*_OWN, *_PUBLIC] if file.stem not in _NO_EVENTS]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give `event_file` every event, ours and the public ones, each under its name."""
    if "event_file" not in metafunc.fixturenames:
        return
    files = [pytest.param(file, id=file.stem) for file in _FILES]
    absent = pytest.mark.skip(reason="no ../shared/data/stripe beside this checkout")
    metafunc.parametrize(
        "event_file", files if _PUBLIC else [*files, pytest.param(None, marks=absent, id="public")]
    )


@pytest.fixture(scope="session")
def event_bodies() -> list[dict]:
    """Return the JSON of every sample event that has an object."""
    return [json.loads(file.read_bytes()) for file in _FILES]


@pytest.fixture
def body():
    """Return a function that reads one of our sample events."""
    return lambda case: sample(f"stripe_webhook/{case}")
