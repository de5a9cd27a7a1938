"""Cases that no mail opens: our records, the product's page or an operator ask for the customer."""

from dataclasses import replace
from datetime import datetime

from reprise.cases.model import Case, CaseState, Change, Letter, Line, Reply, Wish, case_id_of
from reprise.ports.cases import CaseStore, Intake, Taken
from reprise.ports.directory import Profile


def open_unwritten(
    cases: CaseStore,
    mark: str,
    account_id: str,
    profile: Profile | None,
    wish: Wish,
    *,
    actor: str,
    subject: str,
    proof: str,
    due_at: datetime,
    now: datetime,
    words: str | None = None,
    state: CaseState = CaseState.OPEN,
) -> Taken:
    """Open a case for an account that our own records name, once however often it is asked.

    Args:
        cases: where it is kept.
        mark: names the cause once and for all, as SES's id names a mail.
        account_id: whose case it is.
        profile: where the account's owner is reached, in which language; None if nobody knows.
        wish: what is asked for.
        actor: who opens it.
        subject: what it is about, in words.
        proof: why it is the account owner's, where a mail would have its sender proven.
        due_at: when it is overdue.
        now: the wall clock.
        words: the answer that is sent before anything is decided, if any.
        state: open where facts decide it; else a person does.

    Raises:
        StoreBusyError: nothing was written; the same call again is safe.
    """
    letter = Letter(
        ses_id=mark,
        received_at=now,
        address=profile.email if profile else None,
        proven=True,
        proof=proof,
        subject=subject,
    )
    language = profile.locale[:2].lower() if profile else "unknown"
    case = Case(
        case_id=case_id_of(mark, 0),
        state=state,
        account_id=account_id,
        letter=letter,
        wish=replace(wish, language=language),
        opened_at=now,
        changed_at=now,
        due_at=due_at,
        wakes_at=now if state is CaseState.OPEN else due_at,
        replies=() if words is None else (Reply(template=words, planned_at=now),),
    )
    line = Line(at=now, actor=actor, action="opened", reason=wish.reading)
    return cases.take_in(Intake(ses_id=mark, at=now, changes=(Change(case, line),)))
