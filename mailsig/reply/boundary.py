"""From the choice of a line to a zone of source offsets.

A boundary's zone begins after the last visible character that the author wrote above the
place and ends where the history begins with everything that belongs to it: its attribution,
separator and rule, and in HTML the outermost element that holds only history (the lift).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from mailsig.html.elements import VOID
from mailsig.html.tokens import END, START, Token
from mailsig.reply import clients
from mailsig.reply.choice import Cut, choose, choose_so_far
from mailsig.reply.glance import may_hold_history
from mailsig.reply.lines import Line, text_lines
from mailsig.reply.marks import find_mark, is_across
from mailsig.reply.visible import HtmlLines

Ranges = tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Boundary:
    """Where a signature stands between the newest text and the history."""

    start: int
    """After the author's last visible character above the place (0: none)."""
    end: int
    """Where the history begins; the length of the text if none follows."""
    rule: str
    """A stable lower-case word: which rule found it."""
    confidence: str
    """`high`, `medium` or `low`."""
    authored: Ranges
    """The ranges of the text that the author wrote now."""


_FIRST_LOOK = 64
"""Tokens that are read before the first choice: most histories begin near the top."""
_FIRST_TEXT = 1_000
"""The same for plain text, in code points."""


def find_in_text(text: str, reply: bool = True) -> Boundary | None:
    """Return the boundary of a plain text in code points, or None if it has no history.

    `reply` only says where to look first: a reply's history begins near the top.
    """
    if not reply and not may_hold_history(text):
        return None
    # PERF (reply 30 KB): a long history below the place isn't read.
    lines = text_lines(text[: text.find("\n", _FIRST_TEXT) + 1])
    cut = choose_so_far(lines)
    if cut is None:
        if reply and not may_hold_history(text):
            return None
        lines = text_lines(text)
        cut = choose(lines)
    if cut is None:
        return None
    start = lines[cut.resumes - 1].end if cut.resumes else 0
    end = lines[cut.resumes].start if cut.resumes < len(lines) else len(text)
    return Boundary(start, end, cut.rule, cut.confidence, _authored(lines, cut, end))


def find_in_html(text: str, tokens: list[Token]) -> Boundary | None:
    """Return the boundary of an HTML text in code points, or None if it has no history."""
    reader = HtmlLines(text, tokens)
    lines = reader.lines
    count = _FIRST_LOOK
    while reader.read(count):
        cut = choose_so_far(lines)
        if cut is not None:
            break
        count *= 4
    else:
        cut = choose(lines)
    return None if cut is None else _in_html(text, tokens, lines, cut)


def find_in_first_tokens(text: str, tokens: list[Token]) -> Boundary | None:
    """Return the boundary of HTML of which more tokens follow, None if they may matter."""
    reader = HtmlLines(text[: tokens[-1][2]], tokens)
    if not reader.read(len(tokens) - 1):
        return None
    cut = choose_so_far(reader.lines)
    return None if cut is None else _in_html(text, tokens, reader.lines, cut)


def _in_html(text: str, tokens: list[Token], lines: Sequence[Line], cut: Cut) -> Boundary:
    start = lines[cut.resumes - 1].end if cut.resumes else 0
    if cut.resumes < len(lines):
        end = lift(text, tokens, lines[cut.resumes].start, start)
    else:
        end = len(text)
    return Boundary(start, end, cut.rule, cut.confidence, _authored(lines, cut, end))


def _authored(lines: Sequence[Line], cut: Cut, end: int) -> Ranges:
    """Return the author's ranges: lines between quotes joined where no quote parts them."""
    if cut.own is not None:
        return tuple((lines[a].start, lines[b].end) for a, b in _stretches(cut.own))
    above = ((0, end),) if end else ()
    # Between a line below and the one above it stand the start tags of the former.
    below = ((lines[a - 1].end, lines[b].end) for a, b in _stretches(cut.below))
    return (*above, *below)


def _stretches(indexes: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first and the last of each stretch of numbers without a gap."""
    found: list[tuple[int, int]] = []
    for index in indexes:
        if found and index == found[-1][1] + 1:
            found[-1] = found[-1][0], index
        else:
            found.append((index, index))
    return found


# --- the lift

_ROOTS = frozenset(("html", "head", "body"))


def lift(text: str, tokens: list[Token], cut: int, start: int) -> int:
    """Return the start of the outermost element that holds nothing visible before `cut`."""
    end = cut
    closed: list[str] = []  # end tags met on the way up that wait for their start tag
    ruled = False  # a line is drawn in the element that they end
    for index in range(bisect_left(tokens, cut, key=itemgetter(1)) - 1, -1, -1):
        token = tokens[index]
        kind, at, after, name = token
        if after <= start or (kind == START and name in _ROOTS):
            break
        if kind == END:
            closed.append(name)
        elif kind == START and name not in VOID:
            if closed and name in closed[-8:]:
                while closed.pop() != name:
                    pass
                ruled = ruled or is_across(text, token)
                if not closed and (ruled or _belongs_below(text, token)):
                    end = at
                ruled = ruled and bool(closed)
            elif not closed:
                end = at
        elif name == "hr":
            ruled = bool(closed)
            end = end if closed else at
    return end


def _belongs_below(text: str, token: Token) -> bool:
    mark = find_mark(text, token)
    return mark is not None and mark.kind in (clients.EMPTY, clients.END)
