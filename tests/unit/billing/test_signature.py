import base64
from datetime import UTC, datetime, timedelta

import pytest
from reprise.billing.signature import (
    SignatureInvalidError,
    SignatureMismatchError,
    request_bytes,
    request_header,
    verify,
)
from reprise.errors import BadInputError, PermanentError

from ops.stripe_standin.signing import http_event, signature_header

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
RAW = '{"id": "evt_1", "note": "größer €"}'.encode()
OLD, NEW = "whsec_old", "whsec_new"
GOOD = signature_header(RAW, [NEW], NOW)
V1 = GOOD.split("v1=")[1]
T = int(NOW.timestamp())


def test_bytes_as_they_were_signed_pass():
    verify(RAW, GOOD, [NEW], NOW)


@pytest.mark.parametrize("secrets", [[OLD], [NEW], [OLD, NEW], [NEW + "\n"], [" ", f"  {OLD}\t"]])
def test_either_of_two_live_secrets_passes_blanks_around_it_or_not(secrets):
    verify(RAW, signature_header(RAW, [OLD, NEW], NOW), secrets, NOW)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="empty"),
        pytest.param("garbage", id="garbled"),
        pytest.param(f"t={T}", id="no-signature"),
        pytest.param(f"v1={V1}", id="no-time"),
        pytest.param(f"t={T},v0={V1}", id="v0-only"),
        pytest.param(f"t={T},v1=é{V1}", id="not-ascii"),
        pytest.param(f"t={T}.5,v1={V1}", id="fraction"),
        pytest.param(f"t=-{T},v1={V1}", id="negative"),
        pytest.param(f"t={'9' * 5000},v1={V1}", id="huge-time"),
        pytest.param(f"t={'9' * 12},v1={V1}", id="far-future"),
        pytest.param(f"t={T},t={T},v1={V1}", id="two-times"),
        pytest.param(f"t={T}," + f"v1={V1}," * 99, id="too-long"),
    ],
)
def test_a_header_that_stripe_would_not_send_is_refused_as_bad_input(header):
    with pytest.raises(SignatureInvalidError):
        verify(RAW, header, [NEW], NOW)


@pytest.mark.parametrize(("offset_s", "passes"), [(0, 1), (300, 1), (301, 0), (-300, 1), (-301, 0)])
def test_a_signature_lives_five_minutes_in_both_directions(offset_s, passes):
    header = signature_header(RAW, [NEW], NOW + timedelta(seconds=offset_s))
    if passes:
        verify(RAW, header, [NEW], NOW)
    else:
        with pytest.raises(SignatureInvalidError, match="300 s"):
            verify(RAW, header, [NEW], NOW)


@pytest.mark.parametrize("raw", [RAW + b" ", b"", b"\xff\xfe", RAW.replace(b"1", b"2")])
def test_any_other_bytes_are_a_mismatch_so_that_secrets_may_be_read_again(raw):
    with pytest.raises(SignatureMismatchError):
        verify(raw, GOOD, [OLD, NEW], NOW)


@pytest.mark.parametrize("secrets", [[], [""], [" \n"]])
def test_without_a_secret_nothing_passes_and_the_fault_is_ours(secrets):
    with pytest.raises(PermanentError):
        verify(RAW, signature_header(RAW, [""], NOW), secrets, NOW)


@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize("name", ["stripe-signature", "Stripe-Signature", "STRIPE-SIGNATURE"])
def test_the_gateway_may_encode_the_body_and_rename_the_header(encoded, name):
    event = http_event(RAW, [NEW], NOW, encoded=encoded)
    event["headers"] = {name: event["headers"]["stripe-signature"]}
    assert request_bytes(event) == RAW
    verify(request_bytes(event), request_header(event), [NEW], NOW)


@pytest.mark.parametrize(
    "event",
    [
        {"body": 7},
        {"body": "not base64!", "isBase64Encoded": True},
        {"body": base64.b64encode(RAW).decode()[:-1], "isBase64Encoded": True},
        {"body": "é", "isBase64Encoded": True},
        {"body": "\ud800"},
        {"body": "x" * 101},
        {"body": "é" * 100},
        {"body": base64.b64encode(b"x" * 101).decode(), "isBase64Encoded": True},
    ],
)
def test_a_body_that_is_not_what_it_says_is_bad_input(event):
    with pytest.raises(BadInputError):
        request_bytes(event, bytes_max=100)


@pytest.mark.parametrize("event", [{}, {"headers": None}, {"headers": {"stripe-signature": 7}}])
def test_a_request_without_body_or_header_is_empty(event):
    assert request_bytes(event) == b""
    assert request_header(event) is None


def test_a_body_that_was_encoded_and_not_decoded_does_not_pass():
    event = http_event(RAW, [NEW], NOW, encoded=True) | {"isBase64Encoded": False}
    with pytest.raises(SignatureMismatchError):
        verify(request_bytes(event), request_header(event), [NEW], NOW)
