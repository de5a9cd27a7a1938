"""Announcing policy versions: on the bus at once, by mail to every account, once per version.

Walks over the accounts follow the time of their registration, shard by shard: the first brings the
notice to everybody, later ones to whoever registered since.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reprise.canonical import Json
from reprise.policy.book import PolicyBook
from reprise.policy.change import differences, notice_given
from reprise.policy.version import PolicyVersion
from reprise.ports.announcements import Announcements, ShardWalk
from reprise.ports.bus import Bus
from reprise.ports.ledger import PAGE_MAX, SHARDS
from reprise.usecases.mailing import Mailing
from reprise.usecases.walk import Leg, walk

ANNOUNCED = "Policy Announced"
SETTLING = timedelta(minutes=5)
"""An index shows a registration a moment late: the last minutes are left to the next walk."""
_AGAIN_AFTER = timedelta(hours=20)
"""From a finished walk to the next one, which tells whoever registered since."""
_GIVEN_UP_AFTER = timedelta(hours=12)
"""From the beginning of a walk that did not end to a new one."""


@dataclass(frozen=True, slots=True)
class Announcing:
    """What announcing needs.

    Args:
        policy: its versions.
        announcements: how far they are announced.
        mailing: the way to accounts.
        bus: the way to the product.
    """

    policy: PolicyBook
    announcements: Announcements
    mailing: Mailing
    bus: Bus

    def announce(self, now: datetime) -> None:
        """Put each version to come on the bus, once, for notices in the product."""
        before = self.policy.in_force(now)
        for version in self.policy.upcoming(now):
            if not self.announcements.announced(version.id):
                # A crash in between puts it twice; lost, it would never come.
                self.bus.put(ANNOUNCED, _detail(before, version))
                self.announcements.set_announced(version.id, now)

    def late(self, now: datetime) -> list[str]:
        """Return the versions whose notice was not kept: each does not take effect, and alarms."""
        current = self.policy.in_force(now)
        last_call = timedelta(days=current.notice_days)
        missed = [
            version
            for version in self.policy.upcoming(now)
            if version.material
            and version.effective_from - last_call < now
            and not notice_given(current, version, self.announcements.out_at(version.id))
        ]
        return [version.id for version in (*missed, *self.policy.held_back(now))]

    def errands(self, now: datetime) -> list[dict[str, Any]]:
        """Return the walks to be sent over the accounts now, and note that they begin."""
        found: list[dict[str, Any]] = []
        until = now - SETTLING
        for version in self.policy.upcoming(now):
            if not version.material:
                continue
            walks = self.announcements.walks(version.id)
            for shard in range(SHARDS):
                known = walks.get(shard)
                if known is not None and not _is_due(known, now):
                    continue
                self.announcements.begin(version.id, shard, now)
                told = known.told_until if known else None
                found.append(
                    {
                        "errand": "notice",
                        "version": version.id,
                        "shard": shard,
                        "after": told.isoformat() if told else None,
                        "until": until.isoformat(),
                    }
                )
        return found

    def notice_leg(
        self, errand: Mapping[str, Any], now: datetime, may_go_on: Callable[[], bool]
    ) -> Leg:
        """Mail the accounts of one shard, as far as time allows; the last shard closes the notice.

        Args:
            errand: one of `errands`, or its next leg.
            now: the wall clock.
            may_go_on: asked before each account.
        """
        version = self.policy.version(errand["version"])
        words = notice_words(self.policy.in_force(now), version)
        after = errand["after"]
        until = datetime.fromisoformat(errand["until"])
        span = (datetime.fromisoformat(after) if after else None, until)
        leg = Leg.of(errand)
        done = walk(
            leg,
            lambda at: self.mailing.directory.registered(leg.shard, span, PAGE_MAX, at),
            lambda account_id: self.mailing.mail(
                account_id, [f"policy#{version.id}"], lambda _: words, now
            ),
            may_go_on,
        )
        if done.finished and not done.failed:
            self.announcements.end(version.id, leg.shard, now, until)
            self._close(version)
        return done

    def _close(self, version: PolicyVersion) -> None:
        """Note when the last notice went out, once every shard's first walk has ended."""
        ends = [walk.first_ended_at for walk in self.announcements.walks(version.id).values()]
        known = [end for end in ends if end is not None]
        if len(known) == SHARDS:
            self.announcements.set_out(version.id, max(known))


def notice_words(before: PolicyVersion, after: PolicyVersion) -> tuple[str, str]:
    """Return subject and text of the mail that announces a version."""
    changes = [c for c in differences(before, after) if c.field.startswith("clauses.")]
    told = [
        "\n".join(
            [
                *([f"Until then:\n{change.before}"] if change.before else []),
                f"From then on:\n{change.after}" if change.after else "This no longer applies.",
            ]
        )
        for change in changes
    ]
    day = f"{after.effective_from.day} {after.effective_from:%B %Y}"
    parts = [
        "Hello,",
        f"our refund policy changes on {day}, {after.effective_from:%H:%M} UTC.\n{after.summary}",
        *told,
        "What you bought before then is judged by the policy of the day you bought it.",
    ]
    return f"Our refund policy changes on {day}", "\n\n".join(parts) + "\n"


def _detail(before: PolicyVersion, version: PolicyVersion) -> dict[str, Json]:
    return {
        "version": version.id,
        "effective_from": version.effective_from.isoformat(),
        "material": version.material,
        "summary": version.summary,
        "content_hash": version.content_hash,
        "changes": [
            {"field": change.field, "before": change.before, "after": change.after}
            for change in differences(before, version)
        ],
    }


def _is_due(known: ShardWalk, now: datetime) -> bool:
    ended = known.ended_at is not None and known.ended_at >= known.begun_at
    return now - known.begun_at >= (_AGAIN_AFTER if ended else _GIVEN_UP_AFTER)
