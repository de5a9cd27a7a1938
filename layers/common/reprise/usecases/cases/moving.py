"""Moving a case on: every change is stored with its line before anything else happens."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from reprise.cases.model import Attempt, AttemptState, Case, CaseState, Change, Line, Reply
from reprise.policy.decision import Action
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
        desk: the stores, Stripe and the outbox.
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

    What the person is proposed is what is left of the decision: what was done is not done again.

    Args:
        case: the case.
        now: the wall clock.
        template: what the customer is told; None for nothing.
    """
    told = any(one.template == template for one in case.replies)
    replies = case.replies if told or template is None else planned(case, template, now)
    decision = case.decision and replace(case.decision, actions=_left(case))
    return {
        "state": CaseState.PERSON,
        "decision": decision,
        "round": case.round + 1,  # attempts name the actions of their own round
        "wakes_at": max(case.due_at, now),
        "replies": replies,
        "approvals": (),  # what was agreed to has been tried: it is agreed to anew
    }


def _left(case: Case) -> tuple[Action, ...]:
    """Return the actions of the decision that are not done; all but refunds are, once it ended."""
    done = {(one.round, one.action) for one in case.attempts if one.state is AttemptState.DONE}
    return tuple(
        action
        for index, action in enumerate(case.decision.actions if case.decision else ())
        if (case.round, index) not in done
        and (action.amount_minor or case.state is not CaseState.APPROVED)
    )


def planned(case: Case, template: str, now: datetime) -> tuple[Reply, ...]:
    """Return the case's replies with one more to send."""
    return (*case.replies, Reply(template=template, planned_at=now))


def retry_at(case: Case, now: datetime) -> datetime:
    """Return when to try again: ever later, as long as the case has waited, within bounds."""
    waited = now - case.opened_at
    return now + min(max(waited, _RETRY_FIRST), _RETRY_LONGEST)
