"""The DynamoDB case store: cases with their journals, and the mails they came from.

Layout: `case#<id>` holds `case` and one `line#<version>` per change; `mail#<ses id>` marks that a
mail was taken in, `twin#<digest>` that its sender's Message-ID was; `account#<id>` lists the cases
of an account, and `mark#<mark>` leads from an answer of ours to its case. All of
it carries `expires`: it is personal data.
"""

import json
from datetime import datetime
from typing import override

from reprise.adapters.case_json import fields_of, state_of, value_of
from reprise.adapters.dynamodb.items import Item, account_key, demand_known, key_of, unknown_in
from reprise.adapters.dynamodb.table import NEW, Stored, guard
from reprise.canonical import canonical_json
from reprise.cases.model import KEPT, Case, Change, Line
from reprise.ledger.instants import of_ms, to_ms
from reprise.ports.cases import CaseStore, Intake, Shelf, Taken
from reprise.ports.ledger import EntryExistsError, HeadMovedError, Page, StoreBusyError

_CASE = "case"
_MAIL = "mail"
_POINTER = "case#"
_LINE_DIGITS = 6


class DynamoCaseStore(Stored, CaseStore):
    """A `CaseStore` in the cases table."""

    @override
    def take_in(self, intake: Intake) -> Taken:
        # The mail's mark comes first: if it is there, the mail was taken in, whatever else is.
        puts: list[Item] = [{"Item": _mail_item(intake), "ConditionExpression": NEW}]
        if intake.twin is not None:
            twin = _twin_key(intake.twin) | {"ses_id": {"S": intake.ses_id}} | _expiring(intake.at)
            puts.append({"Item": twin, "ConditionExpression": NEW})
        for change in intake.changes:
            puts += _puts(change)
        try:
            self._put_all(puts)
        except EntryExistsError:
            standing = self._table.get(_mail_key(intake.ses_id))
            return _taken_of(standing, replayed=True) if standing else self._busy(intake)
        except HeadMovedError:
            return self._refuse_twin(intake)
        return _taken_of(_mail_item(intake))

    def _refuse_twin(self, intake: Intake) -> Taken:
        """Answer a mail whose Message-ID came before, or whose case moved meanwhile."""
        first = self._table.get(_twin_key(intake.twin)) if intake.twin else None
        if first is None:
            return self._busy(intake)
        reason = f"the same mail as {first['ses_id']['S']}"
        return self.take_in(Intake(ses_id=intake.ses_id, at=intake.at, refused=reason))

    def _busy(self, intake: Intake) -> Taken:
        raise StoreBusyError(f"{intake.ses_id}: changed while it was taken in")

    @override
    def taken(self, ses_id: str) -> Taken | None:
        item = self._table.get(_mail_key(ses_id))
        return None if item is None else _taken_of(item)

    @override
    def case(self, case_id: str) -> Case | None:
        item = self._table.get(_case_key(case_id))
        if item is None:
            return None
        case = _case_of(item)
        demand_known(item["pk"]["S"], unknown_in(json.loads(item["state"]["S"]), fields_of(case)))
        return case

    @override
    def save(self, change: Change) -> None:
        try:
            self._put_all(_puts(change))
        except EntryExistsError as error:
            raise HeadMovedError(change.case.case_id) from error

    @override
    def journal(self, case_id: str) -> list[Line]:
        lines = self._table.partition(f"case#{case_id}", "line#")
        return [value_of(Line, json.loads(item["state"]["S"])) for item in lines]

    @override
    def listed(
        self, shelf: Shelf, limit: int, cursor: str | None = None, until: datetime | None = None
    ) -> Page[Case]:
        found, after = self._on_shelf(shelf, limit, cursor, until)
        return Page(tuple(map(_case_of, found)), after)

    @override
    def refusals(self, limit: int, cursor: str | None = None) -> Page[Taken]:
        found, after = self._on_shelf(Shelf.REFUSED, limit, cursor)
        return Page(tuple(map(_taken_of, found)), after)

    @override
    def bind(self, mark: str, case_id: str, at: datetime) -> None:
        self._table.put(_mark_key(mark) | {"case_id": {"S": case_id}} | _expiring(at))

    @override
    def bound(self, mark: str) -> str | None:
        item = self._table.get(_mark_key(mark))
        return None if item is None else str(item["case_id"]["S"])

    @override
    def cases_of(self, account_id: str) -> list[Case]:
        pointers = self._table.partition(account_key(account_id), _POINTER)
        ids = (item["sk"]["S"].removeprefix(_POINTER) for item in pointers)
        return [case for case in map(self.case, ids) if case is not None]

    def _on_shelf(
        self, shelf: Shelf, limit: int, cursor: str | None, until: datetime | None = None
    ) -> tuple[list[Item], str | None]:
        """Return whole items: the index holds their keys alone, and may lag behind them."""
        where, values = "due_shard = :shard", {":shard": {"S": shelf.value}}
        if until is not None:
            where += " AND due_at <= :until"
            values[":until"] = {"N": str(to_ms(until))}
        page = self._table.page("due", where, values, limit, cursor)
        found = (self._table.get({"pk": key["pk"], "sk": key["sk"]}) for key in page.items)
        return [item for item in found if item is not None], page.cursor

    def _put_all(self, puts: list[Item]) -> None:
        self._table.transact([{"Put": put} for put in puts])


def _puts(change: Change) -> list[Item]:
    """Return the writes of a change: the case, its line, and where its account lists it."""
    case = change.case
    expiring = _expiring(case.changed_at)
    line = {
        **key_of(f"case#{case.case_id}", f"line#{case.version:0{_LINE_DIGITS}d}"),
        "state": {"S": canonical_json(state_of(change.line))},
    }
    puts: list[Item] = [
        {"Item": _case_item(case), **guard(case.version)},
        {"Item": line | expiring},
    ]
    if case.account_id is not None:
        pointer = key_of(account_key(case.account_id), f"{_POINTER}{case.case_id}")
        puts.append({"Item": pointer | expiring})
    return puts


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


def _twin_key(twin: str) -> Item:
    return key_of(f"twin#{twin}", "twin")


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
