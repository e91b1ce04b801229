"""A signature's HTML, normalised once to a fragment that can't reach beyond itself.

The rules it keeps: one root block element; every tag closed; nothing that runs, frames or
restyles (``rules``); no comment, since a comment could swallow the mail behind it
(conditional comments go with it: what they show to Outlook alone is lost, what they hide
from it stays). ``<`` and ``>`` delimit tags and stand nowhere else; attribute values are in
double quotes. That a browser reads the fragment the same wherever it stands is not assumed
but tried: it is parsed again, between two paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

from mailsig.errors import MailsigError
from mailsig.fragment import SENTINEL
from mailsig.fragment.linkify import escape
from mailsig.fragment.printable import printable
from mailsig.fragment.rules import (
    ACTIVE_CSS,
    ACTIVE_URL,
    DROPPED,
    HARMLESS_META,
    NEEDS_PARENT,
    REFUSED,
    ROOTS,
    URL_ATTRIBUTES,
)
from mailsig.html.elements import HEADING, VOID
from mailsig.html.tokens import END, START, attributes, tokenize

MAX_DEPTH = 100
"""Elements inside of each other; lxml loses what stands deeper than 255."""

# LIMIT: html5lib compares each tag with all elements that are open, and each attribute
# with those before it: a second for what a program wrote, a minute for what is hostile.
_MOST_OPEN = 500
_MOST_ATTRIBUTES = 500
_LONG_TAG = 2 * _MOST_ATTRIBUTES  # code points, in which there can't be more
# Elements that other tags end.
_ENDED = HEADING | {
    *("a", "button", "caption", "colgroup", "dd", "dt", "li", "nobr", "optgroup", "option"),
    *("p", "tbody", "td", "tfoot", "th", "thead", "tr"),
}

_BLANKS = " \t\n\f\r"
_NAME = re.compile(r"[a-z_][a-z0-9_:.-]*")
_INVISIBLE_IN_URL = re.compile(r"[\x00-\x20]+")
_CID = re.compile(r"""(^\s*|[\s(,'"])cid:([^\s"'(),]*)""", re.IGNORECASE)


def normalise(html: str) -> tuple[str, tuple[str, ...]]:
    """Return the fragment's source, and the names it refers to as ``cid:``, in order.

    Raises:
        MailsigError: The HTML holds something that is refused, or shows nothing.
    """
    _check_cost(html)
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    cids: list[str] = []
    source = _rooted(tree, cids)
    for _ in range(4):
        if _stands_alone(source):
            return source, tuple(dict.fromkeys(cids))
        source = _rooted(html5lib.parseFragment(source, namespaceHTMLElements=False), [])
    raise MailsigError(
        "html must be read the same by every browser wherever it stands: close its tags "
        "in order, and keep table and list parts inside of their table or list"
    )


def _check_cost(html: str) -> None:
    """Refuse at once what html5lib would be very long at."""
    opened: list[str] = []
    for token in tokenize(html):
        kind, start, end, name = token
        if kind not in (START, END):
            continue
        if end - start > _LONG_TAG and (
            kind == END or len(attributes(html, token)) > _MOST_ATTRIBUTES
        ):
            raise MailsigError(
                f"html must not give an element more than {_MOST_ATTRIBUTES} attributes"
            )
        if kind == START and name not in VOID and name not in _ENDED:
            opened.append(name)
        elif kind == END and name in opened:
            while opened.pop() != name:
                pass
        if len(opened) > _MOST_OPEN:
            raise MailsigError(_TOO_DEEP)


_TOO_DEEP = f"html must not nest more than {MAX_DEPTH} elements"


def _rooted(tree: Element, cids: list[str]) -> str:
    _drop(tree)
    source = _source(tree, cids).strip(_BLANKS)
    if not _shows_something(tree):
        raise MailsigError("html must show something: it has neither text nor an image")
    is_rooted = (
        len(tree) == 1
        and tree[0].tag in ROOTS
        and not (tree.text or "").strip(_BLANKS)
        and not (tree[0].tail or "").strip(_BLANKS)
    )
    return source if is_rooted else f"<div>{source}</div>"


def _stands_alone(source: str) -> bool:
    """Whether a browser finds the fragment, and what is around it, where they were put."""
    mail = f"<p>a</p>{source}<p>z</p>"
    document: Element = html5lib.parse(
        f"<!DOCTYPE html><body>{mail}", namespaceHTMLElements=False
    )
    body = document.find("body")
    return body is not None and _source(body, []) == mail


def _shows_something(tree: Element) -> bool:
    return any(
        element.tag == "img" or (element.text or "").strip() or (element.tail or "").strip()
        for element in tree.iter()
    )


# --- what goes, what is refused


def _drop(tree: Element) -> None:
    """Take comments and the leftovers of a document's head out of the tree."""
    for parent in list(tree.iter()):
        kept: list[Element] = []
        for child in parent:
            if not _is_dropped(child):
                kept.append(child)
            elif kept:
                kept[-1].tail = (kept[-1].tail or "") + (child.tail or "")
            else:
                parent.text = (parent.text or "") + (child.tail or "")
        if len(kept) != len(parent):
            parent[:] = kept


def _is_dropped(element: Element) -> bool:
    if not isinstance(element.tag, str):
        return True
    if element.tag not in DROPPED:
        return False
    equivalent = element.get("http-equiv", "").strip().lower()
    if equivalent and equivalent not in HARMLESS_META:
        raise MailsigError(f'html must not hold <meta http-equiv="{equivalent}">')
    if "stylesheet" in element.get("rel", "").lower().split():
        raise MailsigError(
            'html must not hold <link rel="stylesheet">: its rules would reach the '
            "author's mail; use style attributes"
        )
    return True


def _checked_name(element: Element, ancestors: list[Element]) -> str:
    name = element.tag.rpartition("}")[2]
    if name in REFUSED:
        raise MailsigError(f"html must not hold <{name}>: {REFUSED[name]}")
    if not _NAME.fullmatch(name):
        raise MailsigError(f"html must name its elements in ASCII letters, got <{name}>")
    parents = NEEDS_PARENT.get(name)
    if parents and not any(ancestor.tag in parents for ancestor in ancestors):
        raise MailsigError(f"html must hold <{name}> inside of its list")
    if len(ancestors) > MAX_DEPTH:
        raise MailsigError(_TOO_DEEP)
    return name


def _checked_value(element: str, name: str, value: str) -> str:
    if name.startswith("on"):
        raise MailsigError(f"html must not hold event handlers, got {name} on <{element}>")
    if not _NAME.fullmatch(name):
        raise MailsigError(
            f"html must name its attributes in ASCII letters, got {name!r} on <{element}>"
        )
    if name in URL_ATTRIBUTES and ACTIVE_URL.match(_INVISIBLE_IN_URL.sub("", value)):
        raise MailsigError(
            f"html must not hold addresses that run code, got {value[:40]!r} as {name} "
            f"of <{element}>"
        )
    if name == "srcdoc" or (name == "style" and ACTIVE_CSS.search(value)):
        raise MailsigError(f"html must not hold styles that run code, got {value[:40]!r}")
    return printable(value)


# --- the tree's source


def _source(tree: Element, cids: list[str]) -> str:
    """Return the source of the tree's content; adds the names of ``cid:`` references."""
    out = [_character_data(tree.text)]
    ancestors = [tree]
    pending = [iter(tree)]
    while pending:
        element = next(pending[-1], None)
        if element is None:
            pending.pop()
            closed = ancestors.pop()
            if pending:
                out += (f"</{closed.tag}>", _character_data(closed.tail))
            continue
        name = _checked_name(element, ancestors)
        out += (f"<{name}", *_attributes(element, name, cids), ">")
        if name in VOID:
            out.append(_character_data(element.tail))
            continue
        text = _character_data(element.text)
        # A browser drops a newline right behind this tag.
        out.append("\n" + text if name == "pre" and text.startswith("\n") else text)
        ancestors.append(element)
        pending.append(iter(element))
    return "".join(out)


def _character_data(text: str | None) -> str:
    return escape(printable(text)) if text else ""


def _attributes(element: Element, tag: str, cids: list[str]) -> Iterator[str]:
    for name, value in element.attrib.items():
        if name.removeprefix("x_") == SENTINEL:
            continue
        kept = _checked_value(tag, name, value)
        if name in URL_ATTRIBUTES or name == "style":
            cids += (match[2] for match in _CID.finditer(kept))
            kept = _CID.sub(r"\1cid:\2", kept)
        yield f' {name}="{escape(kept)}"' if kept else f" {name}"
