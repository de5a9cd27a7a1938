"""Every call of AWS that a handler makes in these tests is held against its function's policy.

A call without its permission fails the test that made it; a permission that `permissions.yaml`
says a test uses, and it does not, fails that test as well. So a right that is taken from
`template.yaml` breaks the tests that need it, and one that nothing needs cannot be named there.
"""

import importlib
from functools import wraps

import pytest
import yaml
from reprise.composition import aws

from tests.support.permissions import allowed, used
from tests.support.template import ROOT, functions

TABLE = yaml.safe_load((ROOT / "tests/integration/permissions.yaml").read_text())
"""By function and test: what the test uses of each resource."""


class Watch:
    """Which function is at work, and what it has used in this test."""

    def __init__(self):
        self.stem = None
        self.used = set()

    def working(self, stem, handler):
        """The handler, watched; what a test itself asks of the stores is nobody's call."""

        @wraps(handler)
        def watched(*arguments):
            self.stem = stem
            try:
                return handler(*arguments)
            finally:
                self.stem = None

        return watched

    def called(self, params, model, **_):
        """Note a call of botocore's."""
        if self.stem:
            service = model.service_model.signing_name
            for permission in used(self.stem, service, model.name, params):
                self.used.add((self.stem, *permission))


@pytest.fixture(scope="session")
def clients_told():
    """What each client of a function tells; every client takes it over from the session."""
    listeners = []

    def tell(**call):
        for listener in listeners:
            listener(**call)

    aws._session().register("provide-client-params", tell)
    yield listeners
    aws._session().unregister("provide-client-params", tell)


@pytest.fixture(autouse=True)
def permissions(request, monkeypatch, clients_told):
    """See above."""
    watch = Watch()
    for stem in functions():
        module = importlib.import_module(f"functions.{stem}.app")
        monkeypatch.setattr(module, "handler", watch.working(stem, module.handler))
    clients_told.append(watch.called)
    yield watch
    clients_told.remove(watch.called)
    beyond = {one for one in watch.used if one[1:] not in allowed(one[0])}
    assert not beyond, "the policies in template.yaml do not allow this"
    test = request.node.nodeid.removeprefix("tests/integration/")
    unused = claimed(test) - watch.used
    assert not unused, "permissions.yaml says that this test uses these"


def claimed(test):
    """The permissions that are said to be used by a test."""
    return {
        (stem, action, resource)
        for stem, tests in TABLE.items()
        for resource, actions in tests.get(test, {}).items()
        for action in actions
    }
