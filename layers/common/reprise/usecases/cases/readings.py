"""A mail as read, before anything is looked up: everything in it is the sender's claim."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from reprise.cases.model import Letter, Wish
from reprise.mail.auto import AutoVerdict, detect_auto
from reprise.mail.ids import IdMatch, MailIds, extract_ids
from reprise.mail.intent import Intent, Request, read_intent
from reprise.mail.model import ReadMail
from reprise.mail.read import read_message
from reprise.mail.sender import misdirected, prove_sender
from reprise.mail.ses import SesReceipt
from reprise.mail.songs import SongHints, song_hints
from reprise.usecases.cases.letters import kept, letter_of


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that a mail itself says, and what SES suspects it of."""

    mail: ReadMail
    auto: AutoVerdict
    ids: MailIds
    intent: Intent
    songs: SongHints
    letter: Letter
    suspicion: str = ""
    misdirected: str = ""

    @property
    def doubt(self) -> str:
        """Why nothing may be read out of it by itself, if anything speaks against it."""
        quoted = "it holds forwarded or quoted words only" if self.mail.text_is_quoted else ""
        return self.suspicion or self.misdirected or self.mail.unreadable_because or quoted


def read(
    raw: bytes, receipt: SesReceipt, own_addresses: Collection[str], received_at: datetime
) -> Reading:
    """Read a mail; what breaks a reader raises, and the mail becomes an unreadable case.

    Args:
        raw: the message as stored.
        receipt: SES's word about it.
        own_addresses: ours, which never get a case.
        received_at: when SES received it.
    """
    mail = read_message(raw)
    proof = prove_sender(mail, receipt)
    return Reading(
        mail=mail,
        auto=detect_auto(mail, receipt, own_addresses),
        ids=extract_ids(mail),
        intent=read_intent(mail.subject, mail.text, mail.below_signature),
        songs=song_hints(mail),
        letter=letter_of(mail, receipt, proof, received_at),
        suspicion=receipt.suspicion,
        misdirected=misdirected(mail, (*receipt.recipients, *own_addresses)),
    )


def wish_of(reading: Reading, request: Request, found: IdMatch) -> Wish:
    """Return one request of a mail, with the orders that the whole mail names."""
    intent = reading.intent
    doubt = doubt_of(reading, found)
    return Wish(
        category=request.category,
        confidence_percent=0 if doubt else intent.confidence_percent,
        reading=kept(doubt or intent.reason),
        preference=request.preference,
        language=intent.language,
        evidence=kept(request.evidence),
        orders=found.orders,
        hints=found.hints,
        foreign=tuple(kept(one) for one in found.foreign),
        songs=tuple(kept(one) for one in reading.songs.ids),
    )


def doubt_of(reading: Reading, found: IdMatch) -> str:
    """Return why a person must read it whatever the words say, or nothing."""
    if found.hints and not found.orders and not reading.doubt:
        return "the order is named in quoted text only"
    return reading.doubt
