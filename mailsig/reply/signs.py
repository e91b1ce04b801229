"""A plain text of few signs: whether a line that has one of them tells (`telling`).

A sign is found where it stands, and just its line is read. Where there are many, or the
text is written in more than Latin-1, all lines are told as soon.

PERF (relay 10 KB): lines that aren't looked at needn't be split: half of the look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from string import digits

from mailsig.reply.headers import LONGEST_BARE_TO, is_bare_to
from mailsig.reply.lines import INVISIBLE, ODD_BREAKS
from mailsig.reply.telling import FIRST, LAST, tells

SIGNS = (":", "-", *sorted(filter(str.isascii, (FIRST | LAST) - {":", "-"})))
"""In ASCII, each line that tells has one of these, unless it is a label without its colon.
The commonest come first."""
_FEW = 30  # of them in a text
# Where these are, a line may begin otherwise than it seems, or elsewhere.
_IN_THE_WAY = (">", "\0", *filter(str.isascii, ODD_BREAKS))
# What Latin-1 has beside ASCII of both.
_MORE_SIGNS = [char for char in LAST if "\x80" <= char <= "\xff"]
_MORE_IN_THE_WAY = [
    char for char in {*FIRST, *INVISIBLE, *ODD_BREAKS} if "\x80" <= char <= "\xff"
]
# Lines whose visible part is so short, but for the first: a label that stands without its
# colon has a date above it.
# LIMIT: between CRs without LF, in a text whose first has one, such a label isn't seen.
_SPACES = r"[ \t\r\x1f\xa0]*+"  # all of Latin-1 but what is in the way
_SHORT_LINE = re.compile(rf"(?m)\n{_SPACES}.{{1,{LONGEST_BARE_TO}}}+{_SPACES}$")


def none_tells(text: str) -> bool:
    """Whether no line of a text tells; False: one may, or this text isn't told so."""
    signs: Iterable[str] = SIGNS
    if any(map(text.__contains__, _IN_THE_WAY)):
        return False
    if not text.isascii():
        if not _is_latin(text) or any(map(text.__contains__, _MORE_IN_THE_WAY)):
            return False
        signs = (*SIGNS, *_MORE_SIGNS)
    at = text.find("\r")
    if at >= 0 and not text.startswith("\n", at + 1):
        return False  # lines of an old Mac
    left = _FEW
    # PERF (plain 2 KB): half of the short mail that is no reply has none of them.
    for sign in filter(text.__contains__, signs):
        at = text.find(sign)
        while at >= 0:
            left -= 1
            if not left or (_is_in_place(text, at, sign) and _tells(text, at)):
                return False
            at = text.find(sign, at + 1)
    if not any(map(text.__contains__, digits)):
        return True  # and no date
    return not any(map(is_bare_to, map(str.strip, _SHORT_LINE.findall(text))))


def _is_latin(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _is_in_place(text: str, at: int, sign: str) -> bool:
    """Whether a sign stands where it may tell."""
    if sign == ":":
        return not text.startswith("//", at + 1)  # a link's
    after = text[at + 1 : at + 2]
    if (sign == "-" and after == "-") or (sign in LAST and not after.strip()):
        return True
    before = text[at - 1 : at]
    return sign in FIRST and not before.strip() and not text[_start(text, at) : at].strip()


def _tells(text: str, at: int) -> bool:
    """Whether the line that an offset stands in tells."""
    start = _start(text, at)
    end = text.find("\n", at)
    line = text[start : len(text) if end < 0 else end].partition("\r")[0]
    return tells(line.strip(), _above(text, start))


def _start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _above(text: str, start: int) -> Iterator[str]:
    """Yield the visible lines above the one that begins at an offset, the nearest first."""
    while start > 0:
        end = start - 1
        start = _start(text, end)
        if line := text[start:end].strip():
            yield line
