"""A process that dies at a call: stores whose calls are counted, one of which is the last."""


class Crash(BaseException):
    """The end of a process; no `except Exception` holds it up."""


class Calls:
    """Counts the calls to all stores, and crashes at one of them.

    Args:
        at: the number of the call, from one; never where it is zero.
        after: whether the call is done before the crash.
    """

    def __init__(self, at=0, after=False):
        self.at, self.after, self.count = at, after, 0

    def watch(self, store):
        return Watched(store, self)


class Watched:
    """A store whose calls are counted."""

    def __init__(self, store, calls):
        self._store, self._calls = store, calls

    def __getattr__(self, name):
        found = getattr(self._store, name)
        if not callable(found):
            return found

        def call(*args, **kwargs):
            self._calls.count += 1
            crashes = self._calls.count == self._calls.at
            if crashes and not self._calls.after:
                raise Crash(name)
            done = found(*args, **kwargs)
            if crashes:
                raise Crash(name)
            return done

        return call
