"""How long each built function takes to start, beside a handler that does next to nothing.

The bare handler imports boto3 and makes one DynamoDB client. All run in Lambda's own runtime, from
built artifacts with their bytecode, in turns; the fastest of the rounds counts, because a busy
machine only ever adds. A function makes its clients at its first event, so it is started twice: as
it is (`init_ratio`), and made ready for its first event as the bare handler is (`ready_ratio`).
"""

import compileall
import tempfile
from functools import partial
from pathlib import Path

from rich.table import Table

from ops.stack import build
from tests.bench.lambda_runtime import init_ms
from tests.support.template import functions, logical_id, template

ROUNDS = 5
VALUES = {
    "STAGE": "local",
    "CATALOGUE": "example",
    "CLOCK": "wall",
    "STRIPE_LIVEMODE": "false",
    "POWERTOOLS_LOG_LEVEL": "INFO",
}
"""What the settings must be; any other is only a name here."""
BARE = """import boto3

client = boto3.client("dynamodb")


def handler(event, context):
    return {}
"""


READY = """from {module} import handler, root

root()
"""
"""A shim that has a function bind itself to its surroundings as it starts."""


def measure(_bench):
    """Return each function's init as a ratio to the bare handler's."""
    with tempfile.TemporaryDirectory(prefix="reprise-") as folder, build.exclusive():
        build.build(build.host_architecture())
        starts = dict(_starts(Path(folder)))
        rounds = [{name: start() for name, start in starts.items()} for _ in range(ROUNDS)]
    fastest_ms = {name: min(one[name] for one in rounds) for name in starts}
    bare_ms = fastest_ms.pop(("bare", ""))
    ratios = {"init": {}, "ready": {}}
    for (kind, stem), took_ms in fastest_ms.items():
        ratios[kind][stem] = round(took_ms / bare_ms, 2)
    return {
        "init_ratio": ratios["init"],
        "ready_ratio": ratios["ready"],
        "init_bare_ms": round(bare_ms),
    }


def _starts(folder):
    """Yield what to start: the bare handler, and each function as it is and made ready."""
    layer = build.BUILT / "CommonLayer" / "python"
    (folder / "bare.py").write_text(BARE)
    yield ("bare", ""), partial(init_ms, [folder], "bare.handler", {})
    for stem, properties in functions().items():
        task = build.BUILT / logical_id(stem)
        handler = properties["Handler"]
        shim = f"ready_{stem}"
        (folder / f"{shim}.py").write_text(READY.format(module=handler.rpartition(".")[0]))
        names = template()["Globals"]["Function"]["Environment"]["Variables"].keys()
        names |= properties["Environment"]["Variables"].keys()
        environment = {name: VALUES.get(name, "x") for name in names}
        yield ("init", stem), partial(init_ms, [task, layer], handler, environment)
        ready = partial(init_ms, [task, layer, folder], f"{shim}.handler", environment)
        yield ("ready", stem), ready
    compileall.compile_dir(folder, quiet=1)


def tables(figures):
    """Show the ratios."""
    title = f"Start of each function; the bare handler's is 1, here {figures['init_bare_ms']} ms"
    table = Table("function", "init", "ready for an event", title=title, title_justify="left")
    for stem, ratio in figures["init_ratio"].items():
        table.add_row(stem, f"{ratio:.2f}", f"{figures['ready_ratio'][stem]:.2f}")
    return [table]
