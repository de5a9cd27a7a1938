"""Giving money back: numbered attempts, stored before each call, safe at every crash point.

The credits are taken back first, as a reversal under the attempt's own id, which the refund's id
then replaces. Stripe is never asked under another key before it is certain that nothing was done
under the one before: it refused, or its refunds of the payment were looked through.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from reprise.cases.model import Attempt, AttemptState, Case, CaseState
from reprise.ledger.orders import root_of
from reprise.policy.decision import Action
from reprise.ports.stripe import (
    Payment,
    RefundOrder,
    RefundSeen,
    StripeBrokenError,
    StripeRefusedError,
    StripeSilentError,
)
from reprise.usecases.cases.desk import Desk, account_tally, card_tally
from reprise.usecases.cases.moving import moved, retry_at, to_person, with_attempt
from reprise.usecases.cases.taking import (
    NoLongerError,
    decision_of,
    note,
    release,
    take_credits,
)

KEY_TRUSTED: Final = timedelta(hours=23)
"""Stripe may forget an idempotency key after 24 hours."""
BALANCE_AWAITED: Final = timedelta(days=3)
_BALANCE_RETRY: Final = timedelta(hours=6)
_ROUNDS_MAX: Final = 3
_POOR: Final = frozenset({"balance_insufficient", "insufficient_funds"})


@dataclass(frozen=True, slots=True)
class _Try:
    """An attempt while it is carried out."""

    desk: Desk
    case: Case
    attempt: Attempt
    now: datetime

    def store(self, action: str, reason: str, attempt: Attempt, **changes: Any) -> "_Try":  # noqa: ANN401 - as dataclasses.replace
        """Store the attempt as it now is, and what else changes."""
        attempts = with_attempt(self.case, attempt)
        case = moved(self.desk, self.case, action, reason, self.now, attempts=attempts, **changes)
        return replace(self, case=case, attempt=attempt)


def give_back(desk: Desk, case: Case, index: int, now: datetime) -> Case:
    """Carry one refund of the decision on, as far as it goes now.

    Args:
        desk: the stores, Stripe and the outbox.
        case: the case, ACTING.
        index: of the decision's action.
        now: the wall clock.

    Returns:
        The case as it is now: with the attempt done, saying what comes next, or untouched while
        refunds are held.

    Raises:
        TransientError: nothing is lost; the same call again goes on.
    """
    attempt = standing(case, index)
    if attempt is not None and attempt.state is AttemptState.DONE:
        return case
    if desk.brake.is_held():
        return case  # it stays due, so every sweep looks again
    if attempt is None:
        payment = _payment(desk, decision_of(case).actions[index])
        if payment is None:
            return _decided_anew(desk, case, "no payment of the order holds that much", now)
        going = _stored(desk, case, index, payment, now)
    else:
        going = _Try(desk, case, attempt, now)
    try:
        take_credits(desk, going.case, going.attempt, now)
    except NoLongerError as change:
        return _dropped(going, str(change))
    return _call(going)


def standing(case: Case, index: int) -> Attempt | None:
    """Return the action's attempt that was not refused, if there is one."""
    mine = (one for one in case.attempts if (one.round, one.action) == (case.round, index))
    return next((one for one in mine if one.state is not AttemptState.REFUSED), None)


def _stored(desk: Desk, case: Case, index: int, payment: Payment, now: datetime) -> _Try:
    """Store the next attempt of an action; from here on it can be taken up again."""
    action = decision_of(case).actions[index]
    attempt_id = f"{case.case_id}#{len(case.attempts) + 1}"
    attempt = Attempt(
        attempt_id=attempt_id,
        action=index,
        order_id=action.target,
        payment=payment.payment_id,
        amount_minor=action.amount_minor,
        currency=action.currency,
        state=AttemptState.STORED,
        stored_at=now,
        key=attempt_id,
        keyed_at=now,
        round=case.round,
        card=payment.card or "",
        kind=action.kind,
    )
    why = f"{attempt_id}: {action.amount_minor} {action.currency} of {payment.payment_id}"
    return _Try(desk, case, attempt, now).store("attempt", why, attempt)


def _payment(desk: Desk, action: Action) -> Payment | None:
    """Return the payment that still holds the money, or None."""
    paid = desk.stripe.bought(root_of(action.target)).payments
    for payment in paid:
        left = payment.amount_minor - payment.refunded_minor
        wanted = action.payment in {"", payment.payment_id}
        if wanted and left >= action.amount_minor and payment.currency == action.currency:
            return payment
    return None


def _call(going: _Try) -> Case:
    """Ask Stripe, or find what an earlier call did."""
    attempt = going.attempt
    if attempt.look or going.now - attempt.keyed_at >= KEY_TRUSTED:
        seen = _found(going)
        if seen is not None:
            return _finished(going, seen)
        going = _rekeyed(going, "looked through its refunds: this one was not made")
        attempt = going.attempt
    asked = RefundOrder(attempt.attempt_id, attempt.key, attempt.payment, attempt.amount_minor)
    later = retry_at(going.case, going.now)
    try:
        return _finished(going, going.desk.stripe.refund(asked))
    except StripeSilentError as silence:
        return going.store("no_answer", str(silence), attempt, wakes_at=later).case
    except StripeBrokenError as fault:
        broken = replace(attempt, look=True)
        return going.store("stripe_failed", str(fault), broken, wakes_at=later).case
    except StripeRefusedError as refusal:
        return _refused(going, refusal)


def _refused(going: _Try, refusal: StripeRefusedError) -> Case:
    """Map a refusal to what happens next; nothing was refunded by this call."""
    if not _holds(going):
        seen = _found(going)
        return _dropped(going, str(refusal)) if seen is None else _finished(going, seen)
    waited = going.now - going.attempt.stored_at
    if refusal.code in _POOR and waited < BALANCE_AWAITED:
        going = _rekeyed(going, str(refusal))
        later = going.now + _BALANCE_RETRY
        return going.store("waits_for_balance", str(refusal), going.attempt, wakes_at=later).case
    return _to_person(going, str(refusal))


def _holds(going: _Try) -> bool:
    """Return whether the payment still holds the money."""
    attempt = going.attempt
    paid = going.desk.stripe.bought(root_of(attempt.order_id)).payments
    return any(
        one.payment_id == attempt.payment
        and one.amount_minor - one.refunded_minor >= attempt.amount_minor
        for one in paid
    )


def _finished(going: _Try, seen: RefundSeen) -> Case:
    """Note the refund: in the ledger, where its webhook may be first, then in the case.

    One that came to nothing is noted all the same: it reopens the case like one that does so later.
    """
    desk, case, attempt, now = going.desk, going.case, going.attempt, going.now
    note(desk, case, attempt, RefundSeen(seen.refund_id, 0, seen.status, None), now)
    if seen.status.counts:
        desk.tallies.add(account_tally(case.account_id or ""), attempt.attempt_id, now)
        if attempt.card:
            desk.tallies.add(card_tally(attempt.card), attempt.attempt_id, now)
    done = replace(attempt, state=AttemptState.DONE, refund_id=seen.refund_id)
    why = f"{attempt.attempt_id}: {seen.refund_id} is {seen.status.name.lower()}"
    return going.store("refunded" if seen.status.counts else "attempted", why, done).case


def _found(going: _Try) -> RefundSeen | None:
    """Return the refund that carries the attempt out, if Stripe has one.

    Anybody with the dashboard can write metadata, so it must be a refund of the same amount.
    """
    attempt = going.attempt
    for one in going.desk.stripe.refunds_of(attempt.payment):
        if (one.attempt, one.amount_minor) == (attempt.attempt_id, attempt.amount_minor):
            return one
    return None


def _rekeyed(going: _Try, why: str) -> _Try:
    """Choose another key, where it is certain that nothing was done under the one before."""
    stem, _, number = going.attempt.key.partition("/")
    key = f"{stem}/{int(number or 1) + 1}"
    return going.store(
        "new_key", why, replace(going.attempt, key=key, keyed_at=going.now, look=False)
    )


def _to_person(going: _Try, why: str) -> Case:
    """Undo the attempt and hand the case over."""
    release(going.desk, going.case, going.attempt, going.now)
    refused = replace(going.attempt, state=AttemptState.REFUSED, why=why)
    return going.store("refused", why, refused, **to_person(going.case, going.now)).case


def _dropped(going: _Try, why: str) -> Case:
    """Undo the attempt, since what was decided does not hold any more."""
    release(going.desk, going.case, going.attempt, going.now)
    refused = replace(going.attempt, state=AttemptState.REFUSED, why=why)
    case = going.store("dropped", why, refused).case
    return _decided_anew(going.desk, case, why, going.now)


def _decided_anew(desk: Desk, case: Case, why: str, now: datetime) -> Case:
    """Open the case for another decision; after a few rounds a person makes it."""
    if case.round >= _ROUNDS_MAX:
        return moved(desk, case, "stopped", why, now, **to_person(case, now))
    return moved(desk, case, "reopened", why, now, state=CaseState.OPEN, wakes_at=now)
