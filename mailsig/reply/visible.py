"""The visible lines of an HTML body, read from its tokens without building a tree.

Lines end at block elements and `br`, in `pre` also at newlines; blanks are collapsed and
character references resolved. What is hidden, raw or a comment is no text. Each token is
looked at once, and only elements that clients put marks on have their attributes read. Deep
inside a quote only its end is looked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from operator import length_hint

from mailsig.html.references import unescape
from mailsig.html.tokens import END, START, Token
from mailsig.reply import clients
from mailsig.reply.clients import Mark
from mailsig.reply.lines import BLANK, IMAGE, Line, cleaned, quote_depth, split_lines
from mailsig.reply.marks import (
    LOOK,
    find_mark,
    is_across,
    is_dot,
    looks_quoted,
    shown_tokens,
)

_DEEP = 60  # lines of one quote that are read before only its end is looked for


def _codes(names: str, code: int) -> dict[str, int]:
    return dict.fromkeys(names.split(), code)


_BREAK, _BR, _TREE, _HR, _INLINE, _IMG, _PRE = range(1, 8)
_CODES: dict[str, int] = _codes(
    "address article aside body caption center dd details dialog dir dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header html legend li listing main "
    "menu nav ol option p search summary tbody td tfoot th thead tr ul",
    _BREAK,
)
_CODES |= _codes("blockquote div table section", _TREE)
_CODES |= {"br": _BR, "hr": _HR, "img": _IMG, "pre": _PRE}
_CODES_WITH_SPAN = _CODES | {"span": _INLINE}
BREAKS = frozenset(name for name, code in _CODES.items() if code != _IMG)
"""Elements whose tags end a line."""


class HtmlLines:
    """Reads the lines of an HTML text, as many tokens at a time as are asked for."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.lines: list[Line] = []
        self._text = text
        self._tokens: Iterator[Token] = iter(shown_tokens(text, tokens))
        self._codes = _CODES_WITH_SPAN if "OLK_SRC_BODY" in text else _CODES
        self._at = 0
        self._words: list[str] = []  # of the line that is being read, which goes from
        self._start = self._end = 0  # here to there, with the blanks around it
        self._row = 0
        self._depth: dict[str, int] = {}  # open elements that may hold a quote
        self._boxes: dict[str, list[tuple[int, int]]] = {}  # what closes with them
        self._holds = [0, 0, 0]  # open quotes of any kind, firm ones, signatures
        self._deep = 0  # lines read since the outermost quote began
        self._pre = 0
        self._mark: Mark | None = None

    def read(self, count: int | None = None) -> bool:
        """Read the next tokens (None: all); whether the text goes on after them."""
        text, words, codes = self._text, self._words, self._codes
        depth, boxes = self._depth, self._boxes
        at = self._at
        for token in islice(self._tokens, count):
            kind, start, end, name = token
            if start > at:
                chunk = text[at:start]
                if self._pre:
                    self._preformatted(chunk, at)
                elif not chunk.isspace():
                    if not words:
                        self._start = at
                    words.append(chunk)
                    self._end = start
                elif words:
                    words.append(" ")
            at = end
            code = codes.get(name)
            if code is None:
                continue
            if words and code < _INLINE:
                self._flush()
            elif code == _BR:
                self._row += 1
            if code <= _BR:
                continue
            if (
                code == _TREE
                and not boxes
                and (kind == END or (end - start == len(name) + 2 and name != "blockquote"))
            ):
                # PERF (base64 HTML 200 KB): no attributes, and no quote that could end.
                depth[name] = max(0, depth.get(name, 0) + (1 if kind == START else -1))
                continue
            self._element(token, code)
            if self._deep > _DEEP:
                at = self._skip_quote(at)
                self._deep = 0
        self._at = at
        return length_hint(self._tokens) > 0 or self._finish()

    def _finish(self) -> bool:
        chunk = self._text[self._at :]
        if not chunk.isspace() and chunk:
            self._preformatted(chunk, self._at)
        self._at = len(self._text)
        self._flush()
        return False

    def _preformatted(self, chunk: str, at: int) -> None:
        """Take character data in which newlines end lines (or the last of the text)."""
        for piece in split_lines(chunk) if self._pre else [chunk]:
            if piece.strip(BLANK):
                if not self._words:
                    self._start = at
                self._words.append(piece)
                self._end = at + len(piece)
            at += len(piece)
            if self._pre and piece[-1] in "\r\n":
                self._flush()

    def _flush(self) -> None:
        """End the line that is being read."""
        shown = "".join(self._words)
        self._words.clear()
        self._row += 1
        if "&" in shown:
            if shown == "&nbsp;":
                return  # PERF (reply 30 KB): an empty line, as Word writes it
            shown = unescape(shown)
        shown = cleaned(shown)
        if not shown:
            return
        text, start, end = self._text, self._start, self._end
        if text[start].isspace():
            start = end - len(text[start:end].lstrip())
        if text[end - 1].isspace():
            end = start + len(text[start:end].rstrip())
        quoted, firm, own = self._holds
        sure = firm > 0 or not quoted
        if shown[0] in ">›»" and quote_depth(shown):
            quoted += 1
            sure = True
        self._deep = self._deep + 1 if firm else 0
        self.lines.append(
            Line(shown, start, end, quoted, sure, self._row, self._mark, own > 0)
        )
        self._mark = None

    def _element(self, token: Token, code: int) -> None:
        """Heed a tag that may open or close a quote, and others that need a look."""
        kind, _, _, name = token
        if code == _IMG:
            if kind == START:
                self._picture(token)
        elif code == _PRE:
            if self._words:
                self._flush()
            self._pre = self._pre + 1 if kind == START else max(0, self._pre - 1)
        elif kind == START:
            self._open(token)
        else:
            self._close(name)

    def _skip_quote(self, at: int) -> int:
        """Go to the end of the outermost blockquote; the offset there."""
        stack = self._boxes.get("blockquote")
        if not stack or self._pre or len(stack) < self._holds[0] + self._holds[2]:
            return at
        if self._words:
            self._flush()  # what goes on below the quote is another line
        self._mark = None  # of a line that isn't read
        depth = self._depth["blockquote"]
        for kind, _, end, name in self._tokens:
            at = end
            if name != "blockquote" or kind not in (START, END):
                continue
            depth += 1 if kind == START else -1
            if depth < stack[0][0]:
                self._depth["blockquote"] = depth + 1
                self._close(name)
                break
        return at

    def _picture(self, token: Token) -> None:
        if is_dot(self._text[token[1] : min(token[2], token[1] + LOOK)]):
            return  # it counts who reads the mail
        if not self._words:
            self._start = token[1]
        self._words.append(IMAGE)
        self._end = token[2]

    def _open(self, token: Token) -> None:
        _, start, end, name = token
        self._depth[name] = self._depth.get(name, 0) + 1
        mark = None
        if end - start > len(name) + 6:
            mark = find_mark(self._text, token)
        if (
            mark is None
            and (name == "hr" or end - start > 16)
            and is_across(self._text, token)
        ):
            mark = clients.ACROSS
        kind = mark.kind if mark is not None else ""
        if name == "blockquote":
            sure = looks_quoted(self._text, start, min(end, start + LOOK), kind)
            self._enter(name, 1 if sure else 0)
        elif kind == clients.BOX:
            self._enter(name, 1)
        elif kind == clients.OWN:
            self._enter(name, 2)
        if mark is not None and kind in clients.HEEDED:
            heeded = self._mark
            self._mark = mark if heeded is None or heeded.rank < mark.rank else heeded

    def _enter(self, name: str, what: int) -> None:
        if name == "hr":
            return
        self._boxes.setdefault(name, []).append((self._depth[name], what))
        self._hold(what, 1)

    def _hold(self, what: int, by: int) -> None:
        self._holds[what] += by
        if what == 1:
            self._holds[0] += by

    def _close(self, name: str) -> None:
        depth = self._depth.get(name, 0)
        if depth == 0:
            return
        self._depth[name] = depth - 1
        stack = self._boxes.get(name)
        while stack and stack[-1][0] >= depth:
            self._hold(stack.pop()[1], -1)
            mark = self._mark
            if mark is not None and mark.kind == clients.BOX and self._is_empty():
                self._mark = None  # of a history that was deleted

    def _is_empty(self) -> bool:
        """Whether the box that ends here shows nothing, and stands in no other."""
        return not self._words and not self._holds[1]
