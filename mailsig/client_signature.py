"""Finds what a mail program signed with ("Sent from my iPhone") under the author's text.

Only a line of its own counts, and only when a known phrase and a known device or program
make up all of it, in one of many languages: a sentence that begins with "Sent from"
stays text. In HTML the element in which a phone keeps its signature is known by name as
well. What is found is a range whose removal leaves the tags around it balanced.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import itemgetter

from mailsig.html.elements import VOID
from mailsig.html.tokens import END, START, Token, attributes
from mailsig.reply.lines import split_lines
from mailsig.reply.mobile import LINK, is_client_signature
from mailsig.reply.mobile_words import CONTAINERS
from mailsig.reply.visible import HtmlLines

_REACH = 1200  # code points of plain text that are looked at
_MOST_LINES = 3


# --- plain text


def find_in_text(text: str, end: int) -> tuple[int, int] | None:
    """Return the range of a client's signature that comes last before `end`, or None.

    The range goes from the first character of its first line to the last of its last line;
    a `-- ` line that stands directly above belongs to it.
    """
    lines = _last_lines(text, end)
    first = _first_of_signature([text[start:stop] for start, stop in lines])
    if first is None:
        return None
    start, stop = lines[first][0], lines[-1][1]
    if not _stands_alone(text, lines, first):
        return None
    if first and text[slice(*lines[first - 1])] in ("--", "—"):
        start = lines[first - 1][0]
    return start, stop


def _last_lines(text: str, end: int) -> list[tuple[int, int]]:
    """Return the visible part of the last lines, of those that begin within reach."""
    at = begin = max(0, end - _REACH)
    lines: list[tuple[int, int]] = []
    for raw in split_lines(text[begin:end]):
        visible = raw.strip()
        if visible and (at > begin or begin == 0):
            start = at + len(raw) - len(raw.lstrip())
            lines.append((start, start + len(visible)))
        at += len(raw)
    return lines


def _first_of_signature(lines: Sequence[str]) -> int | None:
    """Return the first of the last lines that together are a client's signature."""
    first: int | None = None
    at = len(lines)
    while at > 0 and len(lines) - at < _MOST_LINES:
        at -= 1
        if is_client_signature(lines[at]):
            first = at
        elif LINK.fullmatch(lines[at].strip()) is None:
            break
    return first


def _stands_alone(text: str, lines: list[tuple[int, int]], first: int) -> bool:
    """Whether the line is no continuation of the paragraph above."""
    if first == 0:
        return True
    start = lines[first][0]
    between = text[lines[first - 1][1] : start]
    if between.count("\n") > 1 or between.count("\r") > 1:
        return True
    return not text[start].islower()


# --- HTML

_WRAPPERS = frozenset(
    (
        "a",
        "b",
        "center",
        "div",
        "em",
        "font",
        "i",
        "o:p",
        "p",
        "small",
        "span",
        "strong",
        "u",
    )
)


def find_in_html(text: str, tokens: list[Token], end: int) -> tuple[int, int] | None:
    """Return the range of a client's signature that is the last visible thing before `end`.

    Its removal leaves the tags balanced; elements that hold nothing else go with it.
    """
    count = bisect_left(tokens, end, key=itemgetter(1))
    reader = HtmlLines(text[:end], tokens[:count])
    reader.read()
    lines = reader.lines[-_MOST_LINES - 1 :]
    if not lines or lines[-1].quoted:
        return None
    found = _container(text, tokens, count, lines[-1].start, end)
    if found is not None:
        return found
    first = _first_of_signature([line.text for line in lines])
    if first is None or lines[first].quoted:
        return None
    return _balanced(text, tokens, lines[first].start, lines[-1].end, end)


def _container(
    text: str, tokens: list[Token], count: int, last: int, end: int
) -> tuple[int, int] | None:
    """Return the element in which a phone keeps its signature, if nothing is below."""
    begin = text.rfind("ignature", max(0, last - 4000), last)
    if begin < 0 or not any(name in text[max(0, begin - 40) : last] for name in CONTAINERS):
        return None
    for index in range(bisect_left(tokens, last, key=itemgetter(1)) - 1, -1, -1):
        token = tokens[index]
        if token[1] < begin - 400:
            break
        if token[0] != START or token[3] not in ("div", "span"):
            continue
        found = attributes(text, token)
        names = found.get("id", "") + " " + found.get("class", "")
        if not any(name in names for name in CONTAINERS):
            continue
        return _element(tokens, index, count, last, end)
    return None


def _element(
    tokens: list[Token], index: int, count: int, last: int, end: int
) -> tuple[int, int] | None:
    """Return the range of a well-formed element that holds `last` and ends before `end`."""
    name = tokens[index][3]
    depth = 0
    for at in range(index, count):
        kind, _, stop, other = tokens[at]
        if other == name and kind in (START, END):
            depth += 1 if kind == START else -1
            if depth == 0:
                whole = _unbalanced(tokens[index : at + 1]) == ([], [])
                return (tokens[index][1], stop) if whole and last < stop <= end else None
    return None


def _balanced(
    text: str, tokens: list[Token], start: int, stop: int, end: int
) -> tuple[int, int] | None:
    """Return the range with the tags that it needs, and elements that hold only it."""
    left = bisect_left(tokens, start, key=itemgetter(1)) - 1
    right = bisect_left(tokens, stop, key=itemgetter(1))
    needed = _unbalanced(tokens[left + 1 : right])
    if needed is None:
        return None
    opened, closed = needed
    while True:
        before = tokens[left][3] if _opens(text, tokens, left, start) else ""
        after = tokens[right][3] if _closes(text, tokens, right, stop, end) else ""
        if opened:
            wanted = opened.pop()
            grow_left, grow_right = False, after == wanted
        elif closed:
            wanted = closed.pop()
            grow_left, grow_right = before == wanted, False
        elif before == after and before in _WRAPPERS:
            grow_left = grow_right = True
        else:
            return start, stop
        if not (grow_left or grow_right):
            return None
        if grow_left:
            start, left = tokens[left][1], left - 1
        if grow_right:
            stop, right = tokens[right][2], right + 1


def _unbalanced(tokens: list[Token]) -> tuple[list[str], list[str]] | None:
    """Return the tags that a range opens or closes on its own, the next to match last."""
    opened: list[str] = []
    closed: list[str] = []
    for kind, _, _, name in tokens:
        if kind == START and name not in VOID:
            opened.append(name)
        elif kind == END:
            if not opened:
                closed.append(name)
            elif opened.pop() != name:
                return None
    return opened, closed[::-1]


def _opens(text: str, tokens: list[Token], index: int, start: int) -> bool:
    """Whether a start tag stands directly before a range."""
    if index < 0:
        return False
    kind, _, after, _ = tokens[index]
    return kind == START and _is_blank(text, after, start)


def _closes(text: str, tokens: list[Token], index: int, stop: int, end: int) -> bool:
    """Whether an end tag stands directly after a range, and before `end`."""
    if index >= len(tokens):
        return False
    kind, at, after, _ = tokens[index]
    return kind == END and after <= end and _is_blank(text, stop, at)


def _is_blank(text: str, start: int, stop: int) -> bool:
    return stop - start < 200 and not text[start:stop].strip()
