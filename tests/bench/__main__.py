"""`python -m tests.bench [capacity contention …]`: run the benchmarks named, or all of them."""

import argparse
import importlib
import json
import pkgutil

from rich.console import Console

from ops.stack import tools
from tests.bench import measures
from tests.bench.bench import running

LONG = {"load"}
"""What takes many minutes, and is measured only where it is asked for."""
REPORT = tools.ROOT / "build" / "bench.json"


def main() -> None:
    """Measure, show, and merge what was measured into the report."""
    known = [module.name for module in pkgutil.iter_modules(measures.__path__)]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    words = f"any of {', '.join(known)}; all but {', '.join(LONG)} if none"
    parser.add_argument("names", nargs="*", help=words)
    names = parser.parse_args().names or [name for name in known if name not in LONG]
    unknown = set(names) - set(known)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    console = Console()
    figures = json.loads(REPORT.read_text()) if REPORT.exists() else {}
    with running() as bench:
        for name in names:
            module = importlib.import_module(f"tests.bench.measures.{name}")
            found = module.measure(bench)
            figures |= found
            for table in module.tables(found):
                console.print(table)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(figures, indent=2) + "\n")
    console.print(f"written to {REPORT.relative_to(tools.ROOT)}")


if __name__ == "__main__":
    main()
