"""html5lib as the browser: its token stream, with raw text as its tree builder finds it."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any
from unittest import mock

import html5lib
from html5lib import html5parser
from html5lib._tokenizer import HTMLTokenizer
from html5lib.constants import tokenTypes

from mailsig.html.references import unescape
from mailsig.html.tokens import END, RAW, SKIP, START, attributes, tokenize

TREE = html5lib.getTreeBuilder("etree")
KINDS = {number: name for name, number in tokenTypes.items()}


def stream(text: str) -> list[Any]:
    """html5lib's tokens of `text`: text merged, comments and doctypes as one kind."""
    seen: list[Any] = []

    class Recorder(HTMLTokenizer):  # type: ignore[misc]
        def __iter__(self) -> Any:
            for token in HTMLTokenizer.__iter__(self):
                _record(seen, token)
                yield token

    with mock.patch.object(
        html5parser, "_tokenizer", SimpleNamespace(HTMLTokenizer=Recorder)
    ):
        html5lib.HTMLParser(tree=TREE, namespaceHTMLElements=False).parse(text)
    return seen


def _record(seen: list[Any], token: dict[str, Any]) -> None:
    kind = KINDS[token["type"]]
    if kind in ("Characters", "SpaceCharacters"):
        _text(seen, token["data"])
    elif kind == "StartTag":
        seen.append(("start", token["name"], dict(token["data"])))
    elif kind == "EndTag":
        seen.append(("end", token["name"]))
    elif kind in ("Comment", "Doctype"):
        seen.append(("skip",))


def _text(seen: list[Any], data: str) -> None:
    if seen and seen[-1][0] == "text":
        data = seen.pop()[1] + data
    if data:
        seen.append(("text", data))


def own_stream(text: str) -> list[Any]:
    """The tokens of `text` by mailsig, in the form of `stream`."""
    seen: list[Any] = []
    at = 0
    for token in tokenize(text):
        kind, start, end, name = token
        assert at <= start < end
        _text(seen, _lines(unescape(text[at:start])))
        if kind == START:
            found = attributes(text, token)
            seen.append(
                ("start", _shown(name), {_shown(k): _shown(found[k]) for k in found})
            )
        elif kind == END:
            seen.append(("end", _shown(name)))
        elif kind == RAW:
            raw = text[start:end]
            _text(seen, _shown(unescape(raw) if name in ("title", "textarea") else raw))
        elif kind == SKIP and _is_comment(text[start:end], end == len(text)):
            seen.append(("skip",))
        at = end
    _text(seen, _lines(unescape(text[at:])))
    return seen


def _is_comment(source: str, last: bool) -> bool:
    if source == "</>" or source == "]]>" or source.startswith("<![CDATA["):
        return source.startswith("<![CDATA[") and source.endswith(">")
    return not (last and re.match("</?[a-zA-Z]", source))


def _lines(data: str) -> str:
    return data.replace("\r\n", "\n").replace("\r", "\n")


def _shown(data: str) -> str:
    return _lines(data).replace("\0", "\ufffd")


# --- the tree

TOKEN = "sig-7dfe-token"
BLOCK = (
    f'<div id="{TOKEN}"><p>Jo Doe<br><b>Example</b> '
    '<a href="https://example.com/">web</a></p></div>'
)
_NEVER_IN = frozenset(
    ("a", "button", "head", "math", "noscript", "option", "script", "select", "style",
     "svg", "template", "textarea", "title")
)  # fmt: skip


def parsed(text: str) -> Any:
    """html5lib's tree."""
    return html5lib.HTMLParser(tree=TREE, namespaceHTMLElements=False).parse(text)


def place_problems(text: str, offset: int, tree: bool = True) -> list[str]:
    """What is wrong with a block at an offset: where it lands, what else has changed."""
    root = parsed(text[:offset] + BLOCK + text[offset:])
    around = _take_out(root)
    if around is None:
        return ["not in the tree"]
    found = [f"inside {name}" for name in around if name in _NEVER_IN or name == "hidden"]
    if around and around[-1] in ("table", "tbody", "thead", "tfoot", "tr", "colgroup"):
        found.append(f"directly in {around[-1]}")
    if tree and _events(root) != _events(parsed(text)):
        found.append("the tree of all else has changed")
    return found


def _take_out(root: Any) -> list[str] | None:
    """Remove the block from a tree; the elements it stood in, from the root on."""
    stack: list[tuple[Any, list[str]]] = [(root, [])]
    while stack:
        element, around = stack.pop()
        style = re.sub(r"\s", "", element.get("style") or "").lower()
        hidden = "display:none" in style or element.get("hidden") is not None
        name = "hidden" if hidden and element.tag not in ("body", "html") else element.tag
        children = list(element)
        for i, child in enumerate(children):
            if child.get("id") == TOKEN:
                if i:
                    children[i - 1].tail = (children[i - 1].tail or "") + (child.tail or "")
                else:
                    element.text = (element.text or "") + (child.tail or "")
                element.remove(child)
                return [*around, name]
            if isinstance(child.tag, str):
                stack.append((child, [*around, name]))
    return None


def _events(root: Any) -> list[Any]:
    """The tree as a list, texts joined and their white space collapsed."""
    found: list[Any] = []
    stack: list[Any] = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            if found and found[-1][0] == "text":
                item = found.pop()[1] + item
            found.append(("text", item))
        elif isinstance(item, tuple):
            found.append(item)
        elif not isinstance(item.tag, str):
            found.append(("comment", item.text))
            stack.append(item.tail or "")
        else:
            found.append((item.tag, sorted((str(k), v) for k, v in item.attrib.items())))
            stack += [item.tail or "", ("end", item.tag), *reversed(list(item))]
            stack.append(item.text or "")
    texts = (
        (kind, " ".join(x.split())) if kind == "text" else (kind, x) for kind, x in found
    )
    return [item for item in texts if item != ("text", "")]


def open_elements(text: str) -> tuple[list[str], list[str]]:
    """The open elements and the active formatting elements at the end of a text."""
    parser = html5lib.HTMLParser(tree=TREE, namespaceHTMLElements=False)
    parser.parse(text)
    names = [
        f"{node.namespace.rsplit('/')[-1]} {node.name.lower()}"
        if node.namespace
        else node.name
        for node in parser.tree.openElements
    ]
    names = [name.replace("MathML ", "math ") for name in names]
    if names[-1] == "textarea":  # html5lib leaves it open, a browser does not
        names.pop()
    active = [
        "" if node == html5parser.Marker else node.name
        for node in parser.tree.activeFormattingElements
    ]
    return names, active
