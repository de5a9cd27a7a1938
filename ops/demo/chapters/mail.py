"""A customer writes to the refund mailbox, and a case is open with her account and order in it."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.cases.model import Case

from ops.demo.samples import Customer
from ops.demo.stage import Stage
from ops.stack import tools

TITLE: Final = "A customer writes, and a case is open"

_SAMPLE: Final = "doppelt-abgebucht"
_FOLDER: Final = tools.ROOT / "events" / "refund_email"
_PACK: Final = 1000
_RECEIVED: Final = "2026-11-02T09:00:03.000Z"
_DATED: Final = "Mon, 02 Nov 2026 10:00:00 +0100"


def play(stage: Stage) -> None:
    """Buy, write, and let SES hand the mail over twice."""
    cleo = Customer("usr_cleo", "cleo@shop.example", datetime.now(UTC) - timedelta(minutes=5))
    stage.credits().register(cleo.account_id, email=cleo.email, locale="de-DE", country="DE")
    stage.tell(f"Cleo buys a pack of {_PACK} credits")
    stage.stripe(cleo.event("checkout_pack_paid"))
    order = stage.credits().orders(cleo.account_id).orders[0].order_id

    stage.tell("She writes that she was charged twice; SES stores her mail and tells the function")
    words = _Words(cleo, order, datetime.now(UTC).replace(microsecond=0))
    stage.client("s3").put_object(
        Bucket=stage.info.mail_bucket,
        Key=stage.info.mail_prefix + words.ses_id,
        Body=words.of(f"{_SAMPLE}.eml").encode(),
    )
    notice = words.event()
    stage.invoke("refund_email", notice)
    stage.invoke("refund_email", notice)
    store = DynamoCaseStore(stage.client("dynamodb"), stage.info.cases_table)
    cases = store.cases_of(cleo.account_id)
    stage.expect("cases of Cleo, though SES told of the mail twice", len(cases), 1)
    for case in cases:
        _show(stage, case)
        stage.expect("the order it is about", list(case.wish.orders), [order])
        stage.expect("what it asks", case.wish.category.value, "charged_twice")
        proof = case.letter.proof if case.letter.proven else "unproven"
        stage.expect("what proves the sender", proof, "DMARC passed")
    stage.close(cleo.account_id, _PACK)


class _Words:
    """The sample mail and its notice as Cleo's, of now."""

    def __init__(self, writer: Customer, order_id: str, now: datetime) -> None:
        self.ses_id = f"mail-{writer.account_id}"
        self._swaps = {
            "jo.customer@shop.example": writer.email,
            f"0mail-{_SAMPLE}": self.ses_id,
            f"{_SAMPLE}@mail.example": f"{self.ses_id}@mail.example",
            "Jo Customer": "Cleo",
            "\nJo\n": "\nCleo\n",
            _RECEIVED: now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            _DATED: now.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        }
        self._order_id = order_id

    def of(self, name: str) -> str:
        """Return a sample file as hers."""
        text = (_FOLDER / name).read_text("utf-8")
        for theirs, hers in self._swaps.items():
            text = text.replace(theirs, hers)
        return re.sub(r"cs_test_a1\w+", self._order_id, text)

    def event(self) -> dict[str, Any]:
        """Return SES's notice of the mail."""
        notice: dict[str, Any] = json.loads(self.of(f"{_SAMPLE}.json"))
        return notice


def _show(stage: Stage, case: Case) -> None:
    due = f"{case.due_at:%Y-%m-%d %H:%M}"
    stage.tell(f"Case {case.case_id} is {case.state.value}, due {due} UTC, for {case.account_id}")
