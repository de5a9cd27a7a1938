"""What the stand-in knows: objects by kind and id, the events they caused, the faults to play."""

import copy
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from ops.stripe_standin.errors import missing

type StripeObject = dict[str, Any]

# The version that the pinned `stripe` package speaks.
API_VERSION = "2026-10-28.endive"


@dataclass(slots=True)
class Fault:
    """How the next matching requests go wrong.

    Args:
        kind: `refuse` (with `code`), `server_error` and `timeout` (both answer nothing useful),
            `rate_limit`, or `delay`.
        method, path: which requests; the path's beginning.
        times: how many of them.
        after: whether the work is done before it goes wrong.
        seconds: how long to wait, for `delay` and `timeout`.
        code: Stripe's error code, for `refuse`.
    """

    kind: Literal["refuse", "server_error", "timeout", "rate_limit", "delay"]
    method: str = "POST"
    path: str = "/v1/"
    times: int = 1
    after: bool = False
    seconds: float = 0.0
    code: str = ""


@dataclass(slots=True)
class State:
    """Everything the stand-in knows; hold `lock` while using it.

    Args:
        on_event: told of each event that is to be delivered.
        fixed_now: the time it believes it is, in seconds since 1970; None for the machine's.
        refund_status: what new refunds begin as.
        livemode: the mode of events about objects that do not say theirs.
    """

    on_event: Callable[[StripeObject], None] = lambda _event: None
    fixed_now: int | None = None
    refund_status: str = "succeeded"
    livemode: bool = True
    objects: dict[str, dict[str, StripeObject]] = field(default_factory=dict)
    delivered: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    requests: list[dict[str, object]] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    ids: int = 0

    def now(self) -> int:
        """Return the present second."""
        return int(time.time()) if self.fixed_now is None else self.fixed_now

    def new_id(self, prefix: str) -> str:
        """Return an id that was not used before."""
        self.ids += 1
        return f"{prefix}_standin{self.ids:06d}"

    def put(self, found: StripeObject) -> StripeObject:
        """Store an object, and the payment it implies if that is not known yet."""
        kept = copy.deepcopy(found)
        self.objects.setdefault(kept["object"], {})[kept["id"]] = kept
        if kept["object"] == "checkout.session" and kept.get("payment_status") == "paid":
            self._imply_payment(kept.get("payment_intent"), kept, kept["amount_total"])
        if kept["object"] == "invoice_payment":
            self._imply_payment(kept["payment"].get("payment_intent"), kept, kept["amount_paid"])
        return kept

    def get(self, kind: str, object_id: str, param: str = "id") -> StripeObject:
        """Return an object, or raise Stripe's 404."""
        found = self.objects.get(kind, {}).get(object_id)
        if found is None:
            raise missing(kind, object_id, param)
        return found

    def of(self, kind: str) -> list[StripeObject]:
        """Return the objects of a kind, newest first, as Stripe lists them."""
        found = list(self.objects.get(kind, {}).values())
        found.reverse()
        found.sort(key=lambda one: one.get("created", 0), reverse=True)
        return found

    def change(self, object_id: str, changes: StripeObject) -> tuple[StripeObject, StripeObject]:
        """Change an object's fields; return it with the fields' previous values."""
        for kind in self.objects.values():
            if object_id in kind:
                found = kind[object_id]
                previous = {key: found.get(key) for key in changes}
                found.update(copy.deepcopy(changes))
                self._follow_refund(found, previous)
                return found, previous
        raise missing("object", object_id)

    def emit(
        self,
        event_type: str,
        found: StripeObject,
        previous: StripeObject | None = None,
        *,
        deliver: bool = True,
    ) -> StripeObject:
        """Record an event about an object as it is now and, unless told otherwise, deliver it."""
        data = {"object": copy.deepcopy(found)}
        if previous is not None:
            data["previous_attributes"] = copy.deepcopy(previous)
        event = {
            "id": self.new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": data,
            "livemode": bool(found.get("livemode", self.livemode)),
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": event_type,
        }
        self.record(event, deliver=deliver)
        return event

    def record(self, event: StripeObject, *, deliver: bool) -> None:
        """Keep an event, whoever made it, and deliver it if asked to."""
        self.put(event)
        if deliver:
            self.on_event(event)

    def charge_of(self, charge: str | None, payment_intent: str | None) -> StripeObject:
        """Return the charge that either id names."""
        if charge:
            return self.get("charge", charge, "charge")
        for found in self.of("charge"):
            if payment_intent and found["payment_intent"] == payment_intent:
                return found
        raise missing("payment_intent", payment_intent or "", "payment_intent")

    def _imply_payment(self, intent: str | None, by: StripeObject, amount: int) -> None:
        if not intent or intent in self.objects.get("payment_intent", {}):
            return
        charge = "ch_" + intent.removeprefix("pi_")
        shared = {
            "amount": amount,
            "created": by["created"],
            "currency": by["currency"],
            "customer": by.get("customer"),
            "livemode": by["livemode"],
            "metadata": {},
            "status": "succeeded",
        }
        self.put(
            {
                "id": intent,
                "object": "payment_intent",
                "amount_received": amount,
                "latest_charge": charge,
            }
            | shared
        )
        if charge not in self.objects.get("charge", {}):
            money = {"amount_captured": amount, "amount_refunded": 0, "refunded": False}
            ties = {"payment_intent": intent, "disputed": False, "captured": True, "paid": True}
            self.put({"id": charge, "object": "charge"} | money | ties | shared)

    def _follow_refund(self, found: StripeObject, previous: StripeObject) -> None:
        """Give a charge its money back when a refund of it failed."""
        void = {"failed", "canceled"}
        if found["object"] != "refund" or previous.get("status") in {None, *void}:
            return
        if found["status"] in void:
            charge = self.get("charge", found["charge"])
            charge["amount_refunded"] -= found["amount"]
            charge["refunded"] = False
