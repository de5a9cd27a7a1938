"""What AWS does around the functions: queues that deliver again, schedules, dead letters."""

import json
from datetime import timedelta

from tests.simulation.truth import HOUR, MINUTE

BATCH = 10


class Queue:
    """A queue: late, out of order, twice; what fails comes again, then waits as a dead letter.

    Args:
        world: in which it is.
        function: what works on its messages.
        hides: how long a message that was not done with stays hidden.
        receives_max: after how many of them it is a dead letter.
    """

    def __init__(self, world, function, hides, receives_max):
        self.world, self.function = world, function
        self.hides, self.receives_max = hides, receives_max
        self.visible = []
        self.stalled_until = world.now
        self.numbers = 0

    def send(self, messages):
        late = self.world.faults.random.choice((1, 1, 1, 2, 5)) * timedelta(seconds=1)
        for message in messages:
            self.put(json.dumps(message), late)

    def put(self, body, late=timedelta(seconds=1)):
        """Take one message; at least once is what it promises, not once."""
        faults = self.world.faults
        if faults.strikes("message late", 2):
            late += faults.random.choice((1, 7, 31)) * MINUTE
        self._show(body, 1, late)
        if faults.strikes("message twice", 2):
            self._show(body, 1, late + faults.random.choice((0, 40, 4000)) * MINUTE / 60)

    def _show(self, body, receives, delay):
        self.numbers += 1
        message = (f"{self.function}-{self.numbers}", body, receives)
        self.world.at(self.world.now + delay, self.deliver, message)

    def deliver(self, message):
        """A message is visible: the function gets it, with what else is there by then."""
        self.visible.append(message)
        if self.world.comes_now(self.deliver):
            return
        now, faults = self.world.now, self.world.faults
        if now < self.stalled_until:
            return
        if faults.strikes("queue stalls", 0.2):
            self.stalled_until = now + 25 * MINUTE
            self.world.at(self.stalled_until, self.drain)
            return
        self.drain()

    def drain(self):
        """Hand over what is visible, in no particular order, ten at a time."""
        self.world.faults.random.shuffle(self.visible)
        while self.visible:
            batch, self.visible = self.visible[:BATCH], self.visible[BATCH:]
            self._invoke(batch)

    def _invoke(self, batch):
        records = [{"messageId": number, "body": body} for number, body, _ in batch]
        answer = self.world.invoke(self.function, {"Records": records})
        left = {number for number, _, _ in batch}
        if answer is not None:
            left = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
        for number, body, receives in batch:
            if number not in left:
                continue
            if receives < self.receives_max:
                self._show(body, receives + 1, self.hides)
                continue
            # A person sends dead letters again.
            self.world.events["dead letter"] += 1
            self._show(body, 1, HOUR)


class Schedule:
    """A schedule: runs fail and come again, are left out, overlap. Idle runs are mostly skipped.

    Args:
        world: in which it is.
        function: what it runs.
        every: how often.
        due: when a run would find something next, if ever; idle ones are not worth simulating.
        idle_every: how often it runs all the same.
    """

    def __init__(self, world, function, every, due, idle_every=12 * HOUR):
        self.world, self.function, self.every = world, function, every
        self.due, self.idle_every = due, idle_every
        self.ticks = set()
        self.ran_at = world.now - idle_every

    def wake(self, when=None):
        """See to a run at the schedule's next turn after now, and not before a time."""
        start, now = self.world.start, self.world.now
        turn = start + -(-(max(when or now, now) - start) // self.every) * self.every
        turn += self.every if turn <= now else timedelta(0)
        if turn not in self.ticks and turn < self.world.end:
            self.ticks.add(turn)
            self.world.at(turn, self.tick)

    def go_on(self):
        """See to the run that would find something, or is due all the same."""
        due = self.due()
        if due is not None or self.world.now - self.ran_at >= self.idle_every:
            self.wake(due)

    def tick(self):
        """The schedule's turn has come."""
        self.ticks.discard(self.world.now)
        now, faults, due = self.world.now, self.world.faults, self.due()
        if due is not None:
            self.wake(due)
        if (due is None or due > now) and now - self.ran_at < self.idle_every:
            return
        if faults.strikes("schedule left out"):
            return
        self.ran_at = now
        if faults.strikes("schedules overlap", 3):
            self.world.at(now, self.run)
            self.world.overlaps = True
        self.run()

    def run(self, tries=3):
        event = {
            "time": self.world.now.isoformat(),
            "id": f"{self.function}-{self.world.now:%d%H%M}",
        }
        if self.world.invoke(self.function, event) is None and tries:
            self.world.at(self.world.now + MINUTE, self.run, tries - 1)
