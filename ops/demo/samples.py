"""Stripe's sample events as happenings of the story: other people, other times, other ids."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ops.stack import tools

_FOLDER: Final = tools.ROOT / "events" / "stripe_webhook"
_BEGAN: Final = 1_793_606_400
"""When the story of the sample events begins; every time in them is shifted from here."""
_SAMPLE_ID: Final = re.compile(r"(?<=_)Rep\w+")
_YEAR_2020: Final = 1_577_836_800


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who buys.

    Args:
        account_id: the product's id; also what tells this customer's Stripe ids from others'.
        began: when this customer's story begins.
        locale: the language of answers.
        country: where they live.
    """

    account_id: str
    began: datetime
    locale: str = "en-GB"
    country: str = "DE"

    @property
    def name(self) -> str:
        """The first name."""
        return self.account_id.removeprefix("usr_").capitalize()

    @property
    def email(self) -> str:
        """The verified address."""
        return f"{self.account_id.removeprefix('usr_')}@shop.example"

    def event(self, name: str) -> dict[str, Any]:
        """Return a sample event as one of this customer's, in test mode, at its time.

        Args:
            name: a file of `events/stripe_webhook`, without its ending.
        """
        text = (_FOLDER / f"{name}.json").read_text("utf-8")
        text = text.replace("acc_ada", self.account_id).replace("ada@example.com", self.email)
        tag = "".join(filter(str.isalnum, self.account_id.removeprefix("usr_")))
        text = _SAMPLE_ID.sub(rf"\g<0>{tag}", text.replace("cs_live_", "cs_test_"))
        told: dict[str, Any] = self._moved(json.loads(text))
        return told

    def pack(self, sku: str = "pack_1000", amount: int = 1500, number: int = 1) -> dict[str, Any]:
        """Return the paid checkout of a pack.

        Args:
            sku: which pack, as the product's server names it.
            amount: what was paid, in cents.
            number: tells one customer's packs apart.
        """
        event = self.event("checkout_pack_paid")
        session = event["data"]["object"]
        if number > 1:
            for named, field in ((event, "id"), (session, "id"), (session, "payment_intent")):
                named[field] += f"x{number}"
        session |= {"amount_subtotal": amount, "amount_total": amount}
        session["metadata"]["sku"] = sku
        session["customer_details"]["address"]["country"] = self.country
        return event

    def _moved(self, value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
        """Return a JSON value in test mode with its times moved to this story's."""
        if isinstance(value, dict):
            moved = {key: self._moved(inner) for key, inner in value.items()}
            return moved | ({"livemode": False} if "livemode" in moved else {})
        if isinstance(value, list):
            return [self._moved(inner) for inner in value]
        if isinstance(value, int) and value > _YEAR_2020:  # amounts are far smaller
            return value - _BEGAN + int(self.began.timestamp())
        return value
