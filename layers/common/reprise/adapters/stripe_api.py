"""Stripe's API, for what cases and the product's pages ask: docs.stripe.com/api, /error-codes.

The package is imported at the first call: most events of a function never need it.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, override
from urllib.parse import quote, urlencode

from reprise.billing.checkout import CheckoutSession, read_checkout
from reprise.billing.fields import Fields
from reprise.billing.refund import ATTEMPT_KEY, read_refund
from reprise.ledger.reversals import RefundStatus
from reprise.ports.stripe import (
    Bought,
    Payment,
    RefundOrder,
    RefundSeen,
    StripeBrokenError,
    StripeBusyError,
    StripeDesk,
    StripeForbiddenError,
    StripePortal,
    StripeRefusedError,
    StripeSilentError,
)

if TYPE_CHECKING:
    from stripe import StripeClient, StripeError

TIMEOUT_S: Final = 10
_PAGE: Final = 100
_PAGES_MAX: Final = 10
_PAYMENTS_MAX: Final = 10
_NOT_THERE: Final = "resource_missing"
_UNKNOWN_KEY, _FORBIDDEN, _MISSING, _CONFLICT, _TOO_MANY, _BROKEN = 401, 403, 404, 409, 429, 500


class StripeApi(StripeDesk, StripePortal):
    """A `StripeDesk` and a `StripePortal` over HTTP.

    Args:
        api_key: returns the restricted key, asked before each call.
        base_url: of the API; the local stack names its stand-in.
    """

    def __init__(self, api_key: Callable[[], str], base_url: str) -> None:
        self._api_key = api_key
        self._base_url = base_url

    @override
    def bought(self, root: str) -> Bought:
        if root.startswith("in_"):
            return self._invoice(root)
        session = self._found(f"checkout/sessions/{quote(root, safe='')}")
        if session is None or session.text("payment_status") != "paid":
            return Bought()
        details = session.maybe_nested("customer_details")
        payments = self._payments([session.ref_or_none("payment_intent")])
        return Bought(payments, is_business=bool(details.maybe_items("tax_ids")))

    @override
    def session_of(self, stripe_id: str) -> CheckoutSession | None:
        if stripe_id.startswith("cs_"):
            found = self._found(f"checkout/sessions/{quote(stripe_id, safe='')}")
            return self._session(found)
        is_charge = stripe_id.startswith(("ch_", "py_"))
        payment = self.payment_of(stripe_id) if is_charge else stripe_id
        if payment is None or not payment.startswith("pi_"):
            return None
        found = next(self._listed("checkout/sessions", payment_intent=payment), None)
        return self._session(found)

    @override
    def payment_of(self, charge_id: str) -> str | None:
        charge = self._found(f"charges/{quote(charge_id, safe='')}")
        return None if charge is None else charge.ref_or_none("payment_intent")

    @override
    def refunds_of(self, payment_id: str) -> tuple[RefundSeen, ...]:
        return tuple(_seen(one) for one in self._listed("refunds", payment_intent=payment_id))

    @override
    def refund(self, order: RefundOrder) -> RefundSeen:
        made = self._call(
            "post",
            "refunds",
            payment_intent=order.payment_id,
            amount=order.amount_minor,
            metadata={ATTEMPT_KEY: order.attempt_id},
            idempotency_key=order.key,
        )
        return _seen(made)

    @override
    def end_subscription(self, subscription_id: str) -> None:
        # Stripe answers an ended one like one that it does not know.
        try:
            self._call("delete", f"subscriptions/{quote(subscription_id, safe='')}")
        except StripeRefusedError as error:
            if error.code != _NOT_THERE:
                raise

    @override
    def portal_link(self, customer: str, return_url: str) -> str | None:
        asked = {"customer": customer, "return_url": return_url}
        try:
            return self._call("post", "billing_portal/sessions", **asked).text("url")
        except StripeRefusedError as error:
            if error.code == _NOT_THERE:
                return None
            raise

    def _session(self, found: Fields | None) -> CheckoutSession | None:
        """Read a session, with the time of its payment, which the session does not say."""
        if found is None:
            return None
        read = read_checkout(found, "completed")
        paid = self._payments([read.payment_intent])
        return replace(read, paid_at=paid[0].paid_at if paid else None)

    def _invoice(self, invoice_id: str) -> Bought:
        invoice = self._found(f"invoices/{quote(invoice_id, safe='')}")
        if invoice is None:
            return Bought()
        paid = self._listed("invoice_payments", invoice=invoice_id, status="paid")
        payments = [one.nested("payment").maybe_ref("payment_intent") for one in paid]
        return Bought(
            self._payments(payments), is_business=bool(invoice.maybe_items("customer_tax_ids"))
        )

    def _payments(self, ids: list[str | None]) -> tuple[Payment, ...]:
        found = [
            _payment(charge, payment_id)
            for payment_id in ids[:_PAYMENTS_MAX]
            if payment_id is not None
            for charge in self._listed("charges", payment_intent=payment_id)
            if charge.maybe_text("status") == "succeeded"
        ]
        return tuple(sorted(found, key=_paid_at))

    def _listed(self, what: str, **filters: str) -> Iterator[Fields]:
        after: dict[str, str] = {}
        for _ in range(_PAGES_MAX):
            query = urlencode({**filters, "limit": _PAGE, **after})
            page = self._call("get", f"{what}?{query}")
            rows = page.items("data")
            yield from rows
            if not rows or not page.flag("has_more"):
                return
            after = {"starting_after": rows[-1].text("id")}

    def _found(self, path: str) -> Fields | None:
        try:
            return self._call("get", path)
        except StripeRefusedError as error:
            if error.code == _NOT_THERE:
                return None
            raise

    def _call(self, method: str, path: str, **params: Any) -> Fields:  # noqa: ANN401 - Stripe's
        from stripe import StripeError  # noqa: PLC0415 - a quarter of a second, only when needed

        try:
            key = self._api_key()  # each time: one that was replaced must not live on in here
            answer = self._client.raw_request(method, f"/v1/{path}", api_key=key, **params)
        except StripeError as error:
            raise _meaning(error) from error
        return Fields(json.loads(answer.body))

    @cached_property
    def _client(self) -> "StripeClient":
        import stripe  # noqa: PLC0415 - as above

        return stripe.StripeClient(
            self._api_key(),
            base_addresses={"api": self._base_url},
            max_network_retries=0,  # every retry is decided from what is stored about the first
            http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
        )


def _meaning(error: "StripeError") -> Exception:
    """Return what a refusal means for whoever wants to try again."""
    status = error.http_status
    code = getattr(error.error, "code", None) or error.code or ""
    if status is None:
        return StripeSilentError(str(error))
    if status >= _BROKEN:
        return StripeBrokenError(str(error))
    # An unknown key is no verdict about what was asked: the next one is read within minutes.
    if status in {_CONFLICT, _TOO_MANY, _UNKNOWN_KEY}:
        return StripeBusyError(str(error))
    if status == _FORBIDDEN:
        return StripeForbiddenError(code, str(error))
    return StripeRefusedError(_NOT_THERE if status == _MISSING else code, str(error))


def _payment(charge: Fields, payment_id: str) -> Payment:
    card = charge.maybe_nested("payment_method_details").maybe_nested("card")
    return Payment(
        payment_id=payment_id,
        paid_at=charge.instant("created"),
        amount_minor=charge.amount("amount"),
        refunded_minor=charge.amount("amount_refunded"),
        currency=charge.currency(),
        disputed=charge.maybe_flag("disputed"),
        card=card.maybe_text("fingerprint"),
        names=tuple(filter(None, (charge.text("id"), charge.maybe_text("receipt_number")))),
    )


def _paid_at(payment: Payment) -> tuple[datetime, str]:
    return payment.paid_at, payment.payment_id


def _seen(refund: Fields) -> RefundSeen:
    read = read_refund(refund)
    return RefundSeen(read.refund_id, read.amount, RefundStatus[read.status.upper()], read.attempt)
