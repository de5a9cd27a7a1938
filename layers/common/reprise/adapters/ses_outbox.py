"""Sending mail through SES.

Addresses that bounced or complained are on SES's suppression list, as the configuration set says:
SES takes a mail to one and does not deliver it, so we keep no list of our own.
"""

from typing import TYPE_CHECKING, Any, override

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
)

from reprise.errors import TransientError
from reprise.ports.outbox import MailDoubtfulError, MailRefusedError, Outbox, OutMail

if TYPE_CHECKING:
    from types_boto3_sesv2 import SESV2Client

_REFUSED = "BadRequestException"
"""What is wrong with one mail: its address. All else concerns every mail and is mended without
this one: throttling, a paused account, and a sender that is not verified (`MessageRejected`)."""
_BROKEN = 500


class SesOutbox(Outbox):
    """An `Outbox` behind SES.

    Args:
        client: an SES v2 client; one that retries by itself may send a mail twice.
        sender: the verified address that mail comes from.
        configuration: the configuration set; the account's own settings if empty.
    """

    def __init__(self, client: "SESV2Client", sender: str, configuration: str = "") -> None:
        self._client = client
        self._sender = sender
        self._configured: Any = {"ConfigurationSetName": configuration} if configuration else {}

    @override
    def send(self, mail: OutMail) -> str:
        body: Any = {"Text": {"Data": mail.text, "Charset": "UTF-8"}}
        if mail.html:
            body["Html"] = {"Data": mail.html, "Charset": "UTF-8"}
        try:
            answer = self._client.send_email(
                **self._configured,
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to]},
                ReplyToAddresses=[mail.reply_to] if mail.reply_to else [],
                Content={
                    "Simple": {
                        "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                        "Body": body,
                        "Headers": [{"Name": name, "Value": word} for name, word in mail.headers],
                    }
                },
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            status = error.response["ResponseMetadata"].get("HTTPStatusCode", 0)
            kind = MailRefusedError if code == _REFUSED else TransientError
            kind = MailDoubtfulError if status >= _BROKEN else kind
            raise kind(f"SES: {code}") from error
        except (ConnectTimeoutError, EndpointConnectionError) as error:
            raise TransientError(f"SES was not reached: {type(error).__name__}") from error
        except BotoCoreError as error:
            raise MailDoubtfulError(f"SES did not answer: {type(error).__name__}") from error
        finally:
            # Lambda freezes us between events, and a connection that ends meanwhile shows it at
            # the next mail only, as an answer that never came.
            self._client.close()
        return answer["MessageId"]
