"""Taking in a refund mail: it ends as cases or as a recorded refusal, whatever it holds.

Only reading happens here. The mail is the sender's claim throughout; what it may lead to is decided
elsewhere, from the ledger and Stripe.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reprise.canonical import digest
from reprise.cases.model import Case, CaseState, Change, Letter, Line, Wish, case_id_of
from reprise.clock import instant_of
from reprise.mail.ids import IdMatch, match_ids
from reprise.mail.intent import Request
from reprise.mail.model import ReadLimits
from reprise.mail.ses import SesReceipt
from reprise.metrics import Metric
from reprise.policy.book import PolicyBook
from reprise.policy.calendar import BusinessCalendar
from reprise.policy.deciding import case_due_at
from reprise.policy.facts import Category
from reprise.ports.cases import CaseStore, Intake, Taken
from reprise.ports.directory import Directory
from reprise.ports.ledger import LedgerStore
from reprise.ports.mails import MailStore
from reprise.usecases.cases.letters import unread_letter
from reprise.usecases.cases.own_ids import own_ids
from reprise.usecases.cases.readings import Reading, read, wish_of
from reprise.usecases.cases.threads import carried_on, thread_of

ACTOR = "mailbox"
_BYTES_MAX = ReadLimits().raw_bytes_max
_UNRECOGNISED = Request(Category.OTHER)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What taking in mail needs of the world.

    Args:
        mails: raw messages.
        cases: where cases are kept.
        directory: whose address it is.
        orders: the ledger's store; it is only read.
        policy: the policy book, for due times.
        calendar: when the desk is open.
        addresses: our own addresses, which never get a case.
        wake: called with the cases to be worked on; a case that it misses is found by its time.
    """

    mails: MailStore
    cases: CaseStore
    directory: Directory
    orders: LedgerStore
    policy: PolicyBook
    calendar: BusinessCalendar
    addresses: tuple[str, ...] = ()
    wake: Callable[[Sequence[str], datetime], None] = lambda _ids, _now: None


@dataclass(frozen=True, slots=True)
class Handled:
    """What a mail came to, and what to count."""

    taken: Taken
    metrics: tuple[Metric, ...] = ()


def take_in(box: Mailbox, receipt: SesReceipt, now: datetime) -> Handled:
    """Take in one mail.

    Args:
        box: the world.
        receipt: SES's word about it.
        now: the wall clock.

    Raises:
        TransientError: nothing was written; the same event again is safe.
    """
    if not receipt.message_id:
        mark = "unnamed-" + digest(repr(receipt))[:32]
        intake = Intake(ses_id=mark, at=now, refused="the event names no mail")
        return Handled(box.cases.take_in(intake))
    raw = box.mails.raw(receipt.message_id, _BYTES_MAX + 1)
    try:
        reading = read(raw, receipt, box.addresses, _received_at(receipt, now))
    except Exception as error:  # noqa: BLE001 - a mail that breaks the reader is still a case
        return _open(box, _unread(box, receipt, type(error).__name__, now))
    if reading.auto.generated:
        refused = f"{reading.auto.kind}: {reading.auto.reason}"
        intake = Intake(ses_id=receipt.message_id, at=now, refused=refused)
        return Handled(box.cases.take_in(intake))
    return _open(box, _intake(box, reading, receipt, now), unreadable=not reading.letter.text)


def _intake(box: Mailbox, reading: Reading, receipt: SesReceipt, now: datetime) -> Intake:
    """Return what a person's mail comes to: its case goes on, or a case per request is opened."""
    letter = reading.letter
    account_id, found = None, IdMatch()
    if letter.proven and letter.address is not None:
        account_id = box.directory.account_of(letter.address)
        if account_id is not None:
            own = own_ids(box.orders, account_id, reading.ids)
            found = _guarded(lambda: match_ids(reading.ids, own), IdMatch())
    earlier = thread_of(box.cases, reading, receipt, account_id)
    if earlier is not None and not earlier.state.ended:
        changes = [carried_on(earlier, reading, found, now)]
    else:
        cases = [
            _case(box, letter, account_id, wish_of(reading, request, found), number, now)
            for number, request in enumerate(reading.intent.requests or (_UNRECOGNISED,))
        ]
        follows = earlier.case_id if earlier is not None else None
        changes = [Change(replace(case, follows=follows), _opened(case, now)) for case in cases]
    return Intake(ses_id=letter.ses_id, at=now, twin=_twin(letter), changes=tuple(changes))


def _case(  # noqa: PLR0917 - a case is made of them
    box: Mailbox, letter: Letter, account_id: str | None, wish: Wish, number: int, now: datetime
) -> Case:
    policy = box.policy.in_force(letter.received_at)
    due_at = case_due_at(wish.category, letter.received_at, policy, box.calendar)
    return Case(
        case_id=case_id_of(letter.ses_id, number),
        state=CaseState.OPEN,
        account_id=account_id,
        letter=letter,
        wish=wish,
        opened_at=now,
        changed_at=now,
        due_at=due_at,
        wakes_at=now,
    )


def _opened(case: Case, now: datetime) -> Line:
    reason = case.letter.proof if case.letter.proven else f"sender not proven: {case.letter.proof}"
    return Line(at=now, actor=ACTOR, action="opened", reason=reason)


def _unread(box: Mailbox, receipt: SesReceipt, fault: str, now: datetime) -> Intake:
    """Return the case of a mail that broke the reader: a person opens the stored message."""
    why = f"the reader failed on it ({fault})"
    letter = unread_letter(receipt, why, _received_at(receipt, now))
    wish = Wish(category=Category.OTHER, reading="unreadable")
    case = _case(box, letter, None, wish, 0, now)
    return Intake(ses_id=letter.ses_id, at=now, changes=(Change(case, _opened(case, now)),))


def _open(box: Mailbox, intake: Intake, *, unreadable: bool = True) -> Handled:
    taken = box.cases.take_in(intake)
    box.wake(taken.case_ids, intake.at)
    if taken.replayed or not taken.case_ids:
        return Handled(taken)
    new = [change for change in intake.changes if change.case.version == 1]
    opened = (Metric.CASE_OPENED,) * len(new)
    return Handled(taken, (*opened, Metric.MAIL_UNREADABLE) if unreadable else opened)


def _twin(letter: Letter) -> str | None:
    """Return what a second delivery of the same mail would share with it.

    Whether it is proven is part of it: a forged copy must not keep the real mail out.
    """
    if letter.message_id is None or letter.address is None:
        return None
    return digest("proven" if letter.proven else "claimed", letter.address, letter.message_id)


def _received_at(receipt: SesReceipt, now: datetime) -> datetime:
    """Return when SES received it: never in the future, whatever the event says."""
    return min(instant_of(receipt.received_at) or now, now)


def _guarded[T](reader: Callable[[], T], otherwise: T) -> T:
    """Return what a pure reader finds, or the cautious answer where it fails."""
    try:
        return reader()
    except Exception:  # noqa: BLE001 - matched to nothing, the mail goes to a person
        return otherwise
