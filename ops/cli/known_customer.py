"""What `reprise stripe explain` takes for granted of a customer who is known.

An event on its own says little: a refund names a payment, not what it bought. So the account, its
Stripe ids and whatever the event comes after are put into empty books first.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from reprise.billing.checkout import CheckoutSession
from reprise.billing.credit_note import CreditNote
from reprise.billing.dispute import DisputeState, DisputeStatus, FraudWarning
from reprise.billing.events import StripeEvent, facts_of
from reprise.billing.invoice import InvoicePaid, InvoicePaymentPaid, InvoiceUnpaid
from reprise.billing.refund import RefundState
from reprise.billing.subscription import CustomerState, SubscriptionState
from reprise.catalogue.model import Catalogue, Pack
from reprise.errors import BadInputError
from reprise.ledger.commands import GrantOrder
from reprise.ledger.entries import Cause
from reprise.ledger.lots import LotKind
from reprise.ledger.orders import Purchase
from reprise.ports.ledger import Alias
from reprise.usecases.stripe.books import Books
from reprise.usecases.stripe.reversals import dispute, refund

KNOWN: Final = "known_customer"
"""The account of an event that names none itself."""
USUAL_PACK: Final = "pack_1000"
"""What a payment bought, unless somebody says otherwise or it cost more."""
_CAUSE: Final = Cause("assumed", "explain")
_BEFORE: Final = timedelta(days=1)
_OVER: Final = {"failed", "canceled"}


@dataclass(slots=True)
class Customer:
    """A customer in the making.

    Args:
        books: empty books.
        now: when the event is explained.
        sku: what the payment of a refund, dispute or warning bought; the usual pack if None.
        assumed: what was taken for granted, in words.
    """

    books: Books
    now: datetime
    sku: str | None = None
    assumed: list[str] = field(default_factory=list)

    def knows(self, event: StripeEvent) -> None:
        """Put into the books what comes before an event of a known customer."""
        found = facts_of(event)
        match found:
            case CheckoutSession() | InvoicePaid() | InvoiceUnpaid() | SubscriptionState():
                account_id = found.account if isinstance(found.account, str) else KNOWN
                ids = {
                    "customer": found.customer,
                    "subscription": getattr(found, "subscription", None),
                }
                self._points(Alias(account_id), ids)
                if isinstance(found, SubscriptionState):
                    self._subscribes(account_id, found)
            case InvoicePaymentPaid() | CreditNote():
                self._points(Alias(KNOWN, found.invoice), {"invoice": found.invoice})
            case CustomerState():
                self._points(Alias(KNOWN), {"customer": found.customer_id})
            case RefundState() | DisputeState() | FraudWarning():
                self._paid(found)
            case _:
                pass

    def _points(self, target: Alias, ids: dict[str, str | None]) -> None:
        for stripe_id in filter(None, ids.values()):
            self.books.ledger.store.put_alias(stripe_id, target)

    def _paid(self, found: RefundState | DisputeState | FraudWarning) -> None:
        """Let the payment have bought something, and be contested already where that ends now."""
        if found.payment_intent is None and found.charge is None:
            return
        amount = 0 if isinstance(found, FraudWarning) else found.amount
        currency = "usd" if isinstance(found, FraudWarning) else found.currency
        purchase = self._purchase(amount, currency, found.created_at - _BEFORE)
        self.books.ledger.run(KNOWN, GrantOrder(purchase, _CAUSE), self.now, may_open=True)
        ids = {"payment_intent": found.payment_intent, "charge": found.charge}
        self._points(Alias(KNOWN, purchase.order_id), ids)
        self._contested(found)

    def _contested(self, found: RefundState | DisputeState | FraudWarning) -> None:
        if isinstance(found, RefundState) and found.status in _OVER:
            refund(self.books, replace(found, status="pending"), _CAUSE, self.now)
            self.assumed.append("the refund was on its way before")
        if isinstance(found, DisputeState):
            before = _dispute_before(found)
            if before is not None:
                dispute(self.books, before, _CAUSE, self.now)
                was = "it was won" if before.status == "won" else "its money was withdrawn"
                self.assumed.append(f"{was if before.txns else 'it was open'} before")

    def _purchase(self, amount: int, currency: str, at: datetime) -> Purchase:
        pack = _pack(self.books.catalogue, self.sku, amount, currency)
        price = max(pack.amount(currency) or amount, 1)
        self.assumed.append(f"the payment of {price} {currency} bought {pack.sku}")
        return Purchase(
            order_id="assumed_order",
            kind=LotKind.PACK,
            sku=pack.sku,
            credits=pack.credits,
            paid=price,
            due=price,
            payment=price,
            currency=currency,
            purchased_at=at,
            policy_version=self.books.policy.in_force(at).id,
        )

    def _subscribes(self, account_id: str, found: SubscriptionState) -> None:
        """Let an ended subscription have been paid, but for the period that ended it unpaid."""
        if found.ended_at is None:
            return
        unpaid = found.cancellation_reason == "payment_failed"
        through = found.period_start if unpaid else found.period_end
        plan = self.books.catalogue.plan("pro")
        purchase = Purchase(
            order_id="assumed_invoice/line",
            kind=LotKind.SUBSCRIPTION,
            sku=plan.id,
            credits=plan.credits_per_period,
            paid=1,
            due=1,
            payment=1,
            currency="usd",
            purchased_at=found.created_at,
            policy_version=self.books.policy.in_force(found.created_at).id,
            subscription_id=found.subscription_id,
            period_end=through,
        )
        self.books.ledger.run(account_id, GrantOrder(purchase, _CAUSE), self.now, may_open=True)
        self.assumed.append(f"it was paid through {through:%F}")


def _pack(catalogue: Catalogue, sku: str | None, amount: int, currency: str) -> Pack:
    """Return the named pack; else the usual one, or the cheapest that could cost so much."""
    packs = {pack.sku: pack for pack in catalogue.packs}
    if sku is not None:
        if sku not in packs:
            raise BadInputError("--sku", f"must be one of {', '.join(packs)}")
        return packs[sku]
    usual = packs.get(USUAL_PACK, catalogue.packs[0])
    by_price = sorted(catalogue.packs, key=lambda pack: pack.amount(currency) or 0)
    if amount <= (usual.amount(currency) or amount):
        return usual
    return next((one for one in by_price if amount <= (one.amount(currency) or 0)), by_price[-1])


def _dispute_before(found: DisputeState) -> DisputeState | None:
    """Return the dispute as it was before its last turn; None if the event may be its first."""
    if found.status == "warning_closed":
        return replace(found, status="warning_needs_response", txns=())
    txns = sorted(found.txns, key=lambda txn: (txn.created_at, txn.amount))
    if any(txn.amount > 0 for txn in txns):
        status: DisputeStatus = "needs_response" if txns[-1].amount > 0 else "won"
        return replace(found, status=status, txns=tuple(txns[:-1]))
    if found.status in {"won", "prevented"}:
        return replace(found, status="needs_response")
    return None
