"""The deployed template, once for all end-to-end tests."""

from collections.abc import Iterator

import pytest

from ops.stack import lifecycle
from ops.stack.env import StackInfo
from ops.stack.product import Product


@pytest.fixture(scope="session")
def stack() -> Iterator[StackInfo]:
    """A local stack of these tests alone."""
    with lifecycle.temporary() as info:
        yield info


@pytest.fixture(scope="session")
def product(stack: StackInfo) -> Product:
    """The product's backend, under its own role."""
    return Product.of(stack)
