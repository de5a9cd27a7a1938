"""What working on cases needs, bound to AWS and to Stripe."""

import boto3
from botocore.config import Config

from reprise import composition
from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.adapters.dynamodb.tallies import DynamoTallies
from reprise.adapters.secrets import CachedSecret
from reprise.adapters.ses_outbox import SesOutbox
from reprise.adapters.stripe_api import StripeApi
from reprise.clock import wall_clock
from reprise.composition.stripe import stripe_books
from reprise.errors import TransientError
from reprise.settings import CaseActionsSettings
from reprise.usecases.cases.desk import Answering, Desk

# A mail that is sent twice cannot be taken back, so the client does not retry by itself.
_SEND_ONCE = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1})


def desk(settings: CaseActionsSettings) -> Desk:
    """Return the desk over the tables, Stripe and the mailbox that the settings name."""
    client = composition.dynamodb()
    api_key = composition.secret(settings.stripe_api_key_secret_id)
    token_key = composition.secret(settings.case_token_secret_id)
    outbox = SesOutbox(boto3.client("sesv2", config=_SEND_ONCE), settings.mail_address)
    return Desk(
        cases=DynamoCaseStore(client, settings.cases_table),
        tallies=DynamoTallies(client, settings.cases_table),
        directory=composition.directory(client, settings.cases_table),
        books=stripe_books(settings),
        stripe=StripeApi(lambda: _word(api_key, "Stripe's API key"), settings.stripe_base_url),
        answering=Answering(
            outbox, settings.mail_address, lambda: _word(token_key, "case tokens").encode()
        ),
    )


def _word(secret: CachedSecret, what: str) -> str:
    """Return the one word of a secret.

    Raises:
        TransientError: nobody has put it there yet, so what needs it waits.
    """
    words = secret.words(wall_clock())
    if not words:
        raise TransientError(f"the secret of {what} is empty")
    return words[0]
