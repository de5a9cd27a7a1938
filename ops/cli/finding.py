"""`reprise find`: whose something is, and how they stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final

import typer
from reprise.adapters.dynamodb.directory import DynamoDirectory
from reprise.canonical import Json
from reprise.cases.answers import money
from reprise.cases.model import Case
from reprise.ledger.account import Account
from reprise.ledger.orders import Order
from reprise.ports.parking import Parked

from ops.cli.output import AsJson, Exit, add, show, show_json, stamp, table
from ops.cli.parked import every_parked
from ops.cli.target import Target, target_of

_REFUND: Final = ("re_", "pyr_")


@dataclass(frozen=True, slots=True)
class Found:
    """What a word leads to.

    Args:
        what: what the word is.
        account_id: whose; None where nobody knows.
        order_id: which order, if it names one.
    """

    what: str
    account_id: str | None
    order_id: str | None = None


def find(
    context: typer.Context,
    word: Annotated[
        str,
        typer.Argument(
            metavar="WORD",
            help="An account, a verified address, a case, an invoice's number, or an id of Stripe's"
            " (cs_ pi_ ch_ in_ sub_ cus_ evt_).",
        ),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Say whose something is and how they stand: orders, cases, parked events; else exit 1."""
    target = target_of(context)
    found = list(_found(target, word.strip()))
    accounts = list(dict.fromkeys(one.account_id for one in found if one.account_id))
    parked = [one for one in every_parked(target.parking_lot()) if _is_about(one, word.strip())]
    standing = [_Standing.of(target, account_id) for account_id in accounts]
    if as_json:
        show_json(
            {
                "found": [_found_dict(one) for one in found],
                "parked": [one.parked_id for one in parked],
                "accounts": [one.as_dict() for one in standing],
            }
        )
    else:
        for one in found:
            order = f", order {one.order_id}" if one.order_id else ""
            show(f"{word} is {one.what}: {one.account_id or 'nobody proven'}{order}")
        show(*(f"{one.parked_id} is parked: {one.field} {one.reason}" for one in parked))
        for account in standing:
            account.show()
        if not found and not parked:
            show(_nobody(word))
    raise typer.Exit(Exit.FINE if found or parked else Exit.FINDING)


def _found(target: Target, word: str) -> Iterator[Found]:
    ledger = target.ledger()
    alias = ledger.find_alias(word)
    if alias is not None:
        yield Found("an id of Stripe's", alias.account_id, alias.order_id)
    if ledger.read(word).account is not None:
        yield Found("an account", word)
    case = target.cases().case(word.upper())
    if case is not None:
        yield Found("a case", case.account_id)
    if "@" in word:
        directory = DynamoDirectory(target.client("dynamodb"), target.cases_table_name())
        account_id = directory.account_of(word)
        if account_id is not None:
            yield Found("a verified address", account_id)


@dataclass(frozen=True, slots=True)
class _Standing:
    account_id: str
    head: Account | None
    orders: tuple[Order, ...]
    cases: tuple[Case, ...]

    @classmethod
    def of(cls, target: Target, account_id: str) -> "_Standing":
        ledger = target.ledger()
        orders = sorted(ledger.orders_of(account_id), key=lambda one: one.purchase.purchased_at)
        cases = sorted(target.cases().cases_of(account_id), key=lambda one: one.opened_at)
        return cls(account_id, ledger.read(account_id).account, tuple(orders), tuple(cases))

    def show(self) -> None:
        """Print it, and what to run next."""
        orders = table(
            f"Orders of {self.account_id}",
            *("order", "at", "what", "state", "paid", "given back", "payment"),
            right=("paid", "given back"),
        )
        for one in self.orders:
            bought = one.purchase
            sums = (money(minor, bought.currency) for minor in (bought.paid, int(one.refunded)))
            what = (bought.sku, one.status, *sums, bought.facts.get("payment_intent"))
            add(orders, one.order_id, bought.purchased_at, *what)
        cases = table(f"Cases of {self.account_id}", "case", "opened", "state", "about", "orders")
        for case in self.cases:
            about = (case.state, case.wish.category, ", ".join(case.wish.orders) or None)
            add(cases, case.case_id, case.opened_at, *about)
        head = self.head
        holds = (
            f"{head.balance} credits, {len(head.charges)} open charges, {head.owed} owed"
            if head
            else "no credits ever"
        )
        show(
            *([orders] if self.orders else []),
            *([cases] if self.cases else []),
            f"{self.account_id}: {holds}",
            f"  reprise balance {self.account_id}; reprise history {self.account_id}",
        )

    def as_dict(self) -> dict[str, Json]:
        """Return what `--json` prints."""
        return {
            "account": self.account_id,
            "balance": self.head.balance if self.head else None,
            "open_charges": len(self.head.charges) if self.head else 0,
            "owed": self.head.owed if self.head else 0,
            "orders": [
                {
                    "order": one.order_id,
                    "at": stamp(one.purchase.purchased_at),
                    "sku": one.purchase.sku,
                    "state": one.status.value,
                    "paid": one.purchase.paid,
                    "refunded": int(one.refunded),
                    "currency": one.purchase.currency,
                    "payment_intent": one.purchase.facts.get("payment_intent"),
                }
                for one in self.orders
            ],
            "cases": [
                {"case": one.case_id, "state": one.state.value, "category": one.wish.category.value}
                for one in self.cases
            ],
        }


def _is_about(parked: Parked, word: str) -> bool:
    return word in {parked.parked_id, parked.waits_for}


def _found_dict(one: Found) -> dict[str, Json]:
    return {"is": one.what, "account": one.account_id, "order": one.order_id}


def _nobody(word: str) -> str:
    if word.startswith(_REFUND):
        return f"{word} is a refund: look for its payment (pi_…), which Stripe shows beside it"
    return f"{word} is known to nobody here; a generation is found by its account's history"
