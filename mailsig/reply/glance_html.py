"""A first look at an HTML text in pieces: whether it can hold a history at all.

Most mail is no reply. Every rule needs a client's mark or a quote, or within reach a line
with a colon, a dash or a label (`choice`). A page with marks is read as a whole; else its
lines are had from its pieces without their offsets, and only those around a telling one are
judged.

PERF (newsletter 100 KB, base64 HTML 200 KB): reading all lines was a third of signing them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, repeat
from operator import itemgetter

from mailsig.html.references import unescape
from mailsig.html.skim import Page
from mailsig.html.tokens import START
from mailsig.reply import clients
from mailsig.reply.choice import TELLING_FIRST, TELLING_LAST, choose
from mailsig.reply.clients import Mark
from mailsig.reply.headers import TO, bare_label_role
from mailsig.reply.lines import IMAGE, INVISIBLE, Line, cleaned, quote_depth
from mailsig.reply.marks import LOOK, find_mark, hides, is_across, may_hide
from mailsig.reply.visible import BREAKS, DOT

__all__ = ["may_hold_history"]

_END, _BR = "\x01", "\v\x01"  # of a line; `br` ends one even where nothing is shown
_ENDS: dict[str | None, str] = {**dict.fromkeys(BREAKS, _END), "br": _BR}
_ENDS |= {f"/{name}": end for name, end in _ENDS.items()}
_ODD = "\x01\v\f\x1c\x1d\x1e\x1f"  # ours, and blanks that aren't always collapsed
_READ_WHOLE = frozenset(("blockquote", "pre", "/pre"))
_MARKED = re.compile(r"<(div|hr|section|table)(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII)
_BEFORE, _BEHIND = 24, 48  # lines around a telling one that rules may read


def may_hold_history(text: str, page: Page) -> bool:
    """Whether a page must be read line by line; False: it holds no history."""
    names = set(page.names)
    if not _READ_WHOLE.isdisjoint(names) or ("span" in names and "OLK_SRC_BODY" in text):
        return True
    tags = set(page.tags)  # many are alike
    mark = _strongest_mark(tags)
    if (mark is not None and mark is not clients.ACROSS) or _holds(text, _ODD):
        return True
    source = _source(page, names, may_hide(" ".join(tags)))
    shown = unescape(source)
    raw, segments = source.split(_END), shown.split(_END)
    if shown is not source and (
        len(segments) != len(raw)
        or shown.count("\v") != source.count("\v")
        or _holds(shown, _ODD[2:])
    ):
        return True
    strip = cleaned if _holds(shown, INVISIBLE) else str.strip
    stripped = list(map(strip, segments))
    telling = _telling(shown, stripped)
    return bool(telling) and any(
        choose(lines) is not None for lines in _around(telling, raw, stripped, mark)
    )


def _holds(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in words)


def _strongest_mark(tags: set[str]) -> Mark | None:
    """A client's mark that begins a history, or else a line across, if there is any."""
    found = None
    for tag in tags:
        name = _MARKED.match(tag)
        if name is None:
            continue
        token = START, 0, len(tag), name[1].lower()
        mark = find_mark(tag, token)
        if mark is not None and mark.kind in clients.HEEDED:
            return mark
        if mark is None and is_across(tag, token):
            found = clients.ACROSS
    return found


def _source(page: Page, names: set[str | None], hides_some: bool) -> str:
    """The source of what a reader sees, with the ends of lines for tags."""
    pieces = [""] * (2 * len(page.gaps) - 1)
    pieces[::2] = page.gaps
    pieces[1::2] = map(_ENDS.get, page.names, repeat(""))
    if "img" in names:
        for index, name in enumerate(page.names):
            if name == "img" and not DOT.search(page.tags[index][:LOOK]):
                pieces[2 * index + 1] = IMAGE
    if hides_some:
        _hide(page, pieces)
    return "".join(pieces)


def _hide(page: Page, pieces: list[str]) -> None:
    """Blank out the elements that aren't shown."""
    tags, names = page.tags, page.names
    hiding = {
        tag
        for tag, name in set(zip(tags, names, strict=True))
        if name and name[0] != "/" and hides(tag, (START, 0, len(tag), name))
    }
    after = 0
    for index in [index for index, tag in enumerate(tags) if tag in hiding]:
        if index < after:
            continue
        name, depth = names[index], 1
        for after in range(index + 1, len(names)):
            depth += (names[after] == name) - (names[after] == f"/{name}")
            if depth == 0:
                break
        else:
            after = len(names)
        for piece in range(2 * index + 1, min(2 * after + 2, len(pieces))):
            pieces[piece] = ""


def _telling(shown: str, lines: list[str]) -> list[int]:
    """The lines that `choice` calls telling, as it does."""
    found: list[int] = []
    visible = list(filter(None, lines))
    if not TELLING_FIRST.isdisjoint(map(itemgetter(0), visible)):
        found += [at for at, line in enumerate(lines) if line and line[0] in TELLING_FIRST]
    if not TELLING_LAST.isdisjoint(map(itemgetter(-1), visible)):
        found += [at for at, line in enumerate(lines) if line and line[-1] in TELLING_LAST]
    # PERF (base64 HTML 200 KB): there are few dashes, and a search for two is slow.
    words = (":", "：", "--") if "" in shown.split("-") else (":", "：")
    for word in words:
        if word in shown:
            found += [
                at for at, line in enumerate(lines)
                if word in line and (word != ":" or line.count(":") > line.count("://"))
            ]  # fmt: skip
    labels = _labels(visible)
    if labels:
        found += [at for at, line in enumerate(lines) if line in labels]
    return sorted(set(found))


def _labels(lines: list[str]) -> set[str]:
    """The lines that are a label alone, without a colon, as `choice` reads them."""
    short = {line for line in lines if len(line) <= _LONGEST}
    # A longer one may be as short as that once its blanks are collapsed.
    if _WIDE.search(_END.join(map(_HEAD, lines))):
        short |= {line for line in lines if _WIDE.search(line, 0, _LONGEST + 2)}
    return {line for line in short if _is_label(line)}


_LONGEST = 12
_HEAD = itemgetter(slice(_LONGEST + 2))
_WIDE = re.compile(r"\s\s")


def _is_label(line: str) -> bool:
    line = cleaned(line)
    return len(line) <= _LONGEST and bare_label_role(line) == TO


def _around(
    telling: list[int], raw: list[str], lines: list[str], mark: Mark | None
) -> Iterator[list[Line]]:
    """The lines around telling ones, without offsets."""
    visible = [at for at, line in enumerate(lines) if line]
    number = {at: index for index, at in enumerate(visible)}
    rows = list(accumulate(bool(s) and (not s.isspace() or s[-1] == "\v") for s in raw))
    start = end = 0
    for at in (*(number[at] for at in telling), None):
        if at is not None and end and at - _BEFORE <= end:
            end = at + _BEHIND
            continue
        if end:
            yield [_line(cleaned(lines[i]), rows[i], mark) for i in visible[start:end]]
        if at is not None:
            start, end = max(0, at - _BEFORE), at + _BEHIND


def _line(text: str, row: int, mark: Mark | None) -> Line:
    quoted = 1 if text[0] in ">›»" and quote_depth(text) else 0
    return Line(text, 0, 0, quoted, True, row, mark)
