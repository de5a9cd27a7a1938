"""The routes: one table for the dispatcher, the client, the template's test and the document."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from reprise.api import answers, cases, inbound, sold
from reprise.api.problem import Kind

NOW_HEADER: Final = "x-reprise-now"
"""Carries the time of a story to a local stack that runs on the event clock; ignored elsewhere."""

BODY_BYTES_MAX: Final = 8_192

_PARAMETER = re.compile(r"\{(\w+)\+?\}")


@dataclass(frozen=True, slots=True)
class Route:
    """One route.

    Args:
        name: what it is called, everywhere.
        method: HTTP method; those with a body are PUT and POST.
        path: as the gateway has it; `{name+}` may hold slashes.
        inbound: what comes in; fields that the path does not name are the body or the query.
        answer: what goes out.
        statuses: of success, with what each says.
        problems: besides those that any route may have.
        says: what it does.
    """

    name: str
    method: str
    path: str
    inbound: type[Any]
    answer: type[Any]
    statuses: Mapping[int, str]
    problems: tuple[Kind, ...]
    says: str

    @property
    def key(self) -> str:
        """The route as the gateway names it."""
        return f"{self.method} {self.path}"

    @property
    def path_names(self) -> tuple[str, ...]:
        """The parameters that the path holds."""
        return tuple(_PARAMETER.findall(self.path))

    @property
    def has_body(self) -> bool:
        """Whether what the path does not name is a JSON body; else it is the query."""
        return self.method in {"PUT", "POST"}


_ACCOUNT = "/accounts/{account_id}"
_FOUND: Mapping[int, str] = MappingProxyType({200: "As asked."})
_NO_ACCOUNT = (Kind.ACCOUNT_UNKNOWN,)

ROUTES: Final = (
    Route(
        name="register",
        method="PUT",
        path=_ACCOUNT,
        inbound=inbound.Register,
        answer=answers.AccountAnswer,
        statuses={201: "Registered.", 200: "Changed, or as it was."},
        problems=(Kind.EMAIL_TAKEN,),
        says="Tell who an account belongs to. Only a verified address may be told.",
    ),
    Route(
        name="charge",
        method="POST",
        path=f"{_ACCOUNT}/charges",
        inbound=inbound.NewCharge,
        answer=answers.ChargeAnswer,
        statuses={201: "Charged.", 200: "Charged before; the first answer, and its outcome now."},
        problems=(
            Kind.CREDITS_MISSING,
            Kind.ACCOUNT_UNKNOWN,
            Kind.INPUTS_DIFFER,
            Kind.BOUND_REACHED,
        ),
        says="Take the credits of a generation before it is submitted. Submit only what is open.",
    ),
    Route(
        name="charge_of",
        method="GET",
        path=f"{_ACCOUNT}/charges/{{generation_id}}",
        inbound=inbound.OneCharge,
        answer=answers.ChargeAnswer,
        statuses=_FOUND,
        problems=(Kind.CHARGE_UNKNOWN,),
        says="Say what became of a charge.",
    ),
    Route(
        name="attach_task",
        method="POST",
        path=f"{_ACCOUNT}/charges/{{generation_id}}/task",
        inbound=inbound.NewTask,
        answer=answers.ChargeAnswer,
        statuses={200: "Attached; or the charge is settled, and nothing is left to attach."},
        problems=(Kind.CHARGE_UNKNOWN,),
        says="Tell at which provider a generation runs, so that its outcome can be polled for.",
    ),
    Route(
        name="balance",
        method="GET",
        path=f"{_ACCOUNT}/balance",
        inbound=inbound.OneAccount,
        answer=answers.BalanceAnswer,
        statuses=_FOUND,
        problems=_NO_ACCOUNT,
        says="Say what an account holds, lot by lot.",
    ),
    Route(
        name="history",
        method="GET",
        path=f"{_ACCOUNT}/history",
        inbound=inbound.HistoryPage,
        answer=answers.HistoryAnswer,
        statuses=_FOUND,
        problems=_NO_ACCOUNT,
        says="List an account's journal, newest first, as JSON or CSV.",
    ),
    Route(
        name="entitlements",
        method="GET",
        path=f"{_ACCOUNT}/entitlements",
        inbound=inbound.OneAccount,
        answer=sold.EntitlementsAnswer,
        statuses=_FOUND,
        problems=_NO_ACCOUNT,
        says="Say which benefits hold: the paid plan's until the paid time ends, then Free's.",
    ),
    Route(
        name="orders",
        method="GET",
        path=f"{_ACCOUNT}/orders",
        inbound=inbound.OrderPage,
        answer=sold.OrdersAnswer,
        statuses=_FOUND,
        problems=_NO_ACCOUNT,
        says="List an account's orders, newest first.",
    ),
    Route(
        name="order",
        method="GET",
        path=f"{_ACCOUNT}/orders/{{order_id+}}",
        inbound=inbound.OneOrder,
        answer=sold.OrderAnswer,
        statuses=_FOUND,
        problems=(Kind.ORDER_UNKNOWN,),
        says="Say where an order stands.",
    ),
    Route(
        name="cases",
        method="GET",
        path=f"{_ACCOUNT}/cases",
        inbound=inbound.CasePage,
        answer=cases.CasesAnswer,
        statuses=_FOUND,
        problems=_NO_ACCOUNT,
        says="List an account's refund requests, newest first.",
    ),
    Route(
        name="case",
        method="GET",
        path=f"{_ACCOUNT}/cases/{{case_id}}",
        inbound=inbound.OneCase,
        answer=cases.CaseAnswer,
        statuses=_FOUND,
        problems=(Kind.CASE_UNKNOWN,),
        says="Say where a refund request stands.",
    ),
    Route(
        name="withdrawals",
        method="GET",
        path=f"{_ACCOUNT}/withdrawals",
        inbound=inbound.OneAccount,
        answer=cases.WithdrawalsAnswer,
        statuses=_FOUND,
        problems=_NO_ACCOUNT,
        says="List the purchases that the customer may withdraw from, each until when.",
    ),
    Route(
        name="withdraw",
        method="POST",
        path=f"{_ACCOUNT}/withdrawals",
        inbound=inbound.NewWithdrawal,
        answer=cases.CaseAnswer,
        statuses={
            201: "Received; acknowledged by mail.",
            200: "Received before; where it stands.",
        },
        problems=(Kind.ORDER_UNKNOWN, Kind.CASE_UNKNOWN),
        says="Withdraw from a purchase, once the customer has confirmed it on the product's page.",
    ),
    Route(
        name="portal",
        method="POST",
        path=f"{_ACCOUNT}/portal",
        inbound=inbound.NewPortal,
        answer=cases.PortalAnswer,
        statuses={201: "A link to use at once."},
        problems=(Kind.ACCOUNT_UNKNOWN, Kind.CUSTOMER_UNKNOWN),
        says="Make a link to Stripe's portal, where the customer manages the subscription.",
    ),
    Route(
        name="catalogue",
        method="GET",
        path="/catalogue",
        inbound=inbound.Nothing,
        answer=sold.CatalogueAnswer,
        statuses=_FOUND,
        problems=(),
        says="List what operations cost, and the plans and packs.",
    ),
)

BY_KEY: Final[Mapping[str, Route]] = {route.key: route for route in ROUTES}
BY_NAME: Final[Mapping[str, Route]] = {route.name: route for route in ROUTES}

COMMON_PROBLEMS: Final = (Kind.BAD_INPUT, Kind.BODY_TOO_LARGE, Kind.INTERNAL, Kind.BUSY)
"""What any route may answer."""
