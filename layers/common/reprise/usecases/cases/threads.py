"""Mail that goes on with a case: found by the marks of our answers, bound to the proven sender."""

from dataclasses import replace
from datetime import datetime

from reprise.cases.model import Case, CaseState, Change, Letter, Line, Wish
from reprise.cases.tokens import address_mark, message_mark, tag_of
from reprise.mail.ids import IdMatch
from reprise.mail.intent import read_choice, read_doubt
from reprise.mail.ses import SesReceipt
from reprise.ports.cases import CaseStore
from reprise.ports.directory import folded
from reprise.usecases.cases.letters import kept
from reprise.usecases.cases.readings import Reading

_MARKS_MAX = 12
_TEXT_CHARS_MAX = 40_000


def thread_of(
    store: CaseStore, reading: Reading, receipt: SesReceipt, account_id: str | None
) -> Case | None:
    """Return the case that a mail goes on with.

    A mark only threads: the sender must be proven, and be the one that the case is about.

    Args:
        store: the cases.
        reading: the mail.
        receipt: SES's word about it, with the envelope's recipients.
        account_id: the proven sender's account.
    """
    letter = reading.letter
    if not letter.proven or letter.address is None:
        return None
    tags = (tag_of(one) for one in receipt.recipients)
    marks = [address_mark(tag) for tag in tags if tag]
    answered = (reading.mail.in_reply_to, *reversed(letter.references))
    marks += [message_mark(one) for one in answered if one]
    for mark in marks[:_MARKS_MAX]:
        case_id = store.bound(mark)
        case = store.case(case_id) if case_id is not None else None
        if case is not None and _is_same(case, letter.address, account_id):
            return case
    return None


def carried_on(case: Case, reading: Reading, found: IdMatch, now: datetime) -> Change:
    """Return the case with what a further mail adds to it.

    What was asked for is taken from the answer; otherwise the words are kept for whoever decides,
    and that is a person if they do more than that. The first mail's dates stay: rights are kept by
    when they were asked for.
    """
    asked = case.state is CaseState.ASKED
    wish = _answered(case.wish, reading, found) if asked else case.wish
    if case.state in {CaseState.ASKED, CaseState.OPEN}:
        wish = _doubted(wish, reading)
    changed = case.moved(
        now,
        letter=_joined(case.letter, reading.letter),
        wish=wish,
        **({"state": CaseState.OPEN, "wakes_at": now} if asked else {}),
    )
    reason = "the customer answered" if asked else "the customer wrote again"
    details = {"mail": reading.letter.ses_id}
    return Change(
        changed, Line(at=now, actor="mailbox", action="mail", reason=reason, details=details)
    )


def _answered(wish: Wish, reading: Reading, found: IdMatch) -> Wish:
    """Return the wish with the facts that an answer brings; its category stays."""
    return replace(
        wish,
        preference=read_choice(reading.mail.text, wish.language) or wish.preference,
        orders=found.orders or wish.orders,
        hints=found.hints or wish.hints,
        foreign=tuple(kept(one) for one in found.foreign) or wish.foreign,
        songs=tuple(kept(one) for one in reading.songs.ids) or wish.songs,
    )


def _doubted(wish: Wish, reading: Reading) -> Wish:
    """Return the wish as one for a person, where a letter says more than what was asked."""
    text, below = reading.mail.text, reading.mail.below_signature
    doubt = reading.doubt or read_doubt(text, wish.language, wish.category, below)
    return replace(wish, confidence_percent=0, reading=kept(doubt)) if doubt else wish


def _joined(first: Letter, later: Letter) -> Letter:
    """Return the letter with the later words on top; answers go into the later thread."""
    return replace(
        first,
        message_id=later.message_id,
        references=later.references,
        text=f"{later.text}\n\n----\n\n{first.text}"[:_TEXT_CHARS_MAX],
        remarks=tuple(dict.fromkeys((*first.remarks, *later.remarks))),
    )


def _is_same(case: Case, address: str, account_id: str | None) -> bool:
    known = case.letter.address or ""
    return case.letter.proven and case.account_id == account_id and folded(known) == folded(address)
