"""HTML text in pieces: what is shown, and the runs of tags between it.

Tags with nothing but blanks between them are one run, and many runs are alike: what is
worked out for one goes for all of them, and for all that have the same outline. A page is
only given if these rules cut it as a browser does: no raw text but that of styles and
titles, and nothing unfinished at the end.

PERF (newsletter 100 KB): one `re.split` takes a third of the time of a loop that builds
tokens.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mailsig.html.lexer import ATTRIBUTES, lower_case, markup


def _raw_element(name: str) -> str:
    """Return the pattern of an element with raw text: one piece without a name."""
    letters = "".join(f"[{letter}{letter.upper()}]" for letter in name)
    return rf"""{letters} (?=[\t\n\f\r />]) (?: [^"'<>] | "[^"<>]*+" | '[^'<>]*+' )*+ >
        (?: [^<]++ | <(?!/{letters}[\t\n\f\r />]) )*+ (?: </{letters}[\t\n\f\r ]*+> )?+"""


_RAW = f"{_raw_element('style')} | {_raw_element('title')}"
# PERF (base64 HTML 200 KB): what has no attributes and is no raw text, first: a fifth less.
_SHORT = "[a-rA-Ru-zU-Z/][a-zA-Z0-9]*+>"
_UNNAMED = rf"<(?: {_SHORT} | {_RAW} | {markup(name='?:')} )"
_RUN = re.compile(rf"( {_UNNAMED} (?: [\t\n\r\ ]*+ {_UNNAMED} )*+ )", re.VERBOSE)
_PIECE = re.compile(rf"<(?: {_RAW} | {markup()} )", re.VERBOSE)
_SIMPLE_END = re.compile(r"</[a-zA-Z0-9:]++[\t\n\f\r ]*+>")
# After these the tokens depend on more than the text: there is raw text, or may be CDATA.
_ODD = frozenset(
    ("frameset", "iframe", "math", "noembed", "noframes", "noscript", "plaintext", "script",
     "select", "style", "svg", "template", "textarea", "title", "xmp")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """A page in pieces, in order: `gaps[0]`, `runs[0]`, ..., `gaps[-1]`."""

    size: int
    """The length of its text in code points."""
    gaps: list[str]
    """The character data around the runs: one more than there are runs."""
    runs: list[str]
    """Tags, comments, and styles and titles as a whole, with blanks between them."""
    outlines: list[str]
    """For each run, its tags as `<name>` or `</name>`, in lower case, and its blanks."""
    names: frozenset[str]
    """The names of all tags; of an end tag with its solidus before it."""
    last: list[tuple[str, int]]
    """The last two pieces of the last run, and where in it they begin."""
    shown: str
    """The character data as one."""
    markup: str
    """The source of all runs, each once."""

    def joined(self, between: list[str]) -> str:
        """Return what is shown, with something for each run."""
        pieces = [""] * (2 * len(between) + 1)
        pieces[::2] = self.gaps
        pieces[1::2] = between
        return "".join(pieces)


def skim(text: str) -> Page | None:
    """Return the pieces of an HTML text; None: only its tokens tell them."""
    pieces = _RUN.split(text)
    runs = pieces[1::2]
    if not runs or "<" in pieces[-1]:
        return None
    last = [(match[0], match.start()) for match in deque(_PIECE.finditer(runs[-1]), 2)]
    if _SIMPLE_END.fullmatch(last[-1][0]) is None:
        return None
    alike = dict.fromkeys(runs)
    source = _APART.join(alike)
    parts = _PIECE.split(source)
    names = {name: lower_case(name or "") for name in set(parts[1::2])}
    # An outline is read by its brackets, so no name may have one.
    if not _ODD.isdisjoint(names.values()) or "<" in "".join(names.values()):
        return None
    tags = {name: lower and f"<{lower}>" for name, lower in names.items()}
    parts[1::2] = map(tags.__getitem__, parts[1::2])
    outlines = "".join(parts).split(_APART)
    if len(outlines) != len(alike):
        return None
    known = dict(zip(alike, outlines, strict=True))
    gaps = pieces[::2]
    return Page(
        len(text),
        gaps,
        runs,
        list(map(known.__getitem__, runs)),
        frozenset(names.values()) - {""},
        last,
        "".join(gaps),
        source,
    )


_APART = "\0"  # in no tag's name: such a page is left to its tokens


def cut(run: str) -> Iterator[tuple[str, int, int]]:
    """Yield the pieces of a run: the name of each ("": it has none), its start and end."""
    for match in _PIECE.finditer(run):
        name = match[1]
        yield lower_case(name) if name else "", match.start(), match.end()


def sources(run: str) -> Iterator[tuple[str, str, str]]:
    """Return a run's pieces: blanks in front, the source, and the name in lower case."""
    parts = _source().split(run)
    names = [(name or "").lower() for name in parts[2::3]]
    return zip(parts[::3], parts[1::3], names, strict=False)


def pictures(run: str) -> list[str]:
    """Return the sources of the `img` tags in a run, less their first character."""
    return list(filter(None, _picture().findall(run)))


# PERF (import): few pages need these.


@cache
def _source() -> re.Pattern[str]:
    return re.compile(rf"(<(?: {_RAW} | {markup()} ))", re.VERBOSE)


@cache
def _picture() -> re.Pattern[str]:
    picture = rf"[iI][mM][gG] (?=[\t\n\f\r />]) {ATTRIBUTES} >"
    return re.compile(rf"<(?: ({picture}) | {_UNNAMED[4:]}", re.VERBOSE)
