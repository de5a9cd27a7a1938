"""People who operate the system: the `reprise` command under identities of their own."""

import json
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from ops.cli.output import Exit
from ops.demo.stage import Stage, StoryError
from ops.stack import tools
from ops.stack.env import STACK_NAME
from ops.stack.ministack import ACCOUNT_ID

_ROLE: Final = "support-"
_COMMAND_SECONDS_MAX: Final = 120
_MARGIN: Final = "    "
_NOTHING: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class _Said:
    """What a command said, and its exit code."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who runs `reprise`.

    Args:
        name: who.
        stage: of the story.
        environment: keys of a session of their own role.
    """

    name: str
    stage: Stage
    environment: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, name: str, stage: Stage) -> Self:
        """Let somebody sign in."""
        credentials = stage.client("sts").assume_role(
            RoleArn=_role_arn(stage, name), RoleSessionName="reprise"
        )["Credentials"]
        keys = {
            "AWS_ENDPOINT_URL": stage.info.endpoint,
            "AWS_DEFAULT_REGION": stage.info.arguments["region_name"],
            "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
            "AWS_SESSION_TOKEN": credentials["SessionToken"],
            "REPRISE_STACK": STACK_NAME,
        }
        return cls(name, stage, keys)

    def runs(
        self,
        *arguments: str,
        code: int = Exit.FINE,
        folder: Path = tools.ROOT,
        more: Mapping[str, str] = _NOTHING,
    ) -> None:
        """Run `reprise`, show what was typed and what it said, and check its exit code.

        Args:
            arguments: of the command line.
            code: the exit code that the story has.
            folder: where it is run.
            more: of its environment.
        """
        said = self._run(arguments, folder, more)
        typed = f"{self.name}$ reprise {shlex.join(arguments)}"
        width = self.stage.console.width - len(_MARGIN)
        lines = textwrap.wrap(typed, width, subsequent_indent="  ", break_on_hyphens=False)
        for line in (*lines, *said.text.rstrip().splitlines()):
            self.stage.console.print(f"{_MARGIN}{line}", markup=False)
        self.stage.expect("exit code", said.code, int(code))

    def reads(self, *arguments: str) -> Any:  # noqa: ANN401 - JSON of any shape
        """Return what `reprise … --json` says.

        Raises:
            StoryError: it failed.
        """
        said = self._run([*arguments, "--json"], tools.ROOT, _NOTHING)
        if said.code:
            raise StoryError(f"reprise {shlex.join(arguments)}: {said.text}")
        return json.loads(said.text)

    def _run(self, arguments: Sequence[str], folder: Path, more: Mapping[str, str]) -> _Said:
        done = subprocess.run(
            [Path(sys.executable).with_name("reprise"), *arguments],
            env=tools.bare_environment(**self.environment, **more),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_COMMAND_SECONDS_MAX,
            check=False,
        )
        return _Said(done.returncode, done.stdout)


def _role_arn(stage: Stage, name: str) -> str:
    """Return somebody's own role, as two people are told apart by their roles."""
    client, role = stage.client("iam"), f"{_ROLE}{name.lower()}"
    owner = {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}
    trust = _document(Action="sts:AssumeRole", Principal=owner)
    with suppress(client.exceptions.EntityAlreadyExistsException):
        client.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
    may = _document(Action="*", Resource="*")
    client.put_role_policy(RoleName=role, PolicyName="all", PolicyDocument=may)
    return f"arn:aws:iam::{ACCOUNT_ID}:role/{role}"


def _document(**statement: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})
