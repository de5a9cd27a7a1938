"""Stripe's lists over HTTP: paced, tried again when Stripe is busy, bounded in pages.

Sources: docs.stripe.com/api/pagination, /rate-limits, /api/events/list, /api/invoice-payment/list.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, override
from urllib.parse import quote, urlencode

from reprise.adapters.guard import Guard, Limits
from reprise.adapters.stripe_api import StripeApi
from reprise.billing.fields import Fields
from reprise.errors import BadInputError
from reprise.ports.ledger import Page
from reprise.ports.stripe import StripeBrokenError, StripeBusyError, StripeSilentError
from reprise.ports.stripe_feed import Found, StripeFeed

LIMITS: Final = Limits(concurrent_max=1, per_second_max=10.0)
"""A tenth of what Stripe allows an account in live mode: the product needs the rest."""
TRIES_MAX: Final = 3
_PAGE: Final = 100
_LINES_PAGES_MAX: Final = 10


class StripeListings(StripeApi, StripeFeed):
    """A `StripeFeed` over HTTP; it only reads, so that every call may be made again.

    Args:
        api_key: returns the restricted key, read when it is needed.
        base_url: of the API; the local stack names its stand-in.
        pause: called with the attempt's number (from zero) before a call is made again; sleeps.
        limits: how hard Stripe may be used.
    """

    def __init__(
        self,
        api_key: Callable[[], str],
        base_url: str,
        pause: Callable[[int], None],
        limits: Limits = LIMITS,
    ) -> None:
        super().__init__(api_key, base_url)
        self._pause = pause
        self._guard = Guard("stripe", limits)

    @override
    def undelivered(self, since: datetime, cursor: str | None) -> Page[Found]:
        return self._page("events", since, cursor, delivery_success="false")

    @override
    def sessions(self, since: datetime, cursor: str | None) -> Page[Found]:
        return self._page("checkout/sessions", since, cursor, status="complete")

    @override
    def invoices(self, since: datetime, cursor: str | None) -> Page[Found]:
        return self._page("invoices", since, cursor, status="paid")

    @override
    def refunds(self, since: datetime, cursor: str | None) -> Page[Found]:
        return self._page("refunds", since, cursor)

    @override
    def refunds_by(self, stripe_id: str) -> list[Found]:
        by = "payment_intent" if stripe_id.startswith("pi_") else "charge"
        return [one.values for one in self._listed("refunds", **{by: stripe_id})]

    @override
    def paid_invoice(self, invoice_id: str) -> list[Found]:
        found = self._found(f"invoices/{quote(invoice_id, safe='')}")
        is_paid = found is not None and found.maybe_text("status") == "paid"
        return [found.values] if found is not None and is_paid else []

    @override
    def lines(self, invoice_id: str) -> list[Found]:
        path = f"invoices/{quote(invoice_id, safe='')}/lines"
        found: list[Found] = []
        after: dict[str, str] = {}
        for _ in range(_LINES_PAGES_MAX):
            page = self._call("get", f"{path}?{urlencode({'limit': _PAGE, **after})}")
            rows = page.items("data")
            found += [row.values for row in rows]
            if not rows or not page.flag("has_more"):
                return found
            after = {"starting_after": rows[-1].text("id")}
        raise BadInputError("lines", f"must be at most {_LINES_PAGES_MAX * _PAGE}")

    @override
    def invoice_payments(self, *, invoice: str = "", payment_intent: str = "") -> list[Found]:
        filters = {"status": "paid"}
        if invoice:
            filters["invoice"] = invoice
        if payment_intent:
            filters["payment[type]"] = "payment_intent"
            filters["payment[payment_intent]"] = payment_intent
        return [one.values for one in self._listed("invoice_payments", **filters)]

    @override
    def sessions_of(self, payment_intent: str) -> list[Found]:
        found = self._listed("checkout/sessions", payment_intent=payment_intent)
        return [one.values for one in found]

    @override
    def paid_at(self, payment_intent: str) -> datetime | None:
        return next((one.paid_at for one in self._payments([payment_intent])), None)

    def _page(
        self, what: str, since: datetime, cursor: str | None, **filters: str
    ) -> Page[Mapping[str, Any]]:
        after = {"starting_after": cursor} if cursor else {}
        query = {**filters, "created[gte]": int(since.timestamp()), "limit": _PAGE, **after}
        page = self._call("get", f"{what}?{urlencode(query)}")
        rows = page.items("data")
        more = bool(rows) and page.flag("has_more")
        return Page(tuple(row.values for row in rows), rows[-1].text("id") if more else None)

    @override
    def _call(self, method: str, path: str, **params: Any) -> Fields:
        for attempt in range(TRIES_MAX):
            try:
                with self._guard.call():
                    return super()._call(method, path, **params)
            except (StripeBusyError, StripeSilentError, StripeBrokenError):
                if attempt + 1 == TRIES_MAX:
                    raise
                self._pause(attempt)
        raise AssertionError("unreachable")  # the last attempt returns or raises
