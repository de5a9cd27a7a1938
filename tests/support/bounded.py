"""Work in a child process that the system ends when it takes too much processor or memory."""

import multiprocessing
import resource
from pathlib import Path

_MB = 1024 * 1024


def bounded(work, *, cpu_s, memory_mb):
    """Return what `work` returns, or fail because it took more than it may.

    Args:
        work: called without arguments in a fork of this process.
        cpu_s: seconds of processor time, so that a busy machine fails nothing.
        memory_mb: what it may take beyond what this process holds already.
    """
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)

    def run():
        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        most = held + memory_mb * _MB
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
        theirs.send(work())

    child = context.Process(target=run)
    child.start()
    theirs.close()
    try:
        result = ours.recv()
    except EOFError:
        child.join()
        raise AssertionError(
            f"more than {cpu_s} s or {memory_mb} MB, or it raised: exit code {child.exitcode}"
        ) from None
    child.join()
    return result
