"""A read mail as a case keeps it: redacted, cut to bounds, storable."""

from datetime import datetime

from reprise.cases.model import Letter
from reprise.mail.model import ReadMail
from reprise.mail.redact import redact
from reprise.mail.sender import SenderProof
from reprise.mail.ses import PASS, SesReceipt

_TEXT_CHARS_MAX = 20_000
_LINE_CHARS_MAX = 500
_REMARKS_MAX = 20
_REFERENCES_MAX = 20


def kept(text: str, chars_max: int = _LINE_CHARS_MAX) -> str:
    """Return text fit to be stored: no card number, no secret, no broken character, bounded."""
    storable = text.encode("utf-8", "replace").decode("utf-8")
    # Redacted before it is cut: half a card number would not be recognised.
    return redact(storable[: 4 * chars_max])[:chars_max]


def letter_of(
    mail: ReadMail, receipt: SesReceipt, proof: SenderProof, received_at: datetime
) -> Letter:
    """Return the letter of a mail that was read.

    Args:
        mail: as read.
        receipt: SES's word about it.
        proof: who sent it, if that is proven.
        received_at: when SES received it.
    """
    address = proof.address or proof.claimed
    return Letter(
        ses_id=receipt.message_id,
        received_at=received_at,
        address=None if address is None else kept(address),
        proven=proof.proven,
        proof=kept(proof.reason),
        message_id=None if mail.message_id is None else kept(mail.message_id),
        references=tuple(kept(one) for one in mail.references[-_REFERENCES_MAX:]),
        sent_at=mail.date,
        subject=kept(mail.subject),
        text=kept(mail.text, _TEXT_CHARS_MAX),
        remarks=tuple(kept(one) for one in _remarks(mail, receipt)[:_REMARKS_MAX]),
    )


def unread_letter(receipt: SesReceipt, why: str, received_at: datetime) -> Letter:
    """Return the letter of a mail that could not be read at all."""
    return Letter(
        ses_id=receipt.message_id, received_at=received_at, proof="not read", remarks=(why,)
    )


def _remarks(mail: ReadMail, receipt: SesReceipt) -> list[str]:
    verdicts = {"spam": receipt.spam, "virus": receipt.virus}
    said = [f"{name} verdict {found}" for name, found in verdicts.items() if found != PASS]
    if mail.unreadable_because:
        said.append(f"no text: {mail.unreadable_because}")
    if mail.text_is_quoted:
        said.append("the text is quoted or forwarded words only")
    said += [f"cut: {name}" for name in mail.truncated]
    said += [
        f"attachment {one.filename or 'without a name'} ({one.content_type}, {one.size_bytes} B)"
        for one in mail.attachments
    ]
    return said
