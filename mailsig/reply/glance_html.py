"""A first look at an HTML text in pieces: whether it can hold a history at all.

Most mail is no reply. Every rule needs a client's mark or a quote, or a line that tells
(`telling`) within reach. A page with marks is read as a whole; else its lines are had from
its pieces without their offsets, and only those around a telling one are judged.

PERF (newsletter 100 KB, base64 HTML 200 KB): reading all lines was a third of signing them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, repeat
from operator import add, itemgetter

from mailsig.html.lexer import ATTRIBUTES
from mailsig.html.references import unescape
from mailsig.html.skim import Page, pictures, sources
from mailsig.html.tokens import START
from mailsig.reply import clients
from mailsig.reply.choice import choose
from mailsig.reply.clients import Mark
from mailsig.reply.glance import around, holds_invisible, telling
from mailsig.reply.headers import LONGEST_BARE_TO, may_be_sender
from mailsig.reply.lines import IMAGE, Line, cleaned, quote_depth
from mailsig.reply.marks import (
    ENDED_BY,
    LOOK,
    find_mark,
    hides,
    hides_any,
    is_across,
    is_dot,
)
from mailsig.reply.visible import BREAKS

_END, _BR = "\x01", "\v\x01"  # of a line; `br` ends one even where nothing is shown
_ENDS: dict[str, str] = {**dict.fromkeys(BREAKS, _END), "br": _BR}
_ENDS |= {f"/{name}": end for name, end in _ENDS.items()}
_SIGNS = _ENDS | {"img": IMAGE}
_ODD = "\x01\v\f\x1c\x1d\x1e\x1f"  # ours, and blanks that aren't always collapsed
_READ_WHOLE = frozenset(("blockquote", "pre", "/pre"))
_MARKED = re.compile(
    rf"<((?i:hr|div|section|table)) (?!div>) (?=[\t\n\f\r />]) {ATTRIBUTES} >", re.VERBOSE
)
_TAG = re.compile("<([^>]++)>")


def may_hold_history(text: str, page: Page) -> bool:
    """Whether a page must be read line by line; False: it holds no history."""
    names = page.names
    if not _READ_WHOLE.isdisjoint(names) or ("span" in names and "OLK_SRC_BODY" in text):
        return True
    mark = _strongest_mark(page.markup)
    if mark is not None and mark is not clients.ACROSS:
        return True
    hides_some = hides_any(page.markup)
    # PERF (base64 HTML 200 KB): where most runs are alike, a look at the lines without
    # their rows takes half the time, and is mostly all.
    many_alike = 4 * len(set(page.outlines)) < len(page.outlines)
    if many_alike and not hides_some and not _tells(*_all_lines(page), mark):
        return False
    runs = set(page.runs) if hides_some else set()
    source = _source(page, set(filter(hides_any, runs)))
    if source is None:
        return True
    shown = unescape(source)
    if _holds(page.shown, _ODD) or (shown is not source and _has_more(shown, source)):
        return True
    lines, shown = _stripped(shown.split(_END), shown)
    found = _telling(lines, shown, mark)
    return any(
        choose(near) is not None for near in _around(found, source.split(_END), lines, mark)
    )


def _all_lines(page: Page) -> tuple[list[str], str]:
    """Return the lines, and all that they show, as if nothing were hidden."""
    ends = _ends(page)
    if "&" not in page.shown and ends.count(_END) == len(ends):
        return _stripped(page.gaps, page.shown)
    shown = unescape(page.joined(ends))
    return _stripped(shown.split(_END), shown)


def _stripped(lines: list[str], shown: str) -> tuple[list[str], str]:
    """Return the lines, and all that they show, without what isn't seen."""
    if not holds_invisible(lines):
        return list(map(str.strip, lines)), shown
    lines = list(map(cleaned, lines))
    return lines, _END.join(lines)


def _holds(text: str, chars: str) -> bool:
    return any(char in text for char in chars)


def _has_more(shown: str, source: str) -> bool:
    """Whether references made odd characters."""
    return _holds(shown, _ODD[2:]) or any(shown.count(c) != source.count(c) for c in _BR)


def _strongest_mark(markup: str) -> Mark | None:
    """Return a client's mark that begins a history, or else a line across, if any."""
    found = None
    for tag, name in {match[0]: match[1] for match in _MARKED.finditer(markup)}.items():
        token = START, 0, len(tag), name.lower()
        mark = find_mark(tag, token)
        if mark is not None and mark.kind in clients.HEEDED:
            return mark
        if mark is None and is_across(tag, token):
            found = clients.ACROSS
    return found


# --- what is shown


def _ends(page: Page) -> list[str]:
    """For each run, the end of a line, or the blanks in it if no line ends there.

    A picture ends one as well here, which hides nothing that tells.
    """
    ends = _signed(page.outlines, _ENDS | {"img": _END})
    ends = {outline: _END if _END in shown else shown for outline, shown in ends.items()}
    return list(map(ends.__getitem__, page.outlines))


def _signed(outlines: list[str], signs: dict[str, str]) -> dict[str, str]:
    """Outlines with signs for the names of tags, most of which have none."""
    alike = list(set(outlines))
    parts = _TAG.split("\0".join(alike))
    parts[1::2] = map(signs.get, parts[1::2], repeat(""))
    return dict(zip(alike, "".join(parts).split("\0"), strict=True))


def _source(page: Page, hiding: set[str]) -> str | None:
    """Return the source of what a reader sees, with the ends of lines for tags.

    None: what is hidden ends without an end tag.
    """
    outlines = page.outlines
    if "img" in page.names:
        outlines = [
            _without_dots(run, outline)
            if "<img>" in outline and run not in hiding
            else outline
            for run, outline in zip(page.runs, outlines, strict=True)
        ]
    known = _signed(outlines, _SIGNS)
    shown = list(map(known.__getitem__, outlines))
    return _without_hidden(page, shown, hiding) if hiding else page.joined(shown)


def _without_dots(run: str, outline: str) -> str:
    """Return the outline of a run less its pictures that nobody sees."""
    first, *others = outline.split("<img>")
    kept = ["" if is_dot(tag[:LOOK]) else "<img>" for tag in pictures(run)]
    return first + "".join(map(add, kept, others))


def _without_hidden(page: Page, shown: list[str], hiding: set[str]) -> str | None:
    """Return the source of what a reader sees, where tags of some runs hide elements."""
    pieces: list[str] = []
    inside, depth = "", 0  # of what is hidden
    known: dict[str, bool] = {}
    rows = zip(page.gaps, page.runs, page.outlines, shown, strict=False)
    for gap, run, outline, signs in rows:
        if inside and f"</{inside}>" not in outline:
            depth += outline.count(f"<{inside}>")
            continue
        if not inside:
            pieces.append(gap)
            if run not in hiding:
                pieces.append(signs)
                continue
        for blanks, tag, name in sources(run):
            if inside:
                depth += (name == inside) - (name == f"/{inside}")
                inside = inside if depth else ""
                continue
            if tag not in known:
                known[tag] = name[:1] != "/" and hides(tag, (START, 0, len(tag), name))
            if known[tag]:
                if name in ENDED_BY:
                    return None
                inside, depth = name, 1
            elif name != "img" or not is_dot(tag[:LOOK]):
                pieces += blanks, _SIGNS.get(name, "")
    return None if inside else "".join([*pieces, page.gaps[-1]])


# --- the lines that tell, and those around


def _tells(lines: list[str], shown: str, mark: Mark | None) -> bool:
    return next(_telling(lines, shown, mark), None) is not None


def _telling(lines: list[str], shown: str, mark: Mark | None) -> Iterator[int]:
    heads = "|".join(map(_HEAD, lines))
    wide: Iterable[str] = ()
    if "  " in heads or (not heads.isprintable() and _WIDE.search(heads)):
        wide = {line for line in lines if _WIDE.search(line, 0, LONGEST_BARE_TO + 2)}
    found = telling(lines, shown, wide, cleaned)
    if mark is None or "@" not in shown:
        return found
    # Below a line across, the labels of a header may be of any language.
    senders = (at for at, line in enumerate(lines) if may_be_sender(cleaned(line)))
    return iter(sorted({*found, *senders}))


_HEAD = itemgetter(slice(LONGEST_BARE_TO + 2))
_WIDE = re.compile(r"\s\s")


def _around(
    found: Iterable[int], source: list[str], lines: list[str], mark: Mark | None
) -> Iterator[list[Line]]:
    """Yield the lines around telling ones, without offsets."""
    for near in around(found, lines):
        first = near[0]
        rows = [
            bool(s) and (not s.isspace() or s[-1] == "\v")
            for s in source[first : near[-1] + 1]
        ]
        row = list(accumulate(rows))
        yield [_line(cleaned(lines[at]), row[at - first], mark) for at in near]


def _line(text: str, row: int, mark: Mark | None) -> Line:
    quoted = 1 if text[0] in ">›»" and quote_depth(text) else 0
    return Line(text, 0, 0, quoted, True, row, mark)
