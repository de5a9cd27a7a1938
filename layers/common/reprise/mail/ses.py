"""What SES says about a received message: its Lambda event, read without trusting its shape."""

from collections.abc import Mapping
from dataclasses import dataclass

PASS, FAIL, GRAY = "PASS", "FAIL", "GRAY"
SUSPECT = frozenset({FAIL, "PROCESSING_FAILED"})
SUSPICIONS = frozenset(f"{scan} verdict {word}" for scan in ("spam", "virus") for word in SUSPECT)
_STRINGS_MAX = 200
_CHARS_MAX = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SesReceipt:
    """The verdicts and addresses of one receipt. A verdict that is missing is a FAIL.

    Args:
        message_id: SES's own id; with a prefix it is the key of the stored message.
        source: envelope sender; empty for bounces, None where SES gave none.
        recipients: envelope recipients, the ones to route on.
        header_from: `commonHeaders.from`, who SES says wrote it.
    """

    message_id: str = ""
    source: str | None = None
    recipients: tuple[str, ...] = ()
    header_from: tuple[str, ...] = ()
    received_at: str | None = None
    headers_truncated: bool = False
    spf: str = FAIL
    dkim: str = FAIL
    dmarc: str = FAIL
    spam: str = FAIL
    virus: str = FAIL

    @property
    def suspicion(self) -> str:
        """One of `SUSPICIONS`, if SES found something or could not look: nobody is answered."""
        verdicts = {"virus": self.virus, "spam": self.spam}
        bad = (f"{scan} verdict {word}" for scan, word in verdicts.items() if word in SUSPECT)
        return next(bad, "")


def parse_receipt(record: object) -> SesReceipt:
    """Read one record of SES's Lambda event, or its `ses` member, or an SNS notification's body.

    Args:
        record: decoded JSON; anything missing or of another type is left at its safe default.
    """
    outer = _mapping(record)
    ses = _mapping(outer.get("ses")) or outer
    mail, receipt = _mapping(ses.get("mail")), _mapping(ses.get("receipt"))
    common = _mapping(mail.get("commonHeaders"))
    source = mail.get("source")
    return SesReceipt(
        message_id=_string(mail.get("messageId")) or "",
        source=source if isinstance(source, str) else None,
        recipients=_strings(receipt.get("recipients")),
        header_from=_strings(common.get("from")),
        received_at=_string(receipt.get("timestamp")) or _string(mail.get("timestamp")),
        headers_truncated=mail.get("headersTruncated") is True,
        spf=_verdict(receipt, "spfVerdict"),
        dkim=_verdict(receipt, "dkimVerdict"),
        dmarc=_verdict(receipt, "dmarcVerdict"),
        spam=_verdict(receipt, "spamVerdict"),
        virus=_verdict(receipt, "virusVerdict"),
    )


def parse_event(event: object) -> tuple[SesReceipt, ...]:
    """Read every record of SES's Lambda event."""
    records = _mapping(event).get("Records")
    return tuple(parse_receipt(record) for record in records) if isinstance(records, list) else ()


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _string(value: object) -> str | None:
    return value[:_CHARS_MAX] if isinstance(value, str) else None


def _strings(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(v[:_CHARS_MAX] for v in values[:_STRINGS_MAX] if isinstance(v, str))


def _verdict(receipt: Mapping[str, object], name: str) -> str:
    status = _string(_mapping(receipt.get(name)).get("status"))
    return status.strip().upper() if status and status.strip() else FAIL
