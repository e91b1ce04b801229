"""What end tags do to the state in the body of a document (WHATWG HTML, 13.2.6.4.7).

A rule takes the state and the tag's name. It returns True when the tag has to be looked at
again, in the insertion mode that the rule has set.
"""

from __future__ import annotations

from collections.abc import Callable

from mailsig.html.adoption import end_formatting, end_other
from mailsig.html.elements import ENDS_BLOCK, FORMATTING, HEADING, SCOPE
from mailsig.html.tree import AFTER_BODY, P, Tree

Rule = Callable[[Tree, str], "bool | None"]
_LIST_SCOPE = SCOPE | {"ol", "ul"}


def _end_p(tree: Tree, name: str) -> None:
    if not tree.stack[-1][2] & P:
        tree.insert("p")
    tree.close_p()


def close_block(tree: Tree, name: str) -> None:
    """Close everything up to an element, if it is in scope."""
    if tree.stack[-1][1] == name:
        tree.pop()
    elif tree.has(name):
        tree.imply_ends()
        tree.pop_to(name)


def close_item(tree: Tree, name: str) -> None:
    """Close a list item or a term."""
    if tree.has(name, _LIST_SCOPE if name == "li" else SCOPE):
        tree.imply_ends(name)
        tree.pop_to(name)


def _end_heading(tree: Tree, name: str) -> None:
    if any(tree.has(heading) for heading in sorted(HEADING)):
        tree.imply_ends()
        while tree.pop()[1] not in HEADING:
            pass


def close_formatting(tree: Tree, name: str) -> None:
    """Close a formatting element; what it cut across is opened again."""
    node = tree.stack[-1]
    if node[1] == name and tree.active and tree.active[-1] is node:
        tree.pop()
        tree.active.pop()
    elif not end_formatting(tree, name):
        end_other(tree, name)


def close_form(tree: Tree, name: str) -> None:
    """Close the form, wherever in the stack it is."""
    form, tree.form = tree.form, None
    for node in reversed(tree.stack):
        if node[0] == form:
            tree.imply_ends()
            tree.remove(node)
            return
        if node[1] in SCOPE:
            return
        tree.charge(1)


def _end_marked(tree: Tree, name: str) -> None:
    if tree.has(name):
        tree.imply_ends()
        tree.pop_to(name)
        tree.clear_active()


def _end_body(tree: Tree, name: str) -> None:
    if tree.has("body"):
        tree.mode = AFTER_BODY


def _end_html(tree: Tree, name: str) -> bool:
    if tree.has("body"):
        tree.mode = AFTER_BODY
        return True
    return False


def _br(tree: Tree, name: str) -> None:
    tree.reconstruct()
    tree.create(name)


IN_BODY_END: dict[str, Rule] = {
    **dict.fromkeys(ENDS_BLOCK, close_block),
    **dict.fromkeys(("dd", "dt", "li"), close_item),
    **dict.fromkeys(HEADING, _end_heading),
    **dict.fromkeys(FORMATTING, close_formatting),
    **dict.fromkeys(("applet", "marquee", "object"), _end_marked),
    "body": _end_body, "br": _br, "form": close_form,
    "html": _end_html, "p": _end_p,
}  # fmt: skip
