"""The language that dialects are written in; `classify` is its one interpreter.

A dialect is data: where the ids, codes, statuses and outputs of a provider stand, and what its
words mean. Paths and words are compared without case and separators (see `values`).
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import Enum

from reprise.providers.operation import Operation
from reprise.providers.promises import PROMISES, Promise
from reprise.providers.verdict import Channel


class Signal(Enum):
    """What a status word means."""

    DONE = "done"  # complete: the outputs decide between delivered, partial and empty
    RUNNING = "running"
    FAILED = "failed"
    UNSURE = "unsure"  # no verdict, unless the promised outputs are there
    USER = "user"  # the customer has to act before it can go on


class Goods(Enum):
    """What makes an output usable."""

    URL = "url"  # a web address of a file that is not known to be empty
    TEXT = "text"  # text that is not blank
    NOTES = "notes"  # a list that is not empty; all instruments together are one output
    FLAG = "flag"  # true


@dataclass(frozen=True, slots=True)
class Outputs:
    """One place where outputs may stand.

    Args:
        at: path to a list, an object or the output itself.
        goods: what makes an item usable.
        fields: fields of an item that may hold the goods, the best first. Stream addresses are left
            out on purpose: they die with the generation.
        slots: whether an object without those fields is a set of named outputs.
        only: slots to count, without `url`; empty for every slot but the known by-products.
        required: the key must be there; its absence says nothing, rather than "empty".
    """

    at: str
    goods: Goods = Goods.URL
    fields: tuple[str, ...] = ()
    slots: bool = False
    only: frozenset[str] = frozenset()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How the results of some operations are read.

    Args:
        outputs: alternatives; the one with most usable outputs counts.
        status: paths to the status word; the first that is not blank counts.
        words: what status words mean; an unlisted one is unknown.
        stageless: a callback without status is a result by its envelope's code alone.
        items_decide: there is no status; the items' own states say how far it is.
        errors: paths to an explicit error code or text inside the result.
        phrase: path to what the customer has to act on; if it is there and blank, nobody waits.
        elsewhere: paths to what says that the result exists but is not in this answer.
        others: where other operations' outputs stand: an answer that holds those is not about this.
    """

    outputs: tuple[Outputs, ...]
    status: tuple[str, ...] = ()
    words: Mapping[str, Signal] = field(default_factory=dict)
    stageless: bool = False
    items_decide: bool = False
    errors: tuple[str, ...] = ()
    phrase: str = ""
    elsewhere: tuple[str, ...] = ()
    others: tuple[Outputs, ...] = ()


@dataclass(frozen=True, slots=True)
class Codes:
    """What the codes of an envelope mean. Any other from 400 to 599 is an explicit error.

    Args:
        at: path to the code; empty for a dialect without envelope.
        success: codes that mean success.
        optional: some of the provider's bodies come without the code.
        benign: codes of a submit call that found an earlier task.
        unknown_id: codes of a poll that mean "no such task".
        unknown_id_http: HTTP statuses of a poll that mean it.
    """

    at: str = ""
    success: AbstractSet[int] = frozenset({200})
    optional: bool = False
    benign: AbstractSet[int] = frozenset()
    unknown_id: AbstractSet[int] = frozenset()
    unknown_id_http: AbstractSet[int] = frozenset({404})


@dataclass(frozen=True, slots=True)
class AudioBytes:
    """A call that is answered with the file itself.

    Args:
        media_types: prefixes of content types that are the file.
    """

    media_types: tuple[str, ...] = ("audio/", "application/octet-stream")


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """How the provider is asked about a task, by its id alone; `{id}` stands for the id.

    Where an address holds more than the id, the id that the product reports is the path of the
    task, or its whole address at `base_url`; only what `path_ids` describes is asked about.

    Args:
        base_url: scheme and host of its API.
        paths: where an operation's tasks are; what the first does not know is asked of the next.
        body: fields that are posted; empty where the task is got.
        key: the header that holds our key, and its value; `{key}` stands for the key.
        finished: path to what a task's record holds only once it is finished; empty where the
            status says so.
        path_ids: a pattern of ids that are paths; empty where ids are names.
        result: where the result of a finished task is, if its record says that it is elsewhere.
    """

    base_url: str
    paths: Mapping[Operation, tuple[str, ...]]
    body: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, str] = ("Authorization", "Bearer {key}")
    finished: str = ""
    path_ids: str = ""
    result: str = ""


def everywhere(path: str) -> Mapping[Operation, tuple[str, ...]]:
    """Return the paths of a provider that has one for the tasks of every operation."""
    return dict.fromkeys(Operation, (path,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """Everything there is to know about reading one provider.

    Args:
        name: the provider's name in events and settings.
        source: where it is documented.
        anchors: paths of which one marks the provider's own body inside wrappers.
        task_ids: paths to its id of the task.
        readings: how results are read, by operation and channel.
        poll: how it is asked about a task; None where it cannot be.
        codes: the envelope's codes.
        error_codes: paths to the code of an error, the most telling first.
        messages: paths to the provider's own words.
        reasons: words for the customer by code, by channel (None: any channel).
        promises: where this provider makes another number than the operation's table says.
    """

    name: str
    source: str
    anchors: tuple[str, ...]
    task_ids: tuple[str, ...]
    readings: Mapping[tuple[Channel, Operation], Reading | AudioBytes]
    poll: Poll | None = None
    codes: Codes = Codes()
    error_codes: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    reasons: Mapping[tuple[Channel | None, str], str] = field(default_factory=dict)
    promises: Mapping[Operation, Promise] = field(default_factory=dict)

    def promise(self, operation: Operation) -> Promise:
        """Return what a complete result of an operation holds here."""
        return self.promises.get(operation, PROMISES[operation])


type Readings = dict[tuple[Channel, Operation], Reading | AudioBytes]


def on(
    channels: AbstractSet[Channel],
    readings: Mapping[Operation, Reading | AudioBytes],
) -> Readings:
    """Return readings that hold on each of several channels."""
    return {
        (channel, operation): reading
        for channel in channels
        for operation, reading in readings.items()
    }
