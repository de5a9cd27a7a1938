"""Sample events for the tests of the readers: ours, and the public ones beside the checkout."""

import json
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]
_NO_EVENTS = {"index", "adv_thin_event"}
_OWN = sorted((_ROOT / "events/stripe_webhook").glob("*.json"))
_PUBLIC = sorted((_ROOT.parent / "shared/data/stripe").glob("*.json"))
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
    """Return the JSON of one of our sample events by its case."""

    def read(case: str) -> dict:
        return json.loads((_ROOT / f"events/stripe_webhook/{case}.json").read_bytes())

    return read
