"""Lines that tell: without one of them within reach, no rule sees a history begin.

Most lines of prose have nothing that a rule needs: a quote mark, dashes, a label of a
mail's header, or the colon of an attribution. So the rules needn't be asked at all there.

PERF (relay 10 KB, newsletter 100 KB): reading all lines is most of what fresh mail costs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from mailsig.reply.attributions import COLONS, GOES_ON, ends_in_verb, may_end, may_open
from mailsig.reply.headers import LONGEST_BARE_TO, TO, bare_label_role, label_role
from mailsig.reply.hits import QUOTE_MARKS
from mailsig.reply.lines import IMAGE, Line
from mailsig.reply.separators import DASHES, is_drawn, is_forward_opener, is_phrase
from mailsig.reply.words import LONGEST

REACH = 8  # an attribution of seven lines, what must follow it, and the line below that
_REACH_OF_LONG = 2  # the same for a line too long to go on to the next
_ABOVE = 6  # lines of an attribution above the one that ends it

_QUOTING = frozenset(QUOTE_MARKS + "|")
FIRST = frozenset(DASHES) | _QUOTING
LAST = frozenset("*_®") | COLONS
"""A line that tells opens with one of the first, ends in one of the second, has a colon or
two dashes in it, or is a label."""
_DATED = re.compile(r"[\d@]")  # each date, time and address has one
_TIMED = re.compile(r"\d[\W_]{0,3}[:.hH時时点][\W_]{0,3}\d|@")  # each time and address
_SAID = re.compile(r"[^\d\s]\s?[:：]")  # a verb and its colon, and no time or address


def tells(text: str, above: Iterable[str]) -> bool:
    """Whether a line tells by its text; `above` are the lines above, the nearest first."""
    if label_role(text) or "---" in text:
        return True
    if text[0] in FIRST and (text[0] in _QUOTING or is_drawn(text)):
        return True
    if len(text) <= LONGEST_BARE_TO and is_bare_to(text):
        return True
    if text[-1] in ":：*_®" and (is_forward_opener(text) or is_phrase(text)):
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
    if _DATED.search(text):
        return True
    near = list(islice(above, _ABOVE))
    while near and not _DATED.search(near[0], 0, LONGEST):
        del near[0]  # an attribution that begins here would have no date
    if near and ends_in_verb(text):
        return True
    return any("@" in line or may_open(line) for line in near)


def is_bare_to(text: str) -> bool:
    """Whether a line is the label "To" of Lotus Notes, without its colon."""
    if len(text) > LONGEST_BARE_TO or text == IMAGE:
        return False
    return bare_label_role(text) == TO


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
            or (":" in text and text.count(":") > text.count("://"))
            or "：" in text
            or ("-" in text and "--" in text)
        ):
            above = (line.text for line in reversed(lines[max(0, index - _ABOVE) : index]))
            if tells(text, above):
                return index
        elif len(text) <= LONGEST_BARE_TO and is_bare_to(text):
            return index
    return len(lines) + REACH


def reach(text: str) -> int:
    """Return how many lines below a line one must tell, that it may begin a history."""
    return REACH if len(text) <= GOES_ON else _REACH_OF_LONG
