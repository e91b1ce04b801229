"""Separators: known phrases between dashes ("-----Original Message-----"), rules of dashes,
and the phrases that open a forwarded mail ("Begin forwarded message:").
"""

from __future__ import annotations

import re
from functools import cache

from mailsig.reply.dates import DATE
from mailsig.reply.words import LONGEST, alternatives, key, listed

ARROWS = ">>> "
"""What GroupWise writes before an attribution; nobody's quote mark."""

DASHES = "-_=~‐‑‒–—―─━－*•+#"
"""What lines across, and what stands around phrases, are drawn with."""
PHRASE_ENDS = ":：*_®"
"""What a line ends in that opens a forwarded mail."""
_SEPARATORS = listed("separators")
_OPENERS = listed("openers")
_ALONE = listed("alone")
_PHRASES = _SEPARATORS | _OPENERS
_UNMISTAKABLE = _OPENERS.keys() - _SEPARATORS.keys()
_DRAWN = frozenset(DASHES)
_DASHED = re.compile(rf"[>\s|]*+([{DASHES}]{{2,}}+)\s*+")
_RULE = re.compile(r"[>\s]*+(?:_{5,}+|-{5,}+|={4,}+|[—―─━]{3,}+|\*{5,}+)\s*+\Z")
_TITLE = re.compile(r" [^\W\d][^@\d:/]*\Z")  # no name of a sender, and no date

_FIRST_WORDS = re.compile(
    r"---\s?\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\s\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s?[AP]M)?---"
)


@cache
def _phrase_at() -> re.Pattern[str]:
    """Return the pattern of all phrases; PERF (import): most mail never needs it."""
    return re.compile(alternatives(_PHRASES))


def is_drawn(text: str) -> bool:
    """Whether a line begins with dashes enough for a rule, or around a phrase."""
    return text[0] in _DRAWN and len(text) > 2 and text[1] in _DRAWN


def is_rule(text: str) -> bool:
    """Whether a line is of dashes or underscores alone."""
    return text[0] in ">_-=—―─━*" and _RULE.match(text, 0, LONGEST) is not None


def is_separator(text: str) -> bool:
    """Whether a line is a known phrase between dashes."""
    first = text[0]
    if first not in DASHES and first not in ">|":
        return False
    match = _DASHED.match(text, 0, LONGEST)
    if match is None:
        return False
    rest = key(text[match.end() : match.end() + 160])
    phrase = _phrase_at().match(rest)
    if phrase is None:
        return False
    after = rest[phrase.end() :].lstrip(" :")
    if _TITLE.match(rest, phrase.end()) or (not after and not match[1].strip("#")):
        return False  # a heading of the author's
    closed = after[:1] in DASHES or after[-2:] == "--"
    return not after or closed or len(match[1]) >= 5 or ":" in after


def asks_for_a_reply(text: str) -> bool:
    """Whether a separator is what a ticket system writes above its own mail."""
    return "above this line" in key(text[:LONGEST])


def is_framed(text: str) -> bool:
    """Whether a line is a few words between dashes: a separator if a header follows."""
    if text[0] not in DASHES or len(text) > 120:
        return False
    match = _DASHED.match(text)
    if match is None:
        return False
    rest = text[match.end() :].rstrip(" \t:")
    return bool(rest) and rest[-1] in DASHES and any(c.isalpha() for c in rest)


def is_forward_opener(text: str) -> bool:
    """Whether a line says it by itself: "Begin forwarded message:" and its kin."""
    if len(text) >= 90:
        return False
    words = key(text).strip(" .-")
    return words in _ALONE or (
        words[-1:] in (":", "：") and words.rstrip(" :：") in _UNMISTAKABLE
    )


def is_phrase(text: str) -> bool:
    """Whether a line is a phrase of these alone, with or without dashes and colon."""
    return len(text) < 90 and key(text).strip(" :：." + DASHES) in _PHRASES


def is_title(text: str) -> bool:
    """Whether a line is the word that QQ Mail writes above a header block."""
    return text.casefold() == "original"


def is_arrowed(text: str) -> bool:
    """Whether GroupWise says who wrote and when: `>>> Bob 02.04.2012 10:05 >>>`."""
    return (
        text.startswith(ARROWS)
        and text.endswith(" >>>")
        and DATE.search(key(text[:LONGEST])) is not None
    )


def holds_first_words(text: str) -> bool:
    """Whether Lotus Notes begins a thread so: `Bob ---02.04.2012 10:05:00---It floats.`."""
    return _FIRST_WORDS.search(text, 0, LONGEST) is not None
