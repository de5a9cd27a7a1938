"""Answers that no provider documents: of the wrong kind, too large, too deep, half a shape."""

import math
from itertools import product

from tests.support.shapes.shape import Shape, Shapes

PROVIDERS = ("kie", "sunoapi", "fal", "replicate", "piapi", "acedata", "musicapi")
OPERATIONS = ("music_simple", "lyrics", "stems_2", "stems_12", "wav", "midi", "voice_clone")
SOURCE = "made up: whatever JSON can hold"
DEPTH = 5_000


def _deep(wrap):
    found = {}
    for _ in range(DEPTH):
        found = wrap(found)
    return found


HOSTILE = (
    *(None, True, 1, -1.5, math.nan, math.inf, 10**400, "", "x", "x" * 1_000_000, "[" * DEPTH),
    *([], [[]], [[], []], {}, {"data": []}, {"data": {"data": {"data": {}}}}, {"": {"": ""}}),
    *({"code": code, "data": {}} for code in (True, math.nan, 1e308, 10**400, [200], {"a": 1})),
    *(
        {"code": code, "data": {}}
        for code in ("\uff12\uff10\uff10", "2_00", "2e2", "0xc8", "200 OK", "\u0662\u0660\u0660")
    ),
    *({"status": status} for status in ({}, [], True, 0, "\u202eETELPMOC", "succ\u00ebeded")),
    *({"data": {"status": status}} for status in ({}, [], True, "\x00", "done")),
    *({"\u202ecode": 200}, {"a" * 1_000_000: 1}, {"code" * 100: 200}),
    *(_deep(lambda inner: {"data": inner}), _deep(lambda inner: [inner])),
)


def shapes() -> Shapes:
    """Every one of them, wherever an answer is read; none is a verdict, or stops the reading."""
    for provider, operation in product(PROVIDERS, OPERATIONS):
        for body, channel in product(HOSTILE, ("callback", "poll")):
            yield Shape(SOURCE, provider, operation, channel, body, "unknown")
