"""Two alternatives of one body correct each other.

When one alternative shows where the history begins and the other does not (its client lost
the attribution, or marks nothing), the first words of the history are looked for in the
other. It is only believed when they begin a line there and about as much text stands
before them; and only for a reply above its history: elsewhere the end of the text is the
place anyway.

When one shows that the author wrote below the history, or between its lines, and the other
has history alone there (it lost its quote marks), the author's lines are looked for in it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter

from mailsig.html.tokens import Token
from mailsig.reply.boundary import Boundary, Ranges, lift
from mailsig.reply.lines import Line, text_lines
from mailsig.reply.visible import HtmlLines

_NEEDLE = 40
_SHORTEST = 16
_TRIES = 4  # lines of the history that are looked for
_LIMIT = 4000  # lines of the other alternative that are looked at
_MARKS = str.maketrans("", "", " \t>|*_\xa0\ufffc")
# What finds a history in plain text by its quote marks.
_QUOTES = frozenset({"quote", "attribution", "bottom-posted", "interleaved", "excerpt"})


def agree(
    text: str,
    in_text: Boundary | None,
    html: str,
    tokens: list[Token],
    in_html: Boundary | None,
    *,
    answers: bool = True,
) -> tuple[Boundary | None, Boundary | None]:
    """Return the boundaries of the text and the HTML alternative, a missing one repaired.

    Each is as `find_in_text` and `find_in_html` gave it; None in the result: the
    alternative has no history, or its place in it is not sure. A repaired boundary has the
    rule `agreed`. `answers` says whether the mail answers or forwards another one: in fresh
    mail, what HTML doesn't take for a quote is none.
    """
    if in_text is not None and in_html is not None:
        if disagree(in_text, in_html):
            known, lines = _html_lines(html, tokens), text_lines(text)
            in_text = _below(known, in_html, lines, len(text)) or in_text
    elif in_text is None and in_html is not None and _is_above(in_html):
        lines = text_lines(text)
        at = _echo(_html_lines(html, tokens), in_html, lines)
        if at is not None:
            in_text = _above(lines, at, lines[at].start)
    elif in_html is None and in_text is not None and _is_above(in_text):
        lines = _html_lines(html, tokens)
        at = _echo(text_lines(text), in_text, lines)
        if at is not None:
            start = lines[at - 1].end if at else 0
            in_html = _above(lines, at, lift(html, tokens, lines[at].start, start))
    if in_html is None and in_text is not None and not answers and in_text.rule in _QUOTES:
        in_text = None  # the author's own indentation
    return in_text, in_html


def _html_lines(html: str, tokens: list[Token]) -> list[Line]:
    reader = HtmlLines(html, tokens)
    reader.read()
    return reader.lines


def _is_above(boundary: Boundary) -> bool:
    """Whether the new text, if any, stands above all of the history."""
    return boundary.authored in ((), ((0, boundary.end),))


def disagree(in_text: Boundary | None, in_html: Boundary | None) -> bool:
    """Whether `agree` has anything to do."""
    if in_text is None or in_html is None:
        return in_text is not in_html
    return _is_above(in_text) and _is_below(in_html)


def _is_below(boundary: Boundary) -> bool:
    return boundary.rule in ("bottom-posted", "interleaved")


def _below(
    known: Sequence[Line], boundary: Boundary, lines: Sequence[Line], size: int
) -> Boundary | None:
    """Return the boundary below the lines that the author is known to have written."""
    new = [_squeezed(line.text) for line in known if _is_in(line, boundary.authored)]
    whole, short = "\n".join(new), set(new) - {""}
    if len(lines) > _LIMIT or len(whole) > _LIMIT:
        return None
    own = [
        at
        for at, shown in enumerate(_squeezed(line.text) for line in lines)
        if shown in short or (len(shown) >= _SHORTEST and shown in whole)
    ]
    if not own:
        return None
    below = own[-1] + 1
    end = lines[below].start if below < len(lines) else size
    authored = tuple((lines[at].start, lines[at].end) for at in own)
    return Boundary(lines[own[-1]].end, end, "agreed", "low", authored)


def _is_in(line: Line, ranges: Ranges) -> bool:
    at = bisect_right(ranges, line.start, key=itemgetter(0)) - 1
    return at >= 0 and line.end <= ranges[at][1]


def _above(lines: Sequence[Line], at: int, end: int) -> Boundary:
    start = lines[at - 1].end if at else 0
    return Boundary(start, end, "agreed", "low", ((0, end),))


def _echo(known: Sequence[Line], boundary: Boundary, other: Sequence[Line]) -> int | None:
    """Return the line of the other alternative at which the known history begins."""
    first = next((i for i, line in enumerate(known) if line.start >= boundary.end), None)
    if first is None or len(other) > _LIMIT:
        return None
    written = sum(len(_squeezed(line.text)) for line in known[:first])
    starts = [_start(other, at) for at in range(len(other))]
    for index in range(first, min(first + _TRIES, len(known))):
        needle = _start(known, index)
        if len(needle) < _SHORTEST:
            continue
        before = 0
        for at, start in enumerate(starts):
            if start == needle and abs(before - written) <= 20 + written // 8:
                return at if at or not first else None
            before += len(_squeezed(other[at].text))
    return None


def _start(lines: Sequence[Line], at: int) -> str:
    """Return the first characters from a line on, blanks and marks aside."""
    found = ""
    for line in lines[at : at + 4]:
        found += _squeezed(line.text[: 2 * _NEEDLE])
        if len(found) >= _NEEDLE:
            break
    return found[:_NEEDLE]


def _squeezed(text: str) -> str:
    return text.translate(_MARKS)
