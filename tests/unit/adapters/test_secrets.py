"""A secret is read once in five minutes, and anew when one of its words does not fit."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import EndpointConnectionError
from reprise.adapters.secrets import REREAD_AFTER, CachedSecret
from reprise.errors import TransientError

NOW = datetime(2026, 11, 3, tzinfo=UTC)


class Vault:
    """A Secrets Manager whose secret changes with every reading."""

    def __init__(self):
        self.reads = 0

    def get_secret_value(self, **_):
        self.reads += 1
        return {"SecretString": f"whsec_{self.reads} whsec_old\n"}


def test_a_secret_is_at_most_five_minutes_old():
    secret = CachedSecret(Vault(), "s")
    ages = [timedelta(0), timedelta(minutes=4, seconds=59), timedelta(minutes=5)]
    found = [secret.words(NOW + age)[0] for age in ages]
    assert found == ["whsec_1", "whsec_1", "whsec_2"]


def test_a_clock_that_was_set_back_keeps_no_secret_alive():
    secret = CachedSecret(Vault(), "s")
    secret.words(NOW)
    assert secret.words(NOW - timedelta(hours=1))[0] == "whsec_2"


def test_a_refresh_reads_anew_and_is_kept():
    secret = CachedSecret(Vault(), "s")
    secret.words(NOW)
    later = NOW + REREAD_AFTER
    assert secret.refreshed(later) == ("whsec_2", "whsec_old")
    assert secret.words(later)[0] == "whsec_2"


def test_forged_signatures_cost_no_reading_each():
    """Whoever sends them would choose what we pay Secrets Manager, and when it throttles us."""
    vault = Vault()
    secret = CachedSecret(vault, "s")
    for number in range(1_000):
        assert secret.refreshed(NOW + number * timedelta(milliseconds=4))
    assert vault.reads == 1


def test_a_secret_that_cannot_be_read_is_named():
    """A function reads several: signing secrets, Stripe's key, providers' keys."""

    class Silent:
        def get_secret_value(self, **_):
            raise EndpointConnectionError(endpoint_url="https://secrets.example")

    with pytest.raises(TransientError, match="the secret provider-keys could not be read"):
        CachedSecret(Silent(), "provider-keys").words(NOW)
