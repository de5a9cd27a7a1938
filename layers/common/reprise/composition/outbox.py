"""Mail that goes out, bound to SES."""

from botocore.config import Config

from reprise.adapters.ses_outbox import SesOutbox
from reprise.composition import aws

# SES knows no idempotency, so whether a mail may be sent again is ours to say, not the client's.
_SEND_ONCE = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1})


def outbox(sender: str, configuration: str) -> SesOutbox:
    """Return what sends mail.

    Args:
        sender: the address that it comes from.
        configuration: SES's configuration set; may be empty.
    """
    return SesOutbox(aws.client("sesv2", _SEND_ONCE), sender, configuration)
