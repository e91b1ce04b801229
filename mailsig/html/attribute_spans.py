"""Where the attributes of a start tag stand (WHATWG HTML, 13.2.5.32 to 13.2.5.39)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailsig.html.tokens import Token

_TAG_NAME = re.compile(r"<[^\t\n\f\r />]*+")
# The value without its quotes is group 2, 3 or 4.
_ATTRIBUTE = re.compile(
    r"""
    [\t\n\f\r /]*+ ([^\t\n\f\r />][^\t\n\f\r />=]*+)
    (?: [\t\n\f\r ]*+ = [\t\n\f\r ]*+
        (?: "([^"]*+)" | '([^']*+)' | ([^\t\n\f\r >"'][^\t\n\f\r >]*+) )
    )?+
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class AttributeSpan:
    """One attribute: its name in lower case, and code point offsets into the text.

    ``value_start`` equals ``value_end`` where there is no value; ``quote`` is ``"``,
    ``'`` or nothing. Character references in the value are not resolved.
    """

    name: str
    start: int
    value_start: int
    value_end: int
    quote: str


def name_end(text: str, token: Token) -> int:
    """Return the offset behind the name of a start tag."""
    name = _TAG_NAME.match(text, token[1])
    return name.end() if name else token[1]


def attribute_spans(text: str, token: Token) -> Iterator[AttributeSpan]:
    """Yield the attributes of a start tag, in order, repeated ones too."""
    at, end = name_end(text, token), token[2] - 1
    while match := _ATTRIBUTE.match(text, at, end):
        at = match.end()
        group = match.lastindex or 1
        if group == 1:
            start = stop = at
        else:
            start, stop = match.span(group)
        quote = ("", "", '"', "'", "")[group]
        yield AttributeSpan(match[1].lower(), match.start(1), start, stop, quote)
