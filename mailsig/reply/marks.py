"""The marks that elements carry: whose they are, what they quote, what they hide."""

from __future__ import annotations

import re
from collections import Counter
from operator import itemgetter

from mailsig.html.elements import CLOSES_P, HEADING, VOID
from mailsig.html.head import is_folded
from mailsig.html.sight import hides as is_hidden
from mailsig.html.tokens import END, SKIP, START, Token, attributes
from mailsig.reply import clients
from mailsig.reply.clients import MARKS, Mark

LOOK = 2000
"""Code points of a tag in which marks are looked for."""


def _needle(mark: Mark) -> str:
    value = mark.value.removeprefix("=")
    return re.escape(value) if len(value) > 6 else rf"{mark.attribute}\s*=\s*[\"']?{value}"


def _grouped(needles: set[str]) -> str:
    """Return one pattern for all, those with one beginning together: fewer to be tried."""
    groups: dict[str, list[str]] = {}
    for needle in sorted(needles):
        groups.setdefault(needle[0], []).append(needle[1:])
    return "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in groups.items())


_NEEDLE = re.compile(_grouped({_needle(mark) for mark in MARKS}))
# PERF (pictures 500 KB): a style alone, as Outlook writes it, carries no mark.
_STYLE_ALONE = re.compile(r'<[a-z]+ style="[^"]*">')
_LEFT_BORDER = re.compile(
    r"border-(?:inline-start|left)\s*:(?!\s*(?:none|0))|border-left-(?:width|style)"
    r"|border-width:\s*(?:0\S*\s+){3}[1-9]",
    re.IGNORECASE,
)
_TOP_BORDER = re.compile(
    r"border-(?:top|block-start)\s*:\s*(?!none|0)|border-top-style\s*:\s*solid"
    r"|border-style\s*:\s*solid none none",
    re.IGNORECASE,
)
_OF_A_MAIL = re.compile(r"\scite=[\"']?mid:", re.IGNORECASE)
_NO_BORDER = re.compile(r"border(?:-left)?(?:-style)?\s*:\s*(?:none|0)", re.IGNORECASE)
_DOT = re.compile(
    r"(?:width|height)\s*[=:]\s*[\"']?\s*[01](?:px)?\s*(?:[\"';\s/>]|$)", re.IGNORECASE
)


def find_mark(text: str, token: Token) -> Mark | None:
    """Return the client's mark that a start tag carries."""
    _, start, end, _ = token
    if _STYLE_ALONE.match(text, start, end) is not None:
        return None
    if (
        _NEEDLE.search(text, start, min(end, start + LOOK)) is None
        or end - start > 4 * LOOK
    ):
        return None
    found = attributes(text, token)
    for mark in MARKS:
        value = found.get(mark.attribute)
        if value is None:
            continue
        wanted = mark.value
        if value == wanted[1:] if wanted[:1] == "=" else wanted in value:
            return mark
    return None


# --- what is hidden

_NONE = re.compile(rb"display\s*+:\s*+none")
_HIDDEN = re.compile(rb"\shidden[\s=>]")
_NOT_RENDERED = frozenset(("noscript", "template"))
_NO_CONTENT = VOID | {"body", "html"}
_CELL = ("td", "th", "tr", "tbody", "thead", "tfoot")
# Elements whose end tag may be left out, and the start tags that end them then.
ENDED_BY = {
    "p": CLOSES_P | HEADING | {"p", "pre", "table", "hr", "li", "form"},
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "option": frozenset({"option", "optgroup"}),
    "td": frozenset(_CELL),
    "th": frozenset(_CELL),
    "tr": frozenset(_CELL[2:]),
}


def hides_any(tags: str) -> bool:
    """Whether one of these tags may hide its element by an attribute."""
    octets = _lower(tags)
    return (octets.find(b"display") >= 0 and _NONE.search(octets) is not None) or (
        octets.find(b"hidden") >= 0 and _HIDDEN.search(octets) is not None
    )


def _lower(text: str) -> bytes:
    """PERF (reply 30 KB): octets in lower case are searched ten times as fast."""
    return text.encode("utf-8", "surrogatepass").lower()


def shown_tokens(text: str, tokens: list[Token]) -> list[Token]:
    """Return the tokens with each hidden element made one that is skipped."""
    if _NOT_RENDERED.isdisjoint(map(itemgetter(3), tokens)):
        octets = _lower(text[tokens[0][2] :] if is_folded(tokens) else text)
        if octets.find(b"display") < 0 and octets.find(b"hidden") < 0:
            return tokens  # as they are in most texts
    shown: list[Token] = []
    opened: Counter[str] = Counter()  # elements, by name
    at = 0
    while at < len(tokens):
        token = tokens[at]
        kind, start, _, name = token
        if kind == START and hides(text, token):
            at, end = _behind(tokens, at, opened)
            shown.append((SKIP, start, len(text) if end < 0 else end, ""))
            continue
        if kind == START and name not in VOID:
            opened[name] += 1
        elif kind == END and opened[name]:
            opened[name] -= 1
        shown.append(token)
        at += 1
    return shown


def _behind(tokens: list[Token], at: int, opened: Counter[str]) -> tuple[int, int]:
    """Return the index of the first token behind a hidden element, and where that ends.

    It begins at `at`, and ends with its end tag, or, where that is left out, with its
    parent or before one like it (-1: never).
    """
    hidden = tokens[at][3]
    ends = ENDED_BY.get(hidden, frozenset())
    inner: Counter[str] = Counter()
    depth = 0  # of what is open in it and must be closed
    for index in range(at + 1, len(tokens)):
        kind, start, end, name = tokens[index]
        if kind == START and name not in VOID:
            if depth == 0 and name in ends:
                return index, start
            inner[name] += 1
            depth += name not in ENDED_BY
        elif kind == END:
            if inner[name]:
                inner[name] -= 1
                depth -= name not in ENDED_BY
            elif name == hidden:
                return index + 1, end
            elif opened[name]:
                return index, start
    return len(tokens), -1


def hides(text: str, token: Token) -> bool:
    """Whether what is in the element of a start tag isn't shown."""
    _, start, end, name = token
    if name in _NOT_RENDERED:
        return True
    if end - start < len(name) + 8 or name in _NO_CONTENT or text[end - 2] == "/":
        return False
    return hides_any(text[start : min(end, start + LOOK)]) and (
        end - start > 4 * LOOK or is_hidden(attributes(text, token))
    )


def is_across(text: str, token: Token) -> bool:
    """Whether an element draws a line above what follows (`hr`, Outlook's `div`)."""
    _, start, end, name = token
    if name == "hr":
        return True
    return (
        name == "div"
        and _TOP_BORDER.search(text, start, min(end, start + LOOK)) is not None
    )


def looks_quoted(text: str, start: int, end: int, kind: str) -> bool:
    """Whether a blockquote is a quote for sure, and no indentation of the author's."""
    if kind == clients.BOX:
        return True
    if kind == clients.CITE:
        named = _OF_A_MAIL.search(text, start, end) is not None
        return named or _NO_BORDER.search(text, start, end) is None
    return _LEFT_BORDER.search(text, start, end) is not None


def is_dot(tag: str) -> bool:
    """Whether a picture is of one pixel, or none."""
    # PERF (pictures 500 KB): most have no size, which is told in a fifth of the time.
    lower = tag.lower()
    sized = "width" in lower or "height" in lower or not tag.isascii()
    return sized and _DOT.search(tag) is not None
