"""`make simulate`: seeded worlds, one after the other; the last line counts what was violated.

A seed that fails is replayed with the one account that ended badly, over ever fewer days, and told
as a short story.
"""

import argparse
import sys
from collections import Counter

from tests.simulation.world import World

STORY_LINES_MAX = 60


def main():
    """Run the worlds that the command line asks for."""
    asked = argparse.ArgumentParser(prog="simulate", description=__doc__.splitlines()[0])
    asked.add_argument("--seed", type=int, default=1, help="the first seed")
    asked.add_argument("--seeds", type=int, default=5, help="how many worlds")
    asked.add_argument("--days", type=int, default=30, help="days in which customers act")
    asked.add_argument("--accounts", type=int, default=50, help="accounts per world")
    asked.add_argument("--faults", type=float, default=0.02, help="chance of a fault per call")
    given = asked.parse_args()
    events, injected, violations = Counter(), Counter(), 0
    for seed in range(given.seed, given.seed + given.seeds):
        world = World(seed, given.days, range(given.accounts), fault_rate=given.faults)
        violated = world.run()
        events += world.events
        injected += world.injected
        violations += len(violated)
        print(f"seed {seed}: {sum(world.events.values())} events, {len(violated)} violations")
        if violated:
            tell(seed, given.days, violated, given.faults)
    print("events:  ", "  ".join(f"{name} {count}" for name, count in sorted(events.items())))
    print("faults:  ", "  ".join(f"{name} {count}" for name, count in sorted(injected.items())))
    print(f"violations: {violations}")
    return min(violations, 1)


def tell(seed, days, violated, fault_rate):
    """Print the shortest story that still ends badly."""
    number = int(violated[0][0].removeprefix("acc"))
    days = shrunk(seed, days, number, fault_rate)
    lines = []
    world = World(seed, days, [number], fault_rate=fault_rate, trace=lines.append)
    found = world.run()
    told = [line for line in lines if " sweep" not in line]
    print(f"  seed {seed}, account {number}, {days} days:")
    for line in told[-STORY_LINES_MAX:]:
        print(f"    {line}")
    for _, breach in found:
        print(f"  ! {breach}")


def shrunk(seed, days, number, fault_rate):
    """Return the fewest days after which this account still ends badly."""
    for fewer in range(1, days):
        if World(seed, fewer, [number], fault_rate=fault_rate).run():
            return fewer
    return days


if __name__ == "__main__":
    sys.exit(main())
