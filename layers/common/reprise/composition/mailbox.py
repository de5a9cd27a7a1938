"""What taking in refund mail needs, bound to AWS; it can read orders and open cases, no more."""

from typing import TYPE_CHECKING

from reprise import composition
from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.adapters.s3_mails import S3MailStore
from reprise.composition import aws
from reprise.composition.waking import waker
from reprise.policy.calendar import BusinessCalendar
from reprise.settings import RefundEmailSettings
from reprise.usecases.mailbox import Mailbox

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def mailbox(settings: RefundEmailSettings, client: "DynamoDBClient") -> Mailbox:
    """Return the mailbox over the bucket and tables that the settings name."""
    s3 = aws.client("s3")
    address = settings.mail_address
    return Mailbox(
        mails=S3MailStore(s3, settings.mail_bucket, settings.mail_prefix),
        cases=DynamoCaseStore(client, settings.cases_table),
        directory=composition.directory(client, settings.cases_table),
        orders=DynamoLedgerStore(client, settings.ledger_table),
        policy=composition.policy_book(client, settings.ledger_table),
        calendar=BusinessCalendar(settings.desk_zone, settings.desk_country),
        addresses=(address,) if address else (),
        wake=waker(settings.cases_queue_url),
    )
