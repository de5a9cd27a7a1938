"""Raw bytes to a `ReadMail`: bounded, linear, and never an exception."""

from dataclasses import replace

from reprise.mail.bodies import TNEF, Bodies, bodies_of
from reprise.mail.charsets import one_line
from reprise.mail.headers import (
    HeaderBlock,
    could_be_from,
    message_date,
    message_ids,
    read_headers,
    report_type,
)
from reprise.mail.model import ReadLimits, ReadMail
from reprise.mail.parts import Budget, Part, Structure
from reprise.mail.quoting import split_quoted, unmarked, without_heading

_SUBJECT_CHARS_MAX = 998
_ENCRYPTED = frozenset(
    {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"}
)


def read_message(raw: bytes, limits: ReadLimits | None = None) -> ReadMail:
    """Read one raw message.

    Args:
        raw: the message as stored, headers and all.
        limits: bounds; what lies beyond them is named in `truncated` and stays in the raw message.

    Returns:
        What could be read. Whatever could not is explained in `unreadable_because`; nothing raises.
    """
    limits = limits or ReadLimits()
    too_large = len(raw) > limits.raw_bytes_max
    data = raw[: limits.raw_bytes_max] if too_large else raw
    if b"\n" not in data[: limits.header_block_bytes_max]:
        data = data.replace(b"\r", b"\n")
    block = HeaderBlock((), 0)
    try:
        block = read_headers(data, _leading_blanks(data), len(data), limits)
        mail = _with_body(_envelope(block, limits), data, block, limits)
    except Exception as error:  # noqa: BLE001 - a mail that breaks the reader is still a case
        mail = replace(
            _envelope_or_nothing(block, limits),
            unreadable_because=f"the reader failed on it ({type(error).__name__})",
            defects=(*block.defects, "reader failed"),
        )
    return replace(mail, truncated=(*mail.truncated, "raw size")) if too_large else mail


def _leading_blanks(data: bytes) -> int:
    head = data[:1024]
    return len(head) - len(head.lstrip(b"\r\n"))


def _envelope_or_nothing(block: HeaderBlock, limits: ReadLimits) -> ReadMail:
    try:
        return _envelope(block, limits)
    except Exception:  # noqa: BLE001 - even the header could not be read; the raw mail is kept
        return ReadMail()


def _envelope(block: HeaderBlock, limits: ReadLimits) -> ReadMail:
    ids = message_ids(block.first("message-id"), 1)
    answered = message_ids(block.first("in-reply-to"), 1)
    return ReadMail(
        headers=block.fields,
        from_values=tuple(f.value for f in block.fields if could_be_from(f.name)),
        message_id=ids[0] if ids else None,
        in_reply_to=answered[0] if answered else None,
        references=message_ids(block.first("references"), limits.references_max),
        date=message_date(block.first("date")),
        subject=one_line(block.first("subject"), _SUBJECT_CHARS_MAX),
        truncated=("header",) if block.truncated else (),
        defects=block.defects,
    )


def _with_body(mail: ReadMail, data: bytes, block: HeaderBlock, limits: ReadLimits) -> ReadMail:
    budget = Budget(limits.parts_max)
    root = Structure(data, limits, budget).part(block, len(data))
    bodies = bodies_of(data, root, limits, budget)
    split = split_quoted(bodies.own)
    quoted = "\n\n".join(filter(None, (split.quoted, bodies.nested)))
    text = split.own
    # A mail of quotes alone is read in full rather than not at all.
    fallback = not text and bool(quoted)
    if fallback:
        text = split_quoted(bodies.nested).own or bodies.nested if bodies.nested else quoted
        text = without_heading(text)
    return replace(
        mail,
        content_type=root.kind,
        report_type=report_type(block.first("content-type")),
        text=text,
        text_is_quoted=fallback,
        quoted=quoted,
        below_signature=split.below,
        full_text=unmarked("\n\n".join(filter(None, (bodies.own, bodies.nested)))),
        links=bodies.links,
        attachments=bodies.attachments,
        nested_messages=bodies.nested_messages,
        unreadable_because=None if text else _why_unreadable(root, bodies, budget),
        truncated=(*mail.truncated, *sorted(budget.truncated)),
        defects=(*mail.defects, *sorted(budget.defects)),
    )


def _why_unreadable(root: Part, bodies: Bodies, budget: Budget) -> str:
    kinds = {attachment.content_type for attachment in bodies.attachments}
    if budget.truncated:
        return f"it goes beyond what is read ({', '.join(sorted(budget.truncated))})"
    encrypted = bool(kinds & _ENCRYPTED) or root.kind in {"multipart/encrypted", *_ENCRYPTED}
    reasons = (
        (encrypted, "it is encrypted or wrapped in a signature"),
        (bool(kinds & TNEF), "its text is in a winmail.dat (TNEF) that holds no plain body"),
        (root.kind == "message/partial", "it is one fragment of a message sent in pieces"),
        (not kinds, "it is empty"),
        (kinds == {"application/pdf"}, "it holds a PDF and no text"),
        (all(kind.startswith("image/") for kind in kinds), "it holds pictures and no text"),
    )
    named = (reason for holds, reason in reasons if holds)
    return next(named, f"it holds no text, only {', '.join(sorted(kinds))[:200]}")
