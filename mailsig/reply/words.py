"""How words are compared with the vocabulary.

Every look of the classifiers is bounded: `LONGEST` code points of a line, and a number of
lines that each names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from mailsig.reply.lines import INVISIBLE
from mailsig.reply.vocabulary import LANGUAGES

LONGEST = 420
TURKISH = str.maketrans({"\u0307": "", "ı": "i"})  # both its letters i, whatever their case
_DECORATION = re.compile(f"[*_|>{INVISIBLE}]+")


def key(text: str) -> str:
    """Return the form in which words are compared with the vocabulary."""
    # PERF (reply 30 KB): most labels are one plain word, and most lines are ASCII.
    if text.isascii():
        if text.isalpha():
            return text.lower()
        if "_" in text or ">" in text or "*" in text or "|" in text:
            text = _DECORATION.sub("", text)
        return " ".join(text.lower().split())
    shown = _DECORATION.sub("", text).casefold()
    if not shown.isascii():
        shown = unicodedata.normalize("NFC", shown).translate(TURKISH)
    return " ".join(shown.split())


def listed(field: str) -> dict[str, None]:
    """Return the words of a field in all languages, in their compared form."""
    found: dict[str, None] = {}
    for language in LANGUAGES.values():
        for word in getattr(language, field).split("|"):
            if word:
                found[key(word)] = None
    return found


def alternatives(words: Iterable[str]) -> str:
    """Return a pattern of all of them, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
