"""The target of a claim: how many of an order's credits its reversals claim."""

from dataclasses import dataclass
from fractions import Fraction

from reprise.ledger.reversals import Reversals


@dataclass(frozen=True, slots=True)
class Target:
    """How many of an order's credits its reversals claim.

    Args:
        credits: claimed in all, at most what was granted.
        own: the part that our own refunds claim; what of it was spent is written off.
        lost: the part that lost disputes claim; what of it was spent is owed.
    """

    credits: int
    own: int
    lost: int


def target_of(
    reversals: Reversals, granted: int, surplus: Fraction, due: int, share: Fraction
) -> Target:
    """Return the claim: min(granted, floor(granted x active reversals / due)).

    A payment above the price due is a duplicate, and reversals consume it first: refunding it
    claims nothing. An order that cost nothing is never claimed by payments.

    Args:
        reversals: everything that moved the order's money back.
        granted: credits of the order.
        surplus: minor units that were paid above the price.
        due: minor units of the price.
        share: the order's part of the payment that is refunded or disputed.
    """

    def claim(amount: Fraction) -> int:
        if due <= 0:
            return 0
        return min(granted, int(granted * max(Fraction(0), amount - surplus) / due))

    own = reversals.refunded(share)
    everything = own + reversals.disputed(share)
    credits_claimed = claim(everything)
    return Target(
        credits=credits_claimed,
        own=claim(own),
        lost=credits_claimed - claim(everything - reversals.disputed(share, lost_only=True)),
    )
