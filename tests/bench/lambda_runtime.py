"""Lambda's own runtime without Docker: the interface emulator of SAM CLI around awslambdaric.

It says how long a function's init took, as Lambda would; its other figures are not used.
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from ops.stack import build, tools
from ops.stack.process import free_port

_PACKAGES = ("awslambdaric==4.2.2", "boto3==1.44.5")
_HOME = tools.LOCAL / "tools" / "awslambdaric"
_EMULATOR = "lib/python3.13/site-packages/samcli/local/rapid/aws-lambda-rie-{}"
_INVOKE = "/2015-03-31/functions/function/invocations"
_INIT_DONE = re.compile(r"INIT RTDONE\(status: (\w+)\)")
_INIT_REPORT = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")
_SECONDS_MAX = 60.0
_POLL_SECONDS = 0.05


class NoRuntimeError(Exception):
    """This machine cannot run Lambda's runtime; the message says why."""


def init_ms(path: list[Path], handler: str, environment: dict[str, str]) -> float:
    """Start a function from nothing and return what its init took, in milliseconds.

    Args:
        path: where its modules are: the built artifact, then the built layer's `python` folder.
        handler: the dotted name of its handler.
        environment: its settings.

    Raises:
        NoRuntimeError: if it did not come up; holds the end of its log.
    """
    ports = [free_port(), free_port()]
    process = subprocess.Popen(
        [
            *(_emulator(), "--log-level", "info"),
            *("--runtime-interface-emulator-address", f"127.0.0.1:{ports[0]}"),
            *("--runtime-api-address", f"127.0.0.1:{ports[1]}"),
            *(_python(), "-m", "awslambdaric", handler),
        ],
        cwd=path[0],
        env=environment
        | tools.bare_environment(
            LAMBDA_TASK_ROOT=str(path[0]),
            PYTHONPATH=os.pathsep.join(map(str, path)),
            PYTHONDONTWRITEBYTECODE="1",  # Lambda's file system is read-only
            AWS_LAMBDA_FUNCTION_TIMEOUT=str(int(_SECONDS_MAX)),
            AWS_LAMBDA_FUNCTION_MEMORY_SIZE="512",
            AWS_LAMBDA_FUNCTION_NAME="bench",
            AWS_REGION="us-east-1",
            AWS_DEFAULT_REGION="us-east-1",
            AWS_EC2_METADATA_DISABLED="true",
        ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    log: list[str] = []
    watchdog = threading.Timer(_SECONDS_MAX, _end, [process])
    watchdog.start()
    try:
        with _knock(ports[0]):
            for line in process.stdout:
                log.append(line)
                done, report = _INIT_DONE.search(line), _INIT_REPORT.search(line)
                if done and done[1] != "success":
                    break
                if report:
                    return float(report[1])
    finally:
        watchdog.cancel()
        _end(process)
        process.communicate()
    raise NoRuntimeError(f"{handler} did not start; its log ends:\n{''.join(log)[-2000:]}")


def _end(process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _knock(port: int) -> socket.socket:
    """Send one event: the emulator starts the function with it. Its answer is not waited for."""
    request = f"POST {_INVOKE} HTTP/1.1\r\nHost: local\r\nContent-Length: 2\r\n\r\n{{}}"
    deadline = time.monotonic() + _SECONDS_MAX
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port), _SECONDS_MAX)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_POLL_SECONDS)  # not listening yet
        else:
            connection.sendall(request.encode())
            return connection


def _emulator() -> Path:
    if sys.platform != "linux":
        raise NoRuntimeError("Lambda's runtime interface emulator runs on Linux only")
    environment = tools.executable(tools.SAM).parent.parent
    return environment / _EMULATOR.format(build.host_architecture())


def _python() -> Path:
    """Return the runtime's Python, with its boto3 and their bytecode, installing it first."""
    python = _HOME / "bin" / "python"
    receipt = _HOME / "installed"
    spec = " ".join(_PACKAGES)
    if receipt.exists() and receipt.read_text() == spec:
        return python
    for command in (
        ["venv", "--quiet", "--clear", "--python", "3.13", str(_HOME)],
        ["pip", "install", "--quiet", "--compile-bytecode", "--python", str(python)],
    ):
        words = _PACKAGES if command[0] == "pip" else ()
        subprocess.run([tools.uv(), *command, *words], cwd=tools.ROOT, check=True)
    receipt.write_text(spec)
    return python
