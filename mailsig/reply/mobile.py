"""Whether a line is what a mail program signs with ("Sent from my iPhone").

A known phrase and a known device or program have to make up all of the line: a sentence
that begins with "Sent from" is text.
"""

from __future__ import annotations

import re
from functools import cache

from mailsig.reply.mobile_words import DEVICES, EXCUSES, FILLERS, PHRASES, POSSESSIVES
from mailsig.reply.words import alternatives

_LONGEST = 120


def _phrase(pattern: str) -> str:
    """Return a pattern of one phrase; `*` is short and no sentence."""
    named = r"(?:[^.;!?…。]|\.(?=\S)){1,80}"
    return re.escape(pattern.casefold()).replace(r"\*", named).replace(r"\ ", r"\s?")


_EVERY = [phrase for phrases in PHRASES.values() for phrase in phrases]
LINK = re.compile(r"[<(\[]*https?://[^\s<>]{1,300}+[>)\]]*|[\[\]*_]")
_WORD = re.compile(r"[^\W\d_]{3,}")
_KNOWN = frozenset(word.casefold() for p in _EVERY for word in _WORD.findall(p)) | {
    word.casefold() for word in FILLERS
}
_MINE = frozenset(POSSESSIVES)


# PERF (import): the patterns of all words are compiled when first needed.


@cache
def _line() -> re.Pattern[str]:
    return re.compile("|".join(map(_phrase, _EVERY)))


@cache
def _device() -> re.Pattern[str]:
    devices = alternatives(map(str.casefold, DEVICES))
    return re.compile(rf"(?<![a-zà-ÿ])(?:{devices})(?![a-z]{{4}})[^\s,.]*")


@cache
def _excuse() -> re.Pattern[str]:
    excuses = alternatives(map(str.casefold, EXCUSES))
    return re.compile(rf"[.,;!–-]+\s*(?:{excuses}).{{0,80}}\Z")


@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def is_client_signature(text: str) -> bool:
    """Whether a line, alone, is what a mail program adds under a mail."""
    if not 5 < len(text) <= 2 * _LONGEST + 300:
        return False
    shown = " ".join(LINK.sub("", text).casefold().split()).strip(" \t-–—•.!|\u200e\u200f")
    if not 5 < len(shown) <= _LONGEST or _device().search(shown) is None:
        return False
    shown = _excuse().sub("", shown)
    if _line().fullmatch(shown) is None:
        return False
    words = _WORD.findall(_unspaced().sub("", _device().sub(" ", shown)))
    unknown = sum(word not in _KNOWN for word in words)
    return unknown == 0 or (unknown == 1 and not _MINE.isdisjoint(words))
