"""Runs the stand-in until it is interrupted: `python -m ops.stripe_standin --port 12111`."""

import argparse
import signal

from ops.stripe_standin.server import running
from ops.stripe_standin.webhooks import Endpoint


def main() -> None:
    """Answer on a loopback port and deliver webhooks until interrupted or terminated."""
    parser = argparse.ArgumentParser(prog="python -m ops.stripe_standin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="loopback port; a free one if 0")
    parser.add_argument("--webhook-url", default="", help="where events go; nowhere if empty")
    parser.add_argument(
        "--secret", action="append", default=[], help="signing secret; twice during a rotation"
    )
    parser.add_argument("--test-mode", action="store_true", help="say so in events about objects")
    given = parser.parse_args()
    endpoint = Endpoint(given.webhook_url, tuple(given.secret))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        # The signal may come at any moment, so whatever it interrupts ends quietly.
        with running(given.port, endpoint, livemode=not given.test_mode) as found:
            print(found.url, flush=True)
            signal.pause()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
