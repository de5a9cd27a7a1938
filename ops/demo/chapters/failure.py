"""A pack is bought, a generation fails at the provider, and its credits are back by themselves."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

from ops.demo.outside import generation_event, joins, stripe_repeats, stripe_tells
from ops.demo.samples import Customer
from ops.demo.stage import Stage

TITLE: Final = "A generation fails, and its credits come back"

_SAMPLE: Final = "kie-music_custom-failed-content"
_OPERATION: Final = "music_custom"
_PACK: Final = 1000


def play(stage: Stage) -> None:
    """Buy, charge, fail; twice, because the first time functions start; then repeat it all."""
    ada = Customer("usr_ada", datetime.now(UTC) - timedelta(minutes=1))
    joins(stage, ada)
    credits_ = stage.credits()
    paid = ada.pack()
    stage.tell(f"Ada buys a pack of {_PACK} credits; Stripe tells the webhook")
    stripe_tells(stage, paid)
    stage.expect("balance", credits_.balance(ada.account_id).balance, _PACK)
    told = {"a song": ", functions started", "another": "; she asked nobody"}
    for number, (song, besides) in enumerate(told.items(), start=1):
        back_ms = _failed(stage, ada.account_id, f"gen_ada_{number}", song)
        stage.tell(f"Her credits are back {back_ms:.0f} ms after the event{besides}")

    stage.tell("Stripe delivers again, the product charges and reports again: nothing moves")
    stripe_repeats(stage, paid)
    stage.product.report(
        "Generation Callback", generation_event(_SAMPLE, ada.account_id, "gen_ada_1")
    )
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
    stage.product.report("Generation Callback", generation_event(_SAMPLE, account_id, generation))
    stage.wait("the credits are back", lambda: credits_.balance(account_id).balance == _PACK)
    return (time.monotonic() - began) * 1000
