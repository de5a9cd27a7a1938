"""Outlook's winmail.dat is opened for its body, as far as it goes."""

import base64
import struct

import pytest
from reprise.mail.read import read_message


def tnef(attributes):
    out = struct.pack("<IH", 0x223E9F78, 1)
    for name, value in attributes:
        out += (
            struct.pack("<BII", 1, name, len(value)) + value + struct.pack("<H", sum(value) % 65536)
        )
    return out


def mapi(properties):
    out = struct.pack("<I", len(properties))
    for kind, name, value in properties:
        padded = value + b"\0" * (-len(value) % 4)
        out += struct.pack("<HHII", kind, name, 1, len(value)) + padded
    return out


def named(properties):
    """Two named properties, by number and by string, before the ones that count."""
    guid = b"\0" * 16
    name = "ab\0".encode("utf-16-le") + b"\0\0"
    numbered = struct.pack("<HH", 3, 0x8001) + guid + struct.pack("<II", 0, 7) + b"\0" * 4
    worded = struct.pack("<HH", 3, 0x8002) + guid + struct.pack("<II", 1, 6) + name + b"\0" * 4
    rest = mapi(properties)
    return struct.pack("<I", 2 + len(properties)) + numbered + worded + rest[4:]


@pytest.mark.parametrize(
    "attributes",
    [
        [(0x0002800C, b"charged twice\0")],
        [(0x00069003, mapi([(30, 0x1000, b"charged twice\0")]))],
        [
            (
                0x00069003,
                mapi(
                    [
                        (31, 0x37, "s".encode("utf-16-le")),
                        (31, 0x1000, "charged twice\0".encode("utf-16-le")),
                    ]
                ),
            )
        ],
        [(0x00069003, mapi([(258, 0x1013, b"<p>charged twice</p>")]))],
        [(0x0002800C, b"charged twice"), (0x00069003, b"\xff\xff\xff\xff")],
    ],
)
def test_outlooks_winmail_is_opened_for_its_body(attributes):
    data = base64.encodebytes(tnef(attributes))
    raw = b"Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n" + data
    assert read_message(raw).text == "charged twice"


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ([(0x00069003, named([(30, 0x1000, b"hello\0")]))], "hello"),
        (
            [(0x00069007, struct.pack("<I", 1251)), (0x0002800C, "привет".encode("cp1251"))],
            "привет",
        ),
        ([(0x00069007, b"x"), (0x00069003, struct.pack("<IHH", 1, 99, 0x1000))], ""),
        ([(0x00069003, struct.pack("<IHHI", 1, 3, 0x1000, 0))], ""),
        ([], ""),
    ],
)
def test_winmail_is_followed_as_far_as_it_goes(attributes, text):
    data = base64.encodebytes(tnef(attributes) + b"\x02" + b"\0" * 8)
    raw = b"Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n" + data
    assert read_message(raw).text == text
