"""A pack is bought, a generation fails at the provider, and its credits are back by themselves."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ops.demo.samples import Customer
from ops.demo.stage import Stage
from ops.stack import tools

TITLE: Final = "A generation fails, and its credits come back"

_FAILED: Final = tools.ROOT / "events" / "provider_events" / "kie-music_custom-failed-content.json"
_OPERATION: Final = "music_custom"
_PACK: Final = 1000


def play(stage: Stage) -> None:
    """Buy, charge, fail; twice, because the first time functions start; then repeat it all."""
    ada = Customer("usr_ada", "ada@example.com", datetime.now(UTC) - timedelta(minutes=1))
    credits_ = stage.credits()
    credits_.register(ada.account_id, email=ada.email, locale="de-DE", country="DE")
    paid = ada.event("checkout_pack_paid")
    stage.tell(f"Ada buys a pack of {_PACK} credits; Stripe tells the webhook")
    stage.stripe(paid)
    stage.expect("balance", credits_.balance(ada.account_id).balance, _PACK)
    for generation, told in (("gen_ada_1", "a song"), ("gen_ada_2", "another")):
        back_ms = _failed(stage, ada.account_id, generation, told)
        stage.tell(f"Her credits are back {back_ms:.0f} ms after the event, and she asked nobody")

    stage.tell("Stripe delivers again, the product charges and reports again: nothing moves")
    stage.stripe(paid)
    stage.product.report("Generation Callback", _callback(ada.account_id, "gen_ada_1"))
    stage.wait("the queue is empty", lambda: stage.drained("ProviderEventsQueue"))
    again = credits_.charge(ada.account_id, "gen_ada_1", _OPERATION)
    stage.expect("the charge", f"{again.state}, {again.outcome}", "settled, failed")
    stage.close(ada.account_id, _PACK)


def _failed(stage: Stage, account_id: str, generation: str, told: str) -> float:
    """Order a song, have it refused, and return how many ms later the credits were back."""
    credits_ = stage.credits()
    charge = credits_.charge(account_id, generation, _OPERATION)
    stage.tell(f"She orders {told}: {charge.credits} credits are taken before it is submitted")
    stage.expect("balance", credits_.balance(account_id).balance, _PACK - charge.credits)
    credits_.attach_task(account_id, generation, provider="kie", task_id=f"task_{generation}")
    stage.tell("The provider refuses it; the product puts the provider's callback on the bus")
    began = time.monotonic()
    stage.product.report("Generation Callback", _callback(account_id, generation))
    stage.wait("the credits are back", lambda: credits_.balance(account_id).balance == _PACK)
    return (time.monotonic() - began) * 1000


def _callback(account_id: str, generation: str) -> dict[str, Any]:
    """Return the sample callback of a refused song as one of this generation."""
    detail: dict[str, Any] = json.loads(_FAILED.read_text("utf-8"))["detail"]
    return detail | {
        "account_id": account_id,
        "generation_id": generation,
        "authenticated": True,
    }
