"""No header of a mail that we send can be broken, wherever its value comes from."""

import pytest
from reprise.ports.outbox import MailRefusedError, OutMail

GOOD = {"to": "a@b.example", "subject": "Votre demande été 10.00 €", "text": "x\ny"}
CONTROLS = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029]


def test_an_ordinary_mail_is_fine():
    assert OutMail(**GOOD, headers=(("In-Reply-To", "<a@b>"),), reply_to="r+tag@b.example")


@pytest.mark.parametrize("field", ["to", "subject", "reply_to"])
@pytest.mark.parametrize("code", CONTROLS)
def test_no_field_takes_a_control_character(field, code):
    with pytest.raises(MailRefusedError, match=field):
        OutMail(**GOOD | {field: f"a{chr(code)}Bcc: eve@x.example"})


@pytest.mark.parametrize("code", CONTROLS)
def test_no_header_takes_a_control_character(code):
    broken = f"a{chr(code)}Bcc: eve@x.example"
    for header in (("References", broken), (broken, "x")):
        with pytest.raises(MailRefusedError):
            OutMail(**GOOD, headers=(header,))


@pytest.mark.parametrize("value", ["=?utf-8?q?=0A?=Bcc: x", "x" * 871, "é"])
def test_no_header_takes_an_encoded_word_nor_too_much(value):
    with pytest.raises(MailRefusedError):
        OutMail(**GOOD, headers=(("References", value),))
