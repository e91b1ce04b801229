"""What mail clients do to a signature, as data: styles they ignore, sizes that hurt.

Outlook on Windows (2007 to 2021 and the classic one of Microsoft 365) lays mail out with
Word's engine; Gmail filters CSS and clips long messages. Clients that keep everything
(Apple Mail, Thunderbird, iOS) are not named.
"""

from __future__ import annotations

import re
from typing import Final

MAX_WIDTH: Final = 600
"""Pixels: wider than that, phones and preview panes scroll or shrink the whole mail."""

MAX_HTML_OCTETS: Final = 10_000
"""Gmail clips a message at 102 kB, and a thread repeats the signature in each reply."""

MAX_IMAGE_OCTETS: Final = 50_000
"""One inline image; it travels with every message."""

MAX_IMAGES_OCTETS: Final = 100_000
"""All inline images of a signature together."""

OUTLOOK: Final = "Outlook on Windows"
GMAIL: Final = "Gmail"
BOTH: Final = f"{OUTLOOK} and {GMAIL}"

IGNORED_PROPERTIES: Final = {
    "animation": BOTH,
    "backdrop-filter": BOTH,
    "background-image": OUTLOOK,
    "background-position": OUTLOOK,
    "background-size": OUTLOOK,
    "border-radius": OUTLOOK,
    "box-shadow": OUTLOOK,
    "clip-path": BOTH,
    "filter": BOTH,
    "flex": OUTLOOK,
    "flex-direction": OUTLOOK,
    "float": OUTLOOK,
    "gap": OUTLOOK,
    "grid-template-columns": OUTLOOK,
    "mask": BOTH,
    "mask-image": BOTH,
    "max-height": OUTLOOK,
    "max-width": OUTLOOK,
    "min-height": OUTLOOK,
    "min-width": OUTLOOK,
    "object-fit": OUTLOOK,
    "opacity": OUTLOOK,
    "outline": OUTLOOK,
    "overflow": OUTLOOK,
    "position": BOTH,
    "text-shadow": OUTLOOK,
    "transform": BOTH,
    "transition": BOTH,
    "z-index": BOTH,
}
"""Properties that do nothing in these clients, whatever their value."""

HARMLESS: Final = frozenset({("img", "max-width")})
"""Elements and properties that nobody misses there: ``width`` of the image counts."""

IGNORED_VALUES: Final = (
    ("display", re.compile(r"(?:inline-)?(?:flex|grid)\b|inline-block\b"), OUTLOOK),
    ("background", re.compile(r"url\(|gradient\("), OUTLOOK),
    ("margin", re.compile(r"(?:^|\s)-\d"), GMAIL),
    ("margin", re.compile(r"\bauto\b"), OUTLOOK),
    ("", re.compile(r"\b(?:calc|clamp|min|max|var|env)\("), BOTH),
    ("", re.compile(r"\b(?:rgba|hsla?|oklch|color-mix)\("), OUTLOOK),
    ("", re.compile(r"#(?:[0-9a-f]{4}|[0-9a-f]{8})\b"), OUTLOOK),
    ("", re.compile(r"\d(?:rem|vw|vh|vmin|vmax|ch)\b"), OUTLOOK),
    ("", re.compile(r"!\s*important"), OUTLOOK),
)
"""Property (empty: any), value, and who ignores the declaration."""

BOXES: Final = {
    "padding": frozenset(("td", "th", "table")),
    "width": frozenset(("td", "th", "table", "img", "col", "hr")),
    "height": frozenset(("td", "th", "tr", "table", "img", "hr")),
}
"""The elements on which Outlook heeds them."""
