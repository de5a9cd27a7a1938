"""Runs the stand-in until it is interrupted: `python -m ops.provider_standin --port 12112`."""

import argparse
import signal

from ops.provider_standin.server import running


def main() -> None:
    """Answer on a loopback port until interrupted or terminated."""
    parser = argparse.ArgumentParser(prog="python -m ops.provider_standin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="loopback port; a free one if 0")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with running(given.port) as url:
        print(url, flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
