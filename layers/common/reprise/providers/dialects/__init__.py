"""The dialects, by the provider's name. A new provider is one file here and its line below."""

from collections.abc import Mapping

from reprise.providers.dialects import (
    acedata,
    elevenlabs,
    fal,
    kie,
    musicapi,
    piapi,
    replicate,
    sunoapi,
)
from reprise.providers.rules import Dialect

_MODULES = (acedata, elevenlabs, fal, kie, musicapi, piapi, replicate, sunoapi)

DIALECTS: Mapping[str, Dialect] = {module.DIALECT.name: module.DIALECT for module in _MODULES}
