"""What working on cases needs, bound to AWS and to Stripe."""

from reprise import composition
from reprise.adapters.dynamodb.brake import DynamoBrake
from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.adapters.dynamodb.tallies import DynamoTallies
from reprise.adapters.stripe_api import StripeApi
from reprise.composition.outbox import outbox
from reprise.composition.stripe import stripe_books
from reprise.policy.calendar import BusinessCalendar
from reprise.settings import CaseActionsSettings
from reprise.usecases.cases.desk import Answering, Desk


def desk(settings: CaseActionsSettings) -> Desk:
    """Return the desk over the tables, Stripe and the mailbox that the settings name."""
    client = composition.dynamodb()
    api_key = composition.secret_word(settings.stripe_api_key_secret_id, "Stripe's API key")
    token_key = composition.secret_word(settings.case_token_secret_id, "case tokens")
    sends = outbox(settings.mail_address, settings.mail_configuration)
    return Desk(
        cases=DynamoCaseStore(client, settings.cases_table),
        tallies=DynamoTallies(client, settings.cases_table),
        directory=composition.directory(client, settings.cases_table),
        books=stripe_books(settings),
        stripe=StripeApi(api_key, settings.stripe_base_url),
        brake=DynamoBrake(client, settings.cases_table),
        answering=Answering(sends, settings.mail_address, lambda: token_key().encode()),
        calendar=BusinessCalendar(settings.desk_zone, settings.desk_country),
    )
