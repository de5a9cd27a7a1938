"""Finding cases whose time has come, and counting those that are past what the policy promises."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from reprise.cases.model import Case, CaseState
from reprise.ports.cases import CaseStore, Shelf
from reprise.ports.ledger import PAGE_MAX, every

_CASES_MAX: Final = 5_000
"""Cases of one sweep; those beyond are the next one's."""
_WORKED_ON: Final = frozenset({CaseState.OPEN, CaseState.ACTING, CaseState.ASKED})


@dataclass(frozen=True, slots=True)
class Due:
    """What a sweep found.

    Args:
        case_ids: cases to work on.
        overdue: cases that wait for us, not for the customer, past their due time.
    """

    case_ids: tuple[str, ...]
    overdue: int


def due(store: CaseStore, now: datetime) -> Due:
    """Return what is due; work grows with that, not with how many cases there are."""
    waking = every(lambda cursor: store.listed(Shelf.OPEN, PAGE_MAX, cursor, until=now))
    found = list(islice(waking, _CASES_MAX))
    overdue = [one for one in found if one.due_at <= now and _waits_for_us(one)]
    return Due(tuple(one.case_id for one in found if _has_work(one)), len(overdue))


def _waits_for_us(case: Case) -> bool:
    return not case.state.ended and case.state is not CaseState.ASKED


def _has_work(case: Case) -> bool:
    return case.state in _WORKED_ON or case.unanswered
