"""Programs with dependencies of their own, each in an environment of its own under `.local/`.

MiniStack and SAM CLI pin versions that collide with ours, so they never share our environment.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
LOCAL: Final = ROOT / ".local"
_TOOLS: Final = LOCAL / "tools"


@dataclass(frozen=True, slots=True)
class Tool:
    """A pinned program: the package to install, what to add to it, and its executable."""

    package: str
    version: str
    executable: str
    extras: tuple[str, ...] = ()


MINISTACK: Final = Tool("ministack", "1.5.33", "python", ("aws-sam-translator==1.115.0",))
SAM: Final = Tool("aws-sam-cli", "1.170.0", "sam")


def uv() -> str:
    """Return the uv that runs us, else the one the Makefile fetched, else any on the path."""
    fetched = LOCAL / "uv" / "bin" / "uv"
    return os.environ.get("UV") or (str(fetched) if fetched.exists() else "uv")


def executable(tool: Tool) -> Path:
    """Return the program's path, installing it first where it is missing or another version.

    Raises:
        subprocess.CalledProcessError: if it cannot be installed; uv has said why.
    """
    environment = _TOOLS / tool.package
    path = environment / "bin" / tool.executable
    spec = " ".join((f"{tool.package}=={tool.version}", *tool.extras))
    receipt = _TOOLS / f"{tool.package}.installed"
    if path.exists() and receipt.exists() and receipt.read_text() == spec:
        return path
    extras = [argument for extra in tool.extras for argument in ("--with", extra)]
    install = [uv(), "tool", "install", "--quiet", "--force", "--python", "3.13"]
    subprocess.run(
        [*install, f"{tool.package}=={tool.version}", *extras],
        cwd=ROOT,  # where `.python-version` lets pyenv's shims answer
        env=os.environ | {"UV_TOOL_DIR": str(_TOOLS), "UV_TOOL_BIN_DIR": str(_TOOLS / ".bin")},
        check=True,
    )
    receipt.write_text(spec)
    return path


def bare_environment(**more: str) -> dict[str, str]:
    """Return an environment that carries over none of the caller's keys, profiles or settings.

    The functions of the local stack inherit it, so what it lacks they cannot come to rely on.
    """
    kept = ("HOME", "LANG", "PATH", "SSL_CERT_FILE", "TZ", "USER", "XDG_CACHE_HOME")
    return {name: os.environ[name] for name in kept if name in os.environ} | more


def sam_environment() -> dict[str, str]:
    """Return the caller's environment with a Python for SAM to build with, and no telemetry.

    SAM looks for `python3.13` with pip on the path; neither uv's own nor a distribution's need
    have pip, so it gets a virtualenv that does.
    """
    python = _TOOLS / "build"
    if not (python / "bin" / "pip").exists():
        command = [uv(), "venv", "--quiet", "--seed", "--clear", "--python", "3.13", str(python)]
        subprocess.run(command, cwd=ROOT, check=True)
    path = os.pathsep.join((str(python / "bin"), os.environ["PATH"]))
    return os.environ | {"PATH": path, "SAM_CLI_TELEMETRY": "0"}


def run(command: Sequence[str | Path], *, environment: Mapping[str, str]) -> None:
    """Run a program in the repository, showing what it said only if it fails.

    Raises:
        subprocess.CalledProcessError: if it fails.
    """
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout)
        done.check_returncode()


def remove(folder: Path) -> None:
    """Delete a scratch folder of ours, present or not."""
    shutil.rmtree(folder, ignore_errors=True)
