"""What notices and reminders need, bound to AWS."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reprise import composition
from reprise.adapters.dynamodb.announcements import DynamoAnnouncements, DynamoMailed
from reprise.adapters.event_bus import EventBridgeBus
from reprise.composition import aws
from reprise.composition.outbox import outbox
from reprise.settings import PolicyNoticesSettings
from reprise.usecases.announcing import Announcing
from reprise.usecases.mailing import Mailing
from reprise.usecases.reminders import Reminding

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Notices:
    """Announcing and reminding, which share the way to accounts."""

    announcing: Announcing
    reminding: Reminding


def notices(settings: PolicyNoticesSettings, client: "DynamoDBClient") -> Notices:
    """Return both over the tables, bus and sender that the settings name."""
    ledger_table = settings.ledger_table
    book = composition.policy_book(client, ledger_table)
    mailing = Mailing(
        directory=composition.directory(client, settings.cases_table),
        mailed=DynamoMailed(client, settings.cases_table),
        outbox=outbox(settings.notice_sender, settings.mail_configuration),
    )
    bus = aws.client("events")
    return Notices(
        Announcing(
            policy=book,
            announcements=DynamoAnnouncements(client, ledger_table),
            mailing=mailing,
            bus=EventBridgeBus(bus, settings.event_bus),
        ),
        Reminding(ledger=composition.ledger(settings, client), policy=book, mailing=mailing),
    )
