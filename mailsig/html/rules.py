"""What start tags do to the state in the body of a document (WHATWG HTML, 13.2.6.4.7).

See ``end_rules`` for what a rule is.
"""

from __future__ import annotations

from mailsig.html.adoption import end_formatting, end_other
from mailsig.html.elements import (
    CLOSES_P,
    FORMATTING,
    HEADING,
    SCOPE,
    SPECIAL,
)
from mailsig.html.end_rules import (
    Rule,
    close_block,
    close_form,
    close_formatting,
    close_item,
)
from mailsig.html.lexer import START
from mailsig.html.tree import (
    CLOSED,
    FOREIGN,
    FORMAT,
    FRAMESET,
    IN_CELL,
    IN_SELECT,
    IN_SELECT_IN_TABLE,
    IN_TABLE,
    MARK,
    TEXT,
    P,
    Tree,
)

_FRAMES_NOT_OK = frozenset(
    ("applet", "area", "body", "br", "button", "dd", "dt", "embed", "hr", "iframe", "image",
     "img", "input", "keygen", "li", "listing", "marquee", "object", "pre", "select",
     "table", "textarea", "wbr", "xmp")
)  # fmt: skip
META = ("base", "basefont", "bgsound", "command", "link", "meta")
"""Void elements that stand in the head, or anywhere in the body."""


def text_in_body(tree: Tree, visible: bool) -> None:
    """Handle character data."""
    tree.reconstruct()
    if visible:
        tree.frames_ok = False
        tree.note("text")


# --- start tags


def open_element(tree: Tree, name: str) -> None:
    """Open the element of any other start tag."""
    tree.reconstruct()
    tree.insert(name)


def open_block(tree: Tree, name: str) -> None:
    """Handle a start tag that ends an open paragraph."""
    tree.close_p()
    tree.insert(name)


def merge_attributes(tree: Tree, name: str) -> None:
    """Handle a second html or body tag."""
    tree.note(f"attributes of {name}", 0)
    if name == "body":
        tree.frames_ok = False


def open_raw(tree: Tree, name: str) -> None:
    """Handle an element whose content is no markup."""
    tree.insert(name)
    tree.back, tree.mode = tree.mode, TEXT


def _xmp(tree: Tree, name: str) -> None:
    tree.close_p()
    tree.reconstruct()
    open_raw(tree, name)


def _frameset(tree: Tree, name: str) -> None:
    if not tree.frames_ok or len(tree.stack) < 2 or tree.stack[1][1] != "body":
        return
    for token in tree.tokens[: tree.token]:
        if token[0] == START and token[3] in _FRAMES_NOT_OK:
            tree.frames_ok = False
            return
    tree.mode = FRAMESET
    tree.note(name, 0)


def _heading(tree: Tree, name: str) -> None:
    tree.close_p()
    if tree.stack[-1][1] in HEADING:
        tree.pop()
    tree.insert(name)


def _form(tree: Tree, name: str) -> None:
    if tree.form is None:
        tree.close_p()
        tree.form = tree.insert(name)[0]


def _item(tree: Tree, name: str) -> None:
    alike = ("li",) if name == "li" else ("dd", "dt")
    steps = 0
    for node in reversed(tree.stack):
        if node[1] in alike:
            close_item(tree, node[1])
            break
        if node[1] in SPECIAL and node[1] not in ("address", "div", "p"):
            break
        steps += 1
    tree.charge(steps >> 2)
    open_block(tree, name)


def _link(tree: Tree, name: str) -> None:
    old = tree.find_active("a")
    if old is not None:
        if not end_formatting(tree, "a"):
            end_other(tree, "a")
        if old[0] in tree.live:
            tree.remove(old)
        tree.deactivate(old)
    tree.reconstruct()
    tree.format(name)


def _formatting(tree: Tree, name: str) -> None:
    tree.reconstruct()
    tree.format(name)


def _nobr(tree: Tree, name: str) -> None:
    tree.reconstruct()
    if tree.stack[-1][2] & FORMAT and tree.has("nobr"):
        close_formatting(tree, "nobr")
        tree.reconstruct()
    tree.format(name)


def _button(tree: Tree, name: str) -> bool:
    if tree.has("button"):
        close_block(tree, "button")
        return True
    open_element(tree, name)
    return False


def _marked(tree: Tree, name: str) -> None:
    open_element(tree, name)
    tree.active.append(MARK)


def _table(tree: Tree, name: str) -> None:
    if not tree.quirks:
        tree.close_p()
    tree.insert(name)
    tree.mode = IN_TABLE


def _void(tree: Tree, name: str) -> None:
    tree.reconstruct()
    tree.create(name)


def create_only(tree: Tree, name: str) -> None:
    """Handle an element without content that needs no formatting around it."""
    tree.create(name)


def _rule_line(tree: Tree, name: str) -> None:
    tree.close_p()
    tree.create(name)


def _isindex(tree: Tree, name: str) -> None:
    if tree.form is None:
        _form(tree, "form")
        _rule_line(tree, "hr")
        open_element(tree, "label")
        text_in_body(tree, True)
        _void(tree, "input")
        end_other(tree, "label")
        _rule_line(tree, "hr")
        close_form(tree, "form")


def _option(tree: Tree, name: str) -> None:
    if tree.stack[-1][1] == "option":
        tree.pop()
    open_element(tree, name)


def _select(tree: Tree, name: str) -> None:
    open_element(tree, name)
    in_table = IN_TABLE <= tree.mode <= IN_CELL
    tree.mode = IN_SELECT_IN_TABLE if in_table else IN_SELECT


def _ruby_text(tree: Tree, name: str) -> None:
    if tree.has("ruby"):
        tree.imply_ends()
    tree.insert(name)


def _foreign(tree: Tree, name: str) -> None:
    tree.reconstruct()
    insert_foreign(tree, f"{name} {name}")


def insert_foreign(tree: Tree, name: str) -> None:
    """Open an element of svg or math, unless its tag closes itself."""
    node = tree.insert(name, CLOSED | FOREIGN)
    if name in SCOPE:
        tree.stack[-1] = (node[0], name, node[2] & ~P, node[3])
    if tree.text[tree.tokens[tree.token][2] - 2] == "/":
        tree.pop()


def ignore(tree: Tree, name: str) -> None:
    """Handle a tag that has no effect here."""


IN_BODY_START: dict[str, Rule] = {
    **dict.fromkeys(CLOSES_P | {"listing", "pre"}, open_block),
    **dict.fromkeys(FORMATTING - {"a", "nobr"}, _formatting),
    **dict.fromkeys(HEADING, _heading),
    **dict.fromkeys(("dd", "dt", "li"), _item),
    **dict.fromkeys(("area", "br", "embed", "img", "input", "keygen", "wbr"), _void),
    **dict.fromkeys((*META, "param", "source", "track"), create_only),
    **dict.fromkeys(
        ("iframe", "noembed", "noframes", "script", "style", "textarea", "title"), open_raw
    ),
    **dict.fromkeys(("applet", "marquee", "object"), _marked),
    **dict.fromkeys(
        ("caption", "col", "colgroup", "frame", "head", "tbody", "td", "tfoot", "th",
         "thead", "tr"), ignore
    ),
    **dict.fromkeys(("option", "optgroup"), _option),
    **dict.fromkeys(("rp", "rt"), _ruby_text),
    **dict.fromkeys(("html", "body"), merge_attributes),
    **dict.fromkeys(("svg", "math"), _foreign),
    "a": _link, "button": _button, "form": _form, "frameset": _frameset, "hr": _rule_line,
    "image": lambda tree, name: _void(tree, "img"), "isindex": _isindex, "nobr": _nobr,
    "plaintext": open_block, "select": _select, "table": _table, "xmp": _xmp,
}  # fmt: skip
