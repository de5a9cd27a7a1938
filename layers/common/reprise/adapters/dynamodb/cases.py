"""The DynamoDB case store: cases with their journals, and the mails they came from.

Layout: `case#<id>` holds `case` and one `line#<version>` per change; `mail#<ses id>` marks that a
mail was taken in, `twin#<digest>` that its sender's Message-ID was; `account#<id>` lists the cases
of an account, and `mark#<mark>` leads from an answer of ours to its case. All of
it carries `expires`: it is personal data.
"""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, override

from botocore.exceptions import BotoCoreError, ClientError

from reprise.adapters.case_json import fields_of, state_of, value_of
from reprise.adapters.dynamodb.errors import raise_for
from reprise.adapters.dynamodb.items import Item, account_key, demand_known, key_of, unknown_in
from reprise.canonical import canonical_json
from reprise.cases.model import KEPT, Case, Change, Line
from reprise.ledger.instants import of_ms, to_ms
from reprise.ports.cases import CaseStore, Intake, Shelf, Taken
from reprise.ports.ledger import PAGE_MAX, EntryExistsError, HeadMovedError, Page, StoreBusyError

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_NEW = "attribute_not_exists(pk)"
_AS_READ = "version = :read"
_CASE = "case"
_MAIL = "mail"
_LINE_DIGITS = 6


class DynamoCaseStore(CaseStore):
    """A `CaseStore` in the cases table.

    Args:
        client: a DynamoDB client.
        table: the cases table's name.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    @override
    def take_in(self, intake: Intake) -> Taken:
        # The mail's mark comes first: if it is there, the mail was taken in, whatever else is.
        puts = [self._put(_mail_item(intake), _NEW)]
        if intake.twin is not None:
            twin = key_of(f"twin#{intake.twin}", "twin") | {"ses_id": {"S": intake.ses_id}}
            puts.append(self._put(twin | _expiring(intake.at), _NEW))
        for change in intake.changes:
            puts += self._puts(change)
        try:
            self._transact(puts)
        except EntryExistsError:
            standing = self._get(_mail_key(intake.ses_id))
            return _taken_of(standing, replayed=True) if standing else self._busy(intake)
        except HeadMovedError:
            return self._refuse_twin(intake)
        return _taken_of(_mail_item(intake))

    def _refuse_twin(self, intake: Intake) -> Taken:
        """Answer a mail whose Message-ID came before, or whose case moved meanwhile."""
        first = self._get(key_of(f"twin#{intake.twin}", "twin")) if intake.twin else None
        if first is None:
            return self._busy(intake)
        reason = f"the same mail as {first['ses_id']['S']}"
        return self.take_in(Intake(ses_id=intake.ses_id, at=intake.at, refused=reason))

    def _busy(self, intake: Intake) -> Taken:
        raise StoreBusyError(f"{intake.ses_id}: changed while it was taken in")

    @override
    def taken(self, ses_id: str) -> Taken | None:
        item = self._get(_mail_key(ses_id))
        return None if item is None else _taken_of(item)

    @override
    def case(self, case_id: str) -> Case | None:
        item = self._get(_case_key(case_id))
        if item is None:
            return None
        case = _case_of(item)
        demand_known(item["pk"]["S"], unknown_in(json.loads(item["state"]["S"]), fields_of(case)))
        return case

    @override
    def save(self, change: Change) -> None:
        try:
            self._transact(self._puts(change))
        except EntryExistsError as error:
            raise HeadMovedError(change.case.case_id) from error

    @override
    def journal(self, case_id: str) -> list[Line]:
        arguments: dict[str, Any] = {
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :line)",
            "ExpressionAttributeValues": {":pk": {"S": f"case#{case_id}"}, ":line": {"S": "line#"}},
            "ConsistentRead": True,
        }
        return [value_of(Line, json.loads(item["state"]["S"])) for item in self._all(arguments)]

    @override
    def listed(
        self, shelf: Shelf, limit: int, cursor: str | None = None, until: datetime | None = None
    ) -> Page[Case]:
        keys = self._shelf(shelf, limit, cursor, until)
        found = (self._get({"pk": key["pk"], "sk": key["sk"]}) for key in keys.items)
        return Page(tuple(_case_of(item) for item in found if item is not None), keys.cursor)

    @override
    def refusals(self, limit: int, cursor: str | None = None) -> Page[Taken]:
        keys = self._shelf(Shelf.REFUSED, limit, cursor, None)
        found = (self._get({"pk": key["pk"], "sk": key["sk"]}) for key in keys.items)
        return Page(tuple(_taken_of(item) for item in found if item is not None), keys.cursor)

    @override
    def bind(self, mark: str, case_id: str, at: datetime) -> None:
        item = _mark_key(mark) | {"case_id": {"S": case_id}} | _expiring(at)
        try:
            self._client.put_item(TableName=self._table, Item=item)
        except (ClientError, BotoCoreError) as error:
            raise_for(error)

    @override
    def bound(self, mark: str) -> str | None:
        item = self._get(_mark_key(mark))
        return None if item is None else str(item["case_id"]["S"])

    @override
    def cases_of(self, account_id: str) -> list[Case]:
        arguments: dict[str, Any] = {
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :case)",
            "ExpressionAttributeValues": {
                ":pk": {"S": account_key(account_id)},
                ":case": {"S": "case#"},
            },
            "ConsistentRead": True,
        }
        ids = (item["sk"]["S"].removeprefix("case#") for item in self._all(arguments))
        return [case for case in map(self.case, ids) if case is not None]

    def _shelf(
        self, shelf: Shelf, limit: int, cursor: str | None, until: datetime | None
    ) -> Page[Item]:
        values: Item = {":shard": {"S": shelf.value}}
        condition = "due_shard = :shard"
        if until is not None:
            condition += " AND due_at <= :until"
            values[":until"] = {"N": str(to_ms(until))}
        start = {"ExclusiveStartKey": json.loads(cursor)} if cursor else {}
        answer = self._query(
            IndexName="due",
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            Limit=min(limit, PAGE_MAX),
            **start,
        )
        last = answer.get("LastEvaluatedKey")
        return Page(tuple(answer["Items"]), json.dumps(last) if last else None)

    def _puts(self, change: Change) -> list[Item]:
        case = change.case
        line = {
            **key_of(f"case#{case.case_id}", f"line#{case.version:0{_LINE_DIGITS}d}"),
            "state": {"S": canonical_json(state_of(change.line))},
        }
        puts = [
            self._put(_case_item(case), _NEW if case.version == 1 else _AS_READ, case.version - 1),
            self._put(line | _expiring(case.changed_at), None),
        ]
        if case.account_id is not None:
            pointer = key_of(account_key(case.account_id), f"case#{case.case_id}")
            puts.append(self._put(pointer | _expiring(case.changed_at), None))
        return puts

    def _put(self, item: Item, condition: str | None, read: int = 0) -> Item:
        put: Item = {"TableName": self._table, "Item": item}
        if condition is not None:
            put["ConditionExpression"] = condition
        if condition == _AS_READ:
            put["ExpressionAttributeValues"] = {":read": {"N": str(read)}}
        return {"Put": put}

    def _transact(self, actions: Any) -> None:  # noqa: ANN401 - the client's own
        try:
            self._client.transact_write_items(TransactItems=actions)
        except (ClientError, BotoCoreError) as error:
            raise_for(error)

    def _get(self, key: Item) -> Item | None:
        try:
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        except (ClientError, BotoCoreError) as error:
            raise_for(error)
        return answer.get("Item")

    def _query(self, **arguments: Any) -> Item:  # noqa: ANN401 - the client's own
        try:
            return dict(self._client.query(TableName=self._table, **arguments))
        except (ClientError, BotoCoreError) as error:
            raise_for(error)

    def _all(self, arguments: dict[str, Any]) -> list[Item]:
        found: list[Item] = []
        start: dict[str, Any] = {}
        while True:
            answer = self._query(**arguments, **start)
            found += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return found
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _expiring(at: datetime) -> Item:
    return {"expires": {"N": str(int((at + KEPT).timestamp()))}}


def _case_key(case_id: str) -> Item:
    return key_of(f"case#{case_id}", _CASE)


def _case_item(case: Case) -> Item:
    shelf, at = Shelf.OPEN, case.wakes_at
    if case.over:
        shelf, at = Shelf.ENDED, case.changed_at
    return {
        **_case_key(case.case_id),
        "version": {"N": str(case.version)},
        "state": {"S": canonical_json(state_of(case))},
        "due_shard": {"S": shelf.value},
        "due_at": {"N": str(to_ms(at))},
        **_expiring(case.changed_at),
    }


def _case_of(item: Item) -> Case:
    return value_of(Case, json.loads(item["state"]["S"]))


def _mark_key(mark: str) -> Item:
    return key_of(f"mark#{mark}", "mark")


def _mail_key(ses_id: str) -> Item:
    return key_of(f"mail#{ses_id}", _MAIL)


def _mail_item(intake: Intake) -> Item:
    item = {
        **_mail_key(intake.ses_id),
        "at": {"N": str(to_ms(intake.at))},
        "cases": {"L": [{"S": change.case.case_id} for change in intake.changes]},
        "refused": {"S": intake.refused},
        **_expiring(intake.at),
    }
    if intake.refused:
        item |= {"due_shard": {"S": Shelf.REFUSED.value}, "due_at": item["at"]}
    return item


def _taken_of(item: Item, *, replayed: bool = False) -> Taken:
    return Taken(
        ses_id=item["pk"]["S"].removeprefix("mail#"),
        at=of_ms(int(item["at"]["N"])),
        case_ids=tuple(one["S"] for one in item["cases"]["L"]),
        refused=item["refused"]["S"],
        replayed=replayed,
    )
