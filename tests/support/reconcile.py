"""Running the reconciler in process, against a stand-in that knows the objects of sample events."""

import json
from datetime import UTC, datetime, timedelta

from functions.stripe_reconcile import app
from tests.support.aws import Context
from tests.support.stripe import body

ADA = "acc_ada"


def created_of(name):
    return json.loads(body(name))["data"]["object"]["created"]


def known_to(standin, name, **changes):
    """Let Stripe know the object of a sample event, but tell nobody."""
    found = json.loads(body(name))["data"]["object"] | changes
    standin.put(found)
    return found


def minutes_after(name, minutes):
    return datetime.fromtimestamp(created_of(name), UTC) + timedelta(minutes=minutes)


def run(at, context=None):
    event = {"id": "schedule-1", "time": at.isoformat()}
    return app.handler(event, context or Context())


def balance(world):
    account = world.books.ledger.store.read(ADA).account
    return account.balance if account else None


def parked(world):
    return [one.parked_id for one in world.books.parking.parked(100).items]
