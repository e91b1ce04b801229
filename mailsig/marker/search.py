"""Markers, found however a mail client split the word up.

Only character data counts (no tags, comments, scripts, styles), and only what the author
wrote now. Between the characters of a marker may stand characters without width and, in
HTML, tags of text level and comments; each character may be a reference. ASCII case is
ignored. A blank of the marker stands for any run of blanks and line ends. Every
search is linear, and cheap where there is no marker.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html.entities import html5
from operator import itemgetter
from string import ascii_lowercase, ascii_uppercase

from mailsig.fingerprint import INVISIBLE
from mailsig.html.elements import BLOCK, VOID
from mailsig.html.references import unescape
from mailsig.html.skim import Page
from mailsig.html.tokens import RAW, Token

Ranges = Sequence[tuple[int, int]]

_GAP = re.compile(f"[{INVISIBLE}]+")
_REFERENCE = re.compile(
    r"&(?:#(?:[xX][0-9a-fA-F]++|[0-9]++);?+|[a-zA-Z][a-zA-Z0-9]{1,31}+;)"
)
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_UNCROSSED = (BLOCK | VOID) - {"wbr"}


@dataclass(frozen=True, slots=True)
class Found:
    """A marker in a text, from ``start`` to ``end`` (code points).

    ``limit`` is where the authored range ends that it stands in. ``keep`` is the markup
    inside of it (HTML), which stays where the marker goes.
    """

    start: int
    end: int
    limit: int
    keep: str = ""


def find_in_text(text: str, marker: str, authored: Ranges) -> list[Found]:
    """Return the markers in the authored ranges of a plain text, in order."""
    if not marker or not _has_first(text, marker):
        return []
    pattern = _in_text(marker)
    return [
        Found(*match.span(), end)
        for start, end in authored
        for match in pattern.finditer(text, start, end)
    ]


def find_in_html(
    text: str,
    tokens: Sequence[Token],
    marker: str,
    authored: Ranges,
    page: Page | None = None,
) -> list[Found]:
    """Return the markers in the character data of the authored ranges, in order.

    ``page``: the whole text in pieces, which tell sooner that there is none.
    """
    if not marker or (page is not None and not _may_begin(page.shown, marker)):
        return []
    found: list[Found] = []
    after = 0
    for at, limit in _candidates(text, marker, authored):
        if at < after:
            continue
        match = _match(text, tokens, _units(marker), at, limit)
        if match is not None:
            if at > after and text[at - 1] == "<":
                # Without the marker, this sign would begin a tag or a comment.
                match = Found(at - 1, match.end, limit, "&lt;" + match.keep)
            found.append(match)
            after = match.end
    return found


def _has_first(text: str, marker: str) -> bool:
    """Whether a marker's first character stands in a text, in either case.

    PERF (relay 10 KB): one character is told in a tenth of a pattern's time.
    """
    return marker[0] in text or marker[0].swapcase() in text


# --- plain text


@lru_cache(maxsize=16)
def _in_text(marker: str) -> re.Pattern[str]:
    gap = f"[{INVISIBLE}]*+"
    words = [gap.join(map(_either_case, word)) for word in marker.split()]
    return re.compile(rf"(?:\s|[{INVISIBLE}])++".join(words))


def _either_case(character: str) -> str:
    if character.isascii() and character.isalpha():
        return f"[{character.lower()}{character.upper()}]"
    return re.escape(character)


# --- HTML


def _candidates(text: str, marker: str, authored: Ranges) -> Iterator[tuple[int, int]]:
    """Yield where a marker may begin, in order, each with the end of its range."""
    literal, reference = _beginnings(marker)
    has_references = "&" in text
    for start, end in authored:
        starts = [match.start() for match in literal.finditer(text, start, end)]
        if has_references:
            starts += (match.start() for match in reference.finditer(text, start, end))
            starts.sort()
        for at in starts:
            yield at, end


def _may_begin(shown: str, marker: str) -> bool:
    """Whether a marker's first character stands in character data, or a reference to it."""
    if _has_first(shown, marker):
        return True
    return "&" in shown and _beginnings(marker)[1].search(shown) is not None


@lru_cache(maxsize=16)
def _beginnings(marker: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns of a marker's first character: as it is, and as a reference.

    Both begin with a literal if it is no letter, which makes the search fast.
    """
    first, second = marker[0], marker[1:2]
    second_class = r"\s" if second.isspace() else _either_case(second)
    follows = f"(?=[<&{INVISIBLE}]|{second_class})"
    points = {ord(first.lower()), ord(first.upper())} if first.isascii() else {ord(first)}
    decimal = "|".join(map(str, sorted(points)))
    hexadecimal = "|".join(f"{point:x}" for point in sorted(points))
    names = [
        re.escape(name) for name, character in html5.items()
        if character == first and name.endswith(";")
    ]  # fmt: skip
    numbers = (rf"#(?:0*+(?:{decimal})(?![0-9])|[xX]0*+(?i:{hexadecimal})(?![0-9a-fA-F]))",)
    reference = re.compile(f"&(?:{'|'.join([*numbers, *names])})")
    return re.compile(_either_case(first) + follows), reference


@lru_cache(maxsize=16)
def _units(marker: str) -> str:
    """Return the characters of a marker in ASCII lower case, runs of blanks as one."""
    return " ".join(map(_ascii_lower, marker.split()))


def _match(
    text: str, tokens: Sequence[Token], units: str, at: int, limit: int
) -> Found | None:
    """Match the marker, as lower-case units, from ``at`` on."""
    index = bisect_right(tokens, at, key=itemgetter(1))
    if index and tokens[index - 1][2] > at:
        return None
    keep: list[str] = []
    here = at
    for position, unit in enumerate(units):
        if position:
            here, index = _across(text, tokens, here, index, keep)
        blanks = 0
        character, end = _character(text, here)
        while unit == " " and character.isspace():
            blanks += 1
            here, index = _across(text, tokens, end, index, keep)
            character, end = _character(text, here)
        if blanks:
            continue
        if character != unit or _is_token_start(tokens, index, here):
            return None
        here = end
    return Found(at, here, limit, "".join(keep)) if here <= limit else None


def _is_token_start(tokens: Sequence[Token], index: int, at: int) -> bool:
    return index < len(tokens) and tokens[index][1] == at


def _across(
    text: str, tokens: Sequence[Token], at: int, index: int, keep: list[str]
) -> tuple[int, int]:
    """Step over invisible characters and tags of text level; keep the tags."""
    while True:
        if _is_token_start(tokens, index, at):
            kind, start, end, name = tokens[index]
            if kind == RAW or name in _UNCROSSED:
                return at, index
            keep.append(text[start:end])
            at, index = end, index + 1
            continue
        gap = _GAP.match(text, at)
        reference = None if gap else _REFERENCE.match(text, at)
        if gap:
            at = gap.end()
        elif reference and _GAP.fullmatch(unescape(reference[0])):
            at = reference.end()
        else:
            return at, index


def _character(text: str, at: int) -> tuple[str, int]:
    """Return the character at an offset, resolved, in ASCII lower case, and its end."""
    reference = _REFERENCE.match(text, at)
    if reference:
        character, end = unescape(reference[0]), reference.end()
    else:
        character, end = text[at : at + 1], at + 1
    return _ascii_lower(character), end


def _ascii_lower(text: str) -> str:
    return text.translate(_LOWER)
