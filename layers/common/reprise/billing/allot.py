"""Which line of an invoice a payment paid, to the last cent.

The method is the largest remainder: every line gets the whole part of its share, and the cents
left over go to the largest fractions. Source: Hamilton's apportionment.
"""

from collections.abc import Mapping


def allot(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Return the parts of a total, in proportion to the weights; they sum to it exactly.

    The same weights in another order give the same parts: equal fractions are settled by key.

    A payment is allotted to an invoice's lines by `InvoiceLine.weight`. A refund of it is allotted
    by what each line was paid, and always as the *sum* of the payment's refunds: cent by cent,
    each refund's odd cent would fall on the same line, and a payment refunded in full would leave
    another line paid.

    Args:
        total: what to divide, in minor units; not negative.
        weights: each line's claim, not negative. Where nobody has one, all share alike.

    Raises:
        ValueError: a negative number, or something to divide and nobody to divide it among.
    """
    if total < 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("total and weights: must not be negative")
    if not weights and total:
        raise ValueError("weights: must name at least one line")
    if not any(weights.values()):
        weights = dict.fromkeys(weights, 1)
    whole = sum(weights.values())
    parts = {key: total * weight // whole for key, weight in weights.items()}
    odd_cents = total - sum(parts.values())
    by_fraction = sorted(weights, key=lambda key: (-(total * weights[key] % whole), key))
    for key in by_fraction[:odd_cents]:
        parts[key] += 1
    return parts
