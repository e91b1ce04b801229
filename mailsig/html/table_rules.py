"""What tags do to the state in tables (WHATWG HTML, 13.2.6.4.9 to .15).

See ``end_rules`` for what a rule is.
"""

from __future__ import annotations

from mailsig.html.adoption import end_other
from mailsig.html.end_rules import IN_BODY_END, Rule
from mailsig.html.lexer import attributes
from mailsig.html.rules import (
    IN_BODY_START,
    ignore,
    merge_attributes,
    open_element,
    open_raw,
    text_in_body,
)
from mailsig.html.tree import (
    IN_CAPTION,
    IN_CELL,
    IN_COLUMNS,
    IN_ROW,
    IN_TABLE,
    IN_TABLE_BODY,
    MARK,
    Tree,
)

_TABLE_SCOPE = frozenset(("html", "table"))
_BODIES = frozenset(("tbody", "tfoot", "thead"))


def body_start(tree: Tree, name: str) -> bool | None:
    """Handle a start tag by the rules of the body."""
    return IN_BODY_START.get(name, open_element)(tree, name)


def body_end(tree: Tree, name: str) -> bool | None:
    """Handle an end tag by the rules of the body."""
    return IN_BODY_END.get(name, end_other)(tree, name)


def _clear_to(tree: Tree, names: frozenset[str]) -> None:
    while tree.stack[-1][1] not in names:
        tree.pop()


_TO_TABLE = frozenset(("table", "html"))
_TO_BODY = _BODIES | {"html"}
_TO_ROW = frozenset(("tr", "html"))


# --- in table


def text_in_table(tree: Tree, visible: bool) -> None:
    """Handle character data between the cells: what is visible goes before the table."""
    if visible:
        tree.foster = True
        text_in_body(tree, True)
        tree.foster = False


def _fostered_start(tree: Tree, name: str) -> None:
    tree.foster = True
    body_start(tree, name)
    tree.foster = False


def _fostered_end(tree: Tree, name: str) -> None:
    tree.foster = True
    body_end(tree, name)
    tree.foster = False


def _caption(tree: Tree, name: str) -> None:
    _clear_to(tree, _TO_TABLE)
    tree.active.append(MARK)
    tree.insert(name)
    tree.mode = IN_CAPTION


def _columns(tree: Tree, name: str) -> bool:
    _clear_to(tree, _TO_TABLE)
    tree.insert("colgroup")
    tree.mode = IN_COLUMNS
    return name == "col"


def _table_body(tree: Tree, name: str) -> bool:
    _clear_to(tree, _TO_TABLE)
    tree.insert(name if name in _BODIES else "tbody")
    tree.mode = IN_TABLE_BODY
    return name not in _BODIES


def _table_in_table(tree: Tree, name: str) -> bool:
    _end_table(tree, "table")
    return True


def _input(tree: Tree, name: str) -> None:
    found = attributes(tree.text, tree.tokens[tree.token])
    if found.get("type", "").lower() == "hidden":
        tree.create(name)
    else:
        _fostered_start(tree, name)


def _form(tree: Tree, name: str) -> None:
    if tree.form is None:
        tree.form = tree.create(name)


def _end_table(tree: Tree, name: str) -> None:
    if tree.has("table", _TABLE_SCOPE):
        tree.imply_ends()
        tree.pop_to("table")
        tree.reset_mode()


_NO_ENDS = ("body", "caption", "col", "colgroup", "html", "tbody", "td", "tfoot", "th",
            "thead", "tr")  # fmt: skip
IN_TABLE_START: dict[str, Rule] = {
    **dict.fromkeys(("tbody", "tfoot", "thead", "td", "th", "tr"), _table_body),
    **dict.fromkeys(("style", "script"), open_raw),
    **dict.fromkeys(("col", "colgroup"), _columns),
    "html": merge_attributes, "caption": _caption, "table": _table_in_table,
    "input": _input, "form": _form,
}  # fmt: skip
IN_TABLE_END: dict[str, Rule] = {**dict.fromkeys(_NO_ENDS, ignore), "table": _end_table}
TABLE_START_OTHER = _fostered_start
TABLE_END_OTHER = _fostered_end


# --- in caption, in column group


def _close_caption(tree: Tree, name: str) -> bool:
    if not tree.has("caption", _TABLE_SCOPE):
        return False
    tree.imply_ends()
    tree.pop_to("caption")
    tree.clear_active()
    tree.mode = IN_TABLE
    return name != "caption"


_PARTS = ("caption", "col", "colgroup", "tbody", "td", "tfoot", "th", "thead", "tr")
IN_CAPTION_START: dict[str, Rule] = {
    **dict.fromkeys(_PARTS, lambda tree, name: _close_caption(tree, "")),
    "html": merge_attributes,
}
IN_CAPTION_END: dict[str, Rule] = {
    **dict.fromkeys(_NO_ENDS, ignore),
    "caption": _close_caption,
    "table": _close_caption,
}


def leave_columns(tree: Tree, name: str) -> bool:
    """Handle anything that does not belong into a column group."""
    tree.pop()
    tree.mode = IN_TABLE
    return name != "colgroup"


IN_COLUMNS_START: dict[str, Rule] = {
    "html": merge_attributes,
    "col": lambda tree, name: tree.note(name),
}
IN_COLUMNS_END: dict[str, Rule] = {"colgroup": leave_columns, "col": ignore}


# --- in table body, in row, in cell


def _row(tree: Tree, name: str) -> bool:
    _clear_to(tree, _TO_BODY)
    tree.insert("tr")
    tree.mode = IN_ROW
    return name != "tr"


def _leave_body(tree: Tree, name: str) -> bool:
    if not any(tree.has(body, _TABLE_SCOPE) for body in ("tbody", "thead", "tfoot")):
        return False
    _clear_to(tree, _TO_BODY)
    tree.pop()
    tree.mode = IN_TABLE
    return True


def _end_table_body(tree: Tree, name: str) -> None:
    if tree.has(name, _TABLE_SCOPE):
        _clear_to(tree, _TO_BODY)
        tree.pop()
        tree.mode = IN_TABLE


IN_TABLE_BODY_START: dict[str, Rule] = {
    **IN_TABLE_START,
    **dict.fromkeys(("tr", "td", "th"), _row),
    **dict.fromkeys(("caption", "col", "colgroup", "tbody", "tfoot", "thead"), _leave_body),
}
IN_TABLE_BODY_END: dict[str, Rule] = {
    **dict.fromkeys(_NO_ENDS, ignore),
    **dict.fromkeys(("tbody", "tfoot", "thead"), _end_table_body),
    "table": _leave_body,
}


def _cell(tree: Tree, name: str) -> None:
    _clear_to(tree, _TO_ROW)
    tree.insert(name)
    tree.mode = IN_CELL
    tree.active.append(MARK)


def _leave_row(tree: Tree, name: str) -> bool:
    if not tree.has("tr", _TABLE_SCOPE):
        return False
    _clear_to(tree, _TO_ROW)
    tree.pop()
    tree.mode = IN_TABLE_BODY
    return True


def _end_row(tree: Tree, name: str) -> None:
    _leave_row(tree, name)


def _end_body_in_row(tree: Tree, name: str) -> bool:
    return tree.has(name, _TABLE_SCOPE) and _leave_row(tree, name)


IN_ROW_START: dict[str, Rule] = {
    **IN_TABLE_START,
    **dict.fromkeys(("td", "th"), _cell),
    **dict.fromkeys(
        ("caption", "col", "colgroup", "tbody", "tfoot", "thead", "tr"), _leave_row
    ),
}
IN_ROW_END: dict[str, Rule] = {
    **dict.fromkeys(_NO_ENDS, ignore),
    **dict.fromkeys(("tbody", "tfoot", "thead"), _end_body_in_row),
    "tr": _end_row,
    "table": _leave_row,
}


def _end_cell(tree: Tree, name: str) -> None:
    if tree.has(name, _TABLE_SCOPE):
        tree.imply_ends(name)
        tree.pop_to(name)
        tree.clear_active()
        tree.mode = IN_ROW


def _close_cell(tree: Tree) -> bool:
    for name in ("td", "th"):
        if tree.has(name, _TABLE_SCOPE):
            _end_cell(tree, name)
            return True
    return False


def _leave_cell(tree: Tree, name: str) -> bool:
    return tree.has(name, _TABLE_SCOPE) and _close_cell(tree)


IN_CELL_START: dict[str, Rule] = dict.fromkeys(_PARTS, lambda tree, name: _close_cell(tree))
IN_CELL_END: dict[str, Rule] = {
    **dict.fromkeys(("body", "caption", "col", "colgroup", "html"), ignore),
    **dict.fromkeys(("td", "th"), _end_cell),
    **dict.fromkeys(("table", "tbody", "tfoot", "thead", "tr"), _leave_cell),
}
