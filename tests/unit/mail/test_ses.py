"""SES events are read whatever is missing or of another type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reprise.mail.ses import SesReceipt, parse_event, parse_receipt

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "ses",
                    "mail",
                    "receipt",
                    "commonHeaders",
                    "from",
                    "source",
                    "recipients",
                    "status",
                ]
                + [f"{name}Verdict" for name in ("spf", "dkim", "dmarc", "spam", "virus")]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_anything_is_a_receipt(value):
    assert isinstance(parse_receipt(value), SesReceipt)
    parse_event({"Records": value})
    parse_event(value)


@pytest.mark.parametrize("status", [None, "", 5, {}])
def test_verdicts_without_a_status_fail(status):
    receipt = parse_receipt({"ses": {"receipt": {"dmarcVerdict": {"status": status}}}})
    assert receipt.dmarc == "FAIL"


def test_an_empty_envelope_is_not_a_missing_one():
    assert parse_receipt({"mail": {"source": ""}}).source == ""
    assert parse_receipt({"mail": {}}).source is None


def test_optional_members_may_be_absent():
    """A mail without Subject, To, Date or Message-ID, delivered by Bcc."""
    record = {
        "ses": {
            "mail": {"messageId": "k1", "commonHeaders": {"from": ["a@b.example"]}},
            "receipt": {"recipients": ["r@x.example"], "spamVerdict": {"status": "DISABLED"}},
        }
    }
    (receipt,) = parse_event({"Records": [record]})
    assert receipt.message_id == "k1"
    assert receipt.recipients == ("r@x.example",)
    assert (receipt.spam, receipt.virus) == ("DISABLED", "FAIL")
