"""The in-memory case store, for tests."""

from dataclasses import replace
from datetime import datetime
from typing import override

from reprise.cases.model import Case, Change, Line
from reprise.ports.cases import CaseStore, Intake, Shelf, Taken
from reprise.ports.ledger import HeadMovedError, Page, StoreBusyError


class MemoryCaseStore(CaseStore):
    """A `CaseStore` in dictionaries."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.lines: dict[str, list[Line]] = {}
        self.mails: dict[str, Taken] = {}
        self.twins: dict[str, str] = {}
        self.marks: dict[str, str] = {}

    @override
    def take_in(self, intake: Intake) -> Taken:
        standing = self.taken(intake.ses_id)
        if standing is not None:
            return replace(standing, replayed=True)
        first = self.twins.get(intake.twin or "")
        if first is not None:
            twin = Intake(ses_id=intake.ses_id, at=intake.at, refused=f"the same mail as {first}")
            return self.take_in(twin)
        if not all(map(self._follows, intake.changes)):
            raise StoreBusyError(intake.ses_id)
        for change in intake.changes:
            self.save(change)
        if intake.twin is not None:
            self.twins[intake.twin] = intake.ses_id
        case_ids = tuple(change.case.case_id for change in intake.changes)
        taken = Taken(ses_id=intake.ses_id, at=intake.at, case_ids=case_ids, refused=intake.refused)
        self.mails[intake.ses_id] = taken
        return taken

    @override
    def taken(self, ses_id: str) -> Taken | None:
        return self.mails.get(ses_id)

    @override
    def case(self, case_id: str) -> Case | None:
        return self.cases.get(case_id)

    @override
    def save(self, change: Change) -> None:
        if not self._follows(change):
            raise HeadMovedError(change.case.case_id)
        self.cases[change.case.case_id] = change.case
        self.lines.setdefault(change.case.case_id, []).append(change.line)

    @override
    def journal(self, case_id: str) -> list[Line]:
        return list(self.lines.get(case_id, ()))

    @override
    def listed(
        self, shelf: Shelf, limit: int, cursor: str | None = None, until: datetime | None = None
    ) -> Page[Case]:
        ended = shelf is Shelf.ENDED
        found = sorted(
            (case.changed_at if ended else case.wakes_at, case.case_id)
            for case in self.cases.values()
            if case.over is ended
        )
        cases = [self.cases[key] for at, key in found if until is None or at <= until]
        return _page(cases, limit, cursor)

    @override
    def refusals(self, limit: int, cursor: str | None = None) -> Page[Taken]:
        found = [taken for taken in self.mails.values() if taken.refused]
        return _page(sorted(found, key=lambda taken: (taken.at, taken.ses_id)), limit, cursor)

    @override
    def bind(self, mark: str, case_id: str, at: datetime) -> None:
        self.marks[mark] = case_id

    @override
    def bound(self, mark: str) -> str | None:
        return self.marks.get(mark)

    @override
    def cases_of(self, account_id: str) -> list[Case]:
        return [case for case in self.cases.values() if case.account_id == account_id]

    def _follows(self, change: Change) -> bool:
        stored = self.cases.get(change.case.case_id)
        return change.case.version == (stored.version if stored else 0) + 1


def _page[T](found: list[T], limit: int, cursor: str | None) -> Page[T]:
    start = int(cursor or 0)
    more = start + limit < len(found)
    return Page(tuple(found[start : start + limit]), str(start + limit) if more else None)
