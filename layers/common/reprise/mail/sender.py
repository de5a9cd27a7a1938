"""Who wrote: proven by SES's verdicts about the one address in From, or not at all."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from reprise.mail.addresses import ADDRESS, AmbiguousAddressError, single_address
from reprise.mail.model import ReadMail
from reprise.mail.ses import GRAY, PASS, SesReceipt

_AUTHSERV_ID = "amazonses.com"
_RESULTS_CHARS_MAX = 4_000
_COMMENT = re.compile(r"\([^()]{0,1000}\)")
_RESULT = re.compile(r"(?:^|[;\s])(spf|dkim|dmarc)\s?=\s?([a-z]+)(?=[\s;]|$)([^;]*)", re.IGNORECASE)
_DKIM_DOMAIN = re.compile(
    r"\sheader\.(?:i|d)\s?=\s?@?([A-Za-z0-9.-]{3,253})(?=[\s;]|$)", re.IGNORECASE
)
_FROM_DOMAIN = re.compile(r"\sheader\.from\s?=\s?([A-Za-z0-9.-]{3,253})(?=[\s;]|$)", re.IGNORECASE)
# The envelope is the sender's to choose and is printed into the results: nothing that could end
# its field may be in it.
_TAME_ENVELOPE = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~@-]{0,320}")


@dataclass(frozen=True, slots=True)
class SenderProof:
    """Whether the author is proven.

    Args:
        address: the author's address in lower case; None unless proven.
        claimed: the one address in From, if there is one; for people to read, never to act on.
        reason: what proves it, or why nothing does.
    """

    address: str | None
    proven: bool
    reason: str
    claimed: str | None = None


@dataclass(frozen=True, slots=True)
class _Results:
    """The Authentication-Results of SES itself."""

    dmarc: str | None
    header_from: str | None
    dkim_domains: tuple[str, ...]


def prove_sender(mail: ReadMail, receipt: SesReceipt) -> SenderProof:
    """Prove or refuse to prove the author of a message.

    Reply-To, Sender, the body and everything quoted count for nothing.

    Args:
        mail: the message as read from the stored object.
        receipt: SES's receipt; its verdicts come from nowhere else.
    """
    claimed = None
    try:
        claimed = _one_from(mail)
        _agrees(claimed, receipt.header_from)
        reason = _authenticated(mail, receipt, claimed.rpartition("@")[2])
    except AmbiguousAddressError as doubt:
        return SenderProof(None, proven=False, reason=str(doubt), claimed=claimed)
    return SenderProof(claimed, proven=True, reason=reason, claimed=claimed)


def misdirected(mail: ReadMail, mailbox: Collection[str]) -> str:
    """Return why a proven author may not have written to us, or the empty string.

    A signature proves who wrote, not to whom: what somebody else got can be sent on to us.

    Args:
        mail: the message as read.
        mailbox: the addresses under which we are written to; with none, nothing can be told.
    """
    if any(header.name.startswith("resent-") for header in mail.headers):
        return "somebody sent it on"
    ours = {_untagged(found) for one in mailbox for found in ADDRESS.finditer(one)}
    fields = (value for name in ("to", "cc") for value in mail.values(name))
    named = {_untagged(found) for value in fields for found in ADDRESS.finditer(value)}
    return "it is not addressed to us" if ours and not ours & named else ""


def _untagged(found: re.Match[str]) -> str:
    """Return an address without the tag by which an answer of ours leads back to its case."""
    return f"{found['local'].partition('+')[0]}@{found['domain']}".lower()


def _one_from(mail: ReadMail) -> str:
    if "header" in mail.truncated:
        raise AmbiguousAddressError("the header was too large to read in full")
    if "raw size" in mail.truncated:
        raise AmbiguousAddressError("it is larger than SES takes in")
    if any("header" in defect for defect in mail.defects):
        raise AmbiguousAddressError("the header is malformed")
    if len(mail.from_values) != 1 or mail.first("from") is None:
        raise AmbiguousAddressError(f"{len(mail.from_values)} From fields, not one")
    return single_address(mail.from_values[0])


def _agrees(address: str, seen_by_ses: tuple[str, ...]) -> None:
    """SES must have read the same single address; it prints names decoded and unquoted."""
    if len(seen_by_ses) != 1:
        raise AmbiguousAddressError("SES names no single author")
    value = seen_by_ses[0].strip()
    bracketed = value.rpartition("<")[2][:-1] if value.endswith(">") else value.partition(" ")[0]
    found = {match[0].lower() for match in ADDRESS.finditer(value)}
    if bracketed.lower() != address or found != {address}:
        raise AmbiguousAddressError("SES read another author")


def _authenticated(mail: ReadMail, receipt: SesReceipt, domain: str) -> str:
    results = _ses_results(mail)
    if receipt.dmarc == PASS:
        if results and results.header_from not in {None, domain}:
            raise AmbiguousAddressError("SES checked DMARC for another domain")
        if results and results.dmarc not in {None, "pass"}:
            raise AmbiguousAddressError("SES's results contradict its DMARC verdict")
        return "DMARC passed"
    if receipt.dmarc != GRAY:
        raise AmbiguousAddressError(f"DMARC verdict is {receipt.dmarc[:20]}")
    doubt = _dkim_doubt(results, receipt, domain)
    if doubt:
        raise AmbiguousAddressError(f"no DMARC policy, and {doubt}")
    return "no DMARC policy; DKIM passed for the domain"


def _dkim_doubt(results: _Results | None, receipt: SesReceipt, domain: str) -> str:
    """Return why DKIM does not stand in for a domain without DMARC; empty where it does."""
    if receipt.dkim != PASS:
        return "DKIM did not pass"
    if results is None or results.dmarc != "none" or results.header_from != domain:
        return "SES's results do not name the domain"
    if receipt.source is None or not _TAME_ENVELOPE.fullmatch(receipt.source):
        return "an unusual envelope sender"
    aligned = any(_aligned(signer, domain) for signer in results.dkim_domains)
    return "" if aligned else "no DKIM signature of the domain"


def _aligned(signer: str, domain: str) -> bool:
    """The author's own domain or a parent of it signed.

    A subdomain signing for its parent would be relaxed alignment too, but telling a parent from
    a public suffix needs a list that ages; such mail goes to a person instead.
    """
    return signer == domain or ("." in signer and domain.endswith(f".{signer}"))


def _ses_results(mail: ReadMail) -> _Results | None:
    """Read the results SES put on top; None where the topmost are not SES's.

    SES writes its fields above the sender's: at most its own Received may stand before them.
    """
    received = 0
    for header in mail.headers:
        received += header.name == "received"
        if header.name == "authentication-results":
            return _parsed(header.value) if received <= 1 else None
    return None


def _parsed(value: str) -> _Results | None:
    bare = _COMMENT.sub(" ", value[:_RESULTS_CHARS_MAX])
    authserv_id, _, rest = bare.partition(";")
    if authserv_id.strip().lower().split()[:1] != [_AUTHSERV_ID]:
        return None
    if any(sign in bare for sign in '"\\()<>') or len(value) > _RESULTS_CHARS_MAX:
        return _Results("unclear", None, ())
    found = [(m[1].lower(), m[2].lower(), m[3]) for m in _RESULT.finditer(rest)]
    methods = [method for method, _, _ in found]
    if methods.count("dmarc") > 1 or methods.count("spf") > 1:
        return _Results("unclear", None, ())
    dmarc = next(((result, tail) for method, result, tail in found if method == "dmarc"), None)
    header_from = _FROM_DOMAIN.search(dmarc[1]) if dmarc else None
    domains = (
        _DKIM_DOMAIN.search(tail)
        for method, result, tail in found
        if (method, result) == ("dkim", "pass")
    )
    return _Results(
        dmarc[0] if dmarc else None,
        header_from[1].lower() if header_from else None,
        tuple(domain[1].lower() for domain in domains if domain),
    )
