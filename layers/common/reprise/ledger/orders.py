"""Orders: what was bought, with its payment, the policy it was bought under, and its reversals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from reprise.canonical import Json
from reprise.ledger.allot import Shares
from reprise.ledger.instants import of_ms, opt_instant, opt_ms, to_ms
from reprise.ledger.lots import LotKind
from reprise.ledger.resting import Rest
from reprise.ledger.reversals import Reversals
from reprise.ledger.target import Target, target_of


def root_of(order_id: str) -> str:
    """Return the checkout session or invoice that an order was paid with: `in_1` of `in_1/il_1`."""
    return order_id.partition("/")[0]


class OrderStatus(StrEnum):
    """Where an order stands; `settle#<order>` moves it out of `pending` exactly once."""

    PENDING = "pending"
    CREDITED = "credited"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Purchase:
    """What was bought, as it was when it was bought; never changed afterwards.

    Args:
        order_id: the checkout session, or invoice and line.
        kind: `pack` or `subscription`.
        sku: the catalogue's name of the pack or plan.
        credits: credits it grants; none where a subscription's line pays for time alone.
        paid: minor units that were paid for it.
        due: minor units of its price, tax and discount included.
        payment: minor units of the whole payment it was part of: all lines of an invoice.
        currency: ISO code of all three, lower case.
        purchased_at: when it was paid.
        policy_version: the policy in force then; every decision about it is made under this one.
        subscription_id: the subscription of the line, for kind `subscription`.
        period_end: the end of the period that the line paid for, for kind `subscription`.
        lines: what the payment paid of each line, by order, where it paid several; empty else.
        facts: what decisions need besides: country, consent, customer, payment ids.
    """

    order_id: str
    kind: LotKind
    sku: str
    credits: int
    paid: int
    due: int
    payment: int
    currency: str
    purchased_at: datetime
    policy_version: str
    subscription_id: str | None = None
    period_end: datetime | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def sole(self) -> bool:
        """Whether the payment bought nothing else."""
        return self.paid == self.payment

    @property
    def shares(self) -> Mapping[str, int]:
        """What the payment paid of each line, this one's among them."""
        rest = {} if self.sole else {"": self.payment - self.paid}
        return self.lines or {self.order_id: self.paid, **rest}


@dataclass(frozen=True, slots=True)
class Order:
    """A purchase and everything that happened to it.

    Args:
        purchase: what was bought.
        status: pending until settled by credits or by money.
        reversals: what moved its money back.
        expired: credits of its lots that expired unspent; neither spent nor shortfall.
        version: grows by one with every stored change; zero before the first.
        rest: its claim while it is at rest, and so not in the head.
    """

    purchase: Purchase
    status: OrderStatus = OrderStatus.PENDING
    reversals: Reversals = field(default_factory=Reversals)
    expired: int = 0
    version: int = 0
    rest: Rest | None = None

    @property
    def order_id(self) -> str:
        """The checkout session, or invoice and line."""
        return self.purchase.order_id

    @property
    def received(self) -> int:
        """Minor units that were paid for it, by however many payments."""
        return self._shares.held(self.order_id)

    @property
    def surplus(self) -> int:
        """Minor units that were paid above its price; reversals consume them first."""
        return max(0, self.received - self.purchase.due)

    @property
    def refunded(self) -> int:
        """Minor units of its price that we gave back, what was paid twice left out."""
        return max(0, self._back(0) - self.surplus)

    @property
    def disputed(self) -> int:
        """Minor units of it that disputes hold withdrawn, beside what we gave back."""
        return self._back(self.reversals.disputed()) - self._back(0)

    @property
    def target(self) -> Target:
        """What its reversals claim of its credits; nothing while it was never credited."""
        granted = self.purchase.credits if self.status is OrderStatus.CREDITED else 0
        disputed = self.reversals.disputed()
        not_lost = disputed - self.reversals.disputed(lost_only=True)
        everything, refunded = self._back(disputed), self._back(0)
        return target_of(
            granted,
            due=self.purchase.due,
            surplus=self.surplus,
            refunded=refunded,
            disputed=everything - refunded,
            lost=everything - self._back(not_lost),
        )

    def freezes(self, freezes_on: frozenset[str]) -> tuple[tuple[str, datetime | None], ...]:
        """Return the causes that freeze its lots, each with its end if it has one.

        A dispute of what was paid twice freezes nothing: lost, it would claim nothing either.

        Args:
            freezes_on: the kinds of cause that its policy freezes for.
        """
        could_go = self._back(self.reversals.contested)
        covered = self.surplus > 0 and could_go <= self.surplus
        return self.reversals.freezes(freezes_on, at_stake=not covered)

    @property
    def net_paid(self) -> bool:
        """Return whether its payment, less refunds and lost disputes, is still positive.

        What cost nothing (a trial, a full discount) counts until it is reversed: nothing is unpaid.
        """
        paid_back = self._back(self.reversals.disputed(lost_only=True))
        return paid_back == 0 or paid_back < self.received

    @property
    def _shares(self) -> Shares:
        bought = self.purchase
        received = max(bought.payment, sum(self.reversals.payments.values()))
        return Shares(bought.shares, received, self.reversals.alone(self.order_id))

    def _back(self, disputed: int) -> int:
        """Return its part of what we gave back, and of what disputes took of the payment."""
        return self._shares.back(self.order_id, self.reversals.refunded + disputed)

    def moved(self, before: "Order | None") -> dict[str, Json]:
        """Return the money that moved since an earlier state, in minor units, as an entry tells it.

        Unlike `refunded`, what went back counts here although it was paid twice.

        Args:
            before: the earlier state; None if there was none.
        """
        then = {} if before is None else before.money
        moved: dict[str, Json] = {
            f"{name}_minor": amount - then.get(name, 0)
            for name, amount in self.money.items()
            if amount != then.get(name, 0)
        }
        return {"currency": self.purchase.currency, **moved} if moved else {}

    @property
    def money(self) -> Mapping[str, int]:
        """Its part of all that was paid, that we gave back, and that disputes hold withdrawn."""
        return {"paid": self.received, "refunded": self._back(0), "disputed": self.disputed}

    def state(self) -> dict[str, Json]:
        """Return what is stored of the order."""
        bought = self.purchase
        return {
            "bought": {
                "kind": bought.kind.value,
                "sku": bought.sku,
                "credits": bought.credits,
                "paid": bought.paid,
                "due": bought.due,
                "payment": bought.payment,
                "currency": bought.currency,
                "at": to_ms(bought.purchased_at),
                "policy": bought.policy_version,
                "subscription": bought.subscription_id,
                "period_end": opt_ms(bought.period_end),
                "lines": dict(bought.lines),
                "facts": dict(bought.facts),
            },
            "status": self.status.value,
            "reversals": self.reversals.state(),
            "expired": self.expired,
            **({"rest": self.rest.state()} if self.rest else {}),
        }

    @classmethod
    def of_state(cls, order_id: str, version: int, state: Mapping[str, Any]) -> "Order":
        """Return the stored order; the inverse of `state`."""
        bought = state["bought"]
        return cls(
            purchase=Purchase(
                order_id=order_id,
                kind=LotKind(bought["kind"]),
                sku=bought["sku"],
                credits=bought["credits"],
                paid=bought["paid"],
                due=bought["due"],
                payment=bought["payment"],
                currency=bought["currency"],
                purchased_at=of_ms(bought["at"]),
                policy_version=bought["policy"],
                subscription_id=bought["subscription"],
                period_end=opt_instant(bought["period_end"]),
                lines=bought.get("lines", {}),
                facts=bought["facts"],
            ),
            status=OrderStatus(state["status"]),
            reversals=Reversals.of_state(state["reversals"]),
            expired=state["expired"],
            version=version,
            rest=Rest.of_state(state["rest"]) if "rest" in state else None,
        )
