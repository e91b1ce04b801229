"""How good a place is for one block: what it would do to the rest of the browser's tree.

At most places this follows from the state alone: where no paragraph is open that the block
would end, the state after the block is the state before it. Elsewhere both futures are
played in step, with the block and without it, until they are the same again, differ in
something that the tree keeps, or the text ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mailsig.html.elements import TABLE_PARTS
from mailsig.html.lexer import END, RAW, START, Token
from mailsig.html.tree import (
    AFTER_BODY,
    CLOSED,
    FOREIGN,
    FORMAT,
    FRAMESET,
    HEAD_NOSCRIPT,
    HIDDEN,
    IN_BODY,
    IN_CAPTION,
    IN_CELL,
    LINK,
    MARK,
    P,
    Tree,
)
from mailsig.html.walk import (
    advance,
    character_data,
    end_tag,
    feed,
    feed_text,
    has_text,
    start_tag,
)

_MOST_STEPS = 3_000
_HEAD_TAGS = frozenset(
    ("base", "basefont", "bgsound", "body", "command", "frameset", "head", "html", "link",
     "meta", "noframes", "noscript", "script", "style", "title")
)  # fmt: skip

KEEPS: Final = 0
UNSURE: Final = 1
BREAKS: Final = 2
CROWDED: Final = 3
"""What the state alone says about a block here (crowded: by formatting elements alike)."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place: its offset, the index of the token after it, and how good it is."""

    offset: int
    index: int
    effect: int
    formatted: bool
    depth: int


class MoreNeededError(Exception):
    """The tokens are only the first ones, and what follows decides."""


class Survey:
    """Walks over the tokens once, and judges places on the way.

    `more`: tokens follow those given.
    """

    def __init__(
        self,
        text: str,
        tokens: list[Token],
        hidden: frozenset[int],
        more: bool = False,
    ) -> None:
        self.text = text
        self.more = more
        self.tokens = tokens
        self.tree = Tree(text, tokens, hidden)
        self.index = 0
        self.offset = 0
        self.decided = (-1, False)

    def go(self, index: int, offset: int) -> None:
        """Advance to an offset that stands in the character data before a token."""
        tree = self.tree
        at = advance(tree, self.index, index, self.offset)
        if offset > at:
            feed_text(tree, index, at, offset)
            at = offset
        self.index, self.offset = index, at

    def spot(self) -> Spot | None:
        """Return the place where the survey stands; None: no signature must stand here."""
        tree = self.tree
        mode, stack = tree.mode, tree.stack
        if tree.lost:
            return Spot(self.offset, self.index, BREAKS, False, len(stack))
        if mode < IN_BODY:  # the block would open the body, which is not in the head
            effect = KEEPS if self.is_body_next() else BREAKS
            return Spot(self.offset, self.index, effect, False, 2)
        traits = stack[-1][2] if stack else 0
        if traits & (LINK | CLOSED | HIDDEN | FOREIGN) or not _is_flow(tree):
            return None
        effect, formatted = KEEPS, bool(traits & FORMAT)
        active = tree.active
        if active and active[-1] is not MARK:
            if tree.find_active("a"):
                return None
            formatted = True
            if _has_three_alike(tree):
                return Spot(self.offset, self.index, CROWDED, True, len(stack))
        if mode >= AFTER_BODY or traits & P:
            effect = UNSURE
        return Spot(self.offset, self.index, effect, formatted, len(stack))

    def is_body_next(self) -> bool:
        """Whether what follows opens the body anyway, where it is not open yet."""
        if self.tree.mode == HEAD_NOSCRIPT:
            return self.is_noscript_left()
        if self.index > self.decided[0]:
            self.decided = self.decide()
        return self.decided[1]

    def is_noscript_left(self) -> bool:
        """Whether what follows opens the body anyway, in a noscript of the head."""
        if self.index == len(self.tokens):
            return True
        kind, start, _, name = self.tokens[self.index]
        if has_text(self.text[self.offset : start]):
            return True
        return kind == START and name not in _HEAD_TAGS

    def decide(self) -> tuple[int, bool]:
        """Return the next token's index that opens a body or needs a head, and which."""
        tokens, at = self.tokens, self.offset
        for i in range(self.index, len(tokens)):
            kind, start, end, name = tokens[i]
            if has_text(self.text[at:start]):
                return i, True
            if kind == START:
                return i, name not in _HEAD_TAGS
            if kind == END:
                if name in ("body", "html", "br"):
                    return i, True
                if name == "p":
                    return i, False
            elif kind == RAW or self.text[start:end] != "</>":
                return i, False
            at = end
        if self.more:
            raise MoreNeededError
        return len(tokens), True


def _is_flow(tree: Tree) -> bool:
    """Whether a block put here stays here, in the body."""
    if tree.mode in (IN_BODY, IN_CELL, IN_CAPTION):
        return tree.stack[-1][1] not in TABLE_PARTS
    return AFTER_BODY <= tree.mode < FRAMESET


def _has_three_alike(tree: Tree) -> bool:
    """Whether one more formatting element could push one out of the list."""
    names = [node[1] for node in tree.active]
    tree.charge(len(names) >> 3)
    return len(names) > 2 and any(names.count(name) > 2 for name in set(names))


def keeps_tree(state: Tree, index: int, offset: int, more: bool = False) -> bool:
    """Whether the tree of all else is the same with a block at this offset.

    `state` is that before the block; it is used up. `index` is that of the next token;
    `more`: other tokens follow the last one.
    """
    with_block = state.fork()
    _add_block(with_block)
    text, tokens = state.text, state.tokens
    at = offset
    for i in range(index, min(len(tokens) + 1, index + _MOST_STEPS)):
        if _is_same(state, with_block):
            return True
        if more and i == len(tokens):
            raise MoreNeededError
        start = tokens[i][1] if i < len(tokens) else len(text)
        for tree in (state, with_block):
            tree.log = []
            if start > at:
                feed_text(tree, i, at, start)
            if i < len(tokens):
                feed(tree, i)
        if state.log != with_block.log or with_block.lost:
            return False
        at = tokens[i][2] if i < len(tokens) else start
    return index + _MOST_STEPS > len(tokens)


def _is_same(one: Tree, other: Tree) -> bool:
    if one.mode != other.mode or len(one.stack) != len(other.stack):
        return False
    if one.stack and one.stack[-1][0] != other.stack[-1][0]:
        return False
    one.charge(len(one.stack) >> 3)
    return one.key() == other.key()


def _add_block(tree: Tree) -> None:
    """Put a block with a paragraph, a formatting element and a link into the state."""
    tree.token = -1
    tree.made = -(1 << 62)
    for name in ("div", "p", "b", "a"):
        start_tag(tree, name)
        character_data(tree, True)
    for name in ("a", "b", "p", "div"):
        end_tag(tree, name)
