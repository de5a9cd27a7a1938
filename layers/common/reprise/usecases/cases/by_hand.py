"""Cases that operators open themselves, to be agreed to like those that came by mail."""

from reprise.canonical import digest
from reprise.cases.model import Case, CaseState, Wish
from reprise.errors import BadInputError
from reprise.policy.calendar import BusinessCalendar
from reprise.policy.deciding import case_due_at
from reprise.policy.facts import Category
from reprise.ports.directory import Directory
from reprise.usecases.cases.operators import Operator, OperatorDesk
from reprise.usecases.cases.unwritten import open_unwritten


def open_by_hand(
    desk: OperatorDesk, directory: Directory, account_id: str, by: Operator
) -> tuple[Case, bool]:
    """Open a case for an account, to be approved or denied like one that came by mail.

    The customer is told nothing before that. The same reason for the same account is the same case.

    Returns:
        The case as it stands, and whether this call opened it.

    Raises:
        BadInputError: nobody knows the account, or the case is not kept any more.
    """
    profile = directory.profile(account_id)
    if profile is None and desk.orders.read(account_id).account is None:
        raise BadInputError(
            "ACCOUNT", f"must be one that is registered or has credits: {account_id!r}"
        )
    policy = desk.policy.in_force(by.now)
    # The desk's zone and holidays are settings of the functions; a command runs anywhere.
    calendar = BusinessCalendar("UTC")
    taken = open_unwritten(
        desk.cases,
        f"operator-{account_id}-{digest(by.reason.strip())[:12]}",
        account_id,
        profile,
        Wish(category=Category.OTHER, reading=by.reason),
        actor=by.arn,
        subject=by.reason,
        proof="no mail: opened by an operator",
        due_at=case_due_at(Category.OTHER, by.now, policy, calendar),
        now=by.now,
        state=CaseState.PERSON,
    )
    case = desk.cases.case(taken.case_ids[0])
    if case is None:
        raise BadInputError(
            "--reason", "must be another: the case of this one is not kept any more"
        )
    return case, not taken.replayed
