"""Tokens into the state of the tree's construction, one by one (WHATWG HTML, 13.2.6)."""

from __future__ import annotations

from mailsig.html import page_rules as page
from mailsig.html import select_rules as select
from mailsig.html import table_rules as table
from mailsig.html.adoption import end_other
from mailsig.html.elements import BREAKOUT, INTEGRATION, MATH_TEXT
from mailsig.html.end_rules import IN_BODY_END, Rule
from mailsig.html.lexer import END, RAW, START, attributes
from mailsig.html.quirks import is_quirky
from mailsig.html.references import unescape
from mailsig.html.regions import is_passed_over, regions
from mailsig.html.rules import (
    IN_BODY_START,
    ignore,
    insert_foreign,
    open_element,
    text_in_body,
)
from mailsig.html.sight import WHITE
from mailsig.html.tree import (
    AFTER_AFTER_BODY,
    AFTER_BODY,
    BEFORE_HTML,
    FOREIGN,
    FRAMESET,
    IN_BODY,
    IN_CAPTION,
    IN_CELL,
    IN_COLUMNS,
    IN_ROW,
    IN_SELECT,
    IN_TABLE,
    IN_TABLE_BODY,
    INITIAL,
    MARK,
    Tree,
)


def _leave_text(tree: Tree, name: str) -> bool:
    """Close the element, to be safe: a start tag after raw text cannot be."""
    tree.pop()
    tree.mode = tree.back
    return True


def _end_text(tree: Tree, name: str) -> None:
    _leave_text(tree, name)


# By insertion mode: rules of start tags, of other start tags, of end tags, of other ones.
_RULES: tuple[tuple[dict[str, Rule], Rule, dict[str, Rule], Rule], ...] = (
    ({}, page.leave_initial, {}, page.leave_initial),
    (page.BEFORE_HTML_START, page.make_html, page.BEFORE_HTML_END, ignore),
    (page.BEFORE_HEAD_START, page.make_head, page.BEFORE_HEAD_END, ignore),
    (page.IN_HEAD_START, page.leave_head, page.IN_HEAD_END, ignore),
    (page.HEAD_NOSCRIPT_START, page.leave_noscript, page.HEAD_NOSCRIPT_END, ignore),
    (page.AFTER_HEAD_START, page.leave_after_head, page.AFTER_HEAD_END, ignore),
    (IN_BODY_START, open_element, IN_BODY_END, end_other),
    ({}, _leave_text, {}, _end_text),
    (table.IN_TABLE_START, table.TABLE_START_OTHER, table.IN_TABLE_END,
     table.TABLE_END_OTHER),
    (table.IN_CAPTION_START, table.body_start, table.IN_CAPTION_END, table.body_end),
    (table.IN_COLUMNS_START, table.leave_columns, table.IN_COLUMNS_END,
     table.leave_columns),
    (table.IN_TABLE_BODY_START, table.TABLE_START_OTHER, table.IN_TABLE_BODY_END,
     table.TABLE_END_OTHER),
    (table.IN_ROW_START, table.TABLE_START_OTHER, table.IN_ROW_END,
     table.TABLE_END_OTHER),
    ({**IN_BODY_START, **table.IN_CELL_START}, open_element,
     {**IN_BODY_END, **table.IN_CELL_END}, end_other),
    (select.IN_SELECT_START, ignore, select.IN_SELECT_END, ignore),
    (select.IN_SELECT_IN_TABLE_START, ignore, select.IN_SELECT_IN_TABLE_END, ignore),
    (page.AFTER_BODY_START, page.back_to_body, page.AFTER_BODY_END, page.back_to_body),
    (page.AFTER_BODY_START, page.back_to_body, {}, page.back_to_body),
    ({}, ignore, {}, ignore),
)  # fmt: skip


def advance(tree: Tree, first: int, index: int, at: int) -> int:
    """Go over the tokens first..index and the text between them, from the offset `at` on.

    The same as `feed_text` and `feed` for each, without a log: text in a body changes the
    state only where formatting has to be opened again, or where frames may follow; and
    whole regions are passed over that change nothing.
    """
    tokens, active, live = tree.tokens, tree.active, tree.live
    worth = index - first > _WORTH_A_LOOK
    ends = regions(tree.text, tokens, first, index) if worth else {}
    passed = ""  # the name of the region before, where the state is still the same
    i = first - 1
    while (i := i + 1) < index:
        if tree.lost:
            return tokens[index - 1][2]
        kind, start, end, name = tokens[i]
        mode = tree.mode
        if start > at and (
            (mode != IN_BODY and mode != IN_CELL)
            or tree.frames_ok
            or (active and active[-1] is not MARK and active[-1][0] not in live)
        ):
            feed_text(tree, i, at, start)
            mode = tree.mode
            passed = ""
        at = end
        known = name == passed
        if i in ends and not tree.frames_ok and (known or is_passed_over(tree, name)):
            passed = name
            i = ends[i] - 1
            at = tokens[i][2]
            continue
        passed = ""
        if kind > END or mode < IN_BODY or tree.stack[-1][2] & FOREIGN:
            feed(tree, i)
        else:
            _feed_tag(tree, i, kind, name)
    return at


_WORTH_A_LOOK = 64  # tokens


def _feed_tag(tree: Tree, index: int, kind: int, name: str) -> None:
    """Go over a tag in a body, outside of svg and math."""
    tree.token = index
    tree.made = (2 * index + 1) << 20
    rules = _RULES[tree.mode]
    if kind == START:
        if rules[0].get(name, rules[1])(tree, name):
            start_tag(tree, name)
    elif rules[2].get(name, rules[3])(tree, name):
        end_tag(tree, name)


def feed(tree: Tree, index: int) -> None:
    """Go over one token."""
    if tree.lost:
        return
    kind, start, end, name = tree.tokens[index]
    tree.token = index
    tree.made = (2 * index + 1) << 20
    if kind == START:
        start_tag(tree, name)
    elif kind == END:
        end_tag(tree, name)
    elif kind == RAW:
        visible = bool(tree.text[start:end].strip(WHITE))
        if name == "plaintext":
            character_data(tree, visible)
        elif visible:
            tree.note("text")
    else:
        _skip(tree, tree.text[start:end])


def start_tag(tree: Tree, name: str) -> None:
    """Go over a start tag."""
    again: bool | None = True
    while again:
        if tree.stack and tree.stack[-1][2] & FOREIGN and _is_foreign(tree, name):
            again = _foreign_start(tree, name)
        else:
            rules = _RULES[tree.mode]
            again = rules[0].get(name, rules[1])(tree, name)


def end_tag(tree: Tree, name: str) -> None:
    """Go over an end tag."""
    if tree.stack and " " in tree.stack[-1][1] and _foreign_end(tree, name):
        return
    again: bool | None = True
    while again:
        rules = _RULES[tree.mode]
        again = rules[2].get(name, rules[3])(tree, name)


def feed_text(tree: Tree, index: int, start: int, end: int) -> None:
    """Go over the character data start..end that stands before a token."""
    if tree.lost:
        return
    data = tree.text[start:end]
    visible = has_text(data)
    if visible and "\0" in data and tree.mode >= IN_BODY and not data.strip("\0" + WHITE):
        if data.count("\0") == len(data):
            if tree.mode in (AFTER_BODY, AFTER_AFTER_BODY):
                tree.mode = IN_BODY
            return
        visible = False
    tree.token = max(index - 1, 0)
    tree.made = (2 * index) << 20
    character_data(tree, visible)


def has_text(data: str) -> bool:
    """Whether character data is more than white space."""
    data = data.strip(WHITE)
    return bool(data) and (data[0] != "&" or bool(unescape(data).strip(WHITE)))


def character_data(tree: Tree, visible: bool) -> None:
    """Go over character data; `visible`: it is more than white space."""
    if tree.stack and " " in tree.stack[-1][1] and not _is_integration(tree):
        if visible:
            tree.note("text")
        return
    mode = tree.mode
    while visible and mode < IN_BODY:
        leave_page(tree)
        mode = tree.mode
    if mode == IN_COLUMNS and visible:
        table.leave_columns(tree, "")
        mode = tree.mode
    if mode >= AFTER_BODY and visible and mode != FRAMESET:
        mode = tree.mode = IN_BODY
    if mode in _BODY_TEXT:
        text_in_body(tree, visible)
    elif mode in _TABLE_TEXT:
        table.text_in_table(tree, visible)
    elif visible and IN_SELECT <= mode < AFTER_BODY:
        tree.note("text")


_BODY_TEXT = frozenset((IN_BODY, IN_CAPTION, IN_CELL, AFTER_BODY, AFTER_AFTER_BODY))
_TABLE_TEXT = frozenset((IN_TABLE, IN_TABLE_BODY, IN_ROW))


def leave_page(tree: Tree) -> None:
    """Do what something that belongs into the body does first, where none is open."""
    _RULES[tree.mode][1](tree, "")


def _skip(tree: Tree, source: str) -> None:
    """Handle a comment or a document type."""
    if source[:9].lower() == "<!doctype":
        if tree.mode == INITIAL:
            tree.quirks = is_quirky(source)
            tree.mode = BEFORE_HTML
            tree.note("doctype", 0)
    elif source == "</>" or not source.startswith(("<!", "<?", "</")):
        return
    elif tree.mode == AFTER_BODY:
        tree.note("comment", tree.stack[0][0])
    elif tree.mode in (INITIAL, BEFORE_HTML, AFTER_AFTER_BODY):
        tree.note("comment", -1)
    else:
        tree.note("comment", tree.stack[-1][0])


# --- svg and math


def _is_integration(tree: Tree) -> bool:
    """Whether the current element is one of svg or math that holds HTML."""
    _, name, _, token = tree.stack[-1]
    if name in INTEGRATION or name in MATH_TEXT:
        return True
    if name != "math annotation-xml":
        return False
    encoding = attributes(tree.text, tree.tokens[token]).get("encoding", "").lower()
    return encoding in ("text/html", "application/xhtml+xml")


def _is_foreign(tree: Tree, name: str) -> bool:
    """Whether a start tag is one of svg or math here."""
    current = tree.stack[-1][1]
    if " " not in current:
        return False
    if current in MATH_TEXT:
        return name in ("mglyph", "malignmark")
    if current == "math annotation-xml" and name == "svg":
        return False
    return not _is_integration(tree)


def _foreign_start(tree: Tree, name: str) -> bool:
    looks = ("color", "face", "size")
    if name in BREAKOUT or (
        name == "font"
        and any(x in attributes(tree.text, tree.tokens[tree.token]) for x in looks)
    ):
        while " " in tree.stack[-1][1] and not _is_integration(tree):
            tree.pop()
        return True
    insert_foreign(tree, f"{tree.stack[-1][1].split(' ')[0]} {name}")
    return False


def _foreign_end(tree: Tree, name: str) -> bool:
    """Close an element of svg or math; False: the tag belongs to an element around them."""
    steps = 0
    for node in reversed(tree.stack):
        _, _, local = node[1].partition(" ")
        if not local:
            break
        if local == name:
            while tree.pop()[0] != node[0]:
                pass
            return True
        steps += 1
    tree.charge(steps)
    return False
