"""A new version of the policy: announced in time or not at all, and never for what was bought.

It is published into a copy of what is deployed, and deployed. Leftovers of a plan live sixty days
in the version that ships, and thirty in this one.
"""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from reprise.adapters.dynamodb.announcements import DynamoAnnouncements
from reprise.adapters.dynamodb.directory import DynamoDirectory
from reprise.ports.directory import Profile
from reprise.ports.ledger import PAGE_MAX, SHARDS, every

from ops.cli.output import Exit
from ops.demo.operators import Operator
from ops.demo.outside import joins, scheduled, stripe_tells
from ops.demo.post import sent, show_mail
from ops.demo.samples import Customer
from ops.demo.stage import Stage
from ops.stack import lifecycle

TITLE: Final = "The policy changes: announced a fortnight ahead, and not for what was bought before"

_BOOK: Final = Path("CommonLayer/python/reprise/policy/book")
_FIRST: Final = "2026-05-02"
_OLD_WORDS, _NEW_WORDS = "stay on your balance for 60 days", "stay on your balance for 30 days"
_NOTICE: Final = "Our refund policy changes on"
_LIFE: Final = (
    *("subscription_created", "invoice_paid_create", "subscription_cancel_at_period_end"),
    "subscription_deleted_at_period_end",
)
_PLAN: Final = 500
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


def play(stage: Stage) -> None:
    """Publish, announce, and sell before and after the day."""
    now = datetime.now(UTC).replace(microsecond=0)
    old = Customer("usr_iris", now)
    new = Customer("usr_otto", now + 16 * _DAY)
    stage.tell(f"Iris and Otto sign up; she pays for Pro today, {_PLAN} credits a month")
    joins(stage, old)
    joins(stage, Customer(new.account_id, now))
    with lifecycle.changeable_build() as built:
        _published(stage, built, now)
    _announced(stage, now + _HOUR)
    stage.tell("Otto pays on the day after the change. Both cancel, and their months end")
    for customer in (old, new):
        stripe_tells(stage, *(customer.event(name) for name in _LIFE))
    _judged(stage, old, "judged by the version of the day she paid", _FIRST, 60)
    _judged(stage, new, "judged by the new one", _version(now), 30)


def _published(stage: Stage, built: Path, now: datetime) -> None:
    """Refuse the version where it comes too early, publish it for later, and deploy it."""
    stage.tell("Ann writes a version in which leftovers live thirty days, from ten days on")
    ann = Operator.of("ann", stage)
    book = built / _BOOK
    file = built.parent / "next.json"
    _write(book, file, now, now + 10 * _DAY)
    command = ("policy", "publish", file.name, "--book", str(book.relative_to(built.parent)))
    ann.runs(*command, folder=built.parent, code=Exit.BAD_INPUT)
    stage.tell("So it takes effect in fifteen days")
    _write(book, file, now, now + 15 * _DAY)
    ann.runs(*command, folder=built.parent)
    changed = {"PYTHONPATH": str(built / "CommonLayer" / "python")}
    ann.runs("policy", "diff", _FIRST, _version(now), more=changed)
    lifecycle.deploy_build(stage.info, built)


def _announced(stage: Stage, at: datetime) -> None:
    """Let the schedule of the notices fire twice, and count who was told."""
    stage.tell("It is deployed, and the schedule of the notices comes twice")
    announcements = DynamoAnnouncements(stage.client("dynamodb"), stage.info.ledger_table)
    version = _version(at - _HOUR)
    for _ in range(2):
        scheduled(stage, "policy_notices", "six_hourly", at)
        stage.wait("every account is told", lambda: announcements.out_at(version) is not None)
        stage.wait("every shard is walked", lambda: stage.drained("PolicyNoticesQueue"))
    notices = [mail for mail in sent(stage) if mail.subject.startswith(_NOTICE)]
    show_mail(stage, notices[0])
    addresses = sorted(one.email for one in _profiles(stage))
    told = sorted(mail.to for mail in notices)
    stage.expect("accounts", len(addresses), len(set(addresses)))
    stage.expect("notices, one for each", len(told), len(addresses))
    stage.expect("accounts that got none, or two", sorted(set(told) ^ set(addresses)), [])


def _judged(stage: Stage, customer: Customer, words: str, version: str, days: int) -> None:
    """Check under which policy an ended subscription's leftovers live, and how long."""
    over = customer.began + 30 * _DAY
    at = over + _HOUR
    lots = stage.credits(at).balance(customer.account_id).lots
    found = [(lot.expires_at - over).days for lot in lots if lot.expires_at is not None]
    stage.tell(f"{customer.name} is {words}")
    stage.expect("days that the leftovers live", found, [days])
    settled = next(
        one for one in stage.credits(at).entries(customer.account_id) if one.kind == "settle"
    )
    stage.expect("policy of the order", settled.policy_version, version)
    stage.close(customer.account_id, _PLAN, at)


def _profiles(stage: Stage) -> list[Profile]:
    directory = DynamoDirectory(stage.client("dynamodb"), stage.info.cases_table)
    until = datetime.max.replace(tzinfo=UTC)
    accounts = (
        account_id
        for shard in range(SHARDS)
        for account_id in every(partial(directory.registered, shard, (None, until), PAGE_MAX))
    )
    return [one for one in map(directory.profile, accounts) if one is not None]


def _version(now: datetime) -> str:
    """Return the id of the new version: the day from which it holds."""
    return f"{now + 15 * _DAY:%Y-%m-%d}"


def _write(book: Path, file: Path, now: datetime, effective_from: datetime) -> None:
    """Write the new version, as somebody would who edits a copy of the one in force."""
    document: dict[str, Any] = json.loads((book / f"{_FIRST}.json").read_text("utf-8"))
    document |= {
        "version": _version(now),
        "effective_from": effective_from.isoformat(),
        "material": True,
        "summary": "After a cancellation, leftover credits stay for thirty days, not sixty.",
    }
    for clause in document["clauses"]:
        if clause["id"] == "leftover":
            clause["says"] = clause["says"].replace(_OLD_WORDS, _NEW_WORDS)
            clause["values"]["leftover_days"] = 30
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False), "utf-8")
