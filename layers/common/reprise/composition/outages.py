"""What outages need, bound to AWS and to Stripe."""

from typing import TYPE_CHECKING

from reprise import composition
from reprise.adapters.dynamodb.mirror import DynamoMirrorStore
from reprise.adapters.dynamodb.outages import DynamoOutageStore
from reprise.adapters.stripe_discounts import StripeDiscountsApi
from reprise.catalogue.reading import named_catalogue
from reprise.settings import LedgerSettings, OutageCreditsSettings
from reprise.usecases.outages import Outages

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def outages(settings: LedgerSettings, client: "DynamoDBClient") -> Outages:
    """Return outages over the table that the settings name."""
    return Outages(
        ledger=composition.ledger(settings, client),
        mirrors=DynamoMirrorStore(client, settings.ledger_table),
        incidents=DynamoOutageStore(client, settings.ledger_table),
        policy=composition.policy_book(client, settings.ledger_table),
        catalogue=named_catalogue(settings.catalogue),
    )


def discounts(settings: OutageCreditsSettings) -> StripeDiscountsApi:
    """Return what gives discounts; its key is read at the first."""
    secret_id = settings.stripe_discount_key_secret_id
    api_key = composition.secret_word(secret_id, "Stripe's key for discounts")
    return StripeDiscountsApi(api_key, settings.stripe_base_url)
