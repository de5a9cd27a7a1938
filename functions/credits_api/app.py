"""The credits API for the product's backend: parse, call one use case, map the result."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from reprise import composition
from reprise.api import inbound
from reprise.api.cases import PortalAnswer
from reprise.api.routes import NOW_HEADER
from reprise.catalogue.model import Catalogue
from reprise.catalogue.reading import named_catalogue
from reprise.clock import Clock, clock_of, instant_of
from reprise.errors import BadInputError
from reprise.ledger.entries import Cause
from reprise.ledger.errors import EntryConflictError
from reprise.metrics import Metric
from reprise.ports.directory import Profile
from reprise.settings import CreditsApiSettings, read_settings
from reprise.telemetry import count, logger
from reprise.usecases.accounts import Accounts
from reprise.usecases.charges import Charges

from functions.credits_api import views
from functions.credits_api.parsing import Event, header, inbound_of, route_of
from functions.credits_api.problems import problem_of
from functions.credits_api.replies import Reply, csv_reply, json_reply, problem_reply

if TYPE_CHECKING:
    from reprise.usecases.pages import Pages

_SERVER_ERROR = 500
_REF_CHARS_MAX = 128


@dataclass(frozen=True, slots=True)
class Root:
    """What the routes need, made once; what few of them need, when one of those comes.

    Args:
        pages: cases and Stripe's portal, whose imports no charge should wait for.
    """

    accounts: Accounts
    charges: Charges
    catalogue: Catalogue
    clock: Clock
    pages: Callable[[], "Pages"]


@dataclass(frozen=True, slots=True)
class Call:
    """One request besides what its route takes: when, what for, and in which form."""

    now: datetime
    cause: Cause
    accept: str


@cache
def root() -> Root:
    """Return what this function works with, made at its first event."""
    settings = read_settings(CreditsApiSettings)
    client = composition.dynamodb()
    ledger = composition.ledger(settings, client)
    directory = composition.directory(client, settings.cases_table)
    catalogue = named_catalogue(settings.catalogue)
    accounts = Accounts(ledger, directory, catalogue)

    @cache
    def pages() -> "Pages":
        from reprise.composition.pages import pages as made  # noqa: PLC0415 - see Root

        return made(settings, client, accounts)

    return Root(
        accounts=accounts,
        charges=Charges(ledger, directory, catalogue),
        catalogue=catalogue,
        clock=clock_of(settings.clock),
        pages=pages,
    )


def handler(event: Event, _context: object) -> Reply:
    """Answer one request; whatever is wrong with it, the answer says so."""
    try:
        route = route_of(event)
        asked = inbound_of(route, event)
        made = root()
        return _CALLS[route.name](made, asked, _call_of(made, event))
    except Exception as error:  # noqa: BLE001 - the one place where errors become answers
        problem = problem_of(error)
        if isinstance(error, EntryConflictError):
            count(Metric.ENTRY_CONFLICT)
        if problem.kind.status >= _SERVER_ERROR:
            ids = {"route": event.get("routeKey"), "request": _request_id(event)}
            logger.exception("a request failed", extra=ids)
        return problem_reply(problem)


def _call_of(made: Root, event: Event) -> Call:
    now = made.clock(instant_of(header(event, NOW_HEADER)))
    return Call(now, Cause("api", _request_id(event)), header(event, "accept"))


def _request_id(event: Event) -> str:
    context = event.get("requestContext") or {}
    return str(context.get("requestId", ""))[:_REF_CHARS_MAX]


def _register(made: Root, asked: inbound.Register, call: Call) -> Reply:
    profile = Profile(
        account_id=asked.account_id,
        email=_deliverable(asked.email),
        locale=asked.locale,
        country=asked.country,
        registered_at=call.now,
    )
    stands, is_new = made.accounts.register(profile)
    return json_reply(201 if is_new else 200, views.account_answer(stands))


def _charge(made: Root, asked: inbound.NewCharge, call: Call) -> Reply:
    record = made.charges.charge(
        asked.account_id, asked.generation_id, asked.operation.value, call.cause, call.now
    )
    return json_reply(201 if record.is_new else 200, views.charge_answer(record))


def _charge_of(made: Root, asked: inbound.OneCharge, _call: Call) -> Reply:
    record = made.charges.charge_of(asked.account_id, asked.generation_id)
    return json_reply(200, views.charge_answer(record))


def _attach_task(made: Root, asked: inbound.NewTask, call: Call) -> Reply:
    record = made.charges.attach_task(
        asked.account_id,
        asked.generation_id,
        provider=asked.provider,
        task_id=asked.task_id,
        submitted_at=asked.submitted_at,
        now=call.now,
    )
    return json_reply(200, views.charge_answer(record))


def _balance(made: Root, asked: inbound.OneAccount, call: Call) -> Reply:
    held = made.accounts.holdings(asked.account_id, call.now)
    return json_reply(200, views.balance_answer(held))


def _history(made: Root, asked: inbound.HistoryPage, call: Call) -> Reply:
    page = made.accounts.history(asked.account_id, asked.limit, asked.cursor)
    answer = views.history_answer(page)
    accepts_csv = asked.format is None and "text/csv" in call.accept
    if accepts_csv or asked.format is inbound.Format.CSV:
        return csv_reply(answer)
    return json_reply(200, answer)


def _entitlements(made: Root, asked: inbound.OneAccount, call: Call) -> Reply:
    benefits = made.accounts.entitlements(asked.account_id, call.now)
    return json_reply(200, views.entitlements_answer(benefits))


def _orders(made: Root, asked: inbound.OrderPage, call: Call) -> Reply:
    page = made.accounts.orders(asked.account_id, asked.limit, asked.cursor)
    return json_reply(200, views.orders_answer(page, call.now))


def _order(made: Root, asked: inbound.OneOrder, call: Call) -> Reply:
    record = made.accounts.order(asked.account_id, asked.order_id)
    return json_reply(200, views.order_answer(record, call.now))


def _cases(made: Root, asked: inbound.CasePage, _call: Call) -> Reply:
    from functions.credits_api.case_views import cases_answer  # noqa: PLC0415 - see Root

    page = made.pages().cases_of(asked.account_id, asked.limit, asked.cursor)
    return json_reply(200, cases_answer(page))


def _case(made: Root, asked: inbound.OneCase, _call: Call) -> Reply:
    from functions.credits_api.case_views import case_answer  # noqa: PLC0415 - see Root

    return json_reply(200, case_answer(made.pages().case(asked.account_id, asked.case_id)))


def _withdrawals(made: Root, asked: inbound.OneAccount, call: Call) -> Reply:
    from functions.credits_api.case_views import withdrawals_answer  # noqa: PLC0415 - see Root

    found = made.pages().withdrawals.open_to(asked.account_id, call.now)
    return json_reply(200, withdrawals_answer(found))


def _withdraw(made: Root, asked: inbound.NewWithdrawal, call: Call) -> Reply:
    from functions.credits_api.case_views import case_answer  # noqa: PLC0415 - see Root

    case, is_new = made.pages().withdrawals.withdraw(asked.account_id, asked.order_id, call.now)
    return json_reply(201 if is_new else 200, case_answer(case))


def _portal(made: Root, asked: inbound.NewPortal, _call: Call) -> Reply:
    link = made.pages().portal(asked.account_id, asked.return_url)
    return json_reply(201, PortalAnswer(link))


def _catalogue(made: Root, _asked: inbound.Nothing, _call: Call) -> Reply:
    return json_reply(200, views.catalogue_answer(made.catalogue))


_CALLS: Mapping[str, Callable[[Root, Any, Call], Reply]] = {
    "register": _register,
    "charge": _charge,
    "charge_of": _charge_of,
    "attach_task": _attach_task,
    "balance": _balance,
    "history": _history,
    "entitlements": _entitlements,
    "orders": _orders,
    "order": _order,
    "cases": _cases,
    "case": _case,
    "withdrawals": _withdrawals,
    "withdraw": _withdraw,
    "portal": _portal,
    "catalogue": _catalogue,
}


def _deliverable(email: str) -> str:
    """Return an address in the form in which mail from it arrives: its domain in ASCII.

    Raises:
        BadInputError: no mail could reach it.
    """
    # Imported here: registering is rare, and its tables are not small.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        valid = validate_email(email, check_deliverability=False)
    except EmailNotValidError as error:
        raise BadInputError("email", f"must be an address that mail can reach: {error}") from error
    return valid.ascii_email or valid.normalized
