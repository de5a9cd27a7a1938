"""What the product is told about an entry, so that it can tell its user at once."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reprise.ledger.entries import Entry


class News(StrEnum):
    """The events that the ledger puts on the bus: their detail-types."""

    REFUNDED = "Credits Refunded"
    GRANTED = "Credits Granted"


@dataclass(frozen=True, slots=True)
class Notice:
    """What an entry means to the customer.

    Args:
        news: the event's detail-type.
        account_id: whose credits.
        subject: what they came back for, or with: a generation, an order, a gift.
        credits: how many, at least one.
        reason: why, in words for the customer; for a grant, what kind it is.
    """

    news: News
    account_id: str
    subject: str
    credits: int
    reason: str


_GRANTS: Final = {"settle": "order", "goodwill": "goodwill", "free": "free"}


def notice_of(entry: Entry) -> Notice | None:
    """Return what is to be told about an entry, or None if it is no news."""
    kind, _, subject = entry.key.partition("#")
    if kind == "outcome":
        credits, news = entry.details.get("refunded"), News.REFUNDED
        reason = str(entry.details.get("reason", ""))
    else:
        credits, news, reason = entry.credits, News.GRANTED, _GRANTS.get(kind, "")
    if not isinstance(credits, int) or credits < 1 or (news is News.GRANTED and not reason):
        return None
    return Notice(news, entry.account_id, subject, credits, reason)
