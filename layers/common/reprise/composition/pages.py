"""What the product's pages need besides credits, bound to AWS and to Stripe."""

from typing import TYPE_CHECKING

from reprise import composition
from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.adapters.stripe_api import StripeApi
from reprise.policy.calendar import BusinessCalendar
from reprise.settings import CreditsApiSettings
from reprise.usecases.accounts import Accounts
from reprise.usecases.pages import Pages
from reprise.usecases.withdrawing import Withdrawals

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def pages(settings: CreditsApiSettings, client: "DynamoDBClient", accounts: Accounts) -> Pages:
    """Return the pages over the tables and the API that the settings name."""
    api_key = composition.secret_word(settings.stripe_api_key_secret_id, "Stripe's API key")
    cases = DynamoCaseStore(client, settings.cases_table)
    policy = composition.policy_book(client, settings.ledger_table)
    calendar = BusinessCalendar(settings.desk_zone, settings.desk_country)
    return Pages(
        accounts=accounts,
        cases=cases,
        stripe=StripeApi(api_key, settings.stripe_base_url),
        withdrawals=Withdrawals(accounts, cases, policy, calendar),
    )
