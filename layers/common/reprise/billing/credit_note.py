"""Credit notes: what of an invoice is given back by other ways than a refund.

A note on a paid invoice may refund the payment (its refunds come on their own), credit the
customer's balance, or record money that went back outside Stripe.
Source: docs.stripe.com/api/credit_notes/object.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from reprise.billing.fields import Fields

type NoteStatus = Literal["issued", "void"]

_STATUSES: tuple[NoteStatus, ...] = get_args(NoteStatus.__value__)
_POST_PAYMENT = "post_payment"


@dataclass(frozen=True, slots=True)
class CreditNote:
    """A credit note as one event saw it.

    Args:
        amount: what it gives back of the invoice's payment without a refund, in minor units.
        void: whether it was taken back.
    """

    note_id: str
    invoice: str
    amount: int
    currency: str
    void: bool
    livemode: bool


def read_credit_note(note: Fields) -> CreditNote:
    """Read a credit note; `BadInputError` names the field that cannot be read."""
    return CreditNote(
        note_id=note.text("id"),
        invoice=note.ref("invoice"),
        amount=_unrefunded(note),
        currency=note.currency(),
        void=note.choice("status", _STATUSES) == "void",
        livemode=note.flag("livemode"),
    )


def _unrefunded(note: Fields) -> int:
    """Return what went back neither by lowering what was due nor by a refund.

    Raises:
        BadInputError: the shape before 2025 names a refund beside a credit, and no amounts.
    """
    if note.has("post_payment_amount"):
        back = note.amount("post_payment_amount")
        return max(0, back - sum(one.amount("amount_refunded") for one in note.items("refunds")))
    if note.text("type") != _POST_PAYMENT:
        return 0
    if note.maybe_ref("refund") is None:
        return note.amount("amount")
    if note.maybe_ref("customer_balance_transaction") is not None:
        raise note.fault("post_payment_amount", "must be present beside a refund and a credit")
    return note.amount_or_none("out_of_band_amount") or 0 if note.has("out_of_band_amount") else 0
