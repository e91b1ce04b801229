"""A browser's tree (html5lib) of signed HTML, less the signature."""

from __future__ import annotations

from typing import Any

import html5lib

Node = tuple[str, str, str, dict[str, str]]


def tree_of(html: str) -> list[Node]:
    """Every node of the tree in order."""
    return _nodes(_parsed(html))


def tree_less_signature(html: str) -> list[Node] | None:
    """The same without the one element that carries the sentinel; None: not one element."""
    tree = _parsed(html)
    roots = [
        (parent, at)
        for parent in tree.iter()
        for at, child in enumerate(parent)
        if "data-mailsig" in child.attrib
    ]
    if len(roots) != 1:
        return None
    parent, at = roots[0]
    tail = parent[at].tail or ""
    if at:
        parent[at - 1].tail = (parent[at - 1].tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(parent[at])
    return _nodes(tree)


def _parsed(html: str) -> Any:
    return html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)


def _nodes(tree: Any) -> list[Node]:
    return [
        (str(node.tag), node.text or "", node.tail or "", dict(node.attrib))
        for node in tree.iter()
    ]
