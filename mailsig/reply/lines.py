"""The visible lines of a body, with the offsets where they stand in its source.

Plain text (here) and HTML (`visible`) come to the same shape, so that one set of rules
reads both. A line is never blank; its text is cleaned of zero-width and bidi characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn, cast

from mailsig.reply.clients import Mark

IMAGE = "\ufffc"
"""What stands in a line's text for a picture."""

# Zero-width and bidi characters, and the soft hyphen: never visible, often in the way.
INVISIBLE = (
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060"
    "\u2066\u2067\u2068\u2069\ufeff\u00ad\u180e\u034f"
)
BLANK = INVISIBLE + (
    " \t\r\n\f\v\x00\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
    "\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_NO_SPACE = frozenset(INVISIBLE + "\0")
NOT_SHOWN = re.compile(f"[{INVISIBLE}]+")


def cleaned(text: str) -> str:
    """Return a line of HTML as it is shown: blanks collapsed, what has no width gone."""
    # PERF (base64 HTML 200 KB): a long line that has no odd blanks isn't split.
    if not text.isascii():
        return NOT_SHOWN.sub("", " ".join(text.split())).strip()
    if "\n" in text or "\r" in text or "\t" in text or "  " in text:
        return " ".join(text.split())
    return text.strip()


@dataclass(slots=True)  # PERF (reply 30 KB): built and read faster than a tuple, or frozen
class Line:
    """A visible line: where it begins and ends, and how deep it is quoted."""

    text: str
    start: int
    end: int
    quoted: int = 0
    """How many quotes, or boxes of history, it stands in."""
    firm: bool = True
    """False: only in blockquotes that an author may have used to indent."""
    row: int = 0
    """Counts blank lines too: a gap of more than one is a blank line."""
    mark: Mark | None = None
    """The client's mark that opens with this line."""
    own: bool = False
    """In a signature that the author's client wrote."""


class UnreadError(Exception):
    """A rule looked at a line that isn't read yet."""


class _Unread:
    def __getattr__(self, name: str) -> NoReturn:
        raise UnreadError


UNREAD = cast("Line", _Unread())
"""Stands behind the lines read so far: a rule that looks at it needs more of them."""


# str.splitlines breaks at these too; a mail's lines end with CR and LF alone.
ODD_BREAKS = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_LINE = re.compile(r"[^\r\n]++(?:\r\n|\r|\n)?+|\r\n|\r|\n")
_QUOTED = re.compile(
    r"[ \t\u200b\ufeff]{0,4}+(?:(?:[>›»]|&gt;)[ \t]?|[A-Z]{1,3}>++(?= |\r|\n|\Z))"
)
_QUOTING = frozenset(">›»&\u200b\ufeff")
# The author's last words and an attribution on one line ("Yes.--- On Monday, ... wrote:").
_SHARED = re.compile(
    r"[^\s-]-{3} (?=On |Am |Le |El |Il |Em |Op |Den )(?=[^\r\n]{8,240}:\s*\Z)"
)


def split_lines(text: str, *, keepends: bool = True) -> list[str]:
    """Return the lines of a text, which end with CR LF, CR or LF, and nothing else."""
    if any(map(text.__contains__, ODD_BREAKS)):
        lines = _LINE.findall(text)
        return lines if keepends else [line.rstrip("\r\n") for line in lines]
    return text.splitlines(keepends)


def text_lines(text: str) -> list[Line]:
    """Return the visible lines of a plain text; a quoted line keeps its `>`."""
    lines: list[Line] = []
    at = 0
    link = False  # a link was opened with `<` and its `>` may stand on this line
    for row, raw in enumerate(split_lines(text)):
        # PERF (UTF-8 8bit 6 KB): strip() knows all blanks but a few, and is fast.
        blank = None
        visible = raw.strip()
        if visible and (visible[0] in _NO_SPACE or visible[-1] in _NO_SPACE):
            blank = BLANK
            visible = raw.strip(BLANK)
        if visible:
            if "--- " in visible and (shared := _SHARED.search(raw)):
                cut = shared.start() + 1
                lines.append(Line(raw[:cut].strip(blank), at, at + cut, 0, True, row))
                at += cut
                raw = raw[cut:]
                visible = raw.strip(blank)
            last = at + len(raw.rstrip(blank))
            if not visible.isascii():
                visible = NOT_SHOWN.sub("", visible)
            quoted = 0
            if visible[0] in _QUOTING or (">" in visible[1:4] and visible[0].isupper()):
                quoted = quote_depth(raw)
            if link and quoted and len(visible) < 3:
                quoted = 0
            lines.append(Line(visible, at, last, quoted, True, row))
            link = "<" in visible and visible.rfind("<") > visible.rfind(">")
        at += len(raw)
    return lines


def quote_depth(raw: str) -> int:
    """Return how many quote marks a line begins with."""
    match = _QUOTED.match(raw)
    if match is None:
        return 0
    rest = raw[match.end() : match.end() + 64]
    return 1 + rest[: len(rest) - len(rest.lstrip("> "))].count(">")
