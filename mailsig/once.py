"""Once: whether a text holds the signature already.

Two proofs: the sentinel attribute in a start tag, and, since clients strip attributes, the
signature's visible lines. These count where they begin and end with lines (a line may be
wrapped, or go on with a link's address in ``<>``), in the order of the signature, blanks
and case aside. At least 60 % of them must be there, since a person may have edited some;
and, unless all are, one of three letters must be there that is neither the first nor the
second: a greeting and a name are what people type themselves.

Whoever wrote the text, nothing here raises, and the work grows with its length. A text
without enough of the signature's words is told by searching for those alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING

from mailsig.fingerprint import Fingerprint, squeeze
from mailsig.fragment import SENTINEL
from mailsig.html.elements import BLOCK
from mailsig.html.references import unescape
from mailsig.html.skim import Page
from mailsig.html.tokens import START, Token, attributes

if TYPE_CHECKING:
    from mailsig.signature import Signature


Ranges = Sequence[tuple[int, int]]

_SENTINEL = re.compile(SENTINEL, re.IGNORECASE | re.ASCII)
_BREAKS = BLOCK | {"br"}
_QUOTING = "> \t\u00a0|"
_LEAST_LETTERS = 3


def is_signed_text(text: str, authored: Ranges, signature: Signature) -> bool:
    """Return whether the authored ranges of a plain text hold the signature."""
    return _holds_lines(
        _joined(text, authored),
        signature.prints_text,
        lambda: _text_lines(text, authored),
        exact=True,
    )


def may_be_signed_text(text: str, signature: Signature) -> bool:
    """Return whether a plain text has enough of the signature's words to be read for it."""
    return bool(_likely(text, signature.prints_text, exact=True))


def is_signed_html(
    text: str,
    tokens: Sequence[Token],
    authored: Ranges,
    signature: Signature,
    page: Page | None = None,
) -> bool:
    """Return whether the authored ranges of an HTML text hold the signature.

    The sentinel of any signature counts: one is enough. ``page``: the whole text in
    pieces, which are searched sooner.
    """
    exact = False
    if page is not None and authored == ((0, len(text)),):
        source = page.shown
        marked = SENTINEL in _lower(page.markup)
        exact = "&" not in source
    else:
        source = _joined(text, authored)
        marked = SENTINEL in _lower(source)
    if marked and any(_sentinels(text, tokens, authored)):
        return True
    return _holds_lines(
        source,
        signature.prints_html,
        lambda: _html_lines(text, tokens, authored),
        exact=exact,
    )


def lines_around(text: str, at: int, signature: Signature) -> tuple[int, int] | None:
    """Return the range of the signature's lines, all as written, that ``at`` lies in.

    That is where one stands that reads like the beginning of a history. A single line
    proves nothing: a history can begin with its author's name.
    """
    for own in dict.fromkeys((signature.text, signature.text_ascii)):
        first = own.partition("\n")[0]
        reach = 2 * len(own) + 200
        low, high = max(0, at - reach), at + len(first) + 1
        while first and (found := text.find(first, low, high)) >= 0:
            wanted = [line for line in map(squeeze, own.split("\n")) if line]
            start = text.rfind("\n", low, found) + 1 or low
            end = _end_of_lines(text, start, at + reach, wanted)
            if end > at and len(wanted) > 1:
                return start, end
            low = text.find("\n", found, high) + 1 or high
    return None


def _end_of_lines(text: str, start: int, limit: int, wanted: Sequence[str]) -> int:
    """Return the end of these lines, which begin at ``start``, -1 if others do.

    None of them begins behind ``limit``.
    """
    limit = min(limit, len(text))
    end = start
    for line in wanted:
        shown = ""
        while not shown and end < limit:
            start, end = end, text.find("\n", end) + 1 or len(text)
            shown = squeeze(text[start:end])
        if shown != line:
            return -1
    return end


def was_signed_text(text: str, authored: Ranges, signature: Signature) -> bool:
    """Return whether the history, all outside of the authored ranges, holds the signature.

    Quote prefixes are ignored.
    """
    history = _others(text, authored)
    return _holds_lines(
        _joined(text, history),
        signature.prints_text,
        lambda: _unquoted(_text_lines(text, history)),
    )


def was_signed_html(
    text: str, tokens: Sequence[Token], authored: Ranges, signature: Signature
) -> bool:
    """Return whether the history of an HTML text holds the signature.

    Only the sentinel of this very signature counts, or its lines.
    """
    history = _others(text, authored)
    source = _joined(text, history)
    marked = SENTINEL in _lower(source)
    if marked and signature.digest in _sentinels(text, tokens, history):
        return True
    return _holds_lines(
        source,
        signature.prints_html,
        lambda: _unquoted(_html_lines(text, tokens, history)),
    )


def _joined(text: str, ranges: Ranges) -> str:
    """Return what stands in the ranges."""
    if len(ranges) == 1:  # PERF (plain 2 KB): as in most mail
        return text[ranges[0][0] : ranges[0][1]]
    return "".join([text[start:end] for start, end in ranges])


def _lower(text: str) -> str:
    """Return text in ASCII lower case; of what is not ASCII, each octet a character.

    PERF (newsletter 100 KB): ten times as fast as ``str.lower`` where that is not ASCII.
    """
    if text.isascii():
        return text.lower()
    return text.encode("utf-8", "surrogatepass").lower().decode("latin-1")


def _others(text: str, ranges: Ranges) -> list[tuple[int, int]]:
    """Return what the ranges leave out."""
    starts = [0, *(end for _, end in ranges)]
    ends = [*(start for start, _ in ranges), len(text)]
    return [pair for pair in zip(starts, ends, strict=True) if pair[0] < pair[1]]


# --- the sentinel


def _sentinels(text: str, tokens: Sequence[Token], ranges: Ranges) -> Iterator[str]:
    """Yield the values of the sentinel attributes in the start tags of the ranges."""
    seen = -1
    for range_start, range_end in ranges:
        for match in _SENTINEL.finditer(text, range_start, range_end):
            index = bisect_right(tokens, match.start(), key=itemgetter(1)) - 1
            if index <= seen:
                continue
            seen = index
            kind, start, end, _ = tokens[index]
            if kind == START and range_start <= start and match.end() <= end:
                found = attributes(text, tokens[index])
                yield from (
                    found[name] for name in (SENTINEL, f"x_{SENTINEL}") if name in found
                )


# --- visible lines


def _holds_lines(
    source: str,
    prints: Iterable[Fingerprint],
    lines: Callable[[], Iterator[str]],
    exact: bool = False,
) -> bool:
    """Whether the lines, read only if the source speaks for it, match one of the prints.

    ``exact``: the signs that the source lacks are in none of the lines. Else they may be
    written as a reference.
    """
    likely = _likely(source, prints, exact)
    if not likely:
        return False
    squeezed = [line for line in map(squeeze, lines()) if line]
    return any(_matches(squeezed, print_) for print_ in likely)


def _likely(source: str, prints: Iterable[Fingerprint], exact: bool) -> list[Fingerprint]:
    """Return the prints of which enough lines may be there, by their signs and words."""
    likely: list[Fingerprint] = []
    lower = ""
    found = {"": True}  # what is known of the words
    # PERF (relay 10 KB): a sign is told in a fiftieth of a word's time.
    by_signs = exact and len(source) > _SHORT
    for print_ in prints:
        clues: Sequence[tuple[str, str]] = print_.clues
        if by_signs:
            clues = [clue for clue in clues if clue[1] in source]
        may_lack = len(clues) - print_.needed
        if may_lack >= 0:
            lower = lower or _lower(source)
            if _has_words(lower, clues, may_lack, found):
                likely.append(print_)
    return likely


_SHORT = 2_000  # code points: words are told as soon


def _has_words(
    lower: str,
    clues: Iterable[tuple[str, str]],
    may_lack: int,
    found: dict[str, bool],
) -> bool:
    """Whether all but a few of the words are there; found: what is known of them."""
    for word, _ in clues:
        if word not in found:
            found[word] = word in lower
        may_lack -= not found[word]
        if may_lack < 0:
            return False
    return True


def _matches(squeezed: list[str], print_: Fingerprint) -> bool:
    """Whether enough lines of the signature stand among these, in order."""
    page = "".join(squeezed)
    borders = [0]
    for line in squeezed:
        borders.append(borders[-1] + len(line))
    ends = set(borders)
    matched: list[int] = []
    first = 0
    for number, line in enumerate(print_.lines):
        found = _find_line(page, borders, ends, line, first)
        if found is not None:
            matched.append(number)
            first = found
    if len(matched) == len(print_.lines):
        return True
    return len(matched) >= print_.needed and any(
        number >= print_.telling and _letters(print_.lines[number]) >= _LEAST_LETTERS
        for number in matched
    )


def _find_line(
    page: str, borders: list[int], ends: set[int], line: str, first: int
) -> int | None:
    """Return the index of the first border at or behind the line's next occurrence."""
    if line not in page:
        return None
    for start in islice(borders, first, None):
        end = start + len(line)
        if page.startswith(line, start) and (end in ends or page[end] == "<"):
            return bisect_right(borders, end - 1)
    return None


def _letters(line: str) -> int:
    return sum(map(str.isalnum, line))


def _text_lines(text: str, ranges: Ranges) -> Iterator[str]:
    for start, end in ranges:
        yield from text[start:end].splitlines()


def _unquoted(lines: Iterator[str]) -> Iterator[str]:
    return (line.lstrip(_QUOTING) for line in lines)


def _html_lines(text: str, tokens: Sequence[Token], ranges: Ranges) -> Iterator[str]:
    for range_start, range_end in ranges:
        index = bisect_right(tokens, range_start, key=itemgetter(2))
        line: list[str] = []
        at = range_start
        # Not islice: for each of many ranges it would pass over all tokens before it.
        for number in range(index, len(tokens)):
            _, start, end, name = tokens[number]
            line.append(text[at : min(start, range_end)])
            at = end
            if start >= range_end:
                break
            if name in _BREAKS:
                yield unescape("".join(line))
                line.clear()
        else:
            line.append(text[at:range_end])
        yield unescape("".join(line))
