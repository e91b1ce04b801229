"""Two alternatives of one body correct each other.

When one alternative shows where the history begins and the other does not (its client lost
the attribution, or marks nothing), the first words of the history are looked for in the
other. It is only believed when they begin a line there and about as much text stands
before them; and only for a reply above its history: elsewhere the end of the text is the
place anyway.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailsig.html.tokens import Token
from mailsig.reply.boundary import Boundary, lift
from mailsig.reply.lines import Line, text_lines
from mailsig.reply.visible import HtmlLines

_NEEDLE = 40
_SHORTEST = 16
_TRIES = 4  # lines of the history that are looked for
_LIMIT = 4000  # lines of the other alternative that are looked at
_MARKS = str.maketrans("", "", " \t>|*_\xa0\ufffc")


def agree(
    text: str,
    in_text: Boundary | None,
    html: str,
    tokens: list[Token],
    in_html: Boundary | None,
) -> tuple[Boundary | None, Boundary | None]:
    """Return the boundaries of the text and the HTML alternative, a missing one repaired.

    Each is as `find_in_text` and `find_in_html` gave it; None in the result: the
    alternative has no history, or its place in it is not sure. A repaired boundary has the
    rule `agreed`.
    """
    if in_text is None and in_html is not None and _is_above(in_html):
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
    return in_text, in_html


def _html_lines(html: str, tokens: list[Token]) -> list[Line]:
    reader = HtmlLines(html, tokens)
    reader.read()
    return reader.lines


def _is_above(boundary: Boundary) -> bool:
    """Whether the new text stands above all of the history, and there is some."""
    return boundary.start > 0 and boundary.authored == ((0, boundary.end),)


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
                return at if at else None
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
