"""What reconciling with Stripe needs, bound to AWS and to Stripe."""

import random
import time
from typing import Final

from reprise import composition
from reprise.adapters.dynamodb.bookmarks import DynamoBookmarks
from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.adapters.stripe_feed import StripeListings
from reprise.composition.stripe import stripe_books
from reprise.policy.calendar import BusinessCalendar
from reprise.settings import StripeReconcileSettings
from reprise.usecases.choice import Choices
from reprise.usecases.reconcile.reconciler import Reconciler

_PAUSE_SECONDS_FIRST: Final = 1.0


def reconciler(settings: StripeReconcileSettings) -> Reconciler:
    """Return the reconciler over the tables and the API that the settings name."""
    client = composition.dynamodb()
    api_key = composition.secret_word(settings.stripe_api_key_secret_id, "Stripe's API key")
    return Reconciler(
        books=stripe_books(settings),
        feed=StripeListings(api_key, settings.stripe_base_url, pause),
        bookmarks=DynamoBookmarks(client, settings.cases_table),
        choices=Choices(
            cases=DynamoCaseStore(client, settings.cases_table),
            directory=composition.directory(client, settings.cases_table),
            policy=composition.policy_book(client, settings.ledger_table),
            calendar=BusinessCalendar(settings.desk_zone, settings.desk_country),
        ),
    )


def pause(attempt: int) -> None:
    """Sleep before Stripe is asked again: seconds, doubling, half of it jitter."""
    seconds = _PAUSE_SECONDS_FIRST * 2**attempt
    time.sleep(seconds / 2 + random.uniform(0, seconds / 2))  # noqa: S311 - keeps no secret
