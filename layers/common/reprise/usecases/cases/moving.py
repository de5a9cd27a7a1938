"""Moving a case on: every change is stored with its line before anything else happens."""

from datetime import datetime, timedelta
from typing import Any, Final

from reprise.cases.model import Attempt, Case, CaseState, Change, Line, Reply
from reprise.usecases.cases.desk import ACTOR, Desk

_RETRY_FIRST: Final = timedelta(minutes=2)
_RETRY_LONGEST: Final = timedelta(hours=6)


def moved(
    desk: Desk,
    case: Case,
    action: str,
    reason: str,
    now: datetime,
    *,
    actor: str = ACTOR,
    details: dict[str, str] | None = None,
    **changes: Any,  # noqa: ANN401 - as dataclasses.replace
) -> Case:
    """Store a change of a case and return the case as it now is.

    Args:
        desk: the world.
        case: as it was read.
        action: what was done, in one word.
        reason: why, in words.
        now: the wall clock.
        actor: who did it.
        details: facts for people who read the journal.
        changes: fields of the case.

    Raises:
        HeadMovedError: somebody else changed it first.
    """
    after = case.moved(now, **changes)
    line = Line(at=now, actor=actor, action=action, reason=reason, details=details or {})
    desk.cases.save(Change(after, line))
    return after


def with_attempt(case: Case, attempt: Attempt) -> tuple[Attempt, ...]:
    """Return the case's attempts with one replaced or added."""
    others = tuple(one for one in case.attempts if one.attempt_id != attempt.attempt_id)
    return (*others, attempt)


def to_person(case: Case, now: datetime, *, template: str | None = "person") -> dict[str, Any]:
    """Return the changes that hand a case to a person, and tell the customer so once.

    Args:
        case: the case.
        now: the wall clock.
        template: what the customer is told; None for nothing.
    """
    told = any(one.template == template for one in case.replies)
    replies = case.replies if told or template is None else planned(case, template, now)
    return {
        "state": CaseState.PERSON,
        "wakes_at": max(case.due_at, now),
        "replies": replies,
        "approvals": (),  # what was agreed to has been tried: it is agreed to anew
    }


def planned(case: Case, template: str, now: datetime) -> tuple[Reply, ...]:
    """Return the case's replies with one more to send."""
    return (*case.replies, Reply(template=template, planned_at=now))


def retry_at(case: Case, now: datetime) -> datetime:
    """Return when to try again: ever later, as long as the case has waited, within bounds."""
    waited = now - case.opened_at
    return now + min(max(waited, _RETRY_FIRST), _RETRY_LONGEST)
