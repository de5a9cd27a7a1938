"""The facts of a case from a file: what the ledger and Stripe would say about one account."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from reprise.errors import BadInputError
from reprise.mail.songs import SongHints
from reprise.policy.book import packaged_book
from reprise.policy.facts import (
    DuplicateFacts,
    GenerationFacts,
    OrderFacts,
    OrderKind,
    PaymentFacts,
    Settlement,
    SubscriptionFacts,
)

_NAMES: Final = (
    *("session", "payment_intent", "charge", "invoice", "number", "invoice_number"),
    "receipt_number",
)


@dataclass(frozen=True, slots=True)
class AccountData:
    """One account and what is its own, as `--account-data` gives it.

    Args:
        content: the decoded file: `account_id`, `email`, `country`, `orders`, and where known
            `subscription`, `generations`, `account_refunds`, `card_refunds`.
    """

    content: Mapping[str, Any]

    @property
    def email(self) -> str:
        """The account's address in lower case."""
        return str(self.content.get("email", "")).strip().lower()

    def own_ids(self) -> dict[str, str]:
        """Return every id and alias of the account's orders with its order id.

        Aliases may be a list or stand under their own names, as Stripe calls them.
        """
        own: dict[str, str] = {}
        for order in self._orders():
            order_id = _order_id(order)
            named = (order[name] for name in _NAMES if order.get(name))
            for alias in (order_id, *order.get("aliases", ()), *named):
                own[str(alias)] = order_id
        return own

    def order(self, order_id: str) -> OrderFacts | None:
        """Return the facts of one order."""
        found = next((o for o in self._orders() if _order_id(o) == order_id), None)
        return None if found is None else self._order_facts(found)

    def duplicate(self, order_id: str) -> DuplicateFacts | None:
        """Return all payments of one order, where the file lists several."""
        raw = next((o for o in self._orders() if _order_id(o) == order_id), None)
        payments = tuple(
            PaymentFacts(
                id=str(payment["id"]),
                paid_at=_instant(payment["paid_at"]),
                amount_minor=_minor(payment),
                refunded_minor=int(payment.get("refunded_minor", 0)),
            )
            for payment in (raw or {}).get("payments", ())
        )
        order = self.order(order_id)
        return (
            DuplicateFacts(order=order, payments=payments) if order and len(payments) > 1 else None
        )

    def subscription(self) -> SubscriptionFacts | None:
        """Return the confirmed cancellation, where there is one."""
        found = self.content.get("subscription") or {}
        if not found.get("cancel_confirmed_at"):
            return None
        confirmed = _instant(found["cancel_confirmed_at"])
        charged = map(self.order, found.get("charged_after", ()))
        return SubscriptionFacts(
            cancel_confirmed_at=confirmed,
            cancel_effective_at=_instant(found.get("cancel_effective_at") or confirmed),
            charged_after=tuple(order for order in charged if order),
        )

    def generation(self, hints: SongHints) -> GenerationFacts | None:
        """Return the one generation that title or link mean; None where that is not one."""
        titles = {title.casefold() for title in hints.titles}
        found = [
            generation
            for generation in self.content.get("generations", ())
            if generation.get("generation_id") in hints.ids
            or str(generation.get("title", "")).casefold() in titles
        ]
        if len(found) != 1:
            return None
        return GenerationFacts(
            id=str(found[0].get("generation_id", "")),
            outcome=found[0].get("outcome"),
            credits_taken=int(found[0].get("credits_taken", 0)),
            credits_returned=int(found[0].get("credits_returned", 0)),
        )

    def _orders(self) -> list[Mapping[str, Any]]:
        return [order for order in self.content.get("orders", ()) if isinstance(order, Mapping)]

    def _order_facts(self, order: Mapping[str, Any]) -> OrderFacts:
        bought = _instant(order["purchased_at"])
        credited = order.get("credited_at")
        # A file that says nothing about crediting describes an ordinary, credited order.
        uncredited = "credited_at" in order and credited is None
        settled = order.get("settlement") or ("uncredited" if uncredited else "credited")
        version = order.get("policy_version") or packaged_book().in_force(bought).id
        return OrderFacts(
            id=_order_id(order),
            kind=OrderKind(order.get("kind", "pack")),
            purchased_at=bought,
            credited_at=_instant(credited) if credited else None if uncredited else bought,
            period_start=_instant(order["period_start"]) if order.get("period_start") else None,
            settlement=Settlement(settled),
            amount_minor=_minor(order),
            refunded_minor=int(order.get("refunded_minor", 0)),
            currency=str(order.get("currency", "")).lower(),
            country=str(order.get("country") or self.content.get("country") or "").upper(),
            is_business=bool(order.get("is_business", False)),
            is_renewal=bool(order.get("is_renewal", False)),
            is_disputed=bool(order.get("is_disputed", False)),
            money_requested=bool(order.get("money_requested", False)),
            credits_used=int(order.get("credits_used", 0)),
            policy_version=str(version),
        )


def read_account_data(path: Path | None) -> AccountData | None:
    """Read an account file.

    Raises:
        BadInputError: it is no readable JSON object.
    """
    if path is None:
        return None
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadInputError(str(path), f"must be a readable JSON file ({error})") from error
    if not isinstance(content, Mapping):
        raise BadInputError(str(path), "must hold one JSON object")
    return AccountData(content)


def _order_id(order: Mapping[str, Any]) -> str:
    return str(order.get("order_id") or order.get("id") or "")


def _minor(thing: Mapping[str, Any]) -> int:
    amount = thing.get("amount_minor", thing.get("amount", 0))
    if not isinstance(amount, int):
        raise BadInputError("amount", "must be an integer in minor units")
    return amount


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        moment = (
            datetime.fromtimestamp(value, UTC)
            if isinstance(value, int)
            else datetime.fromisoformat(str(value))
        )
    except (ValueError, OverflowError, OSError) as error:
        raise BadInputError("instant", f"{value!r} must be ISO 8601 or epoch seconds") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
