"""Who sent a callback: every scheme, its replay window, and what it does not cover."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reprise.providers import ed25519
from reprise.providers.signatures import BODY_BYTES_MAX, authenticate, fal_keys

NOW = datetime(2026, 7, 2, 18, 21, 41, tzinfo=UTC)
AT = str(int(NOW.timestamp()))
KEY = "a-key-for-tests"
REPLICATE_KEY = "whsec_" + base64.b64encode(b"replicate-key").decode()
BODY = json.dumps({"code": 200, "data": {"task_id": "t1", "data": None}}).encode()

# RFC 8032, section 7.1: secret key, public key, message, signature; tests 1, 2 and 3.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


# Made once with another implementation of Ed25519.
FAL_JWKS = {
    "keys": [{"kty": "OKP", "crv": "Ed25519", "x": "m05xJr0IOoUeLWCXpV_QircNjjAkdwZlZ-enGejCc-k"}]
}
FAL = {
    "X-Fal-Webhook-Request-Id": "r1",
    "X-Fal-Webhook-User-Id": "u1",
    "X-Fal-Webhook-Timestamp": AT,
    "X-Fal-Webhook-Signature": (
        "7bd239fc87f29a1aedbfd07480818ae1d2a49c015eace691b3b4fdc51a742428"
        "10a0fa47569f5c09009140cc0a940648ad510bccd07bc3e5dffec0d9c81ef503"
    ),
}


def mac(signed, key=b"a-key-for-tests"):
    return hmac.new(key, signed, sha256)


def kie(task_id="t1", at=AT):
    signature = base64.b64encode(mac(f"{task_id}.{at}".encode()).digest()).decode()
    return {"X-Webhook-Timestamp": at, "X-Webhook-Signature": signature}


def replicate(raw=BODY, at=AT):
    signed = b"msg_1." + at.encode() + b"." + raw
    signature = base64.b64encode(mac(signed, b"replicate-key").digest()).decode()
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": at,
        "webhook-signature": f"v1,AAAA v2,{signature} v1,{signature}",
    }


def elevenlabs(raw=BODY, at=AT):
    return {"ElevenLabs-Signature": f"t={at},v0={mac(at.encode() + b'.' + raw).hexdigest()}"}


def musicapi(raw=BODY, at=AT):
    signature = mac(at.encode() + b"." + raw).hexdigest()
    return {"X-Webhook-Timestamp": at, "X-Webhook-Signature": f"sha256={signature}"}


def check(provider, headers, raw=BODY, keys=(KEY,), now=NOW):
    return authenticate(provider, headers, raw, keys, now)


@pytest.mark.parametrize(
    ("provider", "headers", "keys", "settles"),
    [
        ("kie", kie(), (KEY,), False),
        ("kie", {key.upper(): value for key, value in kie().items()}, ("old", KEY), False),
        ("replicate", replicate(), (REPLICATE_KEY,), True),
        ("elevenlabs", elevenlabs(), (KEY,), True),
        ("musicapi", musicapi(), ("old", KEY), True),
        ("fal", FAL, fal_keys(FAL_JWKS), True),
        ("piapi", {"X-Webhook-Secret": KEY}, (" ", KEY), False),
    ],
)
def test_what_the_provider_signed_is_authenticated(provider, headers, keys, settles):
    """Only a signature over the body lets a result settle without a poll."""
    result = check(provider, headers, keys=keys)
    assert result.sender
    assert result.covers_body is result.settles is settles


def test_kie_speaks_for_the_task_that_is_read():
    assert check("kie", kie()).task_id == "t1"
    camel = json.dumps({"code": 500, "data": {"taskId": "t1"}}).encode()
    assert check("kie", kie(), camel).task_id == "t1"
    top = json.dumps({"task_id": "t1", "code": 200, "data": {}}).encode()
    assert check("kie", kie(), top).task_id == "t1"


@pytest.mark.parametrize(
    "raw",
    [
        json.dumps({"code": 200, "data": {"task_id": "t1", "taskId": "t2"}}).encode(),
        json.dumps({"code": 200, "task_id": "t2", "data": {"task_id": "t1"}}).encode(),
        json.dumps({"code": 200, "data": {"task_id": "t2"}}).encode(),
        json.dumps({"code": 200, "data": None}).encode(),
        b"[" * 100_000,
        b"\xff\xfe",
        b"",
    ],
)
def test_a_kie_signature_is_no_good_for_another_task(raw):
    assert not check("kie", kie(), raw).sender


@pytest.mark.parametrize(
    ("provider", "signer", "window_s", "key"),
    [
        ("kie", lambda at: kie(at=at), 900, KEY),
        ("replicate", lambda at: replicate(at=at), 300, REPLICATE_KEY),
        ("elevenlabs", lambda at: elevenlabs(at=at), 1_800, KEY),
        ("musicapi", lambda at: musicapi(at=at), 300, KEY),
        ("fal", lambda _: FAL, 300, fal_keys(FAL_JWKS)[0]),
    ],
)
def test_a_replay_outside_the_window_is_refused(provider, signer, window_s, key):
    for seconds in (-window_s, window_s):
        now = NOW + timedelta(seconds=seconds)
        assert check(provider, signer(AT), keys=(key,), now=now).sender
        later = now + timedelta(seconds=seconds / window_s)
        assert not check(provider, signer(AT), keys=(key,), now=later).sender


@pytest.mark.parametrize(
    ("provider", "headers", "key"),
    [
        ("replicate", replicate(), REPLICATE_KEY),
        ("elevenlabs", elevenlabs(), KEY),
        ("musicapi", musicapi(), KEY),
        ("fal", FAL, fal_keys(FAL_JWKS)[0]),
    ],
)
def test_a_changed_body_is_refused(provider, headers, key):
    assert check(provider, headers, keys=(key,)).sender
    assert not check(provider, headers, BODY + b" ", (key,)).sender


@pytest.mark.parametrize("provider", ["kie", "replicate", "fal", "elevenlabs", "musicapi", "piapi"])
def test_without_a_key_nothing_is_authenticated(provider):
    """An empty key is one that anybody can sign with."""
    headers = kie() | replicate() | elevenlabs() | {"x-webhook-secret": ""}
    for keys in ((), ("",), ("  ",), ("whsec_",), ("wrong",)):
        assert not check(provider, headers, keys=keys).sender


@pytest.mark.parametrize("provider", ["sunoapi", "acedata", "nobody"])
def test_providers_that_sign_nothing_are_never_authenticated(provider):
    assert not check(provider, kie()).sender


def test_a_signature_that_is_no_signature_is_refused():
    for wrong in ("", "%", "zz", "00"):
        assert not check("kie", kie() | {"X-Webhook-Signature": wrong}).sender
        for unsigned in (wrong, f"sha256={wrong}", f"md5={wrong}"):
            assert not check("musicapi", musicapi() | {"X-Webhook-Signature": unsigned}).sender
        fal = FAL | {"X-Fal-Webhook-Signature": wrong}
        assert not check("fal", fal, keys=fal_keys(FAL_JWKS)).sender
        eleven = {"ElevenLabs-Signature": f"t={AT},v0={wrong}"}
        assert not check("elevenlabs", eleven).sender


def test_a_repeated_header_or_an_endless_body_is_refused():
    twice = kie() | {"x-webhook-timestamp": AT}
    assert not check("kie", twice).sender
    assert not check("kie", kie(), b"x" * (BODY_BYTES_MAX + 1)).sender


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_ed25519_meets_the_vectors_of_its_rfc(public, message, signature):
    key, said, signed = (bytes.fromhex(text) for text in (public, message, signature))
    assert ed25519.is_signed(key, said, signed)
    assert not ed25519.is_signed(key, said + b"x", signed)
    assert not ed25519.is_signed(key, said, signed[:40] + bytes([signed[40] ^ 1]) + signed[41:])
    # The same signature with the group's order added must not pass as another one.
    scalar = int.from_bytes(signed[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    assert not ed25519.is_signed(key, said, signed[:32] + scalar.to_bytes(32, "little"))


@pytest.mark.parametrize(
    ("key", "signature"),
    [
        (b"", b""),
        (bytes(32), bytes(64)),  # a point of small order
        (b"\x01" + bytes(31), b"\x01" + bytes(63)),  # the neutral point signs everything
        (b"\xff" * 32, bytes(64)),
        (b"\x02" + bytes(31), bytes(64)),
        (b"\x01" + bytes(30) + b"\x80", bytes(64)),
    ],
)
def test_ed25519_refuses_keys_that_are_none(key, signature):
    assert not ed25519.is_signed(key, b"anything", signature)


@pytest.mark.parametrize(
    "jwks",
    [None, [], {}, {"keys": {}}, {"keys": [None, {"crv": "P-256", "x": "a"}, {"crv": "Ed25519"}]}],
)
def test_a_key_set_without_usable_keys_is_empty(jwks):
    assert fal_keys(jwks) == ()


HEADERS = st.dictionaries(
    st.sampled_from(
        [*kie(), *replicate(), *elevenlabs(), "x-webhook-secret"]
        + [f"x-fal-webhook-{name}" for name in ("request-id", "user-id", "timestamp", "signature")]
    ),
    st.one_of(st.none(), st.text(max_size=80), st.just(AT), st.just(f"t={AT},v0=00,v0=zz")),
)


@given(
    provider=st.sampled_from(["kie", "replicate", "fal", "elevenlabs", "musicapi", "piapi"]),
    headers=HEADERS,
    raw=st.one_of(st.binary(max_size=50), st.just(BODY)),
    keys=st.lists(st.sampled_from([KEY, REPLICATE_KEY, "whsec_%%", "", "é"]), max_size=3),
)
def test_garbage_is_refused_quietly(provider, headers, raw, keys):
    result = check(provider, headers, raw, keys)
    assert not result.sender or headers.get("x-webhook-secret") in keys
