"""Every outbox keeps the same promises: the fake, and SES."""

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws
from reprise.adapters.ses_outbox import SesOutbox
from reprise.errors import TransientError
from reprise.ports.outbox import MailRefusedError, MemoryOutbox, OutMail

SENDER = "policy@reprise.example"
MAIL = OutMail("ada@example.com", "Ünïcode", "Hello", (("Auto-Submitted", "auto-generated"),))


@pytest.fixture
def client():
    with mock_aws():
        made = boto3.client("sesv2", region_name="us-east-1")
        made.create_email_identity(EmailIdentity=SENDER)
        yield made


@pytest.fixture(params=["memory", "ses"])
def outbox(request, client):
    return MemoryOutbox() if request.param == "memory" else SesOutbox(client, SENDER)


def test_every_mail_gets_an_id_of_its_own(outbox):
    assert outbox.send(MAIL) != outbox.send(MAIL)


def test_the_fake_refuses_what_it_is_told_to():
    outbox = MemoryOutbox()
    outbox.refused.add(MAIL.to)
    with pytest.raises(MailRefusedError):
        outbox.send(MAIL)
    assert outbox.sent == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("BadRequestException", MailRefusedError),
        ("MessageRejected", TransientError),
        ("TooManyRequestsException", TransientError),
        ("MailFromDomainNotVerifiedException", TransientError),
    ],
)
def test_a_broken_address_is_told_apart_from_a_sender_that_may_not_send(client, code, kind):
    """Otherwise a sender that was never verified would count as everybody being told."""
    with Stubber(client) as stub:
        stub.add_client_error("send_email", code)
        with pytest.raises(kind):
            SesOutbox(client, SENDER).send(MAIL)
