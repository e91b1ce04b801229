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
from dataclasses import dataclass

from mailsig.html.lexer import lower_case, markup

__all__ = ["Page", "cut", "skim"]


def _raw_element(name: str) -> str:
    """The pattern of an element with raw text: one piece without a name."""
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
    shown: str
    """The character data as one."""
    markup: str
    """The source of all runs, each once."""

    def joined(self, between: list[str]) -> str:
        """What is shown, with something for each run."""
        pieces = [""] * (2 * len(between) + 1)
        pieces[::2] = self.gaps
        pieces[1::2] = between
        return "".join(pieces)


def skim(text: str) -> Page | None:
    """The pieces of an HTML text; None: only its tokens tell them."""
    pieces = _RUN.split(text)
    runs = pieces[1::2]
    if not runs or "<" in pieces[-1]:
        return None
    *_, last = _PIECE.finditer(runs[-1])
    if _SIMPLE_END.fullmatch(last[0]) is None:
        return None
    alike = dict.fromkeys(runs)
    source = _APART.join(alike)
    parts = _PIECE.split(source)
    names = {name: lower_case(name or "") for name in set(parts[1::2])}
    if not _ODD.isdisjoint(names.values()):
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
        "".join(gaps),
        source,
    )


_APART = "\0"  # in no tag's name: such a page is left to its tokens


def cut(run: str) -> list[tuple[str, int, int]]:
    """The pieces of a run: the name of each ("" for what has none), its start and end."""
    return [
        (lower_case(match[1] or ""), match.start(), match.end())
        for match in _PIECE.finditer(run)
    ]
