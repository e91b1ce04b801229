"""What tags do to the state outside the body (WHATWG HTML, 13.2.6.4.1 to .6, .19 to .23).

See ``end_rules`` for what a rule is.
"""

from __future__ import annotations

from mailsig.html.end_rules import Rule
from mailsig.html.rules import (
    IN_BODY_START,
    META,
    create_only,
    ignore,
    merge_attributes,
    open_raw,
)
from mailsig.html.tree import (
    AFTER_AFTER_BODY,
    AFTER_HEAD,
    BEFORE_HEAD,
    BEFORE_HTML,
    FRAMESET,
    HEAD_NOSCRIPT,
    IN_BODY,
    IN_HEAD,
    Tree,
)


def leave_initial(tree: Tree, name: str) -> bool:
    """Take it that there is no document type: quirks mode."""
    tree.mode = BEFORE_HTML
    return True


# --- before html, before head


def make_html(tree: Tree, name: str) -> bool:
    """Make the root element, for its tag or for anything that needs it."""
    tree.insert("html")
    tree.mode = BEFORE_HEAD
    return name != "html"


def make_head(tree: Tree, name: str) -> bool:
    """Make the head, for its tag or for anything that needs it."""
    tree.head = tree.insert("head")
    tree.mode = IN_HEAD
    return name != "head"


def _imply_head(tree: Tree, name: str) -> bool:
    return make_head(tree, "")


BEFORE_HTML_START: dict[str, Rule] = {}
BEFORE_HTML_END: dict[str, Rule] = dict.fromkeys(
    ("head", "body", "html", "br"), lambda tree, name: make_html(tree, "")
)
BEFORE_HEAD_START: dict[str, Rule] = {"html": merge_attributes}
BEFORE_HEAD_END: dict[str, Rule] = dict.fromkeys(
    ("head", "body", "html", "br"), _imply_head
)


# --- in head


def leave_head(tree: Tree, name: str) -> bool:
    """Handle anything that does not belong into the head."""
    tree.pop()
    tree.mode = AFTER_HEAD
    return True


def _end_head(tree: Tree, name: str) -> None:
    leave_head(tree, name)


def _noscript(tree: Tree, name: str) -> None:
    tree.insert(name)
    tree.mode = HEAD_NOSCRIPT


IN_HEAD_START: dict[str, Rule] = {
    **dict.fromkeys(("title", "noframes", "style", "script"), open_raw),
    **dict.fromkeys(META, create_only),
    "html": merge_attributes,
    "noscript": _noscript,
    "head": ignore,
}
IN_HEAD_END: dict[str, Rule] = {
    "head": _end_head,
    **dict.fromkeys(("br", "html", "body"), leave_head),
}


def leave_noscript(tree: Tree, name: str) -> bool:
    """Handle anything that does not belong into a noscript of the head."""
    tree.pop()
    tree.mode = IN_HEAD
    return name != "noscript"


HEAD_NOSCRIPT_START: dict[str, Rule] = {
    **dict.fromkeys(("basefont", "bgsound", "link", "meta"), create_only),
    **dict.fromkeys(("noframes", "style"), open_raw),
    **dict.fromkeys(("head", "noscript"), ignore),
    "html": merge_attributes,
}
HEAD_NOSCRIPT_END: dict[str, Rule] = {
    "noscript": leave_noscript,
    "br": leave_noscript,
}


# --- after head, after body


def leave_after_head(tree: Tree, name: str) -> bool:
    """Handle anything that needs a body."""
    tree.insert("body")
    tree.mode = IN_BODY
    return name != "body"


def _body(tree: Tree, name: str) -> None:
    leave_after_head(tree, name)
    tree.frames_ok = False


def _frames(tree: Tree, name: str) -> None:
    tree.insert(name)
    tree.mode = FRAMESET


def _back_to_head(tree: Tree, name: str) -> None:
    head = tree.head
    if head is not None:
        tree.stack.append(head)
        IN_HEAD_START[name](tree, name)
        tree.remove(head)


AFTER_HEAD_START: dict[str, Rule] = {
    **dict.fromkeys((*META, "noframes", "script", "style", "title"), _back_to_head),
    "html": merge_attributes, "body": _body, "frameset": _frames, "head": ignore,
}  # fmt: skip
AFTER_HEAD_END: dict[str, Rule] = dict.fromkeys(
    ("body", "html", "br"), lambda tree, name: leave_after_head(tree, "")
)


def back_to_body(tree: Tree, name: str) -> bool:
    """Put anything after the body into it."""
    tree.mode = IN_BODY
    return True


def _end_html(tree: Tree, name: str) -> None:
    tree.mode = AFTER_AFTER_BODY


AFTER_BODY_START: dict[str, Rule] = {"html": IN_BODY_START["html"]}
AFTER_BODY_END: dict[str, Rule] = {"html": _end_html}
