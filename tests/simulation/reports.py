"""The provider, and the product that reports on it: late, twice, unvouched for, or not at all."""

from datetime import timedelta

from reprise.ledger.entries import Cause
from reprise.ports.provider import PollResult, ProviderPoller, ProviderUnavailableError
from reprise.providers.classify import classify
from reprise.providers.generation_events import GenerationEvent, Kind
from reprise.providers.verdict import Channel
from reprise.usecases.generations.deadline import Run, keep_promise
from reprise.usecases.generations.receive import receive

from tests.simulation import bodies
from tests.simulation.truth import HOUR, MINUTE

RECEIVES_MAX = 6
VISIBILITY = timedelta(seconds=90)


class Provider(ProviderPoller):
    """Knows how every task ends and says so once it has; now and then it does not answer."""

    def __init__(self, world):
        self.world = world
        self.tasks = {}

    def poll(self, provider, operation, task_id):
        outcome, ended_at, dice = self.tasks[task_id]
        if dice.random() < 0.1:
            raise ProviderUnavailableError("no answer")
        told = outcome if self.world.now >= ended_at and outcome != "silent" else "pending"
        body = bodies.poll(task_id, told)
        return PollResult(classify(provider, operation, Channel.POLL, body), body)


def report(world, customer, generation, outcome, ended_at):
    """Let the product report a generation as it goes on, and let the deadline watch it."""
    dice, task = customer.random, f"task_{generation}"
    # The provider's dice are apart, so that how often it is asked changes nothing else.
    world.provider.tasks[task] = (outcome, ended_at, type(dice)(task))

    def tell(kind, when, **more):
        event = GenerationEvent(
            kind=kind,
            event_id=f"{generation}_{kind.name}_{when.timestamp()}",
            at=when,
            account_id=customer.account_id,
            generation_id=generation,
            provider="kie",
            **more,
        )
        world.at(when, customer, apply, world, event)
        if dice.random() < 0.2:
            world.at(
                when + dice.choice([1, 40, 4000]) * timedelta(seconds=1),
                customer,
                apply,
                world,
                event,
            )

    if dice.random() > 0.05:
        tell(Kind.SUBMITTED, world.now + timedelta(seconds=dice.choice([1, 1, 100])), task_id=task)
    vouched = dice.random() < 0.8
    if outcome != "silent":
        if dice.random() < 0.5:
            first = bodies.callback(task, "first")
            tell(Kind.CALLBACK, world.now + MINUTE / 4, payload=first, authenticated=vouched)
        if dice.random() > 0.1:
            ended = bodies.callback(task, outcome)
            when = ended_at + timedelta(seconds=dice.choice([1, 2, 30, 1500, 5000]))
            tell(Kind.CALLBACK, when, payload=ended, authenticated=vouched)
    world.at(world.now + 5 * MINUTE, customer, watch, world, generation)


def apply(customer, world, event, receives=1):
    """The queue hands a report to the function, again and again, then to the dead letters."""
    applied = world.survive(lambda: receive(customer.generations, event, world.clock(customer)))
    if not applied:
        dead = receives % RECEIVES_MAX == 0
        again = HOUR if dead else VISIBILITY
        world.at(world.now + again, customer, apply, world, event, receives + 1)


def watch(customer, world, generation):
    """The deadline's schedule, every five minutes for as long as the charge is open."""
    world.survive(
        lambda: keep_promise(
            customer.generations,
            Run(world.now, Cause("schedule", "deadline"), lambda: True, lambda *_: None, workers=1),
        )
    )
    head = world.store.heads[customer.account_id]
    if generation in head.charges:
        world.at(world.now + 5 * MINUTE, customer, watch, world, generation)
