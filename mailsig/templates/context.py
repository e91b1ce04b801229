"""Where the placeholders of an HTML template stand.

Rules: every place is judged once, when the template is built, on a *shadow*: the source
with each Jinja tag blanked out by letters, so that offsets are those of the source. A
``{% %}`` tag stands only between HTML tags, so the place of a placeholder is the same
whichever branch is taken. A place where text could become markup or script is refused.
Knows HTML, and nothing of Jinja beyond where its tags stand.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mailsig.html.attribute_spans import attribute_spans, name_end
from mailsig.html.references import unescape_value
from mailsig.html.tokens import END, SKIP, START, Token

Place = Literal["text", "plain", "link", "image", "url-part", "address", "phone"]

_TEXT_ATTRIBUTES = re.compile(
    r"abbr|align|alt|aria-[a-z]+|bgcolor|border|cellpadding|cellspacing|class|color|colspan|"
    r"dir|height|id|lang|name|role|rowspan|summary|title|valign|width"
)
_URL_ATTRIBUTES: dict[tuple[str, str], Place] = {
    ("a", "href"): "link",
    ("area", "href"): "link",
    ("img", "src"): "image",
}
_SCRIPT_SCHEMES = frozenset(("javascript", "vbscript", "data"))
_SCHEME_PLACES: dict[str, Place] = {
    "tel": "phone",
    "sms": "phone",
    "callto": "phone",
    "mailto": "address",
}
_BARE_REFERENCE = re.compile(r"&#?[0-9A-Za-z]*+\Z")


class Misplaced(Exception):
    """A placeholder or tag stands where it can't; ``offset`` is in code points."""

    def __init__(self, offset: int, message: str) -> None:
        self.offset = offset
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Tag:
    """One Jinja tag: ``word`` is its keyword, empty for ``{{ }}``, ``#`` for a comment."""

    start: int
    end: int
    word: str


def places(
    source: str, shadow: str, tokens: Sequence[Token], tags: Sequence[Tag]
) -> list[Place]:
    """Return the place of each ``{{ }}`` tag of an HTML template, in order.

    Raises:
        Misplaced: A tag stands in a tag's or attribute's name, an unquoted value, a
            style, a script, a comment, or behind a bare ``&``.
    """
    found: list[Place] = []
    starts = [token[1] for token in tokens]
    before = 0
    for tag in tags:
        if _BARE_REFERENCE.search(shadow, before, tag.start):
            raise Misplaced(tag.start, "an & right before a tag must be written &amp;")
        before = tag.end
        at = bisect_right(starts, tag.start) - 1
        token = tokens[at] if at >= 0 and tokens[at][2] > tag.start else None
        if tag.word:
            if token is not None:
                raise Misplaced(
                    tag.start, f"this tag must stand between tags, not {_where(token)}"
                )
        elif token is None:
            found.append("text")
        elif token[0] == START:
            found.append(_in_start_tag(source, shadow, token, tag, tags))
        else:
            raise Misplaced(tag.start, f"a field can't stand {_where(token)}")
    return found


def _where(token: Token) -> str:
    kind, _, _, name = token
    if kind == SKIP:
        return "in a comment or declaration"
    return f"in a <{name}>" if kind not in (START, END) else "inside a tag"


def _in_start_tag(
    source: str, shadow: str, token: Token, tag: Tag, tags: Sequence[Tag]
) -> Place:
    element = token[3]
    if tag.start < name_end(shadow, token):
        raise Misplaced(tag.start, "a field can't be the name of a tag (a plain < is &lt;)")
    around = None
    for attribute in attribute_spans(shadow, token):
        if attribute.start > tag.start:
            break
        around = attribute
    if around is None or not around.value_start <= tag.start < around.value_end:
        raise Misplaced(tag.start, "a field can't be the name of an attribute")
    name = around.name
    if not around.quote:
        raise Misplaced(tag.start, f"put quotes around the value of {name!r}")
    place = _URL_ATTRIBUTES.get((element, name))
    if place is not None:
        value = range(around.value_start, around.value_end)
        return _in_url(source, value, place, tag, tags)
    if not _TEXT_ATTRIBUTES.fullmatch(name):
        raise Misplaced(tag.start, f"a field can't stand in the attribute {name!r}")
    return "text"


def _in_url(
    source: str, value: range, whole: Place, tag: Tag, tags: Sequence[Tag]
) -> Place:
    at = bisect_left(tags, value.start, key=_start)
    behind = bisect_left(tags, value.stop, key=_start)
    ends = [value.start, *(tag.end for tag in tags[at:behind])]
    starts = [*(tag.start for tag in tags[at:behind]), value.stop]
    constant = [source[end:start] for end, start in zip(ends, starts, strict=True)]
    # Every field of it may be empty: what is left must be no script either.
    scheme, colon, _ = _url("".join(constant)).partition(":")
    if colon and scheme.lower() in _SCRIPT_SCHEMES:
        raise Misplaced(tag.start, f"a field can't stand in a {scheme.lower()}: URL")
    prefix = _url(constant[0])
    if not prefix:
        return whole if tag is tags[at] else "url-part"
    scheme, colon, rest = prefix.partition(":")
    if colon and "?" not in source[value.start : tag.start] and not rest.startswith("//"):
        return _SCHEME_PLACES.get(scheme.lower(), "url-part")
    return "url-part"


def _url(source: str) -> str:
    """Return the source of an attribute's value as a browser reads a URL."""
    return "".join(c for c in unescape_value(source) if c > " ")


def _start(tag: Tag) -> int:
    return tag.start
