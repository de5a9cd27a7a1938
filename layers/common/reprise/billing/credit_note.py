"""Credit notes: what of an invoice is given back by other ways than a refund.

A note on a paid invoice may refund the payment (its refunds come on their own), credit the
customer's balance, or record money that went back outside Stripe.
Source: docs.stripe.com/api/credit_notes/object.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from reprise.billing.fields import Fields
from reprise.ledger.allot import allot

type NoteStatus = Literal["issued", "void"]

_STATUSES: tuple[NoteStatus, ...] = get_args(NoteStatus.__value__)
_POST_PAYMENT = "post_payment"


@dataclass(frozen=True, slots=True)
class CreditNote:
    """A credit note as one event saw it.

    Args:
        parts: what it gives back of the invoice's payment without a refund, in minor units, by the
            line of the invoice; of the whole invoice under an empty id.
        void: whether it was taken back.
    """

    note_id: str
    invoice: str
    parts: Mapping[str, int]
    currency: str
    void: bool
    livemode: bool


def read_credit_note(note: Fields) -> CreditNote:
    """Read a credit note; `BadInputError` names the field that cannot be read."""
    return CreditNote(
        note_id=note.text("id"),
        invoice=note.ref("invoice"),
        parts=_parts(note),
        currency=note.currency(),
        void=note.choice("status", _STATUSES) == "void",
        livemode=note.flag("livemode"),
    )


def _parts(note: Fields) -> dict[str, int]:
    """Return what goes back by line: as its lines say, or of the invoice where there are more."""
    lines, weights = note.nested("lines"), dict[str, int]()
    for line in lines.items("data") if not lines.flag("has_more") else ():
        key = line.maybe_ref("invoice_line_item") or ""
        net = line.number("amount") - (line.maybe_number("discount_amount") or 0)
        weights[key] = weights.get(key, 0) + max(0, net)
    parts = allot(_unrefunded(note), weights or {"": 1})
    return {key: part for key, part in parts.items() if part}


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
