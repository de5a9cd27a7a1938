"""Failing worlds, told as short as they still end badly."""

from dataclasses import dataclass, replace

from tests.simulation.customers import ACTS
from tests.simulation.world import World

LINES_MAX = 60
PLATFORM = {"at_the_desk", "heartbeat", "invoke", "tick"}
"""What happens all the time, and explains nothing."""


@dataclass(frozen=True)
class Plot:
    """What a world is made of; the same plot lives the same again."""

    seed: int
    days: int
    accounts: tuple[int, ...]
    acts: tuple[str, ...]
    fault_rate: float

    def live(self, trace=None):
        """Return what is violated in this world."""
        made = World(
            self.seed,
            self.days,
            self.accounts,
            fault_rate=self.fault_rate,
            acts=self.acts,
            trace=trace,
        )
        return made.run()


def shrunk(seed, days, accounts, fault_rate):
    """Return the smallest plot found: whatever can be left out and it still ends badly, is."""
    plot = Plot(seed, days, tuple(accounts), ACTS, fault_rate)
    steps = [lambda one: _tried(one, fault_rate=0)]
    steps += [lambda one, n=n: _without(one, "accounts", n) for n in plot.accounts]
    steps += [lambda one, act=act: _without(one, "acts", act) for act in ACTS]
    for step in steps:
        plot = step(plot)
    while plot.days > 1 and (shorter := _tried(plot, days=plot.days // 2)) != plot:
        plot = shorter
    return plot


def _without(plot, field, one):
    kept = tuple(other for other in getattr(plot, field) if other != one)
    return _tried(plot, **{field: kept}) if kept else plot


def _tried(plot, **changed):
    smaller = replace(plot, **changed)
    return smaller if smaller.live() else plot


def told(plot):
    """Return the lines of a plot's story, up to what it violates first."""
    lines = []

    def trace(now, what, args):
        if what not in PLATFORM:
            lines.append(f"{now:%d %b %H:%M:%S} {what} {' '.join(map(_short, args))}"[:200])

    found = plot.live(trace)
    until = next((n for n, line in enumerate(lines) if " ! " in line), len(lines))
    who = ",".join(map(str, plot.accounts))
    head = (
        f"accounts {who}, {plot.days} days of {', '.join(plot.acts)}, faults {plot.fault_rate:g}:"
    )
    return [head, *lines[: until + 1][-LINES_MAX:], *(f"! {a}: {what}" for a, what in found[:5])]


def _short(arg):
    return "" if isinstance(arg, World) else getattr(arg, "account_id", None) or str(arg)
