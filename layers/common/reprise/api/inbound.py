"""What comes in, one dataclass per route: its path parameters, and its body or query.

Every text is bounded in length and alphabet. None of these is a domain object.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from reprise.api.shape import Text, Whole
from reprise.providers.operation import Operation

_ID = Text(128, r"[A-Za-z0-9_.:@-]+", "letters, digits or _ . : @ -")
_EMAIL = Text(254, r"[^\s@]+@[^\s@]+", "an email address", "email")
_LOCALE = Text(35, r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", "a BCP 47 language tag, like en or pt-BR")
_URL = Text(2_048, r"https://[!-~]+", "an https URL in ASCII")
_COUNTRY = Text(2, r"[A-Z]{2}", "a country's two capital letters (ISO 3166)")

AccountId = Annotated[str, _ID]
GenerationId = Annotated[str, _ID]
# The invoice and line of a subscription's order are joined by a slash; in a path it is %2F.
OrderId = Annotated[str, Text(255, r"[A-Za-z0-9_.:@/-]+", "letters, digits or _ . : @ / -")]
ProviderName = Annotated[str, Text(32, r"[a-z0-9_]+", "a provider's name in lower case")]
# Providers choose these; some are URLs.
TaskId = Annotated[str, Text(512, r"[!-~]+", "printable ASCII without blanks")]
Cursor = Annotated[str, Text(255, r"[A-Za-z0-9_.:@/-]+", "the cursor of the page before")]
Limit = Annotated[int, Whole(1, 100)]
LIMIT_DEFAULT = 50


class Format(StrEnum):
    """How history is written."""

    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Register:
    """Who an account belongs to.

    Args:
        account_id: the product's id of the customer.
        email: the address that the product has verified.
        locale: language of answers.
        country: where the customer lives; statutory rights depend on it.
    """

    account_id: AccountId
    email: Annotated[str, _EMAIL]
    locale: Annotated[str, _LOCALE]
    country: Annotated[str, _COUNTRY]


@dataclass(frozen=True, slots=True)
class NewCharge:
    """A generation to be paid before it is submitted; the catalogue knows its price.

    Args:
        account_id: who pays.
        generation_id: the product's id of the generation; the charge's business key.
        operation: what is generated.
    """

    account_id: AccountId
    generation_id: GenerationId
    operation: Operation


@dataclass(frozen=True, slots=True)
class NewTask:
    """Where a charge's generation runs.

    Args:
        account_id: who paid.
        generation_id: the charge.
        provider: the provider's name.
        task_id: the provider's id of the task.
        submitted_at: when it was submitted; now if left out. Of several the latest stands.
    """

    account_id: AccountId
    generation_id: GenerationId
    provider: ProviderName
    task_id: TaskId
    submitted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OneAccount:
    """An account.

    Args:
        account_id: the product's id of the customer.
    """

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class OneCharge:
    """A charge of an account.

    Args:
        account_id: who paid.
        generation_id: the generation.
    """

    account_id: AccountId
    generation_id: GenerationId


@dataclass(frozen=True, slots=True)
class OneOrder:
    """An order of an account.

    Args:
        account_id: who bought.
        order_id: the checkout session, or invoice and line.
    """

    account_id: AccountId
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page of an account's orders.

    Args:
        account_id: who bought.
        limit: orders of one page at most.
        cursor: of the page before; none for the newest.
    """

    account_id: AccountId
    limit: Limit = LIMIT_DEFAULT
    cursor: Cursor | None = None


@dataclass(frozen=True, slots=True)
class OneCase:
    """A refund request of an account.

    Args:
        account_id: whose account.
        case_id: the request's id.
    """

    account_id: AccountId
    case_id: Annotated[str, _ID]


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of an account's refund requests.

    Args:
        account_id: whose account.
        limit: requests of one page at most.
        cursor: of the page before; none for the newest.
    """

    account_id: AccountId
    limit: Limit = LIMIT_DEFAULT
    cursor: Cursor | None = None


@dataclass(frozen=True, slots=True)
class NewWithdrawal:
    """A withdrawal that a signed-in customer confirmed.

    Args:
        account_id: whose purchase it is.
        order_id: the purchase.
    """

    account_id: AccountId
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class NewPortal:
    """A customer who wants to manage what is paid for.

    Args:
        account_id: who.
        return_url: the product's page that the portal leads back to.
    """

    account_id: AccountId
    return_url: Annotated[str, _URL]


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of an account's journal.

    Args:
        account_id: whose journal.
        limit: entries of one page at most.
        cursor: of the page before; none for the newest.
        format: JSON unless this, or the Accept header, asks for CSV.
    """

    account_id: AccountId
    limit: Limit = LIMIT_DEFAULT
    cursor: Annotated[str, Text(18, r"[0-9]+", "the cursor of the page before")] | None = None
    format: Format | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing is asked."""
