"""The desk in the cases table: account directory and parked events."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, override

from reprise.adapters.dynamodb.items import Item, account_id_of, account_key, key_of
from reprise.adapters.dynamodb.table import NEW, Table
from reprise.canonical import digest
from reprise.ledger.instants import of_ms, to_ms
from reprise.ports.desk import (
    Directory,
    EmailTakenError,
    Parked,
    ParkingLot,
    Profile,
    Span,
    folded,
)
from reprise.ports.ledger import (
    EntryExistsError,
    HeadMovedError,
    Page,
    StoreBusyError,
    shard_of,
)

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_OURS = "account = :account"
_SAME = "email = :email"
_TURNS_MAX = 5
"""How often one profile is written anew when others change it at the same time."""
_PARKED = "parked"
_DONE_KEPT = timedelta(days=30)
"""How long an applied event is kept: as long as Stripe lists it."""


class DynamoDirectory(Directory):
    """A `Directory` in the cases table; an address is found by its hash.

    Args:
        client: a DynamoDB client.
        table: the cases table's name.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    @override
    def put_profile(self, profile: Profile) -> None:
        for _ in range(_TURNS_MAX):
            actions = self._profile_actions(profile)
            try:
                self._table.transact(actions)
            except (EntryExistsError, HeadMovedError):
                if self.account_of(profile.email) not in {None, profile.account_id}:
                    raise EmailTakenError("email: already belongs to another account") from None
                continue
            return
        raise StoreBusyError(f"{profile.account_id}: no turn in {_TURNS_MAX} attempts")

    def _profile_actions(self, profile: Profile) -> list[Mapping[str, Item]]:
        """Return the writes: the profile, its address, and the old address taken away.

        The profile must still be what was read, so that of two changes at once the later one sees
        the address that the earlier one left; and nobody's address is taken away but our own.
        """
        known = self.profile(profile.account_id)
        ours: Item = {":account": {"S": profile.account_id}}
        unchanged: Item = {"ConditionExpression": NEW}
        if known is not None:
            values = {":email": {"S": known.email}}
            unchanged = {"ConditionExpression": _SAME, "ExpressionAttributeValues": values}
        address: Item = {"Item": email_key(profile.email) | {"account": {"S": profile.account_id}}}
        claim = {"ConditionExpression": f"{NEW} OR {_OURS}", "ExpressionAttributeValues": ours}
        actions: list[Mapping[str, Item]] = [
            {"Put": {"Item": _profile_item(profile)} | unchanged},
            {"Put": address | claim},
        ]
        if known is not None and folded(known.email) != folded(profile.email):
            actions.append({"Delete": {"Key": email_key(known.email)} | claim})
        return actions

    @override
    def profile(self, account_id: str) -> Profile | None:
        item = self._table.get(key_of(account_key(account_id), "profile"))
        if item is None:
            return None
        return Profile(
            account_id=account_id,
            email=item["email"]["S"],
            locale=item["locale"]["S"],
            country=item["country"]["S"],
            registered_at=of_ms(int(item["at"]["N"])),
        )

    @override
    def account_of(self, email: str) -> str | None:
        item = self._table.get(email_key(email))
        return None if item is None else str(item["account"]["S"])

    @override
    def registered(
        self, shard: int, span: Span, limit: int, cursor: str | None = None
    ) -> Page[str]:
        after, until = span
        page = self._table.page(
            "due",
            "due_shard = :shard AND due_at BETWEEN :first AND :last",
            {
                ":shard": {"S": _profiles(shard)},
                ":first": {"N": str(0 if after is None else to_ms(after) + 1)},
                ":last": {"N": str(to_ms(until))},
            },
            limit,
            cursor,
        )
        return Page(tuple(map(account_id_of, page.items)), page.cursor)


class DynamoParkingLot(ParkingLot):
    """A `ParkingLot` in the cases table.

    Args:
        client: a DynamoDB client.
        table: the cases table's name.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    @override
    def park(self, parked: Parked) -> bool:
        actions = [{"Put": {"Item": _parked_item(parked), "ConditionExpression": NEW}}]
        if parked.waits_for is not None:
            waiting = key_of(f"waiting#{parked.waits_for}", parked.parked_id)
            actions.append({"Put": {"Item": waiting}})
        try:
            self._table.transact(actions)
        except EntryExistsError:
            return False
        return True

    @override
    def parked(self, limit: int, cursor: str | None = None) -> Page[Parked]:
        shard = {":shard": {"S": _PARKED}}
        page = self._table.page("due", "due_shard = :shard", shard, limit, cursor)
        ids = [item["pk"]["S"].removeprefix("parked#") for item in page.items]
        return Page(self._still_waiting(ids), page.cursor)

    @override
    def waiting_for(self, wanted: str) -> list[Parked]:
        waiting = self._table.partition(f"waiting#{wanted}")
        return list(self._still_waiting([item["sk"]["S"] for item in waiting]))

    @override
    def retried(self, parked: Parked, done_at: datetime | None) -> None:
        expression = "SET attempts = :attempts"
        values: Item = {":attempts": {"N": str(parked.attempts + 1)}}
        if done_at is not None:
            # Out of the list of what waits; removed by TTL once Stripe no longer lists it either.
            expression += ", done_at = :done, expires = :expires REMOVE due_shard, due_at"
            values[":done"] = {"N": str(to_ms(done_at))}
            values[":expires"] = {"N": str(int((done_at + _DONE_KEPT).timestamp()))}
        self._table.update(
            Key=key_of(f"parked#{parked.parked_id}", _PARKED),
            UpdateExpression=expression,
            ExpressionAttributeValues=values,
        )
        if done_at is not None and parked.waits_for is not None:
            self._table.delete(key_of(f"waiting#{parked.waits_for}", parked.parked_id))

    def _still_waiting(self, ids: list[str]) -> tuple[Parked, ...]:
        found = []
        for parked_id in ids:
            item = self._table.get(key_of(f"parked#{parked_id}", _PARKED))
            if item is not None and "done_at" not in item:
                found.append(_parked_of(item))
        return tuple(found)


def _profiles(shard: int) -> str:
    return f"profiles#{shard:02d}"


def email_key(email: str) -> Item:
    """Return under what an address leads to its account."""
    return key_of(f"email#{digest(folded(email))}", "email")


def _profile_item(profile: Profile) -> Item:
    return {
        **key_of(account_key(profile.account_id), "profile"),
        "email": {"S": profile.email},
        "locale": {"S": profile.locale},
        "country": {"S": profile.country},
        "at": {"N": str(to_ms(profile.registered_at))},
        # The index of what is due lists accounts as well, by when they were registered: notices
        # of a policy go to all of them, shard by shard.
        "due_shard": {"S": _profiles(shard_of(profile.account_id))},
        "due_at": {"N": str(to_ms(profile.registered_at))},
    }


def _parked_item(parked: Parked) -> Item:
    item = {
        **key_of(f"parked#{parked.parked_id}", _PARKED),
        "source": {"S": parked.source},
        "kind": {"S": parked.kind},
        "field": {"S": parked.field},
        "reason": {"S": parked.reason},
        "body": {"B": parked.body},
        "attempts": {"N": str(parked.attempts)},
        "due_shard": {"S": _PARKED},
        "due_at": {"N": str(to_ms(parked.parked_at))},
        "parked_at": {"N": str(to_ms(parked.parked_at))},
    }
    if parked.waits_for is not None:
        item["waits_for"] = {"S": parked.waits_for}
    return item


def _parked_of(item: Item) -> Parked:
    return Parked(
        parked_id=item["pk"]["S"].removeprefix("parked#"),
        source=item["source"]["S"],
        kind=item["kind"]["S"],
        field=item["field"]["S"],
        reason=item["reason"]["S"],
        waits_for=item["waits_for"]["S"] if "waits_for" in item else None,
        body=item["body"]["B"],
        parked_at=of_ms(int(item["parked_at"]["N"])),
        attempts=int(item["attempts"]["N"]),
    )
