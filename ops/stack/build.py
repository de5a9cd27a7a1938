"""Builds what is deployed: `sam build`, then the layer made lean and shipped with its bytecode.

Lambda cannot write bytecode beside the code, so without it each cold start compiles every import.
"""

import argparse
import compileall
import fcntl
import hashlib
import os
import platform
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import IO, Final

from ops.stack import tools

BUILT: Final = tools.ROOT / ".aws-sam" / "build"
_STAMP: Final = BUILT / ".inputs"
_INPUTS: Final = ("template.yaml", "samconfig.toml", "functions", "layers", "ops/stack/build.py")
LOCK_SECONDS_MAX: Final = 900.0
"""Several times what a build and a deployment take on a busy machine."""
_POLL_SECONDS: Final = 0.2
# What packages carry for people who compile against them or test them.
_UNUSED: Final = ("*.pyx", "*.pxi", "*.pxd", "*.h", "*.pyi", "*.data", "tests", "isoschematron")


def host_architecture() -> str:
    """Return this machine's processor as Lambda names it."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


class BuildBusyError(Exception):
    """Another run has held the build folder for too long."""


@contextmanager
def exclusive() -> Iterator[None]:
    """Hold the build folder: two runs in one checkout must not build over each other.

    Raises:
        BuildBusyError: another one holds it for longer than any build takes.
    """
    tools.LOCAL.mkdir(exist_ok=True)
    with (tools.LOCAL / "build.lock").open("a+") as lock:
        _hold(lock)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _hold(lock: IO[str]) -> None:
    """Wait for a lock, which its holder's end lets go of as well."""
    deadline = time.monotonic() + LOCK_SECONDS_MAX
    holder = ""
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            if not holder:
                holder = f"process {lock.read() or 'unknown'}"
                print(f"  waiting for {holder}, which builds here", flush=True)
            if time.monotonic() > deadline:
                raise BuildBusyError(
                    f"{lock.name}: {holder} has held it for {LOCK_SECONDS_MAX} seconds; end it"
                ) from None
            time.sleep(_POLL_SECONDS)
        else:
            return


def build(architecture: str) -> bool:
    """Build for `architecture` unless it is built already; return whether anything was done.

    Call it, and use what it built, inside `exclusive`.

    Raises:
        subprocess.CalledProcessError: if SAM refuses; it has said why.
    """
    inputs = _digest_of_inputs(architecture)
    if _STAMP.exists() and _STAMP.read_text() == inputs:
        return False
    _STAMP.unlink(missing_ok=True)
    tools.run(
        [
            *(tools.executable(tools.SAM), "build", "--cached", "--parallel"),
            *("--parameter-overrides", f"Architecture={architecture}"),
        ],
        environment=tools.sam_environment(),
    )
    for artifact in sorted(path for path in BUILT.iterdir() if path.is_dir()):
        _prune(artifact)
        _compile(artifact)
    _STAMP.write_text(inputs)
    return True


def _digest_of_inputs(architecture: str) -> str:
    digest = hashlib.sha256(architecture.encode())
    for name in _INPUTS:
        path = tools.ROOT / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and file.suffix != ".pyc":
                digest.update(f"{file.relative_to(tools.ROOT)}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _prune(artifact: Path) -> None:
    for pattern in _UNUSED:
        for path in list(artifact.rglob(pattern)):
            if path.is_dir():
                tools.remove(path)
            else:
                path.unlink()


def _compile(artifact: Path) -> None:
    """Write bytecode that is trusted as it is: zip archives do not keep what checking it needs."""
    is_layer = (artifact / "python").is_dir()
    done = compileall.compile_dir(
        artifact,
        quiet=1,
        force=True,
        stripdir=str(artifact),
        prependdir="/opt" if is_layer else "/var/task",
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        workers=0,
    )
    if not done:
        raise subprocess.CalledProcessError(1, ["compileall", str(artifact)])


def main() -> None:
    """Build from the command line."""
    parser = argparse.ArgumentParser(prog="python -m ops.stack.build", description=__doc__)
    parser.add_argument("--architecture", choices=["arm64", "x86_64"], default="arm64")
    arguments = parser.parse_args()
    with exclusive():
        done = build(arguments.architecture)
    print(f"{'Built' if done else 'Already built'} for {arguments.architecture}: {BUILT}")


if __name__ == "__main__":
    main()
