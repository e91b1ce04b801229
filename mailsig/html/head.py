"""The beginning of a page up to its body, as clients write it: nothing of it is shown."""

from __future__ import annotations

import re
from typing import Final

from mailsig.html.lexer import Token, markup

HEAD: Final = "#head"
"""The name of the one token (of kind SKIP) that may stand for all of it."""


def _tag(names: str) -> str:
    return rf"(?:<(?=(?i:{names})[\t\n\f\r />])(?:{markup('', '?:')}))"


def _raw(name: str) -> str:
    inside = rf"[^<]*+ (?: <(?!/(?i:{name})[\t\n\f\r />]) [^<]*+ )*+"
    return f"{_tag(name)} {inside} {_tag(f'/{name}')}"


_SKIPPED = rf"[\t\n\f\r\x20]++ | <(?=[!?])(?:{markup('', '?:')})"
_IN_HEAD = f"{_SKIPPED} | {_tag('base|link|meta')} | {_raw('style')} | {_raw('title')}"
_HEAD = re.compile(
    f"""
    (?:{_SKIPPED})*+
    (?: {_tag("html")} (?:{_SKIPPED})*+ )?+
    (?: {_tag("head")} (?:{_IN_HEAD})*+ (?: {_tag("/head")} (?:{_SKIPPED})*+ )?+ )?+
    {_tag("body")}
    """,
    re.VERBOSE,
)


def is_folded(tokens: list[Token]) -> bool:
    """Whether the first token stands for a page's beginning."""
    return bool(tokens) and tokens[0][3] == HEAD


def head_end(text: str) -> int:
    """Where the body's start tag ends, in code points; 0: the page begins otherwise."""
    match = _HEAD.match(text)
    return match.end() if match else 0
