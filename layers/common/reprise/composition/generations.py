"""What settling generations needs, bound to AWS and to the providers."""

from typing import Final

from reprise import composition
from reprise.adapters.guard import Limits
from reprise.adapters.provider_keys import KeyedProviderPoller
from reprise.clock import wall_clock
from reprise.settings import ProviderSettings
from reprise.usecases.generations.settling import Generations

LIMITS: Final = Limits()
"""What a function may ask of one provider while somebody waits for its answer."""


def generations(settings: ProviderSettings, limits: Limits = LIMITS) -> Generations:
    """Return generations over the tables and providers that the settings name."""
    poller = KeyedProviderPoller(
        settings.providers_base_url,
        lambda: composition.secret(settings.provider_keys_secret_id),
        limits,
        wall_clock,
    )
    client = composition.dynamodb()
    return Generations(
        ledger=composition.ledger(settings, client),
        policy=composition.policy_book(client, settings.ledger_table),
        poller=poller,
    )
