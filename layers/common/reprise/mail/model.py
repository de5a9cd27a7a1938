"""What a read mail is, and the bounds within which it is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """Bounds on one message; beyond each, reading stops there and says so.

    SES accepts 40 MB including headers; the rest bounds work, not customers: a refund mail needs
    a small part of each.
    """

    raw_bytes_max: int = 40 * 1024 * 1024
    header_block_bytes_max: int = 256 * 1024
    header_value_chars_max: int = 8 * 1024
    headers_max: int = 500
    parts_max: int = 300
    depth_max: int = 12
    text_chars_max: int = 400_000
    html_chars_max: int = 800_000
    html_depth_max: int = 80
    references_max: int = 100
    links_max: int = 200


@dataclass(frozen=True, slots=True)
class Header:
    """One header field: the name in lower case, the value unfolded but not decoded."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is no text of the sender's: named and counted, never opened here.

    Args:
        size_bytes: length as transported (base64 included).
        nested: whether it belongs to a message within the message.
    """

    filename: str | None
    content_type: str
    size_bytes: int
    nested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMail:
    """One message, read. Everything in it is the sender's claim.

    Args:
        headers: the outermost message's fields in order.
        from_values: raw values of every field that some parser could take for From.
        date: the Date field as an aware instant, or None where it cannot be read.
        text: what the sender wrote; where nothing is left without the quotes, the full text.
        text_is_quoted: `text` holds quoted or forwarded words only, because nothing else is there.
        quoted: what was set aside: quotes, forwarded and nested messages, signatures.
        below_signature: of what was set aside, the unquoted words under a signature mark.
        full_text: both in their original order.
        links: targets of HTML links, which the text does not show.
        unreadable_because: why there is no text, for the person who will look.
        truncated: names of the bounds that were reached.
        defects: what was wrong with the message, in the reader's words.
    """

    headers: tuple[Header, ...] = ()
    from_values: tuple[str, ...] = ()
    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    date: datetime | None = None
    subject: str = ""
    content_type: str = "text/plain"
    report_type: str | None = None
    text: str = ""
    text_is_quoted: bool = False
    quoted: str = ""
    below_signature: str = ""
    full_text: str = ""
    links: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    nested_messages: int = 0
    unreadable_because: str | None = None
    truncated: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()

    def values(self, name: str) -> Iterator[str]:
        """Yield the raw values of every field of that (lower-case) name, top to bottom."""
        return (header.value for header in self.headers if header.name == name)

    def first(self, name: str) -> str | None:
        """Return the topmost value of that (lower-case) name."""
        return next(self.values(name), None)
