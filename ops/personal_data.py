"""What is kept of a person beside the ledger: their profile, their cases and their mail."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.adapters.dynamodb.directory import DynamoDirectory, email_key
from reprise.adapters.dynamodb.items import Item, account_key, key_of
from reprise.adapters.dynamodb.table import Table
from reprise.cases.model import AttemptState, Case
from reprise.errors import BadInputError
from reprise.ledger.instants import to_ms
from reprise.ports.cases import Shelf
from reprise.ports.directory import Profile, folded
from reprise.ports.ledger import PAGE_MAX, every
from reprise.usecases.cases.operators import Operator

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

REFUND_MAY_FAIL: Final = timedelta(days=31)
"""How long after it was made a refund may come back from the bank; its case tells whose it is."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an account's owner.

    Args:
        profile: the directory's; None if it has none.
        cases: of the account, and those that came from its address without proof.
        mails: SES's ids of the messages behind them, which name the stored ones.
    """

    profile: Profile | None
    cases: tuple[Case, ...]
    mails: tuple[str, ...]


class PersonalData:
    """The personal data of a stack.

    Args:
        client: a DynamoDB client.
        table: the cases table's name.
        s3: an S3 client.
        bucket: where raw mail is.
        prefix: what its keys begin with.
    """

    # Any: boto3 makes its clients at run time.
    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        s3: Any,  # noqa: ANN401
        bucket: str,
        prefix: str,
    ) -> None:
        self.cases = DynamoCaseStore(client, table)
        self._directory = DynamoDirectory(client, table)
        self._table = Table(client, table)
        self._s3, self._bucket, self._prefix = s3, bucket, prefix

    def of(self, account_id: str) -> Kept:
        """Return what is kept of an account's owner; every case is looked at, so it takes a while.

        Args:
            account_id: whose.
        """
        profile = self._directory.profile(account_id)
        found = {case.case_id: case for case in self.cases.cases_of(account_id)}
        if profile is not None:
            address = folded(profile.email)
            found |= {
                case.case_id: case
                for case in self._every_case()
                if case.account_id is None and folded(case.letter.address or "") == address
            }
        cases = tuple(found.values())
        return Kept(profile, cases, tuple(dict.fromkeys(self._mails_of(cases))))

    def erase(self, account_id: str, kept: Kept, by: Operator) -> None:
        """Erase it; what stays is that it was done. A call that was cut off is made again.

        Raises:
            BadInputError: a case is still under way, or its refund may still come back.
        """
        for case in kept.cases:
            _demand_done_with(case, by.now)
        done = {"by": {"S": by.arn}, "reason": {"S": by.reason}, "at": {"N": str(to_ms(by.now))}}
        self._table.put(key_of(f"erased#{account_id}", "erased") | done)
        for mail in kept.mails:
            self._s3.delete_object(Bucket=self._bucket, Key=self._prefix + mail)
        # What leads to other items goes after them, so that whoever begins again finds them all.
        for case in kept.cases:
            self._delete(sorted(self._table.partition(f"case#{case.case_id}"), key=_is_case))
        self._delete(self._table.partition(account_key(account_id), "case#"))
        if kept.profile is not None:
            if self._directory.account_of(kept.profile.email) == account_id:
                self._table.delete(email_key(kept.profile.email))
            self._table.delete(key_of(account_key(account_id), "profile"))

    def _delete(self, items: Iterable[Item]) -> None:
        for item in list(items):
            self._table.delete({"pk": item["pk"], "sk": item["sk"]})

    def _every_case(self) -> Iterator[Case]:
        for shelf in (Shelf.OPEN, Shelf.ENDED):
            yield from every(partial(self.cases.listed, shelf, PAGE_MAX))

    def _mails_of(self, cases: tuple[Case, ...]) -> Iterator[str]:
        for case in cases:
            yield case.letter.ses_id
            for line in self.cases.journal(case.case_id):
                if "mail" in line.details:
                    yield line.details["mail"]


def _demand_done_with(case: Case, now: datetime) -> None:
    if not case.over:
        raise BadInputError("ACCOUNT", f"{case.case_id} is {case.state}: end it first")
    refunded = any(one.state is AttemptState.DONE for one in case.attempts)
    if refunded and now < case.changed_at + REFUND_MAY_FAIL:
        until = case.changed_at + REFUND_MAY_FAIL
        raise BadInputError(
            "ACCOUNT", f"the refund of {case.case_id} may come back until {until:%Y-%m-%d}: wait"
        )


def _is_case(item: Item) -> bool:
    return bool(item["sk"]["S"] == "case")
