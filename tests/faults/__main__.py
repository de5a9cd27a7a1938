"""`make faults`: the deployed template among faults; the last line counts what was violated.

A stack of its own, with microburst between its functions and AWS. `--seed` draws what customers do
and which calls fail; calls that run side by side may still come in another order.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter

from ops.stack import lifecycle
from tests.faults.proxy import between
from tests.faults.scenarios import SCENARIOS, Field


def main():
    """Play the scenarios that the command line asks for."""
    asked = argparse.ArgumentParser(prog="faults", description=__doc__.splitlines()[0])
    asked.add_argument("scenarios", nargs="*", help=f"any of {', '.join(SCENARIOS)}; all if none")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--rounds", type=int, default=1, help="how often, each with the next seed")
    asked.add_argument("--accounts", type=int, default=12, help="customers of each scenario")
    given = asked.parse_args()
    unknown = set(given.scenarios) - set(SCENARIOS)
    if unknown:
        asked.error(f"no such scenario: {', '.join(sorted(unknown))}")
    injected, redriven, violations = Counter(), 0, 0
    with lifecycle.temporary() as stack, tempfile.TemporaryDirectory() as folder:
        for seed in range(given.seed, given.seed + given.rounds):
            with between(stack, folder, seed) as proxy:
                field = Field(stack, proxy, seed, given.accounts)
                for name in given.scenarios or SCENARIOS:
                    violations += _played(name, field)
                injected += proxy.injected()
                injected["worker killed"] += field.deaths
                redriven += field.redriven
    for name, times in sorted(injected.items()):
        print(f"  {name:<32}{times:>7}")
    print(f"faults injected: {injected.total()}")
    print(f"calls that Lambda gave up, run again: {redriven}")
    print(f"violations: {violations}")
    return min(violations, 1)


def _played(name, field):
    began = time.monotonic()
    broken = SCENARIOS[name](field)
    print(f"seed {field.seed} {name}: {len(broken)} violations, {time.monotonic() - began:.0f} s")
    for breach in broken:
        print(f"  ! {breach}")
    sys.stdout.flush()
    return len(broken)


if __name__ == "__main__":
    sys.exit(main())
