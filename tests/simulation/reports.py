"""Providers, and the product that charges, submits and reports: late, twice, or not at all."""

import json
from datetime import timedelta

from reprise.ports.provider import PollResult, ProviderPoller, ProviderUnavailableError
from reprise.providers.classify import classify
from reprise.providers.verdict import Channel

from tests.simulation import answers
from tests.simulation.truth import COSTS, HOUR, MINUTE, Generated

SECOND = timedelta(seconds=1)


class Provider(ProviderPoller):
    """Knows how every task ends and says so once it has; now and then it does not answer."""

    def __init__(self, world):
        self.world = world
        self.tasks = {}
        self.down_until = world.now

    def poll(self, provider, operation, task_id):
        faults, now = self.world.faults, self.world.now
        if faults.strikes("provider down", 0.5):
            self.down_until = now + 10 * MINUTE
        if now < self.down_until or faults.strikes("provider does not answer", 4):
            raise ProviderUnavailableError("no answer")
        generated = self.tasks[task_id]
        body = answers.record(generated.operation, task_id, _told(generated, now))
        return PollResult(classify(provider, operation, Channel.POLL, body), body)


def _told(generated, now):
    if generated.outcome != "silent" and now >= generated.ended_at:
        return generated.outcome
    waits_until = generated.charged_at + MINUTE + generated.waits
    return "waiting" if generated.charged_at + MINUTE <= now < waits_until else "pending"


def charge(world, account, generation, operation):
    """Charge a generation through the API, asking again until there is an answer."""
    body = {"generation_id": generation, "operation": operation}
    return call(world, "POST /accounts/{account_id}/charges", account, body)


def call(world, route, account, body=None, **path):
    """Call the API as the product does; return status and answer."""
    for attempt in range(50):
        event = {
            "routeKey": route,
            "headers": {"accept": "application/json"},
            "requestContext": {"requestId": f"{account}-{attempt}"},
            "pathParameters": {"account_id": account, **path},
        }
        if body is not None:
            event["body"] = json.dumps(body)
        answer = world.invoke("credits_api", event)
        if answer is not None and answer["statusCode"] < 500:
            return answer["statusCode"], json.loads(answer["body"])
    raise AssertionError("the API never answered")


def generate(world, customer, operation):
    """Charge a generation; the provider delivers, fails, delivers half, nothing, or is silent."""
    dice, account = customer.random, customer.account_id
    generation = f"gen_{customer.name()}"
    outcome = dice.choices(
        ["delivered", "partial", "failed", "empty", "silent", "rejected"], [62, 7, 14, 6, 6, 5]
    )[0]
    if outcome == "partial" and "partial" not in answers.outcomes_of(operation):
        outcome = "failed"
    took = dice.randrange(20, 240) * SECOND
    waits = dice.choice((0, 0, 3, 12, 40)) * HOUR if operation == "voice_clone" else 0 * HOUR
    status, _ = charge(world, account, generation, operation)
    if status == 402:
        return
    now = world.now
    world.schedules["refund_deadline"].wake()
    generated = Generated(account, operation, now, outcome, now + took + waits, waits=waits)
    world.truth.generated[generation] = generated
    Report(world, customer, generation, generated).plan()


class Report:
    """What the product reports of one generation."""

    def __init__(self, world, customer, generation, generated):
        self.world, self.dice = world, customer.random
        self.generation, self.generated = generation, generated
        self.task = f"task_{generation}"
        self.provider = answers.PROVIDERS[generated.operation]

    def plan(self):
        """Plan the reports; some never leave the product."""
        generated, dice, now = self.generated, self.dice, self.world.now
        if generated.outcome == "rejected":
            refused = {"code": 422, "msg": "Please enter callBackUrl.", "data": None}
            self.tell("Generation Rejected", now + SECOND, payload=refused, http_status=200)
            return
        self.world.provider.tasks[self.task] = generated
        if dice.random() < 0.2:
            call(
                self.world,
                "POST /accounts/{account_id}/charges/{generation_id}/task",
                generated.account,
                {"provider": self.provider, "task_id": self.task},
                generation_id=self.generation,
            )
        else:
            later = dice.choice((1, 1, 100)) * SECOND
            told = self.tell("Generation Submitted", now + later, task_id=self.task)
            generated.submitted = told
        if generated.waits:
            self._callback(now + MINUTE, answers.waiting(self.task), vouched=True)
        if generated.operation in answers.TRACKS and dice.random() < 0.4:
            self._callback(now + MINUTE / 4, answers.first_track(self.task), vouched=True)
        if generated.outcome != "silent":
            self._ends()
        if dice.random() < 0.05:
            self._forged()

    def _ends(self):
        generated, dice = self.generated, self.dice
        when = generated.ended_at + dice.choice((1, 2, 30, 1500, 5000)) * SECOND
        body = answers.callback(generated.operation, self.task, generated.outcome)
        self._callback(when, body, vouched=dice.random() < 0.8)
        if dice.random() < 0.04:
            ends = answers.outcomes_of(generated.operation)
            generated.other = dice.choice([one for one in ends if one != generated.outcome])
            other = answers.callback(generated.operation, self.task, generated.other)
            self._callback(when + dice.randrange(-60, 600) * SECOND, other, vouched=True)

    def _forged(self):
        """Somebody who is not the provider says how it ended; only the record counts."""
        generated, dice = self.generated, self.dice
        ends = answers.outcomes_of(generated.operation)
        lie = dice.choice([one for one in ends if one != generated.outcome])
        body = answers.callback(generated.operation, self.task, lie)
        when = generated.charged_at + dice.randrange(5, 600) * SECOND
        self._callback(when, body, vouched=False)

    def _callback(self, when, body, *, vouched):
        self.tell("Generation Callback", when, payload=body, authenticated=vouched)

    def tell(self, kind, when, **detail):
        """Put a report on the bus; now and then the product dies before it does."""
        if self.world.faults.strikes("report never sent", 2):
            return False
        event = {
            "id": f"{self.generation}-{kind}-{when.timestamp()}",
            "source": "music.generation",
            "detail-type": kind,
            "time": max(when, self.world.now).isoformat(),
            "detail": {
                "account_id": self.generated.account,
                "generation_id": self.generation,
                "provider": self.provider,
                "operation": self.generated.operation,
                **detail,
            },
        }
        put = self.world.queues["provider_events"].put
        self.world.at(max(when, self.world.now), put, json.dumps(event))
        return True


OPERATIONS = tuple(COSTS)
