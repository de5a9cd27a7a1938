"""Answering customers: at most once per answer, within limits, into the thread they wrote in.

SES has no idempotency. An answer is noted as handed over before it is sent; if a crash or silence
leaves open whether it was, it is not sent again: an alarm tells a person instead.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from reprise.canonical import digest
from reprise.cases.answers import compose, money
from reprise.cases.model import AttemptState, Case, Reply, ReplyState
from reprise.cases.tokens import address_mark, message_mark, tagged, token_of
from reprise.errors import TransientError
from reprise.mail.ses import SUSPICIONS
from reprise.metrics import Metric
from reprise.policy.decision import Decision
from reprise.ports.directory import folded
from reprise.ports.ledger import StoreBusyError
from reprise.ports.outbox import MailDoubtfulError, MailRefusedError, OutMail
from reprise.usecases.cases.desk import Desk
from reprise.usecases.cases.moving import moved, retry_at

SENDER_DAILY_MAX: Final = 5
HOURLY_MAX: Final = 200
"""Answers of all cases together; beyond it something goes round in circles."""
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_SENDING: Final = timedelta(minutes=2)
"""Longer than any run of a function: what was handed over before that is nobody's any more."""


def all_replies(now: datetime) -> str:
    """Return what counts the answers of all cases in an hour; of all hours it would only grow."""
    return f"replies#{now:%Y-%m-%dT%H}"


def pending(case: Case, now: datetime) -> Reply | None:
    """Return the next answer that is to be sent by now."""
    planned = (one for one in case.replies if one.state is ReplyState.PLANNED)
    return next((one for one in planned if one.planned_at <= now), None)


def handed_over(case: Case) -> Reply | None:
    """Return an answer of which it is not known yet whether it was sent."""
    return next((one for one in case.replies if one.state is ReplyState.HANDED_OVER), None)


def reply(desk: Desk, case: Case, planned: Reply, now: datetime) -> tuple[Case, list[Metric]]:
    """Send one planned answer, postpone it, or say why it is withheld.

    Args:
        desk: the stores, Stripe and the outbox.
        case: the case.
        planned: one of its replies.
        now: the wall clock.

    Returns:
        The case as it is now, and what to count.
    """
    withheld = _withheld(desk, case, now)
    if withheld:
        case = _settled(desk, case, planned, ReplyState.WITHHELD, withheld, now)
        return case, [Metric.REPLY_WITHHELD] if case.letter.proven else []
    since = now - _HOUR
    lately = sum(desk.tallies.count(all_replies(hour), since) for hour in (since, now))
    if lately >= HOURLY_MAX:
        why = f"{HOURLY_MAX} answers in an hour: the breaker is open"
        return _postponed(desk, case, planned, why, now + _HOUR, now), [Metric.REPLY_WITHHELD]
    return _hand_over(desk, case, planned, now)


def give_up(desk: Desk, case: Case, lost: Reply, now: datetime) -> tuple[Case, list[Metric]]:
    """Note that nobody knows whether an answer was sent; an alarm tells a person.

    Raises:
        StoreBusyError: it was handed over a moment ago, so another run may be sending it.
    """
    if now - case.changed_at < _SENDING:
        raise StoreBusyError(f"{case.case_id}: is being answered")
    why = f"perhaps sent, so not sent again: {lost.template}"
    return _settled(desk, case, lost, ReplyState.WITHHELD, why, now), [Metric.REPLY_WITHHELD]


def _hand_over(desk: Desk, case: Case, planned: Reply, now: datetime) -> tuple[Case, list[Metric]]:
    answering = desk.answering
    token = token_of(answering.token_key(), case.case_id)
    try:
        mail = _mail(desk, case, planned, tagged(answering.address, token))
    except MailRefusedError as fault:
        case = _settled(desk, case, planned, ReplyState.WITHHELD, str(fault), now)
        return case, [Metric.REPLY_WITHHELD]
    desk.cases.bind(address_mark(token), case.case_id, now)
    handed = replace(planned, state=ReplyState.HANDED_OVER)
    ref = f"{case.case_id}#{case.replies.index(planned)}"
    for subject in (all_replies(now), _address_tally(case)):
        desk.tallies.add(subject, ref, now)
    replies = _with(case, planned, handed)
    # From here on nothing but SES itself may fail: what happens next is not repeated.
    case = moved(desk, case, "answering", planned.template, now, replies=replies)
    try:
        message_id = answering.outbox.send(mail)
    except (MailDoubtfulError, MailRefusedError) as fault:
        case = _settled(desk, case, handed, ReplyState.WITHHELD, str(fault), now)
        return case, [Metric.REPLY_WITHHELD]
    except TransientError as fault:  # certainly not sent: the plan stands again
        later = retry_at(case, now)
        return _postponed(desk, case, handed, str(fault), later, now), []
    desk.cases.bind(message_mark(message_id), case.case_id, now)
    sent = replace(handed, message_id=message_id)
    case = replace(case, replies=_with(case, handed, sent))
    return _settled(desk, case, sent, ReplyState.SENT, planned.template, now), []


def _settled(  # noqa: PLR0917 - one line of the journal
    desk: Desk, case: Case, one: Reply, state: ReplyState, why: str, now: datetime
) -> Case:
    action = "answered" if state is ReplyState.SENT else "not_answered"
    replies = _with(case, one, replace(one, state=state))
    return moved(desk, case, action, why, now, replies=replies)


def _postponed(  # noqa: PLR0917 - one line of the journal
    desk: Desk, case: Case, one: Reply, why: str, later: datetime, now: datetime
) -> Case:
    again = replace(one, state=ReplyState.PLANNED, planned_at=later)
    wakes_at = later if case.wakes_at <= now else min(case.wakes_at, later)
    return moved(
        desk, case, "answers_later", why, now, replies=_with(case, one, again), wakes_at=wakes_at
    )


def _withheld(desk: Desk, case: Case, now: datetime) -> str:
    """Return why nobody is answered, or nothing."""
    if not case.letter.proven or case.letter.address is None:
        return "the sender is not proven"
    if not desk.answering.address:
        return "no address to answer from is set"
    if not SUSPICIONS.isdisjoint(case.letter.remarks):
        return "SES calls the mail spam or infected"
    if desk.tallies.count(_address_tally(case), now - _DAY) >= SENDER_DAILY_MAX:
        return f"{SENDER_DAILY_MAX} answers to this address in a day"
    return ""


def _mail(desk: Desk, case: Case, planned: Reply, reply_to: str) -> OutMail:
    address = desk.answering.address
    answer = compose(planned.template, _language(desk, case), _values(case), case.letter, address)
    return OutMail(
        to=case.letter.address or "",
        subject=answer.subject,
        text=answer.text,
        headers=answer.headers,
        html=answer.html,
        reply_to=reply_to,
    )


def _language(desk: Desk, case: Case) -> str:
    """Return the language of the mail, or of the account where the mail's is not known."""
    if case.wish.language != "unknown" or case.account_id is None:
        return case.wish.language
    profile = desk.directory.profile(case.account_id)
    return profile.locale[:2].lower() if profile else "en"


def _values(case: Case) -> dict[str, str]:
    """Return what the words leave open; nothing that the customer wrote is among it."""
    decision: Decision | None = case.decision
    totals: dict[str, int] = {}
    for one in case.attempts:
        if one.state is AttemptState.DONE:
            totals[one.currency] = totals.get(one.currency, 0) + one.amount_minor
    evidence = dict(decision.evidence) if decision else {}
    return {
        "case": case.case_id,
        "amount": " + ".join(money(total, currency) for currency, total in totals.items()),
        "sentence": " ".join(decision.sentence.split()) if decision else "",
        "credits": str(case.goodwill.credits) if case.goodwill else "0",
        "orders": ", ".join(case.wish.orders),
        "returned": evidence.get("credits_returned", "0"),
        "taken": evidence.get("credits_taken", "0"),
        "received": f"{case.letter.received_at:%Y-%m-%d %H:%M:%S} UTC",
    }


def _address_tally(case: Case) -> str:
    return f"replies#{digest(folded(case.letter.address or ''))[:32]}"


def _with(case: Case, old: Reply, new: Reply) -> tuple[Reply, ...]:
    at = case.replies.index(old)
    return (*case.replies[:at], new, *case.replies[at + 1 :])
