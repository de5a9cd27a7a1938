"""A typed client of the credits API, for the product's backend.

    credits = CreditsClient(SignedHttp("https://….execute-api.eu-central-1.amazonaws.com"))
    try:
        charge = credits.charge("usr_1", "gen_1", Operation.MUSIC_SIMPLE)
    except CreditsMissingError as short:
        offer_a_pack(short.missing)

Every write may be sent again, so what is busy or cut off is tried again by itself. `SignedHttp` is
in `reprise.adapters.signed_http`.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from reprise.api import answers, sold
from reprise.api.cases import CaseAnswer, CasesAnswer, PortalAnswer, WithdrawalsAnswer
from reprise.api.problem import Kind
from reprise.api.routes import BY_NAME, NOW_HEADER
from reprise.api.shape import read, stamp
from reprise.api.transport import HttpAnswer, Transport, TransportFailedError
from reprise.canonical import Json, canonical_json
from reprise.errors import BadInputError, RepriseError
from reprise.providers.operation import Operation

ATTEMPTS_MAX: Final = 4
_PAUSE_S_FIRST: Final = 0.2
_BUSY_STATUSES: Final = frozenset({429, 502, 503, 504})


class CallFailedError(RepriseError):
    """The API refused a call.

    Args:
        status: HTTP status.
        type: which problem, a URI; `about:blank` where the API did not say.
        detail: what is wrong, for people.
        field: the field to change, where one is.
        fix: what would mend it, where the caller can.
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.type = str(problem.get("type", "about:blank"))
        self.detail = str(problem.get("detail", ""))
        self.field = problem.get("field")
        self.fix = problem.get("fix")
        super().__init__(f"{status} {self.type}: {self.detail}")


class CreditsMissingError(CallFailedError):
    """The account cannot pay: `missing` credits more are needed, `available` are there."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(status, problem)
        self.missing = int(problem.get("missing", 0))
        self.available = int(problem.get("available", 0))


class NotFoundError(CallFailedError):
    """There is no such account, charge, order, case or customer; `type` says which."""


class ConflictError(CallFailedError):
    """The id stands for something else, the address for another account, or the account is full."""


class RequestInvalidError(CallFailedError):
    """The call cannot be used; `field` and `fix` say why."""


class NotAllowedError(CallFailedError):
    """The caller's role may not use the API."""


class ServiceUnavailableError(CallFailedError):
    """It stayed busy or broken through every attempt; the same call may be made again later."""


@dataclass(frozen=True, slots=True)
class CreditsClient:
    """Calls the credits API.

    Args:
        transport: sends signed requests.
        story_now: for a local stack on the event clock: the time to tell it with each call.
        sleep: waits between attempts; seconds.
    """

    transport: Transport
    story_now: Callable[[], datetime] | None = None
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def register(
        self, account_id: str, *, email: str, locale: str, country: str
    ) -> answers.AccountAnswer:
        """Tell who an account belongs to; only a verified address may be told.

        Raises:
            ConflictError: the address belongs to another account.
        """
        told: dict[str, Json] = {"email": email, "locale": locale, "country": country}
        return self._call("register", answers.AccountAnswer, {"account_id": account_id}, told)

    def charge(
        self, account_id: str, generation_id: str, operation: Operation | str
    ) -> answers.ChargeAnswer:
        """Take a generation's credits before it is submitted. Submit only while `state` is open.

        Raises:
            CreditsMissingError: the account cannot pay.
            ConflictError: the generation was charged with another operation.
            NotFoundError: there is no such account.
        """
        told: dict[str, Json] = {"generation_id": generation_id, "operation": str(operation)}
        return self._call("charge", answers.ChargeAnswer, {"account_id": account_id}, told)

    def charge_of(self, account_id: str, generation_id: str) -> answers.ChargeAnswer:
        """Return a charge and what became of it."""
        ids = {"account_id": account_id, "generation_id": generation_id}
        return self._call("charge_of", answers.ChargeAnswer, ids)

    def attach_task(
        self,
        account_id: str,
        generation_id: str,
        *,
        provider: str,
        task_id: str,
        submitted_at: datetime | None = None,
    ) -> answers.ChargeAnswer:
        """Tell at which provider a generation runs; of several submissions the latest stands."""
        told: dict[str, Json] = {"provider": provider, "task_id": task_id}
        if submitted_at is not None:
            told["submitted_at"] = stamp(submitted_at)
        ids = {"account_id": account_id, "generation_id": generation_id}
        return self._call("attach_task", answers.ChargeAnswer, ids, told)

    def balance(self, account_id: str) -> answers.BalanceAnswer:
        """Return what an account holds, lot by lot."""
        return self._call("balance", answers.BalanceAnswer, {"account_id": account_id})

    def history(
        self, account_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> answers.HistoryAnswer:
        """Return a page of the journal, newest first."""
        asked = _query(limit, cursor)
        return self._call("history", answers.HistoryAnswer, {"account_id": account_id}, asked)

    def entries(self, account_id: str) -> Iterator[answers.EntryAnswer]:
        """Yield the whole journal, newest first, page by page."""
        page = self.history(account_id)
        yield from page.entries
        while page.cursor is not None:
            page = self.history(account_id, cursor=page.cursor)
            yield from page.entries

    def history_csv(
        self, account_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> str:
        """Return a page of the journal as CSV."""
        asked = {**_query(limit, cursor), "format": "csv"}
        return self._send("history", {"account_id": account_id}, asked).body.decode()

    def entitlements(self, account_id: str) -> sold.EntitlementsAnswer:
        """Return the benefits in force."""
        return self._call("entitlements", sold.EntitlementsAnswer, {"account_id": account_id})

    def orders(
        self, account_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> sold.OrdersAnswer:
        """Return a page of orders, newest first."""
        asked = _query(limit, cursor)
        return self._call("orders", sold.OrdersAnswer, {"account_id": account_id}, asked)

    def order(self, account_id: str, order_id: str) -> sold.OrderAnswer:
        """Return where an order stands."""
        ids = {"account_id": account_id, "order_id": order_id}
        return self._call("order", sold.OrderAnswer, ids)

    def cases(
        self, account_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> CasesAnswer:
        """Return a page of refund requests, newest first."""
        asked = _query(limit, cursor)
        return self._call("cases", CasesAnswer, {"account_id": account_id}, asked)

    def case(self, account_id: str, case_id: str) -> CaseAnswer:
        """Return where a refund request stands."""
        return self._call("case", CaseAnswer, {"account_id": account_id, "case_id": case_id})

    def withdrawals(self, account_id: str) -> WithdrawalsAnswer:
        """Return the purchases for which "withdraw from contract here" must be shown."""
        return self._call("withdrawals", WithdrawalsAnswer, {"account_id": account_id})

    def withdraw(self, account_id: str, order_id: str) -> CaseAnswer:
        """Withdraw from a purchase, once the customer has confirmed it; again changes nothing.

        Raises:
            NotFoundError: the account has no such order.
        """
        told: dict[str, Json] = {"order_id": order_id}
        return self._call("withdraw", CaseAnswer, {"account_id": account_id}, told)

    def portal(self, account_id: str, return_url: str) -> str:
        """Return a link to Stripe's portal, for the button that manages the subscription.

        Raises:
            NotFoundError: nobody has paid for the account yet.
        """
        told: dict[str, Json] = {"return_url": return_url}
        return self._call("portal", PortalAnswer, {"account_id": account_id}, told).url

    def catalogue(self) -> sold.CatalogueAnswer:
        """Return what is sold and charged."""
        return self._call("catalogue", sold.CatalogueAnswer, {})

    def _call[T](
        self,
        name: str,
        kind: type[T],
        ids: Mapping[str, str],
        told: Mapping[str, Json] | None = None,
    ) -> T:
        body = self._send(name, ids, told or {}).body
        try:
            return read(kind, json.loads(body), strict=False)
        except (ValueError, BadInputError) as error:
            raise CallFailedError(200, {"detail": f"the answer is not readable: {error}"}) from None

    def _send(self, name: str, ids: Mapping[str, str], told: Mapping[str, Json]) -> HttpAnswer:
        route = BY_NAME[name]
        target = route.path.replace("+}", "}")
        for part, text in ids.items():
            target = target.replace(f"{{{part}}}", quote(text, safe=""))
        headers = {"accept": "application/json"}
        body = b""
        if route.has_body:
            headers["content-type"] = "application/json"
            body = canonical_json(told).encode()
        elif told:
            target += f"?{urlencode({key: str(value) for key, value in told.items()})}"
        if self.story_now is not None:
            headers[NOW_HEADER] = stamp(self.story_now())
        return self._insist(route.method, target, headers, body)

    def _insist(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> HttpAnswer:
        """Send until there is an answer that trying again would not change, within bounds."""
        for attempt in range(ATTEMPTS_MAX):
            is_last = attempt == ATTEMPTS_MAX - 1
            try:
                answer = self.transport.send(method, target, headers, body)
            except TransportFailedError:
                if is_last:
                    raise
            else:
                if answer.status not in _BUSY_STATUSES or is_last:
                    return _good(answer)
            self.sleep(_PAUSE_S_FIRST * 2**attempt)
        raise TransportFailedError("no attempt was made")


def _query(limit: int | None, cursor: str | None) -> dict[str, Json]:
    asked: dict[str, Json] = {"limit": limit, "cursor": cursor}
    return {name: value for name, value in asked.items() if value is not None}


def _good(answer: HttpAnswer) -> HttpAnswer:
    """Return an answer that is one; raise what the problem is otherwise."""
    if answer.status < 300:  # noqa: PLR2004 - HTTP's own boundary
        return answer
    try:
        problem = json.loads(answer.body)
    except ValueError:
        problem = {}
    by_status: dict[int, type[CallFailedError]] = {
        Kind.CREDITS_MISSING.status: CreditsMissingError,
        Kind.BAD_INPUT.status: RequestInvalidError,
        Kind.BODY_TOO_LARGE.status: RequestInvalidError,
        Kind.ACCOUNT_UNKNOWN.status: NotFoundError,
        Kind.INPUTS_DIFFER.status: ConflictError,
        403: NotAllowedError,
    }
    unexpected = ServiceUnavailableError if answer.status in _BUSY_STATUSES else CallFailedError
    error = by_status.get(answer.status, unexpected)
    raise error(answer.status, problem if isinstance(problem, dict) else {})
