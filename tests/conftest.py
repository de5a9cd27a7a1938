"""Fixtures that more than one folder of tests needs."""

from collections.abc import Iterator

import pytest

from ops.stack import ministack as server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What uses the local stack is marked so, and can be left out with `-m "not stack"`."""
    for item in items:
        if "ministack" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.stack)


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint URL of a MiniStack of this session; see `server.client_arguments`."""
    running = server.start(tmp_path_factory.mktemp("ministack"))
    yield running.endpoint
    server.stop(running)
