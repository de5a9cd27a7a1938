"""Five generations: failed, empty, a sixth of what was promised, and two that nobody reported."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from ops.demo.outside import generation_event, joins, scheduled, stripe_tells
from ops.demo.samples import Customer
from ops.demo.stage import Stage

TITLE: Final = "Whatever becomes of a generation, it is settled within the hour"

_PACK: Final = 1000
_MINUTE: Final = timedelta(minutes=1)


class _Report(NamedTuple):
    """What a provider reports, and the credits that it brings back."""

    outcome: str
    sample: str
    words: str
    back: int


_REPORTS: Final = (
    _Report("failed", "kie-music_simple-failed", "fails", 10),
    _Report("empty", "kie-music_simple-empty", "is said to be done, and holds nothing", 10),
    _Report("partial", "kie-stems_12-partial-two", "has 2 of 12 stems: 10/12 of 50 are 42", 42),
)


def play(stage: Stage) -> None:
    """Have three reports come, lose one that the provider remembers, and one that nobody does."""
    now = datetime.now(UTC).replace(microsecond=0)
    dora = Customer("usr_dora", now - _MINUTE)
    joins(stage, dora)
    stage.tell(f"Dora buys a pack of {_PACK} credits, and orders five generations")
    stripe_tells(stage, dora.pack())
    back = [_reported(stage, dora, one) for one in _REPORTS]
    left = _PACK - 10 - 10 - 50 + sum(back)
    for name in ("lost", "silent"):
        _submit(stage, dora, f"gen_dora_{name}", "music_custom", f"task_dora_{name}")
        left -= 10
    stage.expect("balance", stage.credits().balance(dora.account_id).balance, left)

    stage.tell("One fails and its callback is lost; of the other the provider says: pending")
    _provider_knows(stage, "task_dora_lost", "GENERATE_AUDIO_FAILED")
    _provider_knows(stage, "task_dora_silent", "PENDING")
    stage.tell("The deadline function comes after 6 minutes, and asks the provider")
    _deadline(stage, now + 6 * _MINUTE)
    _expect(stage, dora, "lost", "settled, failed, 10 back")
    _expect(stage, dora, "silent", "open, None, 0 back")
    stage.tell("It comes after 21 minutes: what is still unknown is the customer's")
    _deadline(stage, now + 21 * _MINUTE)
    _expect(stage, dora, "silent", "settled, unresolved, 10 back")
    asked = stage.info.provider.tell("asked")["asked"]
    wanted = {"task_dora_lost", "task_dora_silent"}
    stage.expect("the provider was asked about", sorted(set(asked) & wanted), sorted(wanted))
    stage.close(dora.account_id, left + 20, now + 22 * _MINUTE)


def _reported(stage: Stage, dora: Customer, report: _Report) -> int:
    """Order a generation, have its callback reported, and return the credits that came back."""
    generation = f"gen_dora_{report.outcome}"
    told = generation_event(report.sample, dora.account_id, generation)
    _submit(stage, dora, generation, told["operation"], told["payload"]["data"]["task_id"])
    stage.tell(f"One {report.words}")
    stage.product.report("Generation Callback", told)
    charge = stage.credits().charge_of
    stage.wait(
        f"{generation} is settled",
        lambda: charge(dora.account_id, generation).state == "settled",
    )
    _expect(stage, dora, report.outcome, f"settled, {report.outcome}, {report.back} back")
    return report.back


def _submit(stage: Stage, dora: Customer, generation: str, operation: str, task_id: str) -> None:
    stage.credits().charge(dora.account_id, generation, operation)
    stage.credits().attach_task(dora.account_id, generation, provider="kie", task_id=task_id)


def _provider_knows(stage: Stage, task_id: str, status: str) -> None:
    data = {"taskId": task_id, "status": status, "response": None, "errorCode": None}
    body = {"code": 200, "msg": "success", "data": data}
    stage.info.provider.tell("answer", task_id=task_id, body=body)


def _deadline(stage: Stage, at: datetime) -> None:
    scheduled(stage, "refund_deadline", "every_five_minutes", at)


def _expect(stage: Stage, dora: Customer, name: str, wanted: str) -> None:
    found = stage.credits().charge_of(dora.account_id, f"gen_dora_{name}")
    state = f"{found.state}, {found.outcome}, {found.refunded} back"
    stage.expect(f"the {name} one", state, wanted)
