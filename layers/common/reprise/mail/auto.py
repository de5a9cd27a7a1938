"""Mail that no person wrote, or that is ours: it gets no answer, or two machines would chat."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from reprise.mail.addresses import ADDRESS
from reprise.mail.model import ReadMail
from reprise.mail.ses import SesReceipt
from reprise.mail.words import any_of, word_lists

_RECEIVED_MAX = 40
_SUBJECT_CHARS_MAX = 300


@dataclass(frozen=True, slots=True)
class _Marks:
    """The word lists, compiled."""

    auto_field: re.Pattern[str]
    daemon: re.Pattern[str]
    auto_subject: re.Pattern[str]
    bounce_subject: re.Pattern[str]
    reply_prefix: re.Pattern[str]
    harmless_fields: frozenset[str]
    precedences: frozenset[str]
    list_fields: tuple[str, ...]
    reports: frozenset[str]


@lru_cache(maxsize=1)
def _marks() -> _Marks:
    words = word_lists("auto")
    return _Marks(
        re.compile(rf"^(?:x-)?{any_of(words['auto_fields'])}(?:-from|-type)?$"),
        re.compile(rf"^{any_of(words['daemons'])}(?:[-+_=.].*)?$", re.IGNORECASE),
        re.compile(rf"^\s*[\[(<*]{{0,2}}\s*{any_of(words['auto_subjects'])}", re.IGNORECASE),
        re.compile(rf"(?:^|[\s:\[(]){any_of(words['bounce_subjects'])}", re.IGNORECASE),
        re.compile(
            rf"^(?:\s*{any_of(words['reply_prefixes'])}(?:\[\d+\])?\s*[:\uff1a])+", re.IGNORECASE
        ),
        frozenset(words["harmless_fields"]),
        frozenset(words["precedences"]),
        tuple(words["list_fields"]),
        frozenset(words["reports"]),
    )


class AutoKind(StrEnum):
    """What sort of automatic mail it is."""

    NONE = "none"
    OWN = "own"
    LOOP = "loop"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class AutoVerdict:
    """Whether a machine wrote it, and by which mark one can tell."""

    kind: AutoKind
    reason: str = ""

    @property
    def generated(self) -> bool:
        """Whether it must not be answered."""
        return self.kind is not AutoKind.NONE


def detect_auto(
    mail: ReadMail, receipt: SesReceipt | None = None, own_addresses: Collection[str] = ()
) -> AutoVerdict:
    """Tell whether a message is automatic, a bounce, from a list, our own, or in a loop.

    Args:
        mail: the message as read.
        receipt: SES's receipt, for the envelope sender; None where there is none.
        own_addresses: addresses we send from and receive at.
    """
    own = {address.strip().lower() for address in own_addresses}
    checks: tuple[Callable[[], AutoVerdict | None], ...] = (
        lambda: _own(mail, own),
        lambda: _bounce(mail, receipt),
        lambda: _automatic(mail),
        lambda: _listed(mail),
        lambda: _daemon(mail, receipt),
    )
    return next((found for check in checks if (found := check())), AutoVerdict(AutoKind.NONE))


def _own(mail: ReadMail, own: set[str]) -> AutoVerdict | None:
    found = (one for value in mail.from_values for one in ADDRESS.finditer(value.lower()))
    # Our answers come from the address with a tag.
    spellings = ((one[0], f"{one['local'].partition('+')[0]}@{one['domain']}") for one in found)
    claimed = {spelling for pair in spellings for spelling in pair}
    if claimed & own:
        return AutoVerdict(AutoKind.OWN, "From is one of our own addresses")
    loops = {
        value.strip().lower()
        for name in ("x-loop", "x-autoreply-from")
        for value in mail.values(name)
    }
    if loops & own:
        return AutoVerdict(AutoKind.LOOP, "it has been through this mailbox")
    if sum(1 for _ in mail.values("received")) > _RECEIVED_MAX:
        return AutoVerdict(AutoKind.LOOP, f"more than {_RECEIVED_MAX} Received fields")
    return None


def _bounce(mail: ReadMail, receipt: SesReceipt | None) -> AutoVerdict | None:
    if (
        mail.content_type == "multipart/report"
        or (mail.report_type or "").lower() in _marks().reports
    ):
        return AutoVerdict(AutoKind.BOUNCE, "a delivery, disposition or feedback report")
    own_parts = {part.content_type for part in mail.attachments if not part.nested}
    if own_parts & {f"message/{report}" for report in _marks().reports}:
        return AutoVerdict(AutoKind.BOUNCE, "it carries a delivery or disposition report")
    return_path = mail.first("return-path")
    if return_path is not None and return_path.strip() in {"<>", "< >", '"<>"', ""}:
        return AutoVerdict(AutoKind.BOUNCE, "null Return-Path")
    if receipt is not None and receipt.source is not None and receipt.source.strip("<> ") == "":
        return AutoVerdict(AutoKind.BOUNCE, "null envelope sender")
    if _marks().bounce_subject.search(_bare_subject(mail)) and _from_daemon(mail):
        return AutoVerdict(AutoKind.BOUNCE, "a mail system's report")
    return None


def _automatic(mail: ReadMail) -> AutoVerdict | None:
    submitted = [value.partition(";")[0].strip().lower() for value in mail.values("auto-submitted")]
    if any(value != "no" for value in submitted):
        return AutoVerdict(AutoKind.AUTO_REPLY, "Auto-Submitted")
    precedence = {value.strip().lower() for value in mail.values("precedence")}
    if precedence & {"auto_reply", "auto-reply"}:
        return AutoVerdict(AutoKind.AUTO_REPLY, "Precedence")
    for header in mail.headers:
        if header.name not in _marks().harmless_fields and _marks().auto_field.match(header.name):
            if header.value.strip().lower() in {"no", "false", "0"}:
                continue
            kind = AutoKind.BOUNCE if "fail" in header.name else AutoKind.AUTO_REPLY
            return AutoVerdict(kind, f"{header.name} field")
    if _marks().auto_subject.match(_bare_subject(mail)):
        return AutoVerdict(AutoKind.AUTO_REPLY, "the subject of an automatic answer")
    return None


def _listed(mail: ReadMail) -> AutoVerdict | None:
    for name in _marks().list_fields:
        if mail.first(name) is not None:
            return AutoVerdict(AutoKind.LIST, f"{name} field")
    if any(value.strip().lower() in _marks().precedences for value in mail.values("precedence")):
        return AutoVerdict(AutoKind.LIST, "Precedence")
    return None


def _daemon(mail: ReadMail, receipt: SesReceipt | None) -> AutoVerdict | None:
    if _from_daemon(mail):
        return AutoVerdict(AutoKind.AUTO_REPLY, "From is an address nobody reads")
    source = receipt.source if receipt else None
    if (
        source
        and _marks().daemon.match(source.partition("@")[0])
        and "bounce" not in source.lower()
    ):
        return AutoVerdict(AutoKind.AUTO_REPLY, "the envelope sender is an address nobody reads")
    return None


def _from_daemon(mail: ReadMail) -> bool:
    """Mail systems often put a bare word into From, so look at it even where it is no address."""
    for value in mail.from_values:
        bracketed = value.rpartition("<")[2].strip(" \t>") if "<" in value else value.strip()
        if _marks().daemon.match(bracketed.partition("@")[0].strip("\"' ")):
            return True
        if "mail delivery s" in value.lower() or "mailer-daemon" in value.lower():
            return True
    return False


def _bare_subject(mail: ReadMail) -> str:
    return _marks().reply_prefix.sub("", mail.subject[:_SUBJECT_CHARS_MAX])
