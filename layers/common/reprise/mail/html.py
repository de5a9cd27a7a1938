"""HTML to text: a linear pass that flattens, bounds and unhides, then inscriptis for the layout.

The pass emits a handful of block tags without attributes, so that neither nesting, tables nor
styles can cost the renderer more than the size of the text.
"""

import re
from dataclasses import dataclass, field

from reprise.mail import html_style
from reprise.mail.html_style import Look
from reprise.mail.model import ReadLimits

QUOTE_OPENS, QUOTE_CLOSES = "\ue000", "\ue001"

_TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]{0,30})([^<>]{0,8000})>")
_RAW = {"style", "script", "title", "textarea", "noscript", "template", "svg", "math", "object"}
_VOID = {"br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "base", "embed", "param"}
# Opening one of these closes those that are open on top: HTML lets people leave the end tag out.
_CLOSES = {
    "p": {"p"},
    "li": {"li", "p"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "option": {"option"},
    "td": {"td", "th", "p"},
    "th": {"td", "th", "p"},
    "tr": {"tr", "td", "th", "p"},
}
_BLOCK_NAMES = (
    "div table tbody thead tfoot tr section article header footer main nav aside center form "
    "fieldset address dl dt dd h1 h2 h3 h4 h5 h6 figure body blockquote ul ol li"
)
_BLOCKS = dict.fromkeys(_BLOCK_NAMES.split(), "div") | {"p": "p", "pre": "pre"}
# How clients mark what they quote; each is a class or id of an enclosing element.
_QUOTE_MARKS = re.compile(
    r"(?:^|\s)(?:gmail_quote(?:_container)?|gmail_extra|yahoo_quoted|protonmail_quote|moz-forward-container"
    r"|tutanota_quote|zmail_extra|ydp\w{0,40}yahoo_quoted|mail_android_quote|x_gmail_quote)(?=$|\s)"
)
_BLANKS = re.compile(r"\n[ \t\n]*\n")


@dataclass(frozen=True, slots=True)
class HtmlText:
    """Rendered text with quote markers, the link targets, and whether a bound was reached."""

    text: str
    links: tuple[str, ...]
    truncated: bool


@dataclass(slots=True)
class _Open:
    name: str
    look: Look
    quotes: bool
    emitted: str


@dataclass(slots=True)
class _Pass:
    """The state of the one pass over the tags."""

    limits: ReadLimits
    light: bool
    names: frozenset[str]
    out: list[str] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    open_names: dict[str, int] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    flattened: bool = False

    @property
    def look(self) -> Look:
        return self.stack[-1].look if self.stack else Look()

    def text(self, piece: str) -> None:
        if piece and not self.look.hidden:
            self.out.append(piece)

    def start(self, name: str, source: str) -> None:
        if name in _VOID:
            self.out.append("<br>" if name in {"br", "hr"} and not self.look.hidden else "")
            return
        while self.stack and self.stack[-1].name in _CLOSES.get(name, ()):
            self._pop()
        if len(self.stack) >= self.limits.html_depth_max:
            self.flattened = True
            self.out.append("<br>" if name in _BLOCKS else "")
            return
        attrs = html_style.attributes(source) if "=" in source or "hidden" in source else {}
        seen = html_style.look(attrs, self.look, self.names, light=self.light)
        quotes = name == "blockquote" or bool(
            _QUOTE_MARKS.search(f"{attrs.get('class', '')} {attrs.get('id', '')}")
        )
        if name == "a" and not seen.hidden:
            self._link(attrs.get("href", ""))
        emitted = _BLOCKS.get(name, "")
        self.out.append(f"<{emitted}>" if emitted else " " if name in {"td", "th"} else "")
        if quotes:
            self.out.append(f"<div>{QUOTE_OPENS}</div>")
        self.stack.append(_Open(name, seen, quotes, emitted))
        self.open_names[name] = self.open_names.get(name, 0) + 1

    def end(self, name: str) -> None:
        if name == "br" and not self.look.hidden:
            self.out.append("<br>")
        if not self.open_names.get(name):
            return
        while self._pop() != name:
            pass

    def _pop(self) -> str:
        closed = self.stack.pop()
        self.open_names[closed.name] -= 1
        if closed.quotes:
            self.out.append(f"<div>{QUOTE_CLOSES}</div>")
        if closed.emitted:
            self.out.append(f"</{closed.emitted}>")
        return closed.name

    def _link(self, target: str) -> None:
        if len(self.links) < self.limits.links_max and target[:4].lower() in {"http", "mail"}:
            self.links.append(target[:1000].replace("&amp;", "&"))


def html_to_text(html: str, limits: ReadLimits) -> HtmlText:
    """Render HTML as text in linear time; hidden text, scripts and styles are left out."""
    bounded, sheet, cut = _without_raw(_without_comments(html), limits.html_chars_max)
    state = _Pass(limits, html_style.ground_is_light(bounded), html_style.hiding_names(sheet))
    position = 0
    for tag in _TAG.finditer(bounded):
        state.text(bounded[position : tag.start()])
        position = tag.end()
        name = tag[2].lower().rpartition(":")[2]
        if tag[1]:
            state.end(name)
        else:
            state.start(name, tag[3])
    state.text(bounded[position:])
    while state.stack:
        state._pop()  # noqa: SLF001 - same module
    text = _rendered("".join(state.out))
    return HtmlText(text, tuple(state.links), cut or state.flattened)


def _rendered(html: str) -> str:
    """Lay the flat HTML out as text; where the library will not, strip the tags instead."""
    from inscriptis import get_text  # noqa: PLC0415 - lxml costs 30 ms, most mail is plain
    from inscriptis.model.config import ParserConfig  # noqa: PLC0415

    try:
        text = get_text(f"<html><body>{html}</body></html>", ParserConfig())
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError, KeyError):
        from html import unescape  # noqa: PLC0415

        text = unescape(re.sub(r"<[^<>]{0,20}>", "\n", html))
    lines = (line.strip() for line in text.split("\n"))
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip("\n")


def _without_comments(html: str) -> str:
    out: list[str] = []
    position = 0
    while (start := html.find("<!--", position)) >= 0:
        out.append(html[position:start])
        stop = html.find("-->", start + 4)
        if stop < 0:
            return "".join(out)
        position = stop + 3
    return "".join(out) + html[position:]


def _without_raw(html: str, chars_max: int) -> tuple[str, str, bool]:
    """Cut elements whose content is no text; return the rest, the style sheets, whether cut."""
    out: list[str] = []
    sheets: list[str] = []
    lowered, position, size = html.lower(), 0, 0
    opening = re.compile(rf"<({'|'.join(sorted(_RAW))})(?=[\s>/])")
    while size <= chars_max and (start := opening.search(lowered, position)):
        out.append(html[position : start.start()])
        size += start.start() - position
        stop = lowered.find(f"</{start[1]}", start.end())
        if stop < 0:
            # Nothing closes it: drop the tag alone, so that no text is lost to a typing error.
            position = start.end()
            return _cut("".join(out) + "<i" + html[position:], "".join(sheets), chars_max)
        if start[1] == "style":
            sheets.append(html[start.end() : stop].partition(">")[2])
        position = stop + len(start[1]) + 2
        out.append("<i")  # completes the end tag's tail into a harmless tag
    return _cut("".join(out) + html[position:], "".join(sheets), chars_max)


def _cut(html: str, sheets: str, chars_max: int) -> tuple[str, str, bool]:
    return html[:chars_max], sheets, len(html) > chars_max
