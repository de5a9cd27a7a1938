"""Raw mail from a bucket: whatever S3 leaves unsaid."""

import io

from reprise.adapters.s3_mails import S3MailStore


class Bucket:
    """An S3 client that streams an object without saying how long it is, as a proxy may."""

    def get_object(self, **_):
        return {"Body": io.BytesIO(b"From: ada")}


def test_a_mail_of_untold_length_is_read_up_to_the_bound():
    store = S3MailStore(Bucket(), "mail", "inbound/")
    assert store.raw("m1", 100) == b"From: ada"
    assert store.raw("m1", 4) == b"From"
