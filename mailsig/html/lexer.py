"""The lexical parts of HTML: tags, comments, raw text (WHATWG HTML, 13.2.5).

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

ATTRIBUTES: Final = r"""
    (?: [\t\n\f\r /]*+ [^\t\n\f\r />] [^\t\n\f\r />=]*+ [\t\n\f\r ]*+
        (?: = [\t\n\f\r ]*+
            (?: "[^"]*+(?:"|\Z) | '[^']*+(?:'|\Z) | [^\t\n\f\r >"'] [^\t\n\f\r >]*+ )?+
        )?+
    )*+ [\t\n\f\r /]*+
"""
"""The (verbose) pattern of what may stand in a start tag behind its name.

Possessive throughout: an attribute's name or value, once read, is never read again.
"""

# What nearly all tags look like. PERF (newsletter 100 KB): tried first, a quarter faster.
_PLAIN = r"""(?: [\t\n\r\x20]++ [a-zA-Z:-]++ ="[^"]*+" )++ \x20?+ /?+ >"""


def markup(or_end_of_text: str = r"| \Z", name: str = "") -> str:
    """Return the (verbose) pattern of a tag, or a comment, behind `<`.

    A tag's name is a group, unless `name` says how a group begins that is none ("?:").
    """
    return rf"""
          ({name}/?[a-zA-Z][^\t\n\f\r />]*+) (?:
            > | {_PLAIN} | {ATTRIBUTES} (?: > {or_end_of_text} )
          )
        | !-- (?: -?> | [^-]*+ (?: -(?!-!?>) [^-]*+ )*+ (?: --!?> {or_end_of_text} ) )
        | (?: !(?!--) | \? | /[^a-zA-Z>] ) [^>]*+ (?: > {or_end_of_text} )
        | />
        """


MARKUP = re.compile(f"<(?:{markup()})", re.VERBOSE)
_FINISHED = re.compile(f"<(?:{markup('')})", re.VERBOSE)


def _raw_end(name: str) -> re.Pattern[str]:
    letters = "".join(f"[{letter}{letter.upper()}]" for letter in name)
    return re.compile(rf"</{letters}(?=[\t\n\f\r />])")


_RAW_END = {name: _raw_end(name) for name in RAW_TEXT}
_SCRIPT = re.compile(r"(<!--)|(-->)|<(/?)[sS][cC][rR][iI][pP][tT](?=[\t\n\f\r />])")
_UPPER = re.compile("[A-Z]+")
WATCHED: Final = 4
"""What ``Names`` calls a start tag after which the lexical rules may change."""

_NAMES_WATCHED = RAW_TEXT | {"svg", "math", "select", "frameset"}


class Names(dict[str | None, tuple[int, str]]):
    """The source of a tag's name, with the solidus of an end tag, to its kind and name."""

    def __missing__(self, source: str | None) -> tuple[int, str]:
        """Work out a name that is new."""
        if source is None:
            kind, name = SKIP, ""
        elif source[0] == "/":
            kind, name = END, lower_case(source[1:])
        else:
            name = lower_case(source)
            kind = WATCHED if name in _NAMES_WATCHED else START
        self[source] = kind, name
        return kind, name


def lower_case(name: str) -> str:
    """Return a name with its ASCII letters in lower case."""
    return name.lower() if name.isascii() else _UPPER.sub(lambda m: m[0].lower(), name)


def raw_text(text: str, at: int, name: str, tokens: list[Token]) -> int:
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
    """Return where a script's end tag begins (escaped and double escaped states heeded)."""
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
    """Return the attributes of a start tag: names in lower case, the first of a name wins.

    Values have their character references resolved, and the newlines of the tree (LF).
    """
    kind, start, end, _ = token
    found: dict[str, str] = {}
    name_end = _TAG_NAME.match(text, start)
    if kind != START or name_end is None:
        return found
    for match in _ATTRIBUTE.finditer(text, name_end.end(), end - 1):
        name = lower_case(match[1])
        if name not in found:
            found[name] = _value(match[2] or match[3] or match[4] or "")
    return found


def _value(source: str) -> str:
    if "\r" in source:
        source = source.replace("\r\n", "\n").replace("\r", "\n")
    return unescape_value(source)
