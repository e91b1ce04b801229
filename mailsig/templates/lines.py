"""Which lines of a template disappear when their fields are empty.

Worked out once, when the template is built, as ranges of its source that nest or are
apart. Knows HTML elements and lines of text, and nothing of values.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from mailsig.html.elements import BLOCK, VOID
from mailsig.html.tokens import END, START, Token
from mailsig.templates.context import Misplaced, Tag

LINES: Final = frozenset(
    ("tr", "p", "li", "div", "dt", "dd", *(f"h{n}" for n in range(1, 7)))
)
"""Elements that are a line of a signature: one without a value disappears."""

INLINE: Final = frozenset(("a", "span", "img"))
"""Elements within a line that disappear when the fields in them are all empty."""


class Branches:
    """Which branch of the ``{% if %}`` tags an offset is in."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        self._ends = [0]
        self._ids = [0]
        open_ids = [0]
        for number, tag in enumerate(tags, 1):
            if tag.word in ("", "#"):
                continue
            if tag.word != "if":
                open_ids.pop()
            if tag.word != "endif":
                open_ids.append(number)
            self._ends.append(tag.end)
            self._ids.append(open_ids[-1])

    def at(self, offset: int) -> int:
        """Return a number for the branch at ``offset``; 0 is outside of all."""
        return self._ids[bisect_right(self._ends, offset) - 1]

    def within(self, start: int, end: int) -> tuple[int, int]:
        """Return the range up to ``end``, from where its branch is first entered."""
        branch = self.at(end)
        at = bisect_right(self._ends, start) - 1
        if self._ids[at] != branch:
            start = self._ends[self._ids.index(branch, at)]
        return start, end


@dataclass(slots=True)
class _Open:
    """An element whose end tag hasn't come, and the start of its current ``<br>`` line."""

    name: str
    start: int
    line: int
    broken: bool = False


@dataclass(slots=True)
class _Ranges:
    lines: list[tuple[int, int]] = field(default_factory=list)
    broken: list[tuple[int, int]] = field(default_factory=list)
    inline: list[tuple[int, int]] = field(default_factory=list)


def removable(
    tokens: Sequence[Token], tags: Sequence[Tag], size: int, branches: Branches
) -> list[tuple[int, int]]:
    """Return the ranges of an HTML template that go when no field in them has a value.

    They nest or are apart. Lines are the elements of ``LINES`` with a field of their
    own, and what a ``<br>`` ends; within them, the elements of ``INLINE`` with a field.

    Raises:
        Misplaced: An element starts in one branch of an ``{% if %}`` and ends in another.
    """
    ranges = _ranges(tokens, size, branches)
    fields = [tag.start for tag in tags if not tag.word]
    kept = set(_innermost(ranges.lines, fields))
    for start, end in (*ranges.broken, *ranges.inline):
        if bisect_right(fields, end - 1) > bisect_right(fields, start - 1):
            kept.add((start, end))
    return sorted(kept)


def _ranges(tokens: Sequence[Token], size: int, branches: Branches) -> _Ranges:
    ranges = _Ranges()
    stack = [_Open("", 0, 0)]
    count: Counter[str] = Counter()
    for kind, start, end, name in tokens:
        if kind == START and name == "br":
            _end_line(stack[-1], end, ranges, branches, broken=True)
        elif kind == START and name in VOID:
            if name in INLINE:
                ranges.inline.append((start, end))
            elif name in BLOCK:
                _end_line(stack[-1], start, ranges, branches)
                stack[-1].line = end
        elif kind == START:
            if name in BLOCK:
                _end_line(stack[-1], start, ranges, branches)
            stack.append(_Open(name, start, end))
            count[name] += 1
        elif kind == END and count[name]:
            _close(stack, count, name, start, end, ranges, branches)
    _end_line(stack[-1], size, ranges, branches)
    for opened in stack:
        _check_branch(opened, branches.at(size), branches)
    return ranges


def _check_branch(opened: _Open, branch: int, branches: Branches) -> None:
    """Refuse an element without an end tag that a branch would leave open."""
    if branches.at(opened.start) != branch:
        raise Misplaced(
            opened.start, f"<{opened.name}> is not closed in its branch of an {{% if %}}"
        )


def _close(
    stack: list[_Open],
    count: Counter[str],
    name: str,
    start: int,
    end: int,
    ranges: _Ranges,
    branches: Branches,
) -> None:
    while stack[-1].name != name:
        _check_branch(stack[-1], branches.at(start), branches)
        count[stack.pop().name] -= 1  # never closed: the browser closes it here
    opened = stack.pop()
    count[name] -= 1
    if branches.at(opened.start) != branches.at(start):
        raise Misplaced(
            start, f"</{name}> closes a <{name}> of another branch of an {{% if %}}"
        )
    _end_line(opened, start, ranges, branches)
    if name in LINES:
        ranges.lines.append((opened.start, end))
    elif name in INLINE:
        ranges.inline.append((opened.start, end))
    if name in BLOCK:
        stack[-1].line, stack[-1].broken = end, False


def _end_line(
    opened: _Open, end: int, ranges: _Ranges, branches: Branches, *, broken: bool = False
) -> None:
    """Note the line that ends here, if a ``<br>`` ends it or the one before."""
    if broken or opened.broken:
        ranges.broken.append(branches.within(opened.line, end))
    opened.line, opened.broken = end, broken


def _innermost(
    lines: Sequence[tuple[int, int]], fields: Sequence[int]
) -> Iterator[tuple[int, int]]:
    ordered = iter(sorted(lines))
    coming = next(ordered, None)
    stack: list[tuple[int, int]] = []
    for at in fields:
        while coming is not None and coming[0] <= at:
            while stack and stack[-1][1] <= coming[0]:
                stack.pop()
            stack.append(coming)
            coming = next(ordered, None)
        while stack and stack[-1][1] <= at:
            stack.pop()
        if stack:
            yield stack[-1]


def removable_lines(
    shadow: str, tags: Sequence[Tag], branches: Branches
) -> list[tuple[int, int]]:
    """Return the lines of a plain-text template that hold fields, with their line ends."""
    found = []
    last = -1
    for tag in tags:
        if tag.word or tag.start < last:
            continue
        start = shadow.rfind("\n", 0, tag.start) + 1
        at = shadow.find("\n", tag.end)
        last = len(shadow) if at < 0 else at + 1
        found.append(branches.within(start, last))
    return found
