"""Refund mails as clients send them: a labelled body in a MIME skeleton, its id mangled."""

import base64
import quopri
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.support.mail_clients import FRAMES, Content, Frame

DATA = Path(__file__).parents[1] / "data" / "refund_mails"
OWN_ID = "ch_3MmlLrLkdIwHu7ix0snN0B15"
SENDER = "jo.customer@shop.example"
_CUT = 12

MANGLINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda i: i,
    "trailing_dot": lambda i: f"{i}.",
    "parentheses": lambda i: f"({i})",
    "smart_quotes": lambda i: f"“{i}”",
    "hash": lambda i: f"#{i}",
    "bold": lambda i: f"*{i}*",
    "url": lambda i: f"https://pay.example/payments/{i}?utm=mail",
    "space_after": lambda i: i.replace("_", "_ ", 1),
    "spaced": lambda i: i.replace("_", " ", 1),
    "dash": lambda i: i.replace("_", "-", 1),
    "upper": str.upper,
    "lower": str.lower,
    "soft_break": lambda i: f"{i[:_CUT]}=\n{i[_CUT:]}",
    "wrapped": lambda i: f"{i[:_CUT]}\n{i[_CUT:]}",
    "quoted_wrap": lambda i: f"{i[:_CUT]}\n> {i[_CUT:]}",
    "zwsp": lambda i: f"{i[:_CUT]}\u200b{i[_CUT:]}",
    "softhyphen": lambda i: f"{i[:_CUT]}\u00ad{i[_CUT:]}",
    "nbsp": lambda i: i.replace("_", "_\u00a0", 1),
    "escaped": lambda i: i.replace("_", "\\_"),
    "italics": lambda i: i.replace("_", ""),
    "percent": lambda i: i.replace("_", "%5F"),
    "fullwidth": lambda i: i.replace("_", "\uff3f"),
    "secret": lambda i: f"{i}_secret_YrKJUKribcBjcG8HVhfZluoGH",
    "elided": lambda i: f"{i[:11]}…{i[-8:]}",
    "lookalike": lambda i: i.replace("c", "\u0441", 1),
}


@dataclass(frozen=True, slots=True)
class LabelledMail:
    """One labelled mail: what it wants, and the raw message.

    `want` is what a careful agent says, nothing where a person must read it. `accept` are readings
    that another agent might give. `langs` and `prefers` name the best answer first.
    """

    id: str
    langs: tuple[str, ...]
    want: tuple[str, ...]
    accept: tuple[tuple[str, ...], ...]
    about: tuple[str, ...]
    prefers: tuple[str | None, ...]
    ids: tuple[str, ...]
    subject: str
    body: str
    raw: bytes

    @property
    def lang(self) -> str:
        """The language to answer in."""
        return self.langs[0]

    @property
    def prefer(self) -> str | None:
        """What the customer would rather have for a missing pack."""
        return self.prefers[0]

    @property
    def clear(self) -> bool:
        """Whether every agent would act upon it: no reading leaves it to a person."""
        return all((self.want, *self.accept))

    def allows(self, found: set[str]) -> bool:
        """Tell whether an agent could have read these categories (none: left to a person)."""
        return found in map(set, (self.want, *self.accept))


def labelled(name: str) -> Iterator[LabelledMail]:
    """Yield the mails of `tests/data/refund_mails/<name>.yaml`."""
    for row in _yaml(name):
        order = row.get("order", OWN_ID)
        mangled = MANGLINGS[row.get("mangle", "plain")](order)
        body, subject = (row[key].replace("{id}", mangled) for key in ("body", "subject"))
        named = "{id}" in row["body"] + row["subject"]
        langs = _several(row["lang"])
        content = _framed(row["client"], body, langs[0], row.get("quote"))
        yield LabelledMail(
            id=row["id"],
            langs=langs,
            want=tuple(row["want"]),
            accept=tuple(map(tuple, row.get("accept", ()))),
            about=tuple(row.get("about", row["want"])),
            prefers=_several(row.get("prefer")),
            ids=(*((order,) if named else ()), *row.get("ids", ())),
            subject=row["subject"],
            body=body,
            raw=_message(content, " ".join(subject.split())),
        )


@cache
def _yaml(name: str) -> Any:
    return yaml.safe_load((DATA / f"{name}.yaml").read_text("utf-8"))


def _several(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


def _framed(client: str, body: str, lang: str, quote: str | None) -> Content:
    """Return the body as the client sends it, around our mail `quote` in that language."""
    if client in _CLIENTS:
        return _CLIENTS[client](body)
    words, english = (_yaml("clients").get(tongue) for tongue in (lang, "en"))
    words = words or english
    text = (words["quotes"].get(quote) or english["quotes"][quote]).rstrip() if quote else ""
    date = words["dates"]["receipt" if quote and quote.endswith("receipt") else "october"]
    return FRAMES[client](body, Frame(words, text, date))


def raw_mail(body: str, subject: str = "Refund", client: str = "plain", **headers: Any) -> bytes:
    """Return a message as the client would send it."""
    return _message(_CLIENTS[client](body), subject, **headers)


def _message(content: Content, subject: str, **headers: Any) -> bytes:
    content_headers, text = content
    fields = {
        "Return-Path": f"<{SENDER}>",
        "From": f"Jo Customer <{SENDER}>",
        "To": "refunds@music.example",
        "Subject": f"=?utf-8?b?{base64.b64encode(subject.encode()).decode()}?=" if subject else "",
        "Message-ID": "<m1@shop.example>",
        "Date": "Mon, 02 Nov 2026 10:00:00 +0000",
        "MIME-Version": "1.0",
        **headers,
        **content_headers,
    }
    head = "".join(f"{name}: {value}\n" for name, value in fields.items() if value is not None)
    return head.encode() + b"\n" + text


def _plain(body: str) -> Content:
    headers = {
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
    }
    return headers, quopri.encodestring(body.encode())


def _html(body: str) -> str:
    rows = body.replace("&", "&amp;").replace("<", "&lt;").replace("\n\n", "</p><p>")
    return f"<html><body><p>{rows.replace(chr(10), '<br>')}</p></body></html>"


def _html_only(body: str) -> Content:
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Transfer-Encoding": "base64",
    }
    return headers, base64.encodebytes(_html(body).encode())


def _gmail(body: str) -> Content:
    return _alternative(body, "", f'<div dir="ltr">{_html(body)}</div>')


def _apple(body: str) -> Content:
    return _alternative(body, "\n\nSent from my iPhone", _html(body))


def _outlook(body: str) -> Content:
    quote = (
        "\n\n________________________________\nFrom: Reprise <refunds@music.example>\n"
        "Sent: Monday, 2 November 2026 09:00\nTo: Jo Customer\nSubject: Your receipt\n\n"
        "Thank you for your purchase. If you were charged twice, tell us."
    )
    return _alternative(body, quote, _html(body + quote))


def _reply(body: str) -> Content:
    quote = (
        "\n\nOn Mon, 2 Nov 2026 at 09:00, Reprise <refunds@music.example>\nwrote:\n\n"
        "> Thank you for your purchase.\n> Not happy with a song? Withdraw within 14 days."
    )
    return _plain(body + quote)


def _alternative(body: str, tail: str, html: str) -> Content:
    plain = quopri.encodestring((body + tail).encode()).decode()
    return {"Content-Type": 'multipart/alternative; boundary="=_b1"'}, (
        '--=_b1\nContent-Type: text/plain; charset="utf-8"\n'
        f"Content-Transfer-Encoding: quoted-printable\n\n{plain}\n"
        '--=_b1\nContent-Type: text/html; charset="utf-8"\n'
        f"Content-Transfer-Encoding: 8bit\n\n{html}\n--=_b1--\n"
    ).encode()


_CLIENTS = {
    "plain": _plain,
    "html_only": _html_only,
    "gmail": _gmail,
    "apple": _apple,
    "outlook": _outlook,
    "reply": _reply,
}
