"""The visible lines of a body, with the offsets where they stand in its source.

Plain text and HTML come to the same shape here, so that one set of rules reads both. A line
is never blank. Its text is cleaned of zero-width and bidi characters; blanks inside an HTML
line are collapsed. Nothing is copied that isn't visible, no tree is built, and each
character and token is looked at once.
"""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple

from mailsig.html.tokens import END, RAW, SKIP, START, Token, attributes
from mailsig.reply import clients
from mailsig.reply.clients import MARKS, Mark

__all__ = ["IMAGE", "Line", "html_lines", "text_lines"]

IMAGE = "\ufffc"
"""What stands in a line's text for a picture."""


class Line(NamedTuple):
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


# Zero-width and bidi characters, and the soft hyphen: never visible, often in the way.
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad\u180e\u034f"
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_BLANK = INVISIBLE + " \t\r\n\f\v\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\x00"
_TEXT_LINE = re.compile(r"[^\r\n]++(?:\r\n|\r|\n)?|\r\n|\r|\n")
_QUOTED = re.compile(r"[ \t\u200b\ufeff]{0,4}+(?:(?:[>›»]|&gt;)[ \t]?|[A-Z]{1,3}>(?= |$))")


# --- plain text


def text_lines(text: str) -> list[Line]:
    """The visible lines of a plain text; a quoted line keeps its `>`."""
    lines: list[Line] = []
    append = lines.append
    row = 0
    at = 0
    open_link = False
    for raw in text.splitlines(keepends=True) if _only_newlines(text) else _split(text):
        end = at + len(raw)
        visible = raw.strip(_BLANK)
        if visible and "--- " in visible and (shared := _SHARED.search(raw)):
            middle = shared.start() + 1
            append(Line(raw[:middle].strip(_BLANK), at, at + middle, 0, True, row))
            at += middle
            raw = raw[middle:]
            visible = raw.strip(_BLANK)
        if visible:
            last = at + len(raw.rstrip(_BLANK))
            if not visible.isascii():
                visible = _INVISIBLE.sub("", visible)
            quoted = _depth(raw) if visible[0] in _MAY_QUOTE or raw[0] in " \t" else 0
            if quoted and open_link and len(visible) < 3:
                quoted = 0
            append(Line(visible, at, last, quoted, True, row))
            open_link = visible.rfind("<") > visible.rfind(">")
        row += 1
        at = end
    return lines


# The author's last words and an attribution on one line ("Yes.--- On Monday, ... wrote:").
_SHARED = re.compile(r"[^\s-]-{3} (?=On |Am |Le |El |Il |Em |Op |Den )(?=[^\r\n]{8,240}:\s*\Z)")
_MAY_QUOTE = frozenset(">›»&ABCDEFGHIJKLMNOPQRSTUVWXYZ")
# str.splitlines also breaks at these; a mail's lines end with CR and LF alone.
_ODD_BREAK = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")


def _only_newlines(text: str) -> bool:
    return _ODD_BREAK.search(text) is None


def _split(text: str) -> list[str]:
    return [match[0] for match in _TEXT_LINE.finditer(text)]


def _depth(raw: str) -> int:
    match = _QUOTED.match(raw)
    if match is None:
        return 0
    rest = raw[match.end() : match.end() + 64]
    return 1 + len(rest) - len(rest.lstrip("> "))


# --- HTML


_BREAK = frozenset(
    "address article aside blockquote body br caption center dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li "
    "listing main menu nav ol option p pre search section summary table tbody td tfoot th "
    "thead title tr ul".split()
)
# Elements that clients put their marks on.
_MARKED = frozenset("blockquote div hr table span p section article center body br a".split())
_TREE = frozenset("blockquote div table span section article center p".split())
_NEEDLE = re.compile(
    "|".join(
        sorted(
            {
                re.escape(m.value.lstrip("=")) if len(m.value) > 6 else m.attribute + r"\s*="
                for m in MARKS
            }
        )
    )
)
_HIDING = re.compile(r"display\s*:\s*none|\shidden[\s=>]|mso-hide", re.I)
_UNSEEN = frozenset(("noscript", "template"))
_BORDER = re.compile(
    r"border-(?:inline-start|left)\s*:(?!\s*(?:none|0))|border-left-(?:width|style)"
    r"|border-width:\s*(?:0\S*\s+){3}[1-9]",
    re.I,
)
_PIXEL = re.compile(r"""(?:width|height)\s*[=:]\s*["']?\s*[01](?:px)?\s*(?:["';\s/>]|$)""", re.I)


def find_mark(text: str, token: Token) -> Mark | None:
    """The client's mark that a start tag carries."""
    if _NEEDLE.search(text, token[1], min(token[2], token[1] + 2000)) is None:
        return None
    found = attributes(text, token)
    for mark in MARKS:
        value = found.get(mark.attribute)
        if value is None:
            continue
        wanted = mark.value
        if value == wanted[1:] if wanted[:1] == "=" else wanted in value:
            return mark
    return None


def html_lines(text: str, tokens: list[Token]) -> list[Line]:
    """The visible lines of an HTML text, in document order."""
    reader = _Reader(text)
    reader.read(tokens)
    return reader.lines


class _Reader:
    """Goes once through the tokens; holds the line that is being read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: list[Line] = []
        self.words: list[str] = []
        self.start = self.end = 0
        self.row = 0
        self.depth: dict[str, int] = {}  # open elements of each name in _TREE
        self.boxes: dict[str, list[tuple[int, str]]] = {}  # what closes with them
        self.quotes = 0
        self.firm = 0
        self.own = 0
        self.pre = 0
        self.hidden = ""
        self.hides = _HIDING.search(text) is not None or "<noscript" in text
        self.mark: Mark | None = None

    def read(self, tokens: list[Token]) -> None:
        text = self.text
        at = 0
        for token in tokens:
            kind, start, end, name = token
            if start > at and not self.hidden:
                chunk = text[at:start]
                if not chunk.isspace():
                    self.take(chunk, at)
                elif self.words:
                    self.words.append(" ")
                    if self.pre:
                        self.take(chunk, at)
            at = end
            if kind == SKIP or kind == RAW:
                continue
            if self.hidden:
                self.unhide(kind, name)
                continue
            if name in _BREAK:
                self.flush()
            if name in _TREE or name in _MARKED or name == "pre":
                if kind == START:
                    self.open(token)
                else:
                    self.close(name)
            elif name == "img" and kind == START:
                self.picture(token)
            if self.hides and kind == START:
                self.hide(token)
        if at < len(text) and not self.hidden:
            self.take(text[at:], at)
        self.flush()

    def take(self, chunk: str, at: int) -> None:
        if self.pre and ("\n" in chunk or "\r" in chunk):
            for piece in _split(chunk):
                self.piece(piece, at)
                at += len(piece)
                if piece[-1] in "\r\n":
                    self.flush()
            return
        self.piece(chunk, at)

    def piece(self, chunk: str, at: int) -> None:
        if not chunk.strip(_BLANK):
            if self.words:
                self.words.append(" ")
            return
        lead = len(chunk) - len(chunk.lstrip(_BLANK))
        tail = len(chunk.rstrip(_BLANK))
        if "&" in chunk:
            shown = unescape(chunk)
            if not shown.strip(_BLANK):
                if self.words:
                    self.words.append(" ")
                return
            tail = _visible_end(chunk, tail)
            chunk = shown
        if not self.words:
            self.start = at + lead
        self.words.append(chunk)
        self.end = at + tail

    def flush(self) -> None:
        self.row += 1
        if not self.words:
            return
        shown = " ".join("".join(self.words).split())
        self.words.clear()
        if not shown.isascii():
            shown = _INVISIBLE.sub("", shown).strip()
        if not shown:
            return
        quoted = self.quotes
        firm = self.firm > 0 or not quoted
        if shown[0] in ">›»" and _QUOTED.match(shown):
            quoted += 1
            firm = True
        self.lines.append(
            Line(shown, self.start, self.end, quoted, firm, self.row, self.mark, self.own > 0)
        )
        self.mark = None

    def open(self, token: Token) -> None:
        name = token[3]
        if name in _TREE:
            self.depth[name] = self.depth.get(name, 0) + 1
        elif name == "pre":
            self.pre += 1
            return
        long = token[2] - token[1] > len(name) + 4
        mark = find_mark(self.text, token) if long else None
        if name == "blockquote":
            firm = mark is not None and mark.kind in (clients.CITE, clients.BOX)
            firm = firm or (long and _BORDER.search(self.text, token[1], token[2]) is not None)
            self.enter(name, "firm" if firm else "quote")
        elif mark is not None and mark.kind == clients.BOX:
            self.enter(name, "firm")
        elif mark is not None and mark.kind == clients.OWN:
            self.enter(name, "own")
        if (
            mark is not None
            and mark.kind in clients.HEEDED
            and (self.mark is None or self.mark.rank < mark.rank)
        ):
            self.mark = mark

    def enter(self, name: str, what: str) -> None:
        if name not in _TREE:
            return
        self.boxes.setdefault(name, []).append((self.depth[name], what))
        if what == "own":
            self.own += 1
        else:
            self.quotes += 1
            self.firm += what == "firm"

    def close(self, name: str) -> None:
        if name == "pre":
            self.pre = max(0, self.pre - 1)
            return
        depth = self.depth.get(name, 0)
        if depth == 0:
            return
        self.depth[name] = depth - 1
        stack = self.boxes.get(name)
        while stack and stack[-1][0] >= depth:
            what = stack.pop()[1]
            if what == "own":
                self.own -= 1
            else:
                self.quotes -= 1
                self.firm -= what == "firm"

    def picture(self, token: Token) -> None:
        if _PIXEL.search(self.text, token[1], min(token[2], token[1] + 2000)):
            return
        if not self.words:
            self.start = token[1]
        self.words.append(IMAGE)
        self.end = token[2]

    def hide(self, token: Token) -> None:
        kind, start, end, name = token
        if name in ("br", "hr", "img", "meta", "link", "input", "body", "html"):
            return
        if name in _UNSEEN or _HIDING.search(self.text, start, min(end, start + 2000)):
            self.hidden = name
            self.hidden_depth = 1

    def unhide(self, kind: int, name: str) -> None:
        if name != self.hidden:
            return
        self.hidden_depth += 1 if kind == START else -1
        if self.hidden_depth <= 0:
            self.hidden = ""
            if name in _TREE:
                self.close(name)


_REFERENCE = re.compile(r"&(?:nbsp|zwnj|zwj|shy|#160|#xa0|#8203|#8204|#847|#65279);?\s*\Z", re.I)
# (\Z is the end that `search` is given.)


def _visible_end(chunk: str, end: int) -> int:
    """Where the visible part ends, blank character references aside."""
    while match := _REFERENCE.search(chunk, max(0, end - 24), end):
        end = match.start()
    return end
