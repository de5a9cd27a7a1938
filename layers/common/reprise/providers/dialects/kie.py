"""kie.ai, the first provider. Source: docs.kie.ai/suno-api."""

from reprise.providers import reasons
from reprise.providers.dialects import suno
from reprise.providers.rules import Dialect

DIALECT = Dialect(
    name="kie",
    source="https://docs.kie.ai/suno-api",
    anchors=("code",),
    task_ids=suno.TASK_IDS,
    readings=suno.READINGS,
    poll=suno.poll("https://api.kie.ai"),
    codes=suno.CODES,
    error_codes=suno.ERROR_CODES,
    messages=suno.MESSAGES,
    reasons={
        **suno.REASONS,
        (None, "413"): reasons.COPYRIGHT,  # uploaded audio matches an existing work
    },
)
