"""Runs in microburst's own environment: its command line, with seeded dice and the callers' Host.

Every call is signed for the host that it was sent to, and the local stack checks the signature, so
the proxy must hand that host on.
"""

import random
import sys

from microburst.cli import main
from microburst.forward import Upstream

headers_of = Upstream._outbound_headers


def with_host(upstream, request):
    """Return the headers that go on, the caller's Host among them."""
    return headers_of(upstream, request) | {"host": request.headers["Host"]}


if __name__ == "__main__":
    random.seed(sys.argv.pop(1))
    Upstream._outbound_headers = with_host
    sys.exit(main())
