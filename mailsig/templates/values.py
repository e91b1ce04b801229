"""What a directory holds, made safe for the place where a template shows it.

Rules: a value stays text wherever it stands, and visible characters stay as they are.
Pure functions of one value; nothing here knows a template.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

from mailsig.errors import MailsigError

REFUSED_URL: Final = ""
"""What becomes of a link target that no mail client should open."""

LINK_SCHEMES: Final = frozenset(
    ("http", "https", "mailto", "tel", "sms", "sip", "callto", "geo", "xmpp", "msteams")
)
"""Schemes that the value of a field may bring into a link."""

IMAGE_SCHEMES: Final = frozenset(("http", "https", "cid"))
"""Schemes that the value of a field may bring into an image."""

# UAX #9: marks, embeddings, overrides and isolates turn the text that follows them;
# the letters of right-to-left scripts carry their direction themselves.
_DIRECTION = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_BREAKS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*+):")
_HOST_AND_PORT = re.compile(r"[^\s/:@?#]++:[0-9]{1,5}(?:[/?#]|\Z)")
# RFC 3986 2: what can't stand in a URL as it is; letters of other scripts may (RFC 3987).
_UNSAFE = re.compile(r"""[\x00-\x20"'<>\\^`{|}\x7f-\xa0]""")
_EXTENSION = re.compile(
    r"(?<![\s,;])[\s,;]*+(?:ext\.?|extension|x|#)\s*+([0-9]{1,10})\Z", re.IGNORECASE
)
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")


def clean(name: str, value: object) -> str:
    """Return a field's value as one line of text.

    ``None`` becomes empty; line breaks and tabs become blanks; control and direction
    characters, lone surrogates and noncharacters go; blanks around it go.

    Raises:
        MailsigError: The value is no text, number or ``None``.
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise MailsigError(f"field {name!r} must be a str, a number or None, got {value!r}")
    text = str(value)
    if text.isascii() and text.isprintable():
        return text.strip()
    return "".join(" " if c in _BREAKS else c for c in text if is_text(c)).strip()


def is_text(character: str) -> bool:
    """Whether a character is text or a blank: no control, direction or noncharacter."""
    if character in _BREAKS:
        return True
    if character in _DIRECTION or character == "\ufeff":
        return False
    if unicodedata.category(character) in ("Cc", "Cs"):
        return False
    number = ord(character)
    return not (number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF)


def link_target(text: str) -> str:
    """Return the URL that a whole link target makes; empty if it is no safe one.

    ``www.example.com`` gains ``https://``, an address gains ``mailto:``.
    """
    return _whole_url(text, LINK_SCHEMES, address=True)


def image_source(text: str) -> str:
    """Return the URL that a whole image source makes; empty if it is no safe one."""
    return _whole_url(text, IMAGE_SCHEMES, address=False)


def _whole_url(text: str, schemes: frozenset[str], *, address: bool) -> str:
    text = text.strip()
    if text.startswith("//"):
        text = "https:" + text
    elif not text or text[0] in "/\\?#.":
        return REFUSED_URL  # mail has no base that these could be relative to
    scheme = _SCHEME.match(text)
    if scheme is None or _HOST_AND_PORT.match(text):
        is_address = address and "@" in text and "/" not in text
        text = ("mailto:" if is_address else "https://") + text
    elif scheme[1].lower() not in schemes:
        return REFUSED_URL
    return _UNSAFE.sub(lambda match: quote(match[0], safe=""), text)


def url_part(text: str) -> str:
    """Return ``text`` percent-encoded (RFC 3986 2.1), to stand inside a URL."""
    return quote(text, safe="")


def mail_address(text: str) -> str:
    """Return ``text`` encoded as the address of a ``mailto:`` (RFC 6068 2)."""
    return quote(text, safe="@+!$'*-._~")


def phone_number(text: str) -> str:
    """Return the digits of a phone number as ``tel:`` wants them (RFC 3966 3).

    ``+49 (0)30 12-34 ext. 5`` is ``+49301234;ext=5``:
    a trunk zero in brackets is not dialled after a country code.
    """
    extension = _EXTENSION.search(text)
    number = text[: extension.start()] if extension else text
    plus = "+" if number.lstrip(" (").startswith("+") else ""
    if plus:
        number = _TRUNK_ZERO.sub("", number)
    digits = plus + "".join(c for c in number if c in "0123456789*#")
    digits = digits.replace("#", "%23")
    if not digits.strip("+"):
        return ""
    return f"{digits};ext={extension[1]}" if extension else digits
