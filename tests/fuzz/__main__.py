"""`make fuzz`: looks for crashes by the paths that inputs take through the code.

Each target of `targets.py` runs for so many seconds in a process of its own. What crashes it is
kept below `build/fuzz/` and is played again, without the fuzzer, by `make fuzz CRASH=build/fuzz/…`.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import traceback
from contextlib import redirect_stdout
from copy import deepcopy
from pathlib import Path

from tests.support.files import ROOT

KEPT = ROOT / "build" / "fuzz"
NAMES = ("webhook", "callback", "bus", "mail", "ses", "api")
BYTES_MAX = 20_000
# What a single input may take; the slowest sample takes some hundredths of it.
SECONDS_PER_INPUT = 20
_BYTES_SHARE = 0.2
CHARACTERS = (0, 9, 10, 32, 45, 48, 92, 233, 0x202E, 0xD800, 0x1F600)
VALUES = (None, True, 0, -1, 2**63, 1e308, "", "\x00", "é" * 300, "2026-02-30", [], {}, [[]])


def main():
    """Run as the command line says; the exit code says whether anything crashed."""
    asked = argparse.ArgumentParser(prog="fuzz", description=__doc__.splitlines()[0])
    asked.add_argument("--seconds", type=int, default=10, help="for each target")
    asked.add_argument("--seed", type=int, default=1, help="of the mutations")
    asked.add_argument("--target", choices=NAMES, help="fuzz this one, in this process")
    asked.add_argument("--crash", type=Path, help="play a kept crash again")
    given = asked.parse_args()
    if given.crash:
        return play(given.crash)
    if given.target:
        return fuzz(given.target, given.seconds, given.seed)
    crashed = [name for name in NAMES if not _survives(name, given.seconds, given.seed)]
    print(f"targets: {len(NAMES)}, crashed: {len(crashed)}")
    return bool(crashed)


def _survives(name, seconds, seed):
    """Fuzz one target; show what it said only if it crashed."""
    folder = KEPT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    told = ("--target", name, "--seconds", str(seconds), "--seed", str(seed))
    command = (sys.executable, "-m", "tests.fuzz", *told)
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    inputs = [line for line in done.stderr.splitlines() if line.startswith("Done ")]
    print(f"{name}: {inputs[0] if inputs else 'crashed'}", flush=True)
    if done.returncode:
        print(done.stderr[-4_000:])
        for kept in sorted(path for path in folder.iterdir() if path.is_file()):
            print(f"play it again: make fuzz CRASH={kept.relative_to(ROOT)}")
    return done.returncode == 0


def play(crash):
    """Give a target the bytes that crashed it; the folder's name is the target's."""
    run = _quiet(crash.resolve().parent.name)
    run(crash.read_bytes())
    print("no crash any more")
    return 0


def fuzz(name, seconds, seed):
    """Fuzz one target until the time is over or it crashes; does not return."""
    import atheris  # noqa: PLC0415 - from an environment of its own

    with atheris.instrument_imports(include=["reprise", "functions"]):
        run = _quiet(name)
    from tests.fuzz.targets import seeds  # noqa: PLC0415 - imported instrumented, above

    corpus = KEPT / name / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for stem, raw in seeds(name):
        (corpus / stem).write_bytes(raw)
    options = {
        "max_total_time": seconds,
        "seed": seed,
        "max_len": BYTES_MAX,
        "timeout": SECONDS_PER_INPUT,
        "artifact_prefix": f"{corpus.parent}/",
    }

    def one(data):
        try:
            run(data)
        except BaseException:
            traceback.print_exc()
            raise

    def mutate(data, max_size, seed):
        changed = mutated_json(data, random.Random(seed))
        changed = changed if changed and len(changed) <= max_size else None
        return changed or atheris.Mutate(data, max_size)

    arguments = [name, *(f"-{key}={value}" for key, value in options.items()), str(corpus)]
    atheris.Setup(arguments, one, custom_mutator=mutate)
    atheris.Fuzz()


def mutated_json(data, chance):
    """Return a document with one of its values changed or gone; None for bytes to be changed."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    holders = list(_holders(document))
    if not holders or chance.random() < _BYTES_SHARE:
        return None
    holder = chance.choice(holders)
    key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    match chance.randrange(4):
        case 0:
            del holder[key]
        case 1:
            holder[key] = deepcopy(chance.choice(list(_values(chance.choice(holders)))))
        case 2 if isinstance(holder[key], str | int):
            holder[key] = _mutated_text(str(holder[key]), chance)
        case _:
            holder[key] = chance.choice(VALUES)
    return json.dumps(document).encode()


def _mutated_text(text, chance):
    """Return a text with a character put in; where it is a document, with that one changed."""
    inner = mutated_json(text.encode("utf-8", "replace"), chance)
    at = chance.randrange(len(text) + 1)
    return inner.decode() if inner else text[:at] + chr(chance.choice(CHARACTERS)) + text[at:]


def _holders(value):
    """Every object and list that holds something."""
    if isinstance(value, dict | list) and value:
        yield value
        for inner in _values(value):
            yield from _holders(inner)


def _values(holder):
    return holder.values() if isinstance(holder, dict) else holder


def _quiet(name):
    """Return a target that says nothing, whatever its function logs."""
    names = {"POWERTOOLS_SERVICE_NAME": "fuzz", "POWERTOOLS_METRICS_NAMESPACE": "Reprise"}
    os.environ |= names
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - after its environment was set

    def run(data):
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            TARGETS[name](data)

    return run


if __name__ == "__main__":
    sys.exit(main())
