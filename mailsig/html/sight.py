"""What a reader of the mail sees, and which tags hide their element."""

from __future__ import annotations

import re
from bisect import bisect_right
from operator import itemgetter

from mailsig.html.lexer import RAW, START, Token, attributes

WHITE = " \t\n\r\f"
"""White space of HTML; a no-break space is text."""

SHOWN = frozenset(
    ("audio", "canvas", "embed", "hr", "iframe", "image", "img", "input", "math", "meter",
     "object", "progress", "svg", "textarea", "video")
)  # fmt: skip
"""Elements that are seen although they have no text."""

_PAGE = ("body", "html")  # where these are hidden, no place is better than another
_NONE = re.compile(r"display[\t\n\f\r ]*+:[\t\n\f\r ]*+none")
_BEFORE_NAME = " \t\n\r\f/\"'"
_AFTER_NAME = " \t\n\r\f/=>"


def hiding_tags(text: str, tokens: list[Token]) -> frozenset[int]:
    """Return the offsets of start tags with a ``hidden`` attribute or ``display: none``."""
    lower = text.lower()
    if len(lower) != len(text):  # a letter whose lower case is two: offsets would slip
        lower = text
    found = set()
    for at in _occurrences(lower, "display"):
        if _NONE.match(lower, at):
            found.add(_tag_at(tokens, at))
    for at in _occurrences(lower, "hidden"):
        if lower[at - 1] in _BEFORE_NAME and lower[at + 6 : at + 7] in _AFTER_NAME:
            found.add(_tag_at(tokens, at))
    return frozenset(
        tokens[i][1]
        for i in found
        if i >= 0 and tokens[i][3] not in _PAGE and hides(attributes(text, tokens[i]))
    )


def _occurrences(text: str, word: str) -> list[int]:
    found = []
    at = text.find(word, 1)
    while at >= 0:
        found.append(at)
        at = text.find(word, at + len(word))
    return found


def _tag_at(tokens: list[Token], offset: int) -> int:
    """Return the index of the start tag that an offset lies in, or -1."""
    i = bisect_right(tokens, offset, key=itemgetter(1)) - 1
    return i if i >= 0 and tokens[i][0] == START and offset < tokens[i][2] else -1


def hides(found: dict[str, str]) -> bool:
    """Whether these attributes hide their element; of declarations the last one counts."""
    hidden = "hidden" in found
    for declaration in found.get("style", "").lower().split(";"):
        name, _, value = declaration.partition(":")
        if name.strip(WHITE) == "display":
            hidden = value.strip(WHITE).startswith("none")
    return hidden


def is_shown(token: Token) -> bool:
    """Whether a token is something to see by itself."""
    return token[0] == START and token[3] in SHOWN


def last_shown(text: str, tokens: list[Token], index: int) -> int:
    """Return where the last visible thing before a token ends (0: there is none)."""
    at = tokens[index][1] if index < len(tokens) else len(text)
    for i in range(index - 1, -2, -1):
        start = tokens[i][2] if i >= 0 else 0
        shown = len(text[start:at].rstrip(WHITE))
        if shown:
            return start + shown
        if i < 0:
            return 0
        kind, at, end, name = tokens[i]
        if is_shown(tokens[i]) or (
            kind == RAW and name in ("textarea", "plaintext", "xmp")
        ):
            return end
    return 0
