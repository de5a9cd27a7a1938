"""What applying Stripe's events needs, bound to AWS."""

from reprise import composition
from reprise.adapters.dynamodb.mirror import DynamoMirrorStore
from reprise.billing.events import Expected
from reprise.catalogue.reading import named_catalogue
from reprise.composition.waking import waker
from reprise.settings import StripeBooksSettings
from reprise.usecases.stripe.books import Books


def stripe_books(settings: StripeBooksSettings) -> Books:
    """Return the books over the tables that the settings name."""
    client = composition.dynamodb()
    return Books(
        ledger=composition.ledger(settings, client),
        mirrors=DynamoMirrorStore(client, settings.ledger_table),
        parking=composition.parking_lot(client, settings.cases_table),
        catalogue=named_catalogue(settings.catalogue),
        policy=composition.policy_book(client, settings.ledger_table),
        expected=Expected(livemode=settings.stripe_livemode),
        wake=waker(settings.cases_queue_url),
    )
