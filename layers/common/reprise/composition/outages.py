"""What outages need, bound to AWS."""

from typing import TYPE_CHECKING

from reprise import composition
from reprise.adapters.dynamodb.mirror import DynamoMirrorStore
from reprise.adapters.dynamodb.outages import DynamoOutageStore
from reprise.catalogue.reading import named_catalogue
from reprise.settings import LedgerSettings
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
