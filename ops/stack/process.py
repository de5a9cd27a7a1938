"""Processes that outlive whoever started them, told from later ones with the same id."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

_STOP_SECONDS_MAX: Final = 10.0
_POLL_SECONDS: Final = 0.02


class Started(Protocol):
    """A process that `launch` started: `started` differs from a later one's with the same id."""

    @property
    def pid(self) -> int:
        """Its id, which is also its group's."""

    @property
    def started(self) -> str:
        """When it began, as `start_of` tells it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A process that was started, and nothing else about it."""

    pid: int
    started: str


def launch(
    command: Sequence[str | Path], *, cwd: Path, environment: Mapping[str, str], log: Path
) -> int:
    """Start a program in a group of its own, its output in `log`; return the process id."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # what it starts joins this group and ends with it
        )
    # It may outlive this process, as under `make up`: nobody here waits for it.
    process.returncode = 0
    return process.pid


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stop(found: Started) -> bool:
    """End a process and its group; return whether it was still running."""
    running = is_running(found)
    if running:
        _signal(found.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS_MAX
        while is_running(found) and time.monotonic() < deadline:
            reap(found.pid)
            time.sleep(_POLL_SECONDS)
        _signal(found.pid, signal.SIGKILL)  # children that were busy
        reap(found.pid)
    return running


def is_running(found: Started) -> bool:
    """Tell whether this very process still lives: not only some process with its id."""
    return bool(found.started) and start_of(found.pid) == found.started


def reap(pid: int) -> bool:
    """Collect the process if it is our ended child; tell whether it was."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return False


def start_of(pid: int) -> str:
    """Return a text that differs between two processes that had the same id; "" if none has it."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] == "Z" else fields[19]
    listing = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listing.stdout.strip()


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)  # it leads its own group
    except ProcessLookupError:
        return
