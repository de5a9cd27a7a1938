"""Every account directory keeps the same promises: the fake, and the template's cases table."""

import boto3
import pytest
from moto import mock_aws
from reprise.adapters.dynamodb.directory import DynamoDirectory
from reprise.ports.directory import EmailTakenError, MemoryDirectory, Profile
from reprise.ports.ledger import shard_of

from tests.support.ledger import MINUTE, T0
from tests.support.tables import make_table

ADA = Profile("usr_1", "Ada@Example.com", "de-DE", "DE", T0)


@pytest.fixture(params=["memory", "moto"])
def directory(request):
    if request.param == "memory":
        yield MemoryDirectory()
        return
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        table = make_table(client, "CasesTable", "cases")
        yield DynamoDirectory(client, table)


def test_an_account_is_found_by_its_address_however_capitalised(directory):
    directory.put_profile(ADA)
    assert directory.profile("usr_1") == ADA
    assert directory.account_of(" ada@example.COM ") == "usr_1"
    assert directory.account_of("eve@example.com") is None
    assert directory.profile("usr_2") is None


def test_an_address_belongs_to_one_account(directory):
    directory.put_profile(ADA)
    with pytest.raises(EmailTakenError):
        directory.put_profile(Profile("usr_2", "ADA@example.com", "en", "US", T0))
    assert directory.profile("usr_2") is None


def test_a_changed_address_frees_the_old_one(directory):
    directory.put_profile(ADA)
    directory.put_profile(Profile("usr_1", "ada@new.example", "de-DE", "DE", T0))
    assert directory.account_of("ada@example.com") is None
    assert directory.account_of("ada@new.example") == "usr_1"


@pytest.fixture
def overtaken():
    """A directory whose first reading of a profile is overtaken by what `meanwhile` does."""

    class Overtaken(DynamoDirectory):
        meanwhile = None

        def profile(self, account_id):
            known = super().profile(account_id)
            if self.meanwhile is not None:
                act, self.meanwhile = self.meanwhile, None
                act()
            return known

    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        table = make_table(client, "CasesTable", "cases")
        yield Overtaken(client, table), DynamoDirectory(client, table)


def moved(email, account_id="usr_1"):
    return Profile(account_id, email, "en", "DE", T0)


def test_an_address_that_passed_to_another_account_meanwhile_stays_there(overtaken):
    slow, other = overtaken
    other.put_profile(ADA)

    def old_address_passes_on():
        other.put_profile(moved("ada@second.example"))
        other.put_profile(moved(ADA.email, "usr_2"))

    slow.meanwhile = old_address_passes_on
    slow.put_profile(moved("ada@third.example"))
    assert other.account_of(ADA.email) == "usr_2"
    assert other.account_of("ada@second.example") is None
    assert other.account_of("ada@third.example") == "usr_1"


def test_of_two_changes_at_once_only_one_address_points_at_the_account(overtaken):
    slow, other = overtaken
    other.put_profile(ADA)
    slow.meanwhile = lambda: other.put_profile(moved("ada@second.example"))
    slow.put_profile(moved("ada@third.example"))
    pointing = [ADA.email, "ada@second.example", "ada@third.example"]
    assert [other.account_of(email) for email in pointing] == [None, None, "usr_1"]
    assert other.profile("usr_1").email == "ada@third.example"


def test_accounts_are_listed_by_shard_and_registration(directory):
    accounts = [f"usr_{n}" for n in range(200) if shard_of(f"usr_{n}") == 3][:5]
    for number, account in enumerate(accounts):
        profile = Profile(account, f"{account}@example.com", "en", "DE", T0 + number * MINUTE)
        directory.put_profile(profile)
    first = directory.registered(3, (None, T0 + 3 * MINUTE), 2)
    rest = directory.registered(3, (None, T0 + 3 * MINUTE), 9, first.cursor)
    assert (*first.items, *rest.items) == tuple(accounts[:4])
    assert directory.registered(3, (T0 + MINUTE, T0 + 9 * MINUTE), 9).items == tuple(accounts[2:])
    assert directory.registered(4, (None, T0 + 9 * MINUTE), 9).items == ()
