"""HTML text to tokens with their offsets (WHATWG HTML, 13.2.5 "Tokenization").

The boundaries of tags, comments and raw text are those of a browser with scripting off:
what stands in a ``noscript`` is markup. A token is a plain tuple of its kind, its start and
end (code points into the text) and its name; what lies between tokens is character data.
Nothing is decoded or copied, attributes are read on demand, and no input raises or takes
more than linear time.
"""

from __future__ import annotations

import re
from typing import Final

from mailsig.html.elements import RAW_TEXT
from mailsig.html.references import unescape_value

START: Final = 0
"""A start tag."""
END: Final = 1
"""An end tag."""
SKIP: Final = 2
"""A comment, a doctype, ``<?...``, ``<![...>``, or a tag that the text ends in."""
RAW: Final = 3
"""The content of an element of ``RAW_TEXT``; its name is the element's."""

Token = tuple[int, int, int, str]

# Possessive throughout: an attribute's name or value, once read, is never read again.
_ATTRIBUTES = r"""
    (?: [\t\n\f\r /]*+ [^\t\n\f\r />] [^\t\n\f\r />=]*+ [\t\n\f\r ]*+
        (?: = [\t\n\f\r ]*+
            (?: "[^"]*+(?:"|\Z) | '[^']*+(?:'|\Z) | [^\t\n\f\r >"'] [^\t\n\f\r >]*+ )?+
        )?+
    )*+ [\t\n\f\r /]*+
"""


def _markup(or_end_of_text: str) -> re.Pattern[str]:
    return re.compile(
        rf"""<(?:
          (/?[a-zA-Z][^\t\n\f\r />]*+) (?: > | {_ATTRIBUTES} (?: > {or_end_of_text} ) )
        | !-- (?: -?> | [^-]*+ (?: -(?!-!?>) [^-]*+ )*+ (?: --!?> {or_end_of_text} ) )
        | (?: !(?!--) | \? | /[^a-zA-Z>] ) [^>]*+ (?: > {or_end_of_text} )
        | />
        )""",
        re.VERBOSE,
    )


_MARKUP = _markup(r"| \Z")
_FINISHED = _markup("")


def _raw_end(name: str) -> re.Pattern[str]:
    letters = "".join(f"[{letter}{letter.upper()}]" for letter in name)
    return re.compile(rf"</{letters}(?=[\t\n\f\r />])")


_RAW_END = {name: _raw_end(name) for name in RAW_TEXT}
_SCRIPT = re.compile(r"(<!--)|(-->)|<(/?)[sS][cC][rR][iI][pP][tT](?=[\t\n\f\r />])")
_UPPER = re.compile("[A-Z]+")
_WATCHED = 4  # what _Names calls a start tag that something special follows
_NAMES_WATCHED = RAW_TEXT | {"svg", "math"}


class _Names(dict[str | None, tuple[int, str]]):
    """The source of a tag's name, with the solidus of an end tag, to its kind and name."""

    def __missing__(self, source: str | None) -> tuple[int, str]:
        if source is None:
            kind, name = SKIP, ""
        elif source[0] == "/":
            kind, name = END, _lower(source[1:])
        else:
            name = _lower(source)
            kind = _WATCHED if name in _NAMES_WATCHED else START
        self[source] = kind, name
        return kind, name


def _lower(name: str) -> str:
    return name.lower() if name.isascii() else _UPPER.sub(lambda m: m[0].lower(), name)


def tokenize(text: str) -> list[Token]:
    """The tokens of an HTML text in order, with offsets in code points."""
    tokens: list[Token] = []
    names = _Names()
    at: int | None = 0
    while at is not None:
        at = _run(text, at, names, tokens)
    if tokens and tokens[-1][0] != RAW and is_unfinished(text, tokens[-1]):
        tokens[-1] = SKIP, tokens[-1][1], len(text), ""
    return tokens


def _run(text: str, at: int, names: _Names, tokens: list[Token]) -> int | None:
    """Append tokens up to something special; the offset where to go on, or None."""
    append = tokens.append
    for match in _MARKUP.finditer(text, at):
        kind, name = names[match[1]]
        start, end = match.span()
        if kind == _WATCHED:
            append((START, start, end, name))
            if name in RAW_TEXT:
                return _raw_text(text, end, name, tokens)
            return _foreign(text, end, name, names, tokens)
        append((kind, start, end, name))
    return None


def _raw_text(text: str, at: int, name: str, tokens: list[Token]) -> int:
    """Append the raw text of the element opened before `at`; where its end tag begins."""
    if name == "plaintext":
        end = len(text)
    elif name == "script":
        end = _script_end(text, at)
    else:
        match = _RAW_END[name].search(text, at)
        end = match.start() if match else len(text)
    if end > at:
        tokens.append((RAW, at, end, name))
    return end


def _script_end(text: str, at: int) -> int:
    """Where the end tag of a script begins (escaped and double escaped states heeded)."""
    escaped = double = False
    while match := _SCRIPT.search(text, at):
        at = match.end()
        if match[1]:
            if not escaped:
                escaped, at = True, at - 2  # "<!-->" opens and closes
        elif match[2]:
            escaped = double = False
        elif not double:
            if match[3]:
                return match.start()
            double = escaped
        elif match[3]:
            double = False
    return len(text)


# --- svg and math


_INTEGRATION = frozenset(
    "foreignobject desc title mi mo mn ms mtext annotation-xml".split()
)


def _foreign(
    text: str, at: int, root: str, names: _Names, tokens: list[Token]
) -> int | None:
    """Append the tokens of an svg or math element: no raw text there, but CDATA."""
    if text[at - 2] == "/":
        return at
    stack = [root]
    while match := _MARKUP.search(text, at):
        start, at = match.span()
        kind, name = names[match[1]]
        html = stack[-1] in _INTEGRATION
        if kind == SKIP and text.startswith("<![CDATA[", start):
            at = _cdata(text, start, tokens)
            continue
        tokens.append((START if kind == _WATCHED else kind, start, at, name))
        if kind == END:
            if name in stack:
                del stack[len(stack) - 1 - stack[::-1].index(name) :]
            if not stack:
                return at
        elif kind != SKIP and text[at - 2] != "/":
            if html and name in RAW_TEXT:
                at = _raw_text(text, at, name, tokens)
            elif name in ("svg", "math") or name in _INTEGRATION:
                stack.append(name)
    return None


def _cdata(text: str, start: int, tokens: list[Token]) -> int:
    """Append the two delimiters of a CDATA section: its content is character data."""
    tokens.append((SKIP, start, start + 9, ""))
    end = text.find("]]>", start + 9)
    if end < 0:
        return len(text)
    tokens.append((SKIP, end, end + 3, ""))
    return end + 3


def is_unfinished(text: str, token: Token) -> bool:
    """Whether the text ends inside this token: what is appended would become part of it."""
    kind, start, end, _ = token
    if end < len(text) or text[start] == "]":
        return False
    return kind == RAW or _FINISHED.fullmatch(text, start) is None


# --- attributes


_ATTRIBUTE = re.compile(
    r"""[\t\n\f\r /]*+ ([^\t\n\f\r />] [^\t\n\f\r />=]*+) [\t\n\f\r ]*+
        (?: = [\t\n\f\r ]*+
            (?: "([^"]*+)" | '([^']*+)' | ([^\t\n\f\r >"'] [^\t\n\f\r >]*+) )?+
        )?+""",
    re.VERBOSE,
)
_TAG_NAME = re.compile(r"</?[a-zA-Z][^\t\n\f\r />]*+")


def attributes(text: str, token: Token) -> dict[str, str]:
    """The attributes of a start tag: names in lower case, the first of a name wins.

    Values have their character references resolved, and the newlines of the tree (LF).
    """
    kind, start, end, _ = token
    found: dict[str, str] = {}
    name_end = _TAG_NAME.match(text, start)
    if kind != START or name_end is None:
        return found
    for match in _ATTRIBUTE.finditer(text, name_end.end(), end - 1):
        name = _lower(match[1])
        if name not in found:
            found[name] = _value(match[2] or match[3] or match[4] or "")
    return found


def _value(source: str) -> str:
    if "\r" in source:
        source = source.replace("\r\n", "\n").replace("\r", "\n")
    return unescape_value(source)
