"""What a test or a story asks of the stand-in itself: `POST /_control/<name>` with a JSON object.

objects     {object, event?, deliver?}   store an object; say so with an event of that type
change      {id, set, event?, deliver?}  change an object's fields, likewise
events      {event, deliver?}            store an event that somebody else wrote, and its object
redeliver   {event}                      send an event again, by id
faults      {kind, method?, path?, ...}  see `state.Fault`
endpoint    {url, secrets, ...}          see `webhooks.Endpoint`
pause       {paused}                     hold webhooks back
clock       {now}                        seconds since 1970, or null for the machine's
refunds     {status}                     what new refunds begin as
forget      {}                           forget the idempotency keys, as after a day
idle        {seconds_max?}               wait until every webhook was delivered or given up
log         {}                           the calls and the deliveries so far
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ops.stripe_standin.errors import ApiError, missing
from ops.stripe_standin.state import Fault, StripeObject
from ops.stripe_standin.webhooks import Endpoint

if TYPE_CHECKING:
    from ops.stripe_standin.server import StandIn

type Payload = dict[str, Any]
type Answer = dict[str, Any]


def serve(standin: "StandIn", method: str, path: str, raw: str) -> tuple[int, Answer]:
    """Return status and body of a control call; a payload that does not fit is a 400."""
    action = _ACTIONS.get(path.removeprefix("/_control/"))
    if method != "POST" or action is None:
        return 404, {"error": {"message": f"{method} {path}: see ops/stripe_standin/control.py"}}
    try:
        payload = json.loads(raw or "{}")
        return 200, action(standin, payload)
    except ApiError as error:
        return error.status, error.body()
    except (KeyError, TypeError, ValueError) as error:
        return 400, {"error": {"message": f"{path}: {error!r}"}}


def _objects(standin: "StandIn", payload: Payload) -> Answer:
    with standin.state.lock:
        found = standin.state.put(payload["object"])
        return _announce(standin, payload, found, None)


def _change(standin: "StandIn", payload: Payload) -> Answer:
    with standin.state.lock:
        found, previous = standin.state.change(payload["id"], payload["set"])
        return _announce(standin, payload, found, previous)


def _announce(
    standin: "StandIn", payload: Payload, found: StripeObject, previous: StripeObject | None
) -> Answer:
    if "event" not in payload:
        return {"object": found}
    deliver = payload.get("deliver", True)
    return {"event": standin.state.emit(payload["event"], found, previous, deliver=deliver)}


def _events(standin: "StandIn", payload: Payload) -> Answer:
    event = payload["event"]
    with standin.state.lock:
        found = event["data"].get("object", {})
        if "id" in found and "object" in found:
            standin.state.put(found)
        standin.state.record(event, deliver=payload.get("deliver", True))
    return {"event": event}


def _redeliver(standin: "StandIn", payload: Payload) -> Answer:
    with standin.state.lock:
        event = standin.state.objects.get("event", {}).get(payload["event"])
    if event is None:
        raise missing("event", payload["event"])
    standin.deliveries.add(event)
    return {"event": event}


def _faults(standin: "StandIn", payload: Payload) -> Answer:
    with standin.state.lock:
        standin.state.faults.append(Fault(**payload))
    return {}


def _endpoint(standin: "StandIn", payload: Payload) -> Answer:
    standin.deliveries.endpoint = Endpoint(**payload | {"secrets": tuple(payload["secrets"])})
    return {}


def _pause(standin: "StandIn", payload: Payload) -> Answer:
    standin.deliveries.pause(paused=bool(payload["paused"]))
    return {}


def _clock(standin: "StandIn", payload: Payload) -> Answer:
    standin.state.fixed_now = payload["now"]
    return {"now": standin.state.now()}


def _refunds(standin: "StandIn", payload: Payload) -> Answer:
    standin.state.refund_status = payload["status"]
    return {}


def _forget(standin: "StandIn", _payload: Payload) -> Answer:
    with standin.state.lock:
        standin.answers.forget()
    return {}


def _idle(standin: "StandIn", payload: Payload) -> Answer:
    return {"idle": standin.deliveries.wait_idle(payload.get("seconds_max", 10.0))}


def _log(standin: "StandIn", _payload: Payload) -> Answer:
    return {"requests": standin.state.requests, "deliveries": standin.deliveries.log}


_ACTIONS: dict[str, Callable[["StandIn", Payload], Answer]] = {
    "objects": _objects,
    "change": _change,
    "events": _events,
    "redeliver": _redeliver,
    "faults": _faults,
    "endpoint": _endpoint,
    "pause": _pause,
    "clock": _clock,
    "refunds": _refunds,
    "forget": _forget,
    "idle": _idle,
    "log": _log,
}
