"""The account directory in the cases table."""

from collections.abc import Mapping
from typing import override

from reprise.adapters.dynamodb.items import Item, account_id_of, account_key, key_of
from reprise.adapters.dynamodb.table import NEW, Stored
from reprise.canonical import digest
from reprise.ledger.instants import of_ms, to_ms
from reprise.ports.directory import Directory, EmailTakenError, Profile, Span, folded
from reprise.ports.ledger import (
    EntryExistsError,
    HeadMovedError,
    Page,
    StoreBusyError,
    shard_of,
)

_OURS = "account = :account"
_SAME = "email = :email"
_TURNS_MAX = 5
"""How often one profile is written anew when others change it at the same time."""


class DynamoDirectory(Stored, Directory):
    """A `Directory` in the cases table; an address is found by its hash."""

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
