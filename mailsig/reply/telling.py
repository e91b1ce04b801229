"""Lines that tell: without one of them within reach, no rule sees a history begin.

Most lines of prose have nothing that a rule needs: a quote mark, dashes, a label of a
mail's header, or the colon of an attribution. So the rules needn't be asked at all there.

PERF (relay 10 KB, newsletter 100 KB): reading all lines is most of what fresh mail costs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import dropwhile, islice

from mailsig.reply.attributions import COLONS, GOES_ON, ends_in_verb, may_end, may_open
from mailsig.reply.headers import LONGEST_BARE_TO, is_bare_to, label_role
from mailsig.reply.hits import QUOTE_MARKS
from mailsig.reply.lines import Line
from mailsig.reply.separators import (
    DASHES,
    PHRASE_ENDS,
    is_drawn,
    is_forward_opener,
    is_phrase,
)
from mailsig.reply.words import LONGEST

_REACH = 8  # an attribution of seven lines, what must follow it, and the line below that
_REACH_OF_LONG = 2  # the same for a line too long to go on to the next
_ABOVE = 6  # lines of an attribution above the one that ends it

_QUOTING = frozenset(QUOTE_MARKS + "|")
FIRST = frozenset(DASHES) | _QUOTING
LAST = frozenset(PHRASE_ENDS) | COLONS
"""A line that tells opens with one of the first, ends in one of the second, has a colon or
two dashes in it, or is a label."""
_DATED = re.compile(r"[\d@]")  # each date, time and address has one
_TIMED = re.compile(r"\d[\W_]{0,3}[:.hH時时点][\W_]{0,3}\d|@")  # each time and address
_SAID = re.compile(r"[^\d\s]\s?[:：]")  # a verb and its colon, and no time or address


def tells(text: str, above: Iterable[str]) -> bool:
    """Whether a line tells by its text; `above` are the lines above, the nearest first."""
    if label_role(text) or "---" in text:
        return True
    if text[0] in _QUOTING or is_drawn(text) or is_bare_to(text):
        return True
    if text[-1] in PHRASE_ENDS and (is_forward_opener(text) or is_phrase(text)):
        return True
    return _says_on(text) or _ends_attribution(text, above)


def _says_on(text: str) -> bool:
    """Whether an attribution may be a line's first words, and the quote its others."""
    colon = max(text.rfind(":", 0, LONGEST), text.rfind("：", 0, LONGEST))
    if colon < 0 or not _TIMED.search(text, 0, colon):
        return False
    verb = _SAID.search(text, 0, colon + 1) or "GMT" in text[:40].upper()
    return bool(verb) and may_open(text)


def _ends_attribution(text: str, above: Iterable[str]) -> bool:
    """Whether a line may be an attribution, or the last of one that begins above."""
    if len(text) > LONGEST or not may_end(text):
        return False
    if not _is_undated(text):
        return True
    # An attribution that begins below the nearest of these would have no date.
    near = list(dropwhile(_is_undated, islice(above, _ABOVE)))
    if near and ends_in_verb(text):
        return True
    return any("@" in line or may_open(line) for line in near)


def _is_undated(text: str) -> bool:
    return _DATED.search(text, 0, LONGEST) is None


def more_than_links(text: str) -> bool:
    """Whether more colons stand in a text than its links have."""
    return text.count(":") > text.count("://")


def next_telling(lines: Sequence[Line], at: int) -> int:
    """Return the first line from `at` on that tells, or one that is out of reach."""
    for index in range(at, len(lines)):
        line = lines[index]
        if line.quoted or line.mark is not None:
            return index
        text = line.text
        if (
            text[0] in FIRST
            or text[-1] in LAST
            or (":" in text and more_than_links(text))
            or "：" in text
            or ("-" in text and "--" in text)
        ):
            above = (line.text for line in reversed(lines[max(0, index - _ABOVE) : index]))
            if tells(text, above):
                return index
        elif len(text) <= LONGEST_BARE_TO and is_bare_to(text):
            return index
    return len(lines) + _REACH


def reach(text: str) -> int:
    """Return how many lines below a line one must tell, that it may begin a history."""
    return _REACH if len(text) <= GOES_ON else _REACH_OF_LONG
