"""`make simulate`: seeded worlds on all processors; the last line counts what was violated.

A seed that fails is replayed with ever fewer accounts, days and kinds of acts, and told as a short
story.
"""

import argparse
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.simulation.stories import shrunk, told
from tests.simulation.world import TOGETHER, World


def main():
    """Run the worlds that the command line asks for."""
    asked = argparse.ArgumentParser(prog="simulate", description=__doc__.splitlines()[0])
    asked.add_argument("--seed", type=int, default=1, help="the first seed")
    asked.add_argument("--seeds", type=int, default=5, help="how many worlds")
    asked.add_argument("--days", type=int, default=30, help="days in which customers act")
    asked.add_argument("--accounts", type=int, default=50, help="accounts per world")
    asked.add_argument("--faults", type=float, default=0.02, help="chance of a fault per call")
    asked.add_argument("--workers", type=int, default=os.cpu_count(), help="worlds at a time")
    given = asked.parse_args()
    events, injected, violations = Counter(), Counter(), 0
    seeds = range(given.seed, given.seed + given.seeds)
    live = partial(lived, days=given.days, accounts=given.accounts, fault_rate=given.faults)
    with ProcessPoolExecutor(given.workers) as pool:
        for seed, (happened, struck, violated, story) in zip(
            seeds, pool.map(live, seeds), strict=True
        ):
            events, injected, violations = (
                events + happened,
                injected + struck,
                violations + violated,
            )
            print(f"seed {seed}: {happened.total()} events, {violated} violations", flush=True)
            print("".join(f"    {line}\n" for line in story), end="")
    print("events:  ", "  ".join(f"{name} {count}" for name, count in sorted(events.items())))
    print("faults:  ", "  ".join(f"{name} {count}" for name, count in sorted(injected.items())))
    print(f"violations: {violations}")
    return min(violations, 1)


def lived(seed, days, accounts, fault_rate):
    """Live one seed; return its events, its faults, how much was violated, and the first story."""
    events, injected, violations, story = Counter(), Counter(), 0, []
    for first in range(0, accounts, TOGETHER):
        group = range(first, min(first + TOGETHER, accounts))
        world = World(seed, days, group, fault_rate=fault_rate)
        violated = world.run()
        events += world.events
        injected += world.faults.injected
        violations += len(violated)
        if violated and not story:
            story = told(shrunk(seed, days, group, fault_rate))
    return events, injected, violations, story


if __name__ == "__main__":
    sys.exit(main())
