"""HTML text to tokens with their offsets (WHATWG HTML, 13.2.5 "Tokenization").

What a token is, and where it ends, is told in ``lexer``. In svg, math, select and frames
the tokens depend on the tree: there is no raw text, and there may be CDATA. Only there is
the tree's construction followed along.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import overload

from mailsig.html.elements import RAW_TEXT, USUAL
from mailsig.html.head import HEAD, head_end, is_folded
from mailsig.html.lexer import (
    END,
    MARKUP,
    RAW,
    SKIP,
    START,
    WATCHED,
    Names,
    Token,
    attributes,
    is_unfinished,
    raw_text,
)
from mailsig.html.tree import FOREIGN, FRAMESET, IN_SELECT, IN_SELECT_IN_TABLE, TEXT, Tree
from mailsig.html.walk import feed, feed_text

__all__ = [
    "END", "RAW", "SKIP", "START", "Token", "Tokens", "attributes", "first_tokens",
    "is_unfinished", "tokenize", "unfolded",
]  # fmt: skip

# PERF (reply 30 KB): what most tags are called needn't be worked out for every text.
_NEW = Names()
_SOURCES = (None, *USUAL, *map("/{}".format, USUAL))
_USUAL = {source: _NEW[source] for source in _SOURCES}


def tokenize(text: str) -> list[Token]:
    """Return the tokens of an HTML text in order, with offsets in code points."""
    return _tokenize(text, 0, [], None)


def first_tokens(text: str, most: int) -> list[Token]:
    """Return an HTML text's first tokens: if there are `most` or more, others may follow.

    Those up to the body are one where nothing stands there that matters.
    """
    end = head_end(text)
    if not 0 < end < len(text):
        return _tokenize(text, 0, [], most)
    return _tokenize(text, end, [(SKIP, 0, end, HEAD)], most)


def unfolded(text: str, tokens: list[Token]) -> list[Token]:
    """Return the same tokens, those up to the body one by one."""
    if not is_folded(tokens):
        return tokens
    return [*tokenize(text[: tokens[0][2]]), *tokens[1:]]


def _tokenize(text: str, start: int, tokens: list[Token], most: int | None) -> list[Token]:
    names = Names(_USUAL)
    guide: _Guide | None = None
    at: int | None = start
    while at is not None:
        at = _run(text, at, names, tokens, most)
        if at is not None and most is not None and len(tokens) >= most:
            return tokens
        if at is not None and tokens[-1][0] == START:
            if start:
                return _tokenize(text, 0, [], most)  # the tree is built from all of them
            guide = guide or _Guide(text, tokens)
            at = guide.run(at, names)
            if at is not None and most is not None and len(tokens) >= most:
                return tokens
    if tokens and tokens[-1][0] != RAW and is_unfinished(text, tokens[-1]):
        tokens[-1] = SKIP, tokens[-1][1], len(text), ""
    return tokens


def _run(
    text: str, at: int, names: Names, tokens: list[Token], most: int | None
) -> int | None:
    """Append tokens until the tree has to be asked (the last token: a start tag), or text
    that was raw (the last token: RAW); where to go on, or None at the end."""
    append = tokens.append
    room = None if most is None else most - len(tokens)
    for match in islice(MARKUP.finditer(text, at), room):
        kind, name = names[match[1]]
        start, end = match.span()
        if kind == WATCHED:
            append((START, start, end, name))
            return raw_text(text, end, name, tokens) if name in RAW_TEXT else end
        append((kind, start, end, name))
    return None if most is None or len(tokens) < most else tokens[-1][2]


class Tokens(Sequence[Token]):
    """The tokens of a text, which is read when they are first looked at."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._read: list[Token] | None = None

    def read(self) -> list[Token]:
        """Return all of them."""
        if self._read is None:
            self._read = tokenize(self._text)
        return self._read

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.read())

    @overload
    def __getitem__(self, index: int) -> Token: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Token]: ...
    def __getitem__(self, index: int | slice) -> Token | Sequence[Token]:
        """Return one of them, or some."""
        return self.read()[index]


class _Guide:
    """The tree's construction, followed where the tokens depend on it."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.tree = Tree(text, tokens, frozenset())
        self.fed = self.at = 0

    def follow(self) -> None:
        """Feed the tokens that are new."""
        for i in range(self.fed, len(self.tokens)):
            _, start, end, _ = self.tokens[i]
            if start > self.at:
                feed_text(self.tree, i, self.at, start)
            feed(self.tree, i)
            self.at = end
        self.fed = len(self.tokens)

    def is_needed(self) -> bool:
        """Whether the next token still depends on the tree."""
        tree = self.tree
        if tree.lost:
            return False
        inside = tree.stack[-1][2] & FOREIGN
        mode = tree.back if tree.mode == TEXT else tree.mode
        return bool(inside) or mode in (IN_SELECT, IN_SELECT_IN_TABLE, FRAMESET)

    def run(self, at: int, names: Names) -> int | None:
        """Append tokens while they depend on the tree; where to go on, or None."""
        text, tokens = self.text, self.tokens
        self.follow()
        while self.is_needed():
            match = MARKUP.search(text, at)
            if match is None:
                return None
            start, end = match.span()
            kind, name = names[match[1]]
            if start > at:
                feed_text(self.tree, len(tokens), at, start)
                self.at = start
            foreign = " " in self.tree.stack[-1][1]
            if foreign and text.startswith("<![CDATA[", start):
                at = self.cdata(start)
                continue
            tokens.append((START if kind == WATCHED else kind, start, end, name))
            self.follow()
            at = end
            if kind == WATCHED and name in RAW_TEXT and self.is_raw(name):
                at = raw_text(text, end, name, tokens)
                self.follow()
        return at

    def is_raw(self, name: str) -> bool:
        """Whether the start tag just fed has opened raw text."""
        if self.tree.mode == FRAMESET:
            return name == "noframes"
        return self.tree.mode == TEXT or self.tree.stack[-1][1] == name == "plaintext"

    def cdata(self, start: int) -> int:
        """Append the two delimiters of a CDATA section: its content is character data."""
        end = self.text.find("]]>", start + 9)
        self.tokens.append((SKIP, start, start + 9, ""))
        if end >= 0:
            self.tokens.append((SKIP, end, end + 3, ""))
        self.follow()
        return end + 3 if end >= 0 else len(self.text)
