"""What a signature's HTML may not hold, and what is taken out of it, as data."""

from __future__ import annotations

import re


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_FORM = "mail clients drop or block form fields"
_PLAYER = "mail clients block it; link to it instead"
_INLINE_CSS = "its rules would reach the author's mail; use style attributes"
_IMAGE_INSTEAD = "mail clients drop it; use an image"
_TEXT_INSTEAD = "it would change how the mail around it is read"

REFUSED = {
    "script": "mail clients block scripts",
    "style": _INLINE_CSS,
    "base": "it would bend the links of the author's mail",
    "svg": _IMAGE_INSTEAD,
    "math": _IMAGE_INSTEAD,
    "canvas": _IMAGE_INSTEAD,
    **dict.fromkeys(
        ("iframe", "object", "embed", "applet", "audio", "video", "portal", "bgsound"),
        _PLAYER,
    ),
    **dict.fromkeys(
        ("form", "input", "button", "select", "option", "optgroup", "textarea", "keygen"),
        _FORM,
    ),
    **dict.fromkeys(
        ("noscript", "noembed", "noframes", "plaintext", "xmp", "listing", "template"),
        _TEXT_INSTEAD,
    ),
    **dict.fromkeys(("marquee", "dialog", "nobr"), _TEXT_INSTEAD),
}
"""Elements that are refused, and why."""

DROPPED = frozenset(("title", "meta", "link"))
"""Elements of a document's head that say nothing in a fragment."""

HARMLESS_META = frozenset(
    ("content-type", "content-language", "x-ua-compatible", "content-style-type")
)
"""``http-equiv`` values that may be dropped without a word."""

ROOTS = _names(
    "address article aside blockquote center div dl figure footer header main nav ol p "
    "section table ul"
)
"""Block elements that may be the fragment's root themselves."""

NEEDS_PARENT = {
    "li": frozenset(("ul", "ol", "menu", "dir")),
    "dt": frozenset(("dl",)),
    "dd": frozenset(("dl",)),
}
"""Elements that, outside of their list, would close the author's list item."""

URL_ATTRIBUTES = _names(
    "action background cite classid codebase data dynsrc formaction href icon longdesc "
    "lowsrc manifest ping poster profile src srcset usemap xlink:href"
)
"""Attributes that hold an address."""

ACTIVE_URL = re.compile(r"(?:java|vb|live)script:|data:(?!image/)", re.IGNORECASE)
"""Addresses that run code; matched with blanks and control characters taken out."""

ACTIVE_CSS = re.compile(
    r"expression\s*\(|(?:java|vb)script:|-moz-binding|(?<![-\w])behavior\s*:|@import",
    re.IGNORECASE,
)
"""Declarations that run code or load more of it."""
