"""sunoapi.org: kie.ai's API with other codes and keys. Source: docs.sunoapi.org/suno-api."""

from reprise.providers import reasons
from reprise.providers.dialects import suno
from reprise.providers.rules import Dialect
from reprise.providers.verdict import Channel

DIALECT = Dialect(
    name="sunoapi",
    source="https://docs.sunoapi.org/suno-api",
    anchors=("code",),
    task_ids=suno.TASK_IDS,
    readings=suno.READINGS,
    poll=suno.poll("https://api.sunoapi.org"),
    codes=suno.CODES,
    error_codes=suno.ERROR_CODES,
    messages=suno.MESSAGES,
    reasons={
        **suno.REASONS,
        (None, "413"): reasons.COPYRIGHT,
        (Channel.SUBMIT, "413"): reasons.LONG,
    },
)
