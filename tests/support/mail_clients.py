"""Mail programs as they answer, forward and sign, in the customer's language."""

import base64
import quopri
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Content = tuple[dict[str, str], bytes]
_FLOWED = 72


@dataclass(frozen=True, slots=True)
class Frame:
    """What a program puts around a body: its words, and the mail that is quoted (or nothing)."""

    words: dict[str, Any]
    quote: str = ""
    date: str = ""

    def attribution(self, program: str) -> str:
        """Return the program's line above a quoted mail."""
        return str(self.words[program]).replace("{date}", self.date)

    def heads(self, kind: str = "heads") -> str:
        """Return the quoted mail's header lines, in the words' language."""
        values = ("Reprise <refunds@music.example>", self.date, "Jo Customer", "Reprise")
        pairs = zip(self.words[kind], values, strict=True)
        return "\n".join(f"{name}: {value}" for name, value in pairs)

    def quoted(self) -> str:
        """Return the quoted mail behind `>`."""
        return textwrap.indent(self.quote, "> ", lambda _: True)


def html(text: str) -> str:
    """Return the text as HTML, one line break for each of its own."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("\n", "<br>\n")


def _gmail_reply(body: str, frame: Frame) -> Content:
    line = frame.attribution("gmail")
    return _alternative(
        f"{body}\n\n{line}\n\n{frame.quoted()}",
        f'<div dir="ltr">{html(body)}</div><br><div class="gmail_quote">'
        f'<div dir="ltr" class="gmail_attr">{html(line)}<br></div>'
        f'<blockquote class="gmail_quote">{html(frame.quote)}</blockquote></div>',
    )


def _gmail_forward(body: str, frame: Frame) -> Content:
    line, heads = frame.words["forwarded"], frame.heads("forward_heads")
    return _alternative(
        f"{body}\n\n{line}\n{heads}\n\n\n{frame.quote}",
        f'<div dir="ltr">{html(body)}<br><br><div class="gmail_quote">'
        f'<div dir="ltr" class="gmail_attr">{line}<br>{html(heads)}<br></div><br><br>'
        f"{html(frame.quote)}</div></div>",
    )


def _iphone(body: str, frame: Frame) -> Content:
    return _plain(f"{body}\n\n{frame.words['phone']}")


def _apple_reply(body: str, frame: Frame) -> Content:
    line, phone = frame.attribution("apple"), frame.words["phone"]
    return _alternative(
        f"{body}\n\n{phone}\n\n{line}\n\n{frame.quoted()}",
        f'{html(body)}<br><br><div dir="ltr">{phone}</div><div dir="ltr"><br>'
        f'<blockquote type="cite">{html(line)}<br><br></blockquote></div>'
        f'<blockquote type="cite"><div dir="ltr">{html(frame.quote)}</div></blockquote>',
    )


def _apple_forward(body: str, frame: Frame) -> Content:
    line = frame.words["apple_forwarded"]
    headed = Frame(frame.words, f"{frame.heads('forward_heads')}\n\n{frame.quote}")
    return _alternative(
        f"{body}\n\n{line}\n\n{headed.quoted()}",
        f'{html(body)}<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite">'
        f"<div>{line}</div><br>{html(headed.quote)}</blockquote></div>",
    )


def _outlook_reply(body: str, frame: Frame) -> Content:
    return _alternative(
        f"{body}\n\n{'_' * 32}\n{frame.heads()}\n\n{frame.quote}",
        f'<div class="elementToProof">{html(body)}</div><div id="appendonsend"></div>'
        '<hr style="display:inline-block;width:98%" tabindex="-1">'
        f'<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">{html(frame.heads())}</font></div>'
        f"<div>{html(frame.quote)}</div>",
    )


def _android(body: str, frame: Frame) -> Content:
    signature = frame.words["android"]
    return _alternative(
        f"{body}\n\n{signature}",
        f'<div dir="auto">{html(body)}</div><div id="ms-outlook-mobile-signature">'
        f'<a href="https://aka.ms/AAb9ysg">{signature.partition("<")[0]}</a></div>',
    )


def _thunderbird(body: str, _frame: Frame) -> Content:
    return _flowed(body)


def _thunderbird_reply(body: str, frame: Frame) -> Content:
    """Answer below the quoted mail."""
    return _flowed(body, f"{frame.attribution('thunderbird')}\n{frame.quoted()}\n\n")


def _yahoo_reply(body: str, frame: Frame) -> Content:
    line = frame.attribution("apple")
    return _alternative(
        f" {body}\n\n    {line}  \n \n{textwrap.indent(frame.quote, ' ')}  ",
        f'<div class="yahoo-style-wrap"><div dir="ltr">{html(body)}</div></div>'
        f'<div id="yahoo_quoted_0912" class="yahoo_quoted"><div>{html(line)}</div>'
        f"<div>{html(frame.quote)}</div></div>",
    )


def _webmail(body: str, _frame: Frame) -> Content:
    return _html(f'<div style="font-family: Verdana;font-size: 12.0px;">{html(body)}</div>')


def _webmail_reply(body: str, frame: Frame) -> Content:
    return _html(
        f'<div style="font-family: Verdana;font-size: 12.0px;"><div>{html(body)}</div>'
        '<div name="quote" style="margin:10px 5px 5px 10px; border-left:2px solid #C3D9E5;">'
        f"<div>{html(frame.heads())}</div><div>{html(frame.quote)}</div></div></div>"
    )


def _plain(text: str) -> Content:
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "quoted-printable",
    }
    return headers, quopri.encodestring(text.encode())


def _flowed(own: str, quoted: str = "") -> Content:
    """Return format=flowed text (RFC 3676), in the old Windows charset where that holds it."""
    lines = (part for line in own.split("\n") for part in _soft_lines(line))
    flowed = quoted + "\n".join(map(_stuffed, lines))
    try:
        charset, content = "windows-1252", flowed.encode("cp1252")
    except UnicodeEncodeError:
        charset, content = "UTF-8", flowed.encode()
    headers = {
        "Content-Type": f"text/plain; charset={charset}; format=flowed",
        "Content-Transfer-Encoding": "8bit",
    }
    return headers, content


def _stuffed(line: str) -> str:
    """Mark a line of one's own that would read as quoted, and a signature's dashes."""
    if line == "--":
        return "-- "
    return f" {line}" if line.startswith((" ", ">", "From ")) else line


def _soft_lines(line: str) -> list[str]:
    if len(line) <= _FLOWED:
        return [line]
    # Only at spaces of the line: an invisible or no-break one inside an id is no place to wrap.
    parts = [""]
    for word in line.split(" "):
        if len(parts[-1]) + len(word) >= _FLOWED:
            parts.append("")
        parts[-1] += f"{word} "
    parts[-1] = parts[-1].removesuffix(" ")
    return parts


def _html(text: str) -> Content:
    headers = {
        "Content-Type": "text/html; charset=UTF-8",
        "Content-Transfer-Encoding": "base64",
    }
    return headers, base64.encodebytes(f"<html><head></head><body>{text}</body></html>".encode())


def _alternative(plain: str, rich: str) -> Content:
    encoded = quopri.encodestring(plain.encode()).decode()
    return {"Content-Type": 'multipart/alternative; boundary="000000000000b7"'}, (
        "--000000000000b7\nContent-Type: text/plain; charset=utf-8\n"
        f"Content-Transfer-Encoding: quoted-printable\n\n{encoded}\n"
        "--000000000000b7\nContent-Type: text/html; charset=utf-8\n"
        f"Content-Transfer-Encoding: 8bit\n\n<html><body>{rich}</body></html>\n"
        "--000000000000b7--\n"
    ).encode()


FRAMES: dict[str, Callable[[str, Frame], Content]] = {
    "gmail_reply": _gmail_reply,
    "gmail_forward": _gmail_forward,
    "iphone": _iphone,
    "apple_reply": _apple_reply,
    "apple_forward": _apple_forward,
    "outlook_reply": _outlook_reply,
    "android": _android,
    "thunderbird": _thunderbird,
    "thunderbird_reply": _thunderbird_reply,
    "yahoo_reply": _yahoo_reply,
    "webmail": _webmail,
    "webmail_reply": _webmail_reply,
}
