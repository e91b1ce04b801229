"""What tags do to the state in a list of options (WHATWG HTML, 13.2.6.4.16 and .17, as
browsers had it before a select could hold other elements).

See ``end_rules`` for what a rule is.
"""

from __future__ import annotations

from mailsig.html.end_rules import Rule
from mailsig.html.rules import merge_attributes, open_raw
from mailsig.html.tree import Tree

_TABLE_SCOPE = frozenset(("html", "table"))
_NOT_SELECT = frozenset(("optgroup", "option"))


def _option(tree: Tree, name: str) -> None:
    if tree.stack[-1][1] == "option":
        tree.pop()
    if name == "optgroup" and tree.stack[-1][1] == "optgroup":
        tree.pop()
    tree.insert(name)


def _end_option(tree: Tree, name: str) -> None:
    if tree.stack[-1][1] == "option":
        if name == "option":
            tree.pop()
            return
        if tree.stack[-2][1] == "optgroup":
            tree.pop()
    if tree.stack[-1][1] == name:
        tree.pop()


def _in_select(tree: Tree) -> bool:
    for node in reversed(tree.stack):
        if node[1] == "select":
            return True
        if node[1] not in _NOT_SELECT:
            return False
    return False


def _end_select(tree: Tree, name: str) -> None:
    if _in_select(tree):
        tree.pop_to("select")
        tree.reset_mode()


def _leave_select(tree: Tree, name: str) -> bool:
    inside = _in_select(tree)
    _end_select(tree, name)
    return inside


def _leave_select_in_table(tree: Tree, name: str) -> bool:
    return tree.has(name, _TABLE_SCOPE) and _leave_select(tree, name)


_IN_TABLE = ("caption", "table", "tbody", "tfoot", "thead", "tr", "td", "th")
IN_SELECT_START: dict[str, Rule] = {
    **dict.fromkeys(("option", "optgroup"), _option),
    **dict.fromkeys(("input", "keygen", "textarea"), _leave_select),
    "html": merge_attributes, "select": _end_select, "script": open_raw,
}  # fmt: skip
IN_SELECT_END: dict[str, Rule] = {
    **dict.fromkeys(("option", "optgroup"), _end_option),
    "select": _end_select,
}
IN_SELECT_IN_TABLE_START: dict[str, Rule] = {
    **IN_SELECT_START,
    **dict.fromkeys(_IN_TABLE, _leave_select),
}
IN_SELECT_IN_TABLE_END: dict[str, Rule] = {
    **IN_SELECT_END,
    **dict.fromkeys(_IN_TABLE, _leave_select_in_table),
}
