"""Orders: checkouts and invoices become purchases, purchases become credits."""

from datetime import datetime

from reprise.billing.checkout import CheckoutSession
from reprise.billing.invoice import InvoicePaid, InvoicePaymentPaid, InvoiceUnpaid
from reprise.catalogue.model import Unmapped
from reprise.ledger.commands import GrantOrder
from reprise.ledger.entries import Cause
from reprise.ledger.lots import LotKind
from reprise.ledger.orders import Purchase
from reprise.ports.ledger import Alias
from reprise.usecases.ledger import Effect as Run
from reprise.usecases.stripe.books import Books, Effect, Handling, NotYetError, Tally
from reprise.usecases.stripe.purchases import purchases_of, unknown_price
from reprise.usecases.stripe.reversals import paid_by


def checkout(books: Books, session: CheckoutSession, cause: Cause, now: datetime) -> Handling:
    """Credit a paid checkout of a pack; map anything else.

    A checkout with an invoice, a subscription's above all, only maps ids: its invoice grants, so
    that one movement of money grants once.
    """
    named = session.account if isinstance(session.account, str) else None
    if session.kind in {"expired", "async_failed"}:
        reason = f"the checkout was {session.kind}: nothing was paid"
        return Handling(Effect.CLOSE, named, reason=reason)
    if session.mode == "setup":
        return Handling(Effect.NONE, named, reason="a set-up session sells nothing")
    account_id = books.account_for(session.account, session.customer)
    tally = Tally(account_id)
    tally.point(books, Alias(account_id), session.customer, session.subscription)
    if session.mode == "subscription" or session.invoice is not None:
        root = books.ledger.store.find_alias(session.invoice) if session.invoice else None
        if root is not None:
            tally.point(books, root, session.session_id, session.payment_intent)
        return tally.handling(Effect.MAP, "the credits come with its paid invoice")
    if session.payment_status == "unpaid":
        return tally.handling(Effect.MAP, "not paid yet: the credits come with the payment")
    purchase = pack_purchase(books, session)
    _grant(books, tally, purchase, cause, now)
    order = Alias(account_id, session.session_id)
    tally.point(books, order, session.session_id, session.payment_intent)
    if session.payment_intent is not None:
        payment = (session.payment_intent, purchase.payment)
        tally.adds(paid_by(books, order, payment, cause, now))
    return tally.handling(Effect.GRANT, f"{purchase.sku} was paid")


def pack_purchase(books: Books, session: CheckoutSession) -> Purchase:
    """Return what a paid checkout of a pack bought.

    Raises:
        NotYetError: the catalogue does not hold what was sold.
    """
    amount, currency = session.amount_subtotal or 0, session.currency or ""
    pack = books.catalogue.by_sku(session.sku or "", *(session.listed or (amount, currency)))
    if isinstance(pack, Unmapped):
        raise unknown_price(pack)
    paid = session.amount_total or 0
    facts = {
        "country": session.country,
        "customer": session.customer,
        "payment_intent": session.payment_intent,
        "terms": "accepted" if session.terms_accepted else None,
        "policy_shown": session.policy_version,
    }
    return Purchase(
        order_id=session.session_id,
        kind=LotKind.PACK,
        sku=pack.sku,
        credits=pack.credits,
        paid=paid,
        due=paid,
        payment=paid,
        currency=currency,
        purchased_at=session.bought_at,
        policy_version=books.policy.in_force(session.bought_at).id,
        facts={name: fact for name, fact in facts.items() if fact},
    )


def invoice_paid(books: Books, invoice: InvoicePaid, cause: Cause, now: datetime) -> Handling:
    """Credit what a paid invoice bought: plans by whole periods, upgrades by share, packs."""
    if invoice.lines_have_more:
        raise NotYetError("lines.has_more", "must be listed through the API before it can grant")
    # A customer may be shared; whoever a subscription belongs to is known by the subscription.
    account_id = books.account_for(invoice.account, invoice.subscription or invoice.customer)
    purchases = purchases_of(books, invoice)
    tally = Tally(account_id)
    for purchase in purchases:
        _grant(books, tally, purchase, cause, now)
    tally.point(books, Alias(account_id), invoice.customer, invoice.subscription)
    root = Alias(account_id, invoice.invoice_id)
    number = f"number:{invoice.number}" if invoice.number else None
    tally.point(books, root, invoice.invoice_id, number, invoice.payment_intent, invoice.charge)
    payment = invoice.payment_intent or invoice.charge
    if payment is not None:
        tally.adds(paid_by(books, root, (payment, invoice.amount_paid), cause, now))
    if not purchases:
        return tally.handling(Effect.NONE, f"{invoice.billing_reason} buys no credits")
    skus = ", ".join(bought.sku for bought in purchases)
    share = " a share of" if invoice.billing_reason == "subscription_update" else ""
    return tally.handling(Effect.GRANT, f"{invoice.billing_reason} paid for{share} {skus}")


def invoice_payment(
    books: Books, paid: InvoicePaymentPaid, cause: Cause, now: datetime
) -> Handling:
    """Join a payment to its invoice: refunds and disputes name the payment only."""
    root = books.ledger.store.find_alias(paid.invoice)
    if root is None:
        # Stripe tells of the payment before it tells of the invoice as often as after.
        why = f"{paid.invoice} must be paid first"
        raise NotYetError("invoice", why, waits_for=paid.invoice, quiet=True)
    tally = Tally(root.account_id)
    tally.point(books, root, paid.payment_intent, paid.charge)
    tally.adds(paid_by(books, root, (paid.payment_id, paid.amount), cause, now))
    return tally.handling(Effect.MAP, f"{paid.payment_id} paid {paid.invoice}")


def invoice_unpaid(invoice: InvoiceUnpaid) -> Handling:
    """Note an invoice that was not paid: nothing is granted, nothing earlier is taken back."""
    if invoice.kind == "payment_failed":
        return Handling(Effect.NONE, reason="a failed payment grants nothing")
    return Handling(Effect.CLOSE, reason=f"the invoice was {invoice.kind}")


def _grant(books: Books, tally: Tally, purchase: Purchase, cause: Cause, now: datetime) -> None:
    command = GrantOrder(purchase, cause)
    done = books.ledger.run(tally.account_id, command, now, may_open=True)
    tally.keys.append(command.key)
    if done.effect is Run.APPLIED and done.entry is not None:
        tally.credits += done.entry.credits
