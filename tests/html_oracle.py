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

    with mock.patch.object(html5parser, "_tokenizer", SimpleNamespace(HTMLTokenizer=Recorder)):
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
