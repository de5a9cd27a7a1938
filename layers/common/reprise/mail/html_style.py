"""Which HTML elements a reader cannot see: hidden text must not speak for the sender."""

import re
from dataclasses import dataclass

_NAMES_MAX = 500
_STYLE_CHARS_MAX = 60_000
_ATTRIBUTE = re.compile(
    r"""([a-zA-Z][\w:-]{0,40})(?:\s{0,5}=\s{0,5}("[^"]*"|'[^']*'|[^\s"'>]+))?""",
)
# The element and everything in it is invisible, whatever its children say.
_GONE = re.compile(
    r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}(?:hidden|collapse)"
    r"|mso-hide\s{0,3}:\s{0,3}all"
    r"|opacity\s{0,3}:\s{0,3}0?\.?0+(?![.\d])|(?:max-)?(?:height|width)\s{0,3}:\s{0,3}0(?:px|em|pt|%)?\s{0,3}(?:;|!|$)"
    r"|(?:text-indent|left|top|margin-left)\s{0,3}:\s{0,3}-\d{3,}"
)
_TINY = re.compile(r"font(?:-size)?\s{0,3}:\s{0,3}(?:0?\.\d{1,9}|[01])(?:px|pt|em|rem|%)?(?![.\d])")
_SIZED = re.compile(r"font-size\s{0,3}:")
_PALE = re.compile(
    r"(?<![-\w])color\s{0,3}:\s{0,3}(?:#f[a-f0-9]f[a-f0-9]f[a-f0-9]\b|#fff\b|white\b|transparent\b"
    r"|rgba?\(\s{0,3}25\d\s{0,3},\s{0,3}25\d\s{0,3},\s{0,3}25\d)"
)
_COLOURED = re.compile(r"(?<![-\w])color\s{0,3}:")
_DARK_GROUND = re.compile(
    r"(?:background(?:-color)?\s{0,3}:|bgcolor\s{0,3}=)(?!\s{0,3}[\"']?\s{0,3}(?:#fff|white|transparent|none|inherit|initial))",
    re.IGNORECASE,
)
_RULE = re.compile(r"([^{}]{1,500})\{([^{}]{0,2000})\}")
_SIMPLE_SELECTOR = re.compile(r"^[a-z0-9]{0,12}([.#])([\w-]{1,60})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Look:
    """How visible an element is; `tiny` and `pale` end at a child's own style."""

    gone: bool = False
    tiny: bool = False
    pale: bool = False

    @property
    def hidden(self) -> bool:
        """Whether text directly in the element cannot be seen."""
        return self.gone or self.tiny or self.pale


def attributes(source: str) -> dict[str, str]:
    """Return the attributes of a start tag; the first of a name wins, as in browsers."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(source):
        value = (match[2] or "").strip("\"'")
        found.setdefault(match[1].lower(), value)
    return found


def hiding_names(style_sheet: str) -> frozenset[str]:
    """Return ".class" and "#id" names that the style sheet hides outside media queries."""
    sheet = re.sub(r"/\*[^*]{0,2000}\*/", "", style_sheet[:_STYLE_CHARS_MAX])
    names: set[str] = set()
    for rule in _RULE.finditer(_without_media(sheet)):
        body = rule[2].lower()
        if _GONE.search(body) or _TINY.search(body):
            selectors = (part.strip() for part in rule[1].split(","))
            names.update(s[1] + s[2].lower() for s in map(_SIMPLE_SELECTOR.match, selectors) if s)
    return frozenset(sorted(names)[:_NAMES_MAX])


def _without_media(sheet: str) -> str:
    """Cut @media blocks: they hide for some screens only."""
    out: list[str] = []
    depth, position = 0, 0
    for brace in re.finditer(r"@[a-z-]{1,20}[^{};]{0,300}\{|[{}]", sheet):
        mark = brace[0]
        if depth == 0:
            if not mark.startswith("@"):
                continue
            out.append(sheet[position : brace.start()])
            depth = 1
        else:
            depth += -1 if mark == "}" else 1
        position = brace.end()
    return "".join(out) + (sheet[position:] if depth == 0 else "")


def ground_is_light(html: str) -> bool:
    """Tell whether nothing in the document colours a background: then white text is invisible."""
    return _DARK_GROUND.search(html) is None


def look(attrs: dict[str, str], parent: Look, names: frozenset[str], *, light: bool) -> Look:
    """Return how an element with these attributes looks inside its parent."""
    style = attrs.get("style", "").lower()
    if "color" in attrs:
        style = f"color:{attrs['color'].lower()};{style}"
    marks = {f".{name}" for name in attrs.get("class", "").lower().split()[:20]}
    marks.add(f"#{attrs.get('id', '').lower()}")
    gone = parent.gone or "hidden" in attrs or bool(_GONE.search(style)) or bool(marks & names)
    tiny = bool(_TINY.search(style)) or (parent.tiny and not _SIZED.search(style))
    pale = light and (bool(_PALE.search(style)) or (parent.pale and not _COLOURED.search(style)))
    return Look(gone, tiny, pale)
