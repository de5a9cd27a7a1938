"""Brings the local stack up and down: MiniStack with the built template, and the stand-ins."""

import os
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Final

import boto3

from ops.provider_standin.server import KEY, PROVIDERS
from ops.stack import build, ministack, process, standins, tools
from ops.stack.env import STACK_NAME, STATE, NoStackError, StackInfo, StateUnreadableError

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
_SCRATCH_BYTES_MAX: Final = 4_000_000_000
_FOLDER: Final = STATE.parent / "ministack"
_QUEUE_WORKERS_MIN: Final = 2  # AWS takes no lower limit
MAILBOX: Final = "refunds@reprise.example"
_NOTICE_SENDER: Final = "policy@reprise.example"
_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STRIPE_KEY: Final = "rk_test_of_the_local_stack"  # the stand-in takes any


def up() -> StackInfo:
    """Start the stack, or deploy the present code onto the one that is up, and remember it."""
    running = _running()
    if running:
        info = _deploy(running)
    else:
        tools.remove(_FOLDER)
        info = _start(_FOLDER)
    info.save()
    return info


def down() -> bool:
    """End exactly what `up` started; return whether it was running."""
    try:
        stopped = _stop(StackInfo.load())
    except StateUnreadableError as other:
        stopped = _stop_parts(other)
    except NoStackError:
        return False
    tools.remove(STATE.parent)
    return stopped


@contextmanager
def temporary() -> Iterator[StackInfo]:
    """A stack of its own beside any other, gone at the end: for the demo and the tests."""
    folder_of_its_own = tempfile.TemporaryDirectory(
        prefix="reprise-", dir=_in_memory(), ignore_cleanup_errors=True
    )
    with _unwinding_when_told_to_end(), folder_of_its_own as folder:
        info = _start(Path(folder) / "ministack")
        try:
            yield info
        finally:
            _stop(info)


@contextmanager
def changeable_build() -> Iterator[Path]:
    """Yield a copy of what was built, to change and to `deploy_build`; the build stays as it is."""
    with tempfile.TemporaryDirectory(prefix="changed-", dir=build.BUILT.parent) as folder:
        copy = Path(folder) / "build"
        with build.exclusive():
            shutil.copytree(build.BUILT, copy, copy_function=os.link)  # replace files, never edit
        yield copy


def deploy_build(info: StackInfo, built: Path) -> None:
    """Deploy a changed build onto a running stack."""
    _sam_deploy(info, built / "template.yaml")


def _in_memory() -> str | None:
    """Return a roomy file system in memory, if there is one: every worker unpacks the layer.

    That is thousands of files, which a disk may take ten times as long for.
    """
    roomy = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)
    if roomy and shutil.disk_usage(_MEMORY).free > _SCRATCH_BYTES_MAX:
        return str(_MEMORY)
    return None


@contextmanager
def _unwinding_when_told_to_end() -> Iterator[None]:
    """Turn the signals that end a process into an exit, so that what it started ends too.

    Only the first counts: Ctrl-C often comes twice, from the terminal and from whoever runs us, and
    the second must not interrupt the clearing up.
    """

    def leave(number: int, _frame: FrameType | None) -> None:
        for known in before:
            signal.signal(known, signal.SIG_IGN)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + number)

    before = {number: signal.getsignal(number) for number in _ENDING}
    for number in _ENDING:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _running() -> StackInfo | None:
    try:
        info = StackInfo.load()
    except StateUnreadableError as other:
        _stop_parts(other)
        return None
    except NoStackError:
        return None
    parts: tuple[process.Started, ...] = (info.server, info.stripe, info.provider)
    if all(process.is_running(part) for part in parts):
        return info
    _stop(info)  # a stack without one of its parts is none
    return None


def _stop(info: StackInfo) -> bool:
    """End every part; return whether the server was still running."""
    process.stop(info.stripe)
    process.stop(info.provider)
    return ministack.stop(info.server)


def _stop_parts(other: StateUnreadableError) -> bool:
    """End what another version started; return whether any of it was still running."""
    were_running = [process.stop(part) for part in other.parts]
    return any(were_running)


def _start(folder: Path) -> StackInfo:
    with ExitStack() as undo:
        server = ministack.start(folder, enforce_iam=True)
        undo.callback(ministack.stop, server, keep_folder=True)
        stripe = standins.start("stripe_standin", folder, "--test-mode")
        undo.callback(process.stop, stripe)
        provider = standins.start("provider_standin", folder)
        undo.callback(process.stop, provider)
        secret = f"whsec_{secrets.token_urlsafe(24)}"
        info = _deploy(StackInfo(server, {}, secret, stripe, provider))
        undo.pop_all()
        return info


def _deploy(info: StackInfo) -> StackInfo:
    """Deploy the present code onto the parts, and make them known to each other."""
    with build.exclusive():
        with _timed("build"):
            build.build(build.host_architecture())
        with _timed("deploy"):
            _sam_deploy(info)
    stack = boto3.client("cloudformation", **info.arguments).describe_stacks(StackName=STACK_NAME)
    outputs = {
        output["OutputKey"]: output["OutputValue"] for output in stack["Stacks"][0]["Outputs"]
    }
    client = boto3.client("secretsmanager", **info.arguments)
    for secret_id, value in {
        "StripeWebhookSecretId": info.webhook_secret,
        "StripeApiKeySecretId": _STRIPE_KEY,
        "StripeDiscountKeySecretId": _STRIPE_KEY,
        "ProviderKeysSecretId": " ".join(f"{name}={KEY}" for name in PROVIDERS),
    }.items():
        client.put_secret_value(SecretId=outputs[secret_id], SecretString=value)
    _limit_workers(info)
    ses = boto3.client("sesv2", **info.arguments)
    for sender in (MAILBOX, _NOTICE_SENDER):
        with suppress(ses.exceptions.AlreadyExistsException):
            ses.create_email_identity(EmailIdentity=sender)
    deployed = replace(info, outputs=outputs)
    info.stripe.tell("endpoint", url=deployed.webhook_url, secrets=[info.webhook_secret])
    return deployed


def _limit_workers(info: StackInfo) -> None:
    """Let each queue start no more workers than there are processors to run them.

    Each is a process that unpacks the whole layer first: more of them only make all of them late.
    """
    client = boto3.client("lambda", **info.arguments)
    processors = max(_QUEUE_WORKERS_MIN, os.cpu_count() or 1)
    for mapping in client.list_event_source_mappings()["EventSourceMappings"]:
        if ":sqs:" in mapping["EventSourceArn"]:
            client.update_event_source_mapping(
                UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": processors}
            )


def _sam_deploy(info: StackInfo, template: Path = build.BUILT / "template.yaml") -> None:
    arguments = info.arguments
    parameters = {
        "Stage": "local",
        "Architecture": build.host_architecture(),
        "ClockSource": "event",  # a story moves time by its events
        "NoticeSender": _NOTICE_SENDER,
        "MailRecipient": MAILBOX,  # answers come from it; nothing is received
        "ProductPrincipalArn": f"arn:aws:iam::{ministack.ACCOUNT_ID}:root",
        "StripeBaseUrl": info.stripe.url,
        "ProvidersBaseUrl": info.provider.url,
    }
    environment = tools.sam_environment() | {
        "AWS_ENDPOINT_URL": arguments["endpoint_url"],
        "AWS_ACCESS_KEY_ID": arguments["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": arguments["aws_secret_access_key"],
        "AWS_DEFAULT_REGION": arguments["region_name"],
        "SAM_CLI_POLL_DELAY": "0.3",  # seconds; the default is made for a service far away
    }
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN"):
        environment.pop(name, None)
    tools.run(
        [
            *(tools.executable(tools.SAM), "deploy", "--stack-name", STACK_NAME, "--resolve-s3"),
            *("--template-file", template, "--config-file", tools.ROOT / "samconfig.toml"),
            *("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"),
            "--parameter-overrides",
            *(f"{name}={value}" for name, value in parameters.items()),
        ],
        environment=environment,
    )


@contextmanager
def _timed(step: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"  {step:<7}{time.monotonic() - began:6.1f} s", flush=True)
