"""The refund mailbox as customers meet it: mail that SES receives, and mail that SES sent."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final

from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.cases.model import Case, CaseState
from rich import box
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ops.demo.samples import Customer
from ops.demo.stage import Stage
from ops.stack import tools
from ops.stack.lifecycle import MAILBOX
from ops.stack.product import send

_NOTICE: Final = tools.ROOT / "events" / "refund_email" / "withdrawal-unused-pack.json"
_FORGED: Final = {"spf": "FAIL", "dkim": "FAIL", "dmarc": "FAIL"}
_ROLE: Final = re.compile(r"^arn:.*/")


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that SES sent."""

    message_id: str
    to: str
    subject: str
    text: str


def writes(
    stage: Stage,
    customer: Customer,
    subject: str,
    words: str,
    answers: Sent | None = None,
    *,
    forged: bool = False,
) -> str:
    """Let a customer's mail be received: stored by SES's first action, told of by its second.

    Args:
        stage: of the story.
        customer: who writes, or whose address a forger writes under.
        subject: of the mail.
        words: its text.
        answers: the mail that it answers, if any.
        forged: whether its domain disowns it.

    Returns:
        SES's id of the mail.
    """
    now = datetime.now(UTC)
    ses_id = f"mail-{customer.account_id}-{now:%H%M%S%f}"
    mail = EmailMessage()
    mail["From"] = f"{customer.name} <{customer.email}>"
    mail["To"] = MAILBOX
    mail["Subject"] = subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{ses_id}@mail.example>"
    if answers is not None:
        mail["In-Reply-To"] = mail["References"] = f"<{answers.message_id}>"
    mail.set_content(words)
    _quote(stage, words, f"From: {mail['From']}", f"Subject: {subject}")
    stage.client("s3").put_object(
        Bucket=stage.info.mail_bucket,
        Key=stage.info.mail_prefix + ses_id,
        Body=bytes(mail),
    )
    stage.invoke("refund_email", _notice(mail, ses_id, now, forged=forged))
    return ses_id


def settled(stage: Stage, ses_id: str, *states: CaseState) -> Case:
    """Wait until the case of a mail stands so and has said what it has to say."""
    store = _store(stage)

    def found() -> Case | None:
        taken = store.taken(ses_id)
        return store.case(taken.case_ids[0]) if taken and taken.case_ids else None

    def stands() -> bool:
        case = found()
        return case is not None and case.state in states and not case.unanswered

    stage.wait(f"the case of {ses_id} is {' or '.join(states)}", stands)
    case = found()
    if case is None:
        raise AssertionError(ses_id)
    return case


def sent_to(stage: Stage, address: str) -> list[Sent]:
    """Return what SES sent to an address, oldest first."""
    return [mail for mail in sent(stage) if mail.to == address]


def sent(stage: Stage) -> list[Sent]:
    """Return every mail that SES sent, oldest first."""
    answer = send("GET", f"{stage.info.endpoint}/_ministack/ses/messages", b"", {})
    found = [one for mails in answer.body["messages"].values() for one in mails]
    return [
        Sent(one["MessageId"], one["To"][0], one["Subject"], one["BodyText"])
        for one in sorted(found, key=lambda one: float(one["Timestamp"]))
    ]


def show_mail(stage: Stage, mail: Sent) -> None:
    """Show a mail that SES sent."""
    _quote(stage, mail.text, f"To: {mail.to}", f"Subject: {mail.subject}")


def show_history(stage: Stage, case: Case) -> None:
    """Show everything that happened to a case."""
    table = Table(title=f"History of {case.case_id}, {case.wish.category}", title_justify="left")
    for heading in ("by", "did", "because"):
        table.add_column(heading, overflow="fold")
    for line in _store(stage).journal(case.case_id):
        table.add_row(_ROLE.sub("", line.actor), line.action, line.reason)
    stage.console.print(table)


def _store(stage: Stage) -> DynamoCaseStore:
    return DynamoCaseStore(stage.client("dynamodb"), stage.info.cases_table)


def _quote(stage: Stage, words: str, *heads: str) -> None:
    """Show a mail as a card."""
    text = Text("\n".join((*heads, "", words.strip())))
    stage.console.print(Panel.fit(text, box=box.ROUNDED))


def _notice(mail: EmailMessage, ses_id: str, now: datetime, *, forged: bool) -> dict[str, Any]:
    """Return what SES's second action tells the function."""
    event: dict[str, Any] = json.loads(_NOTICE.read_text("utf-8"))
    ses = event["Records"][0]["ses"]
    at = now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    sender = str(mail["From"]).partition("<")[2].rstrip(">")
    ses["mail"] |= {"timestamp": at, "messageId": ses_id, "destination": [MAILBOX]}
    ses["mail"]["source"] = "eve@attacker.example" if forged else sender
    ses["mail"]["commonHeaders"] = {
        "returnPath": ses["mail"]["source"],
        "from": [str(mail["From"])],
        "date": str(mail["Date"]),
        "to": [MAILBOX],
        "messageId": str(mail["Message-ID"]),
        "subject": str(mail["Subject"]),
    }
    ses["receipt"] |= {"timestamp": at, "recipients": [MAILBOX]}
    for verdict, status in (_FORGED if forged else {}).items():
        ses["receipt"][f"{verdict}Verdict"] = {"status": status}
    return event
