"""The only reader of the environment: one frozen settings model per function.

A field `ledger_table` is read from `LEDGER_TABLE`. A missing or malformed variable stops the
function at its first event with an error that names it.
"""

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from reprise.clock import ClockSource
from reprise.errors import PermanentError


class SettingInvalidError(PermanentError):
    """An environment variable is missing or not of its form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSettings:
    """What every function that touches the ledger is told.

    Args:
        stage: `local`, `dev`, `staging` or `prod`.
        catalogue: which catalogue is sold here; a file in `reprise/catalogue`.
        clock: `wall`, or `event` on the local stack.
        ledger_table: name of the ledger's table.
    """

    stage: str
    catalogue: str
    clock: ClockSource
    ledger_table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeBooksSettings(LedgerSettings):
    """What applying Stripe's events is told besides.

    Args:
        cases_table: where events are parked.
        cases_queue_url: the queue of cases to work on, for those whose refund failed.
        stripe_livemode: whether real money moves here.
    """

    cases_table: str
    cases_queue_url: str
    stripe_livemode: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeWebhookSettings(StripeBooksSettings):
    """What the webhook is told besides: the secret of the signing secrets, one or two."""

    stripe_webhook_secret_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeReconcileSettings(StripeBooksSettings):
    """What the reconciler is told besides.

    Args:
        stripe_api_key_secret_id: the secret that holds the restricted key.
        stripe_base_url: where Stripe's API is.
        desk_zone: IANA time zone in which the desk's days end.
        desk_country: two capital letters, for the desk's holidays; empty for none.
    """

    stripe_api_key_secret_id: str
    stripe_base_url: str
    desk_zone: str
    desk_country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpirySweepSettings(LedgerSettings):
    """What the sweep is told besides: the queue over which it spreads the shards."""

    sweep_queue_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageCreditsSettings(LedgerSettings):
    """What making an outage good is told besides.

    Args:
        outage_queue_url: the queue over which shards are spread.
        stripe_discount_key_secret_id: the secret that holds a key for discounts alone.
        stripe_base_url: where Stripe's API is.
    """

    outage_queue_url: str
    stripe_discount_key_secret_id: str
    stripe_base_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyNoticesSettings(LedgerSettings):
    """What notices and reminders are told besides.

    Args:
        cases_table: where accounts are registered, and what they were mailed.
        event_bus: where versions are announced.
        notices_queue_url: the queue over which shards are spread.
        notice_sender: the verified address that mail comes from; empty sends none.
        mail_configuration: SES's configuration set, which keeps the suppression list; may be empty.
    """

    cases_table: str
    event_bus: str
    notices_queue_url: str
    notice_sender: str = ""
    mail_configuration: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditsApiSettings(LedgerSettings):
    """What the API is told besides.

    Args:
        cases_table: where the account directory and the cases are.
        stripe_api_key_secret_id: the secret that holds the restricted key.
        stripe_base_url: where Stripe's API is.
        desk_zone: IANA time zone in which the desk's days end.
        desk_country: two capital letters, for the desk's holidays; empty for none.
    """

    cases_table: str
    stripe_api_key_secret_id: str
    stripe_base_url: str
    desk_zone: str
    desk_country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundEmailSettings(LedgerSettings):
    """What the refund mailbox is told besides.

    Args:
        cases_table: where cases are opened and accounts are looked up.
        mail_bucket: where SES stores raw messages.
        mail_prefix: what their keys begin with.
        mail_address: the mailbox's own address, which never gets a case; empty if there is none.
        desk_zone: IANA time zone in which the desk's days end.
        desk_country: two capital letters, for the desk's holidays; empty for none.
        cases_queue_url: the queue of cases to work on.
    """

    cases_table: str
    mail_bucket: str
    mail_prefix: str
    desk_zone: str
    cases_queue_url: str
    mail_address: str = ""
    desk_country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseActionsSettings(StripeBooksSettings):
    """What working on cases is told besides.

    Args:
        stripe_api_key_secret_id: the secret that holds the restricted key.
        stripe_base_url: where Stripe's API is.
        case_token_secret_id: the secret that signs the case in the address of answers.
        mail_address: what answers come from and come back to; empty: nobody is answered.
        desk_zone: IANA time zone in which the desk's days end.
        desk_country: two capital letters, for the desk's holidays; empty for none.
        mail_configuration: SES's configuration set, which keeps the suppression list; may be empty.
    """

    stripe_api_key_secret_id: str
    stripe_base_url: str
    case_token_secret_id: str
    desk_zone: str
    mail_address: str = ""
    desk_country: str = ""
    mail_configuration: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings(LedgerSettings):
    """What the functions that ask providers are told besides.

    Args:
        provider_keys_secret_id: the secret that holds our keys: `kie=… sunoapi=…`.
        providers_base_url: what every provider is asked at, below it by name, instead of at its
            own API; empty for their own.
    """

    provider_keys_secret_id: str
    providers_base_url: str = ""


def read_settings[T](kind: type[T], environment: Mapping[str, str] | None = None) -> T:
    """Return the settings of a function, read from the environment.

    Args:
        kind: a settings model; its fields are names, `bool`s or one of a few words.
        environment: read instead of the process's own.

    Raises:
        SettingInvalidError: a variable is missing, empty or malformed.
    """
    given = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type]
        name = field.name.upper()
        text = given.get(name, "").strip()
        if not text and field.default is not MISSING:
            continue
        values[field.name] = _parsed(name, text, field.type)
    return kind(**values)


def _parsed(name: str, text: str, kind: object) -> object:
    if not text:
        raise SettingInvalidError(f"{name}: must be set")
    if kind is bool:
        if text not in {"true", "false"}:
            raise SettingInvalidError(f"{name}: must be true or false, is {text!r}")
        return text == "true"
    if kind is ClockSource and text not in {"wall", "event"}:
        raise SettingInvalidError(f"{name}: must be wall or event, is {text!r}")
    return text
