"""microburst between the functions and AWS: faults in the very form that the SDK reads.

The functions of a deployed stack are pointed at it by their own AWS_ENDPOINT_URL; everybody else
(the tests, EventBridge, the queues' pollers) reaches the stack directly.
"""

import http.client
import json
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import boto3

from ops.stack import process, tools

MICROBURST = tools.Tool("microburst", "0.10.0", "python")
_PROGRAM = Path(__file__).with_name("seeded_microburst.py")
_START_SECONDS_MAX = 15
_POLL_SECONDS = 0.05


@dataclass
class Proxy:
    """A running microburst; its dice are seeded, the order of concurrent calls is not."""

    pid: int
    started: str
    port: int
    names: dict = field(default_factory=dict)

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def play(self, rules):
        """Inject by these rules, each under its name, from now on; without any, nothing."""
        made = json.loads(self._ask("POST", "rules", json.dumps([rule for _, rule in rules])))
        self.names |= {one["id"]: name for one, (name, _) in zip(made, rules, strict=True)}

    def injected(self):
        """How often each rule's fault was injected so far, by the rule's name."""
        counts = Counter()
        for one in json.loads(self._ask("GET", "stats"))["by_rule"]:
            counts[self.names[one["id"]]] += one["fired"]
        return counts

    def _ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, f"/_microburst/{path}", body)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        assert answer.status == 200, f"microburst: {answer.status} {text}"
        return text


@contextmanager
def between(stack, folder, seed):
    """Put a proxy between the functions of a stack and AWS, and take it away in the end."""
    proxy = _start(stack.endpoint, Path(folder), seed)
    try:
        with _routed(stack, proxy.endpoint):
            yield proxy
    finally:
        process.stop(proxy)


def _start(upstream, folder, seed):
    port = process.free_port()
    arguments = ["--upstream", upstream, "--port", str(port)]
    log = folder / "microburst.log"
    pid = process.launch(
        [tools.executable(MICROBURST), _PROGRAM, str(seed), *arguments],
        cwd=folder,
        environment=tools.bare_environment(),
        log=log,
    )
    proxy = Proxy(pid, process.start_of(pid), port)
    ends_at = time.monotonic() + _START_SECONDS_MAX
    while time.monotonic() < ends_at and not process.reap(pid):
        try:
            proxy._ask("GET", "health")
        except OSError:
            time.sleep(_POLL_SECONDS)
        else:
            return proxy
    process.stop(proxy)
    raise AssertionError(f"microburst did not start; its log ends:\n{log.read_text()[-2000:]}")


@contextmanager
def _routed(stack, endpoint):
    client = boto3.client("lambda", **stack.arguments)
    names = [value for key, value in stack.outputs.items() if key.endswith("FunctionName")]
    before = {}
    for name in names:
        found = client.get_function_configuration(FunctionName=name)
        before[name] = found["Environment"]["Variables"]
    try:
        for name, variables in before.items():
            _configure(client, name, variables | {"AWS_ENDPOINT_URL": endpoint})
        yield
    finally:
        for name, variables in before.items():
            _configure(client, name, variables)


def _configure(client, name, variables):
    client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
