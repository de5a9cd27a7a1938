"""Every outbox keeps the same promises: the fake, and SES."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.stub import ANY, Stubber
from moto import mock_aws
from reprise.adapters.ses_outbox import SesOutbox
from reprise.errors import TransientError
from reprise.ports.outbox import MailDoubtfulError, MailRefusedError, MemoryOutbox, OutMail

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


@pytest.mark.parametrize("configuration", ["", "reprise-prod-mail"])
def test_the_configuration_set_is_named_where_there_is_one(client, configuration):
    named = {"ConfigurationSetName": configuration} if configuration else {}
    expected = {
        **named,
        "FromEmailAddress": SENDER,
        "Destination": ANY,
        "ReplyToAddresses": ANY,
        "Content": ANY,
    }
    with Stubber(client) as stub:
        stub.add_response("send_email", {"MessageId": "m1"}, expected)
        assert SesOutbox(client, SENDER, configuration).send(MAIL) == "m1"


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


@pytest.mark.parametrize(
    ("fault", "doubtful"),
    [
        (ReadTimeoutError(endpoint_url="x"), True),
        (EndpointConnectionError(endpoint_url="x"), False),
    ],
)
def test_a_mail_that_may_have_been_sent_is_told_apart(client, monkeypatch, fault, doubtful):
    """Sending it again could repeat it."""

    def broken(**_):
        raise fault

    monkeypatch.setattr(client, "send_email", broken)
    with pytest.raises(TransientError) as raised:
        SesOutbox(client, SENDER).send(MAIL)
    assert isinstance(raised.value, MailDoubtfulError) is doubtful


def test_html_and_the_address_for_answers_are_passed_on(client):
    mail = OutMail(
        "ada@example.com", "Hi", "text", (), html="<p>text</p>", reply_to="a+b@c.example"
    )
    content = {
        "Simple": {
            "Subject": {"Data": "Hi", "Charset": "UTF-8"},
            "Body": {
                "Text": {"Data": "text", "Charset": "UTF-8"},
                "Html": {"Data": "<p>text</p>", "Charset": "UTF-8"},
            },
            "Headers": [],
        }
    }
    expected = {
        "FromEmailAddress": SENDER,
        "Destination": {"ToAddresses": ["ada@example.com"]},
        "ReplyToAddresses": ["a+b@c.example"],
        "Content": content,
    }
    with Stubber(client) as stub:
        stub.add_response("send_email", {"MessageId": "m-1"}, expected)
        assert SesOutbox(client, SENDER).send(mail) == "m-1"


class FrozenLine(BaseHTTPRequestHandler):
    """An SES whose side of a connection was closed while the function was frozen between events."""

    protocol_version = "HTTP/1.1"
    answered = 0

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.close_connection = self.answered > 0
        if self.close_connection:
            return
        self.answered += 1
        body = b'{"MessageId": "m1"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_a_mail_goes_over_a_connection_of_its_own():
    """One that died unseen looks like a mail that may have been sent, and is not sent again."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), FrozenLine)
    Thread(target=server.serve_forever).start()
    try:
        client = boto3.client(
            "sesv2",
            region_name="us-east-1",
            endpoint_url=f"http://127.0.0.1:{server.server_port}",
            aws_access_key_id="a",
            aws_secret_access_key="b",
            config=Config(retries={"total_max_attempts": 1}),
        )
        outbox = SesOutbox(client, SENDER)
        assert [outbox.send(MAIL), outbox.send(MAIL)] == ["m1", "m1"]
    finally:
        server.shutdown()
        server.server_close()
