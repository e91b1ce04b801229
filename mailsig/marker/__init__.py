"""Markers: where an author wants the signature (``search``), and what takes their place."""

from mailsig.marker.replace import replacements, replacements_in_text
from mailsig.marker.search import Found, find_in_html, find_in_text

__all__ = [
    "Found",
    "find_in_html",
    "find_in_text",
    "replacements",
    "replacements_in_text",
]
