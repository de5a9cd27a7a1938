"""Raw mail in the bucket that SES writes to."""

from typing import TYPE_CHECKING, override

from botocore.exceptions import BotoCoreError, ClientError

from reprise.errors import TransientError
from reprise.ports.mails import MailMissingError, MailStore

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_MISSING = frozenset({"NoSuchKey", "404"})
_DENIED = frozenset({"AccessDenied", "403", "NoSuchBucket"})


class S3MailStore(MailStore):
    """A `MailStore` in S3.

    Args:
        client: an S3 client.
        bucket: the bucket's name.
        prefix: what the keys begin with; SES appends its id of the mail.
    """

    def __init__(self, client: "S3Client", bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    @override
    def raw(self, ses_id: str, bytes_max: int) -> bytes:
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=self._prefix + ses_id)
            # The size is mostly known before the body is read; a longer one is read to the bound.
            return found["Body"].read(min(bytes_max, found.get("ContentLength", bytes_max)))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _MISSING:
                raise MailMissingError(f"{ses_id}: no such mail in the bucket") from error
            if code in _DENIED:
                raise
            raise TransientError(f"{ses_id}: {error}") from error
        except (BotoCoreError, OSError) as error:
            raise TransientError(f"{ses_id}: {error}") from error
