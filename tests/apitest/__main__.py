"""`make apitest`: as many requests as are asked for, against the OpenAPI document."""

import argparse
import sys

from tests.apitest.tester import check


def main():
    """Test as the command line says; the exit code is Schemathesis's."""
    asked = argparse.ArgumentParser(prog="apitest", description=__doc__.splitlines()[0])
    asked.add_argument("--examples", type=int, default=500, help="per phase and operation")
    asked.add_argument("--seed", type=int, default=1, help="which requests")
    given = asked.parse_args()
    return check(given.examples, given.seed)


if __name__ == "__main__":
    sys.exit(main())
