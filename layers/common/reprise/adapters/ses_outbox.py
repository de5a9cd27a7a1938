"""Sending mail through SES.

Addresses that bounced or complained are on the account's suppression list: SES takes a mail to one
and does not deliver it, so neither the service nor we keep a list of our own.
"""

from typing import TYPE_CHECKING, override

from botocore.exceptions import BotoCoreError, ClientError

from reprise.errors import TransientError
from reprise.ports.outbox import MailRefusedError, Outbox, OutMail

if TYPE_CHECKING:
    from types_boto3_sesv2 import SESV2Client

_REFUSED = "BadRequestException"
"""What is wrong with one mail: its address. All else concerns every mail and is mended without
this one: throttling, a paused account, and a sender that is not verified (`MessageRejected`)."""


class SesOutbox(Outbox):
    """An `Outbox` behind SES.

    Args:
        client: an SES v2 client.
        sender: the verified address that mail comes from.
    """

    def __init__(self, client: "SESV2Client", sender: str) -> None:
        self._client = client
        self._sender = sender

    @override
    def send(self, mail: OutMail) -> str:
        try:
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to]},
                Content={
                    "Simple": {
                        "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                        "Body": {"Text": {"Data": mail.text, "Charset": "UTF-8"}},
                        "Headers": [{"Name": name, "Value": word} for name, word in mail.headers],
                    }
                },
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            kind = MailRefusedError if code == _REFUSED else TransientError
            raise kind(f"SES: {code}") from error
        except BotoCoreError as error:
            raise TransientError(f"SES did not answer: {type(error).__name__}") from error
        return answer["MessageId"]
