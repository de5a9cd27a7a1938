"""From cases to answers; apart from the other views, because few requests need a case."""

from collections.abc import Iterable
from typing import Final

from reprise.api import cases
from reprise.cases.model import AttemptState, Case, CaseState, ReplyState
from reprise.ports.ledger import Page
from reprise.usecases.withdrawing import OpenWithdrawal

_ASK: Final = "ask_"
_APPROVED: Final = frozenset({CaseState.ACTING, CaseState.APPROVED})


def cases_answer(page: Page[Case]) -> cases.CasesAnswer:
    """Return a page of cases."""
    return cases.CasesAnswer(tuple(map(case_answer, page.items)), page.cursor)


def case_answer(case: Case) -> cases.CaseAnswer:
    """Return where a case stands, without a word of its mail."""
    return cases.CaseAnswer(
        case_id=case.case_id,
        state=cases.CaseStands(case.state.value),
        category=case.wish.category.value,
        opened_at=case.opened_at,
        changed_at=case.changed_at,
        due_at=case.due_at,
        asked=_asked(case),
        decision=_decision(case),
        replies=tuple(
            cases.ReplySent(one.template, one.planned_at)
            for one in case.replies
            if one.state is ReplyState.SENT
        ),
    )


def withdrawals_answer(found: Iterable[OpenWithdrawal]) -> cases.WithdrawalsAnswer:
    """Return what may be withdrawn from."""
    return cases.WithdrawalsAnswer(
        tuple(
            cases.OpenWithdrawal(
                order_id=one.order.order_id,
                sku=one.order.purchase.sku,
                paid=one.order.purchase.paid,
                currency=one.order.purchase.currency,
                purchased_at=one.order.purchase.purchased_at,
                until=one.until,
                unused=one.credits_used == 0,
            )
            for one in found
        )
    )


def _asked(case: Case) -> str | None:
    if case.state is not CaseState.ASKED:
        return None
    asked = [one.template for one in case.replies if one.template.startswith(_ASK)]
    return asked[-1].removeprefix(_ASK) if asked else None


def _decision(case: Case) -> cases.CaseDecision | None:
    """Return what was decided; what is only proposed to a person stays inside."""
    approved = case.state in _APPROVED
    if case.decision is None or not (approved or case.state is CaseState.DENIED):
        return None
    return cases.CaseDecision(
        approved=approved,
        words=case.decision.sentence or None,
        policy_version=case.decision.policy_version,
        refunds=tuple(
            cases.MoneyBack(one.order_id, one.amount_minor, one.currency)
            for one in case.attempts
            if one.state is AttemptState.DONE
        ),
    )
