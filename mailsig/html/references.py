"""Character references, resolved by the WHATWG rules, on any input, without raising.

``html.unescape`` raises on a reference of more than 4,300 digits and resolves
``?a=1&copy=2`` in an attribute; a browser does neither.
"""

from __future__ import annotations

import re
from html.entities import html5

_NUMBER = r"#(?:[xX]([0-9a-fA-F]++)|([0-9]++));?"
_IN_TEXT = re.compile(rf"&(?:{_NUMBER}|([a-zA-Z][a-zA-Z0-9]*+;?))")
_ANY = re.compile(r"(&(?:#(?:[xX][0-9a-fA-F]++|[0-9]++);?|[a-zA-Z][a-zA-Z0-9]*+;?))")
_IN_VALUE = re.compile(rf"&(?:{_NUMBER}|([a-zA-Z][a-zA-Z0-9]*+(?:;|(?!=))))")
_LONGEST_BARE = max(len(name) for name in html5 if not name.endswith(";"))
_CP1252 = {
    octet: bytes((octet,)).decode("cp1252")
    for octet in range(0x80, 0xA0)
    if octet not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


def unescape(text: str) -> str:
    """Return character data with its references resolved."""
    if "&" not in text:
        return text
    # PERF (newsletter 100 KB, pictures 500 KB): most are these. Each ends itself and what
    # stands in front of it, so none is made by replacing another.
    text = text.replace("&nbsp;", "\u00a0").replace("&lt;", "<").replace("&gt;", ">")
    if "&" not in text:
        return text
    pieces = _ANY.split(text)
    found = pieces[1::2]
    known = _COMMON
    others = set(found).difference(_COMMON)
    if others:
        known = _COMMON | {source: _resolved(source) for source in others}
    pieces[1::2] = map(known.__getitem__, found)
    return "".join(pieces)


_COMMON = {"&amp;": "&", "&quot;": '"'}


def _resolved(source: str) -> str:
    return html5.get(source[1:]) or _IN_TEXT.sub(_resolve_in_text, source)


def unescape_value(text: str) -> str:
    """Return an attribute's value, its references resolved (``&copy=`` is none there)."""
    return _IN_VALUE.sub(_resolve_in_value, text) if "&" in text else text


def _resolve_in_text(match: re.Match[str]) -> str:
    name = match[3]
    if name is None:
        return _number(match)
    if name in html5:
        return html5[name]
    for size in range(min(len(name), _LONGEST_BARE), 1, -1):
        if name[:size] in html5:
            return html5[name[:size]] + name[size:]
    return match[0]


def _resolve_in_value(match: re.Match[str]) -> str:
    name = match[3]
    return _number(match) if name is None else html5.get(name, match[0])


def _number(match: re.Match[str]) -> str:
    digits, base = (match[1], 16) if match[1] else (match[2], 10)
    digits = digits.lstrip("0")
    number = int(digits or "0", base) if len(digits) <= 7 else 0
    if number == 0 or number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        return "\ufffd"
    return _CP1252.get(number) or chr(number)
