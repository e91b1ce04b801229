"""Regions of tokens that leave the state of the tree's construction as it was.

An element whose tags nest as authors mean them to, and whose content does too, is opened
and closed again: what is around it doesn't change. Only such nesting is believed here that
no rule of the tree's construction touches. Whatever else turns up, the elements around it
are no regions any more, and are gone through tag by tag.

PERF (newsletter 100 KB): most of a mail is nested well, and a look at a token here costs a
quarter of what the rules cost.
"""

from __future__ import annotations

import re

from mailsig.html.elements import FORMATTING, HEADING, PLAIN_BLOCK, PLAIN_VOID
from mailsig.html.lexer import END, START, Token
from mailsig.html.sight import WHITE
from mailsig.html.skim import Page, cut
from mailsig.html.tree import (
    FOREIGN,
    IN_BODY,
    IN_CELL,
    IN_ROW,
    IN_TABLE,
    IN_TABLE_BODY,
    MARK,
    P,
    Tree,
)

# Kinds of elements, and of what may not stand in an open element, as bits.
(_INLINE, _LINK, _FORMAT, _RAW, _VOID, _RULE, _BLOCK, _LIST, _HEAD, _P, _TABLE, _ITEM,
 _BODY, _ROW, _CELL, _TEXT, _OTHER) = (1 << i for i in range(17))  # fmt: skip
_FORMATS = _LINK | _FORMAT
_BLOCKS = _BLOCK | _LIST | _P | _TABLE
_ONE_FORMAT = 1 << 20  # above the bits, the number of open formatting elements
_MANY_FORMATS = 3 * _ONE_FORMAT  # one more alike, and the list of them changes
_ALL = _ONE_FORMAT - 1
_PARTS = _BODY | _ROW | _CELL
_AROUND = _OTHER | _ITEM  # what may not stand in an element that isn't known
_NO_BLOCK = _BLOCKS | _HEAD | _RULE | _ITEM | _PARTS

_Kind = tuple[int, int, int]
"""The bit of a kind, what it keeps of what is forbidden around it, and what it adds."""
_AS_INLINE: _Kind = _INLINE, ~0, _ITEM | _PARTS
_AS_FORMAT: _Kind = _FORMAT, ~0, _ITEM | _PARTS
_AS_BLOCK: _Kind = _BLOCK, ~_HEAD, _ITEM | _PARTS
_KINDS: dict[str, _Kind] = {
    **dict.fromkeys(("abbr", "cite", "del", "ins", "label", "o:p", "q", "span", "sub",
                     "sup", "var"), _AS_INLINE),
    **dict.fromkeys(FORMATTING - {"a", "nobr"}, _AS_FORMAT),
    **dict.fromkeys(PLAIN_BLOCK, _AS_BLOCK),
    **dict.fromkeys(("ol", "ul"), (_LIST, ~(_HEAD | _ITEM), _PARTS)),
    **dict.fromkeys(HEADING, (_HEAD, ~0, _HEAD | _ITEM | _PARTS)),
    **dict.fromkeys(PLAIN_VOID, (_VOID, ~0, 0)),
    **dict.fromkeys(("script", "style"), (_RAW, 0, _ALL)),
    **dict.fromkeys(("tbody", "tfoot", "thead"), (_BODY, 0, _ALL & ~_ROW)),
    **dict.fromkeys(("td", "th"), (_CELL, 0, _AROUND | _PARTS)),
    "a": (_LINK, ~0, _LINK | _ITEM | _PARTS), "hr": (_RULE, ~0, 0),
    "li": (_ITEM, ~_HEAD, _ITEM | _PARTS), "p": (_P, ~0, _NO_BLOCK),
    "table": (_TABLE, 0, _ALL & ~(_BODY | _ROW)), "tr": (_ROW, 0, _ALL & ~_CELL),
}  # fmt: skip
_UNKNOWN: _Kind = _OTHER, ~0, 0


def regions(text: str, tokens: list[Token], first: int, index: int) -> dict[int, int]:
    """Return the regions among the tokens first..index: by their first, the one after them.

    Whether one may be passed over depends on the state in front of it as well.
    """
    found: dict[int, int] = {}
    stack: list[tuple[str, int, int, int]] = []
    forbidden = _AROUND
    at = tokens[first][1]
    block = -1  # the last token that began a block
    for i in range(first, index):
        kind, start, end, name = tokens[i]
        if start > at and forbidden & _TEXT and text[at:start].strip(WHITE):
            stack.clear()  # the text goes before the table
            forbidden = _AROUND
        at = end
        if kind == START:
            bit, kept, added = _KINDS.get(name, _UNKNOWN)
            if bit & forbidden:
                stack.clear()
                forbidden = _AROUND
                if bit & forbidden:
                    continue
            if bit & ~(_INLINE | _FORMATS | _RAW | _VOID):
                block = i
            if bit & (_VOID | _RULE):
                continue
            stack.append((name, i, bit, forbidden))
            forbidden = forbidden & kept | added
            if bit & _FORMATS:
                forbidden += _ONE_FORMAT
                if forbidden >= _MANY_FORMATS:
                    forbidden |= _FORMATS
        elif kind == END:
            if stack and stack[-1][0] == name:
                name, opened, bit, forbidden = stack.pop()
                if block <= opened or bit & (_BLOCKS | _HEAD | _PARTS):
                    found[opened] = i + 1
            else:
                stack.clear()
                forbidden = _AROUND
    return found


_PLACES = {IN_TABLE: (_BODY, ("table",)), IN_ROW: (_CELL, ("tr",)),
           IN_TABLE_BODY: (_ROW, ("tbody", "tfoot", "thead"))}  # fmt: skip


def is_passed_over(tree: Tree, name: str) -> bool:
    """Whether a region that begins with this start tag leaves the state as it is."""
    bit = _KINDS[name][0]
    _, current, traits, _ = tree.stack[-1]
    mode = tree.mode
    if mode in _PLACES:
        wanted, places = _PLACES[mode]
        return bit == wanted and current in places
    if mode not in (IN_BODY, IN_CELL):
        return False
    if traits & FOREIGN or (tree.active and tree.active[-1] is not MARK):
        return False
    if bit & (_INLINE | _FORMATS | _RAW):
        return True
    if traits & P or not bit & (_BLOCKS | _HEAD):
        return False
    return bit != _HEAD or current not in HEADING


# --- the end of a page

_HEAD_VOIDS = frozenset(("base", "link", "meta"))
_ORDER = ("html", "head", "/head", "body")
_STARTS = {name: (*kind, f"/{name}") for name, kind in _KINDS.items()}
_NAME = re.compile("<([^>]++)>")
_END_TAG = {name: re.compile(rf"</(?i:{name})[\t\n\f\r ]*+>") for name in ("html", "body")}


def end_of_body(page: Page) -> int | None:
    """Return the offset at the body's end, if a block there surely leaves all as it is.

    That is where all of the body's elements are closed again, nested as authors mean them
    to, and nothing follows but the end tags of the page.

    PERF (newsletter 100 KB): a twentieth of what it costs to follow the tree.
    """
    start = _start_of_body(page)
    if start is None:
        return None
    outlines = page.outlines.copy()
    outlines[0] = outlines[0][start:]
    last = page.last.copy()
    tail = 0
    for name in ("html", "body"):
        if last and _END_TAG[name].fullmatch(last[-1][0]):
            if page.gaps[-1].strip(WHITE):
                return None
            tail = len(page.runs[-1]) - last.pop()[1] + len(page.gaps[-1])
            outlines[-1] = outlines[-1][: outlines[-1].rindex(f"</{name}>")]
    return page.size - tail if _is_nested(page.gaps, outlines) else None


def _start_of_body(page: Page) -> int | None:
    """Return where the body begins in the first outline; None: that isn't plain to see."""
    run, outline = page.runs[0], page.outlines[0]
    text = page.gaps[0].lstrip(WHITE)
    if text:
        return None if text[0] in "&\0" else 0
    reached = -1
    for name, at, _ in cut(run):
        if name in _ORDER:
            step = _ORDER.index(name)
            if step <= reached or (name == "/head" and reached != 1):
                return None
            if name == "body":
                return outline.index("<body>") + len("<body>")
            reached = step
        elif name in _HEAD_VOIDS or (not name and run[at + 1] in "sStT"):
            reached = max(reached, 1)
        elif name:
            known = name in _KINDS and name not in ("script", "style")
            return outline.index(f"<{name}>") if known else None
    text = page.gaps[1].lstrip(WHITE)
    return len(outline) if text and text[0] not in "&\0" else None


def _is_nested(gaps: list[str], outlines: list[str]) -> bool:
    """Whether all elements are closed, by rules that are simple."""
    nesting = _Nesting()
    forbidden, steps = nesting.forbidden, nesting.steps
    state = 0
    for gap, outline in zip(gaps, outlines, strict=False):
        if forbidden[state] & _TEXT and gap.strip(WHITE):
            return False  # the text goes before the table
        then = steps[state].get(outline)
        if then is None:
            then = nesting.follow(state, outline)
            if then is None:
                return False
            steps[state][outline] = then
        state = then
    return state == 0


class _Nesting:
    """What is open, as a number: 0 for nothing, and one for each element in another.

    PERF (base64 HTML 200 KB): elements alike, in the same ones, have the same number, so
    that runs of tags have to be gone through tag by tag only once.
    """

    def __init__(self) -> None:
        self.ends = [""]  # the end tag of the innermost element that is open
        self.forbidden = [_AROUND]  # what may not stand in it
        self.outer = [0]
        self.steps: list[dict[str, int]] = [{}]  # what is open after a tag, or after a run

    def follow(self, state: int, outline: str) -> int | None:
        """Return what is open after a run of tags; None: that isn't plain to see."""
        steps = self.steps
        for name in _NAME.findall(outline):
            then = steps[state].get(name)
            if then is None:
                then = self._step(state, name)
                if then is None:
                    return None
                steps[state][name] = then
            state = then
        return state

    def _step(self, state: int, name: str) -> int | None:
        if name == self.ends[state]:
            return self.outer[state]
        kind = _STARTS.get(name)
        if kind is None or kind[0] & self.forbidden[state]:
            return None
        bit, kept, added, end = kind
        if bit & (_VOID | _RULE):
            return state
        forbidden = self.forbidden[state] & kept | added
        if bit & _FORMATS:
            forbidden += _ONE_FORMAT
            if forbidden >= _MANY_FORMATS:
                forbidden |= _FORMATS
        self.ends.append(end)
        self.forbidden.append(forbidden)
        self.outer.append(state)
        self.steps.append({})
        return len(self.ends) - 1
