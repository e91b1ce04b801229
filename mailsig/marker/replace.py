"""Markers: the signature in place of the first, nothing in place of the others.

A signature is a block element. It can't stand in a paragraph, and should not stand in the
bold, the colour or the link that the marker happened to be typed in. So it goes to where
the marker is, or, past the end of the line of text, to the first place outside of those;
a paragraph that shows nothing but the marker is replaced whole. How markers are found is in
``search``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from operator import itemgetter

from mailsig.charset import TextEdit
from mailsig.fingerprint import squeeze
from mailsig.html.elements import BLOCK, VOID
from mailsig.html.place import is_legal, place_in
from mailsig.html.references import unescape
from mailsig.html.sight import SHOWN
from mailsig.html.tokens import END, RAW, START, Token, tokenize
from mailsig.marker.search import Found

_MOST_TRIED = 8


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the signature goes: it stands in for ``start`` .. ``end`` of the text.

    ``drops``: what stands there goes with the marker (a paragraph that shows nothing
    else); otherwise it stays, before the signature, less its markers. ``note`` is that of
    the place: "" for a good one.
    """

    start: int
    end: int
    drops: bool
    note: str = ""


def replacements(
    text: str, tokens: list[Token], found: Sequence[Found], signature_html: str | None
) -> list[TextEdit]:
    """Return the edits for the markers of an HTML text.

    Args:
        text: HTML text, decoded.
        tokens: Its tokens.
        found: What ``find_in_html`` returned, in order.
        signature_html: Goes where ``standing_of`` says; ``None`` takes markers out, as
            does a text in which no block can stand.

    Returns:
        Edits in order that don't overlap, offsets in code points of ``text``.
    """
    if not found:
        return []
    standing = None if signature_html is None else standing_of(text, tokens, found)
    if signature_html is None or standing is None:
        return [(each.start, each.end, each.keep) for each in found]
    kept = "" if standing.drops else _without(text, standing.start, standing.end, found)
    edits = [(standing.start, standing.end, kept + signature_html)]
    edits += (
        (each.start, each.end, each.keep)
        for each in found
        if each.end <= standing.start or each.start >= standing.end
    )
    return sorted(edits)


def replacements_in_text(
    text: str,
    found: Sequence[Found],
    lines: str | None,
    newline: str,
    *,
    flowed: bool = False,
) -> list[TextEdit]:
    """Return the edits for the markers of a plain text.

    A marker alone on its line becomes ``lines``. Text before it keeps its line, text after
    it begins a new one below.

    Args:
        text: Plain text, any line ends.
        found: What ``find_in_text`` returned, in order.
        lines: The signature (LF newlines); ``None`` takes markers out.
        newline: The line end of this text.
        flowed: Whether a line that ends in a blank takes the next one in (RFC 3676, 4.2).
    """
    edits: list[TextEdit] = [(each.start, each.end, "") for each in found]
    if found and lines is not None:
        shown = lines.replace("\n", newline)
        edits[0] = _own_lines(text, found[0], shown, newline, flowed)
    return edits


def _own_lines(
    text: str, marker: Found, lines: str, newline: str, flowed: bool
) -> TextEdit:
    start = max(text.rfind("\n", 0, marker.start), text.rfind("\r", 0, marker.start)) + 1
    ends = [
        at for at in (text.find("\n", marker.end), text.find("\r", marker.end)) if at >= 0
    ]
    end = min(ends, default=len(text))
    before = text[start : marker.start].rstrip()
    after = text[marker.end : end].lstrip()
    if before or (flowed and _is_soft(text, start)):
        lines = newline + lines
    return start + len(before), end - len(after), lines + (newline if after else "")


def _is_soft(text: str, line_start: int) -> bool:
    """Whether the line before this one goes on in it (``-- `` never does)."""
    above = text[max(0, line_start - 6) : line_start].replace("\r\n", "\n")
    line = above[:-1].replace("\r", "\n").rpartition("\n")[2]
    return line.endswith(" ") and line != "-- "


# --- the place in HTML


def standing_of(text: str, tokens: list[Token], found: Sequence[Found]) -> Standing | None:
    """Return where the signature goes: at the first marker at which a block can stand.

    Where markers are all in links, hidden or the like: the best place of the text up to
    the end of the first one's range. None: there is no place at all.
    """
    for number in range(min(len(found), _MOST_TRIED)):
        marker = found[number]
        at_marker = Standing(marker.start, marker.end, False)
        tried = dict.fromkeys((_preferred(text, tokens, found[number:]), at_marker))
        for standing in tried:
            offset = standing.start if standing.drops else standing.end
            place = is_legal(text, tokens, offset)
            if place is not None:
                return replace(standing, note=place.note)
    elsewhere = place_in(text, tokens, 0, found[0].limit)
    if elsewhere is None or any(each.start < elsewhere.offset < each.end for each in found):
        return None
    return Standing(elsewhere.offset, elsewhere.offset, False, elsewhere.note)


def _preferred(text: str, tokens: list[Token], found: Sequence[Found]) -> Standing:
    """Return where the first of these markers wants the signature."""
    marker = found[0]
    index = bisect_left(tokens, marker.start, key=itemgetter(1))
    opened, paragraph = _opened_before(tokens, index)
    if paragraph is None:
        return Standing(
            marker.start, _out_of_text_level(tokens, index, marker, opened), False
        )
    start = tokens[paragraph][1]
    content_end, end = _paragraph_end(text, tokens, index)
    if end > marker.limit:
        return Standing(marker.start, marker.end, False)
    content = _without(text, tokens[paragraph][2], content_end, found)
    # In quirks mode a table does not end the paragraph: its end tag is still to come.
    drops = text[end : end + 6].lower() != "<table" and _shows_nothing(content)
    return Standing(start if drops else marker.start, end, drops)


def _opened_before(tokens: list[Token], index: int) -> tuple[list[str], int | None]:
    """Return the text-level elements open before a token, outermost first.

    And the token of the paragraph that they stand in, if they stand in one.
    """
    opened: list[str] = []
    closed: dict[str, int] = {}
    for at in range(index - 1, -1, -1):
        kind, _, _, name = tokens[at]
        if name in BLOCK and kind in (START, END):
            is_paragraph = name == "p" and kind == START
            return opened[::-1], at if is_paragraph else None
        if kind == END:
            closed[name] = closed.get(name, 0) + 1
        elif kind == START and name not in VOID:
            if closed.get(name):
                closed[name] -= 1
            else:
                opened.append(name)
    return opened[::-1], None


def _out_of_text_level(
    tokens: list[Token], index: int, marker: Found, opened: list[str]
) -> int:
    """Return where all text-level elements around the marker are closed, on its line.

    If they aren't before the line ends, the signature stays at the marker.
    """
    open_names = Counter(opened)
    depth = len(opened)
    place = marker.end
    for kind, start, end, name in islice(tokens, index, None):
        if not depth and start >= marker.end:
            return place
        if kind == RAW or name in BLOCK or name == "br" or end > marker.limit:
            break
        if kind == START and name not in VOID:
            open_names[name] += 1
            depth += 1
        elif kind == END and open_names[name]:
            open_names[name] -= 1
            depth -= 1
            place = max(marker.end, end)
    return marker.end if depth else place


def _paragraph_end(text: str, tokens: list[Token], index: int) -> tuple[int, int]:
    """Return where the content of the open paragraph ends, and where it does itself."""
    for kind, start, end, name in islice(tokens, index, None):
        if name in BLOCK and kind in (START, END):
            return start, end if kind == END and name == "p" else start
    return len(text), len(text)


def _without(text: str, start: int, end: int, found: Sequence[Found]) -> str:
    """Return the source between two offsets, less the markers in it."""
    pieces: list[str] = []
    at = start
    for marker in found:
        if marker.end <= start:
            continue
        if marker.start >= end:
            break
        pieces += (text[at : marker.start], marker.keep)
        at = marker.end
    return "".join((*pieces, text[at:end]))


def _shows_nothing(content: str) -> bool:
    """Whether this markup shows no text and no picture, and closes what it opens."""
    opened: list[str] = []
    at = 0
    for kind, start, end, name in tokenize(content):
        if _is_seen(content[at:start]) or kind == RAW or name in SHOWN:
            return False
        if kind == START and name not in VOID:
            opened.append(name)
        elif kind == END and (not opened or opened.pop() != name):
            return False
        at = end
    return not opened and not _is_seen(content[at:])


def _is_seen(character_data: str) -> bool:
    return bool(squeeze(unescape(character_data)))
