"""The stand-ins for Stripe and for the providers, as processes beside the local stack."""

import http.client
import json
import sys
import time
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from ops.stack import process, tools

type Name = Literal["stripe_standin", "provider_standin"]

_START_SECONDS_MAX: Final = 10.0
_ANSWER_SECONDS_MAX: Final = 30.0
_POLL_SECONDS: Final = 0.01


class StandInError(Exception):
    """A stand-in did not start, or refused what it was told."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """A running stand-in: its process, and the URL of what it stands in for."""

    pid: int
    started: str
    url: str

    def tell(self, action: str, **payload: object) -> dict[str, Any]:
        """Ask something of the stand-in itself: see its `_control/` paths.

        Raises:
            StandInError: it refuses.
        """
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=_ANSWER_SECONDS_MAX)
        try:
            connection.request("POST", f"/_control/{action}", json.dumps(payload))
            answer = connection.getresponse()
            body: dict[str, Any] = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != HTTPStatus.OK:
            raise StandInError(f"{action}: {answer.status} {body}")
        return body


def start(name: Name, folder: Path, *arguments: str) -> StandIn:
    """Start `python -m ops.<name>` and wait until it says where it answers.

    Args:
        name: which one.
        folder: where its log goes.
        arguments: for its command line.

    Raises:
        StandInError: it ended, or was silent for ten seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{name}.log"
    command = [sys.executable, "-m", f"ops.{name}", *arguments]
    environment = tools.bare_environment(PYTHONUNBUFFERED="1")
    pid = process.launch(command, cwd=tools.ROOT, environment=environment, log=log)
    begun = StandIn(pid, process.start_of(pid), "")
    try:
        return replace(begun, url=_url_in(log, begun))
    except BaseException:
        process.stop(begun)
        raise


def _url_in(log: Path, begun: StandIn) -> str:
    """Return the first line of a stand-in's output, which is where it answers."""
    said, deadline = "", time.monotonic() + _START_SECONDS_MAX
    while time.monotonic() < deadline and not process.reap(begun.pid):
        said = log.read_text(errors="replace")
        if said.startswith("http") and "\n" in said:
            return said.split("\n", 1)[0]
        time.sleep(_POLL_SECONDS)
    raise StandInError(f"{log.stem} did not start; its log ends:\n{said[-2000:]}")
