"""The beginning of a page up to its body, as clients write it: nothing of it is shown."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from mailsig.html.lexer import Token, markup

HEAD: Final = "#head"
"""The name of the one token (of kind SKIP) that may stand for all of it."""


def _tag(names: str) -> str:
    return rf"(?:<(?=(?i:{names})[\t\n\f\r />])(?:{markup('', '?:')}))"


def _end(name: str) -> str:
    return rf"</(?i:{name})[\t\n\f\r\x20]*+>"


def _raw(name: str) -> str:
    inside = rf"[^<]*+ (?: <(?!/(?i:{name})[\t\n\f\r />]) [^<]*+ )*+"
    return f"{_tag(name)} {inside} {_end(name)}"


@cache
def _head() -> re.Pattern[str]:
    """Return the pattern of all; PERF (import): most mail never needs it."""
    skipped = rf"[\t\n\f\r\x20]++ | <(?=[!?])(?:{markup('', '?:')})"
    in_head = f"{skipped} | {_tag('base|link|meta')} | {_raw('style')} | {_raw('title')}"
    pattern = f"""
        (?:{skipped})*+
        (?: {_tag("html")} (?:{skipped})*+ )?+
        (?: {_tag("head")} (?:{in_head})*+ (?: {_end("head")} (?:{skipped})*+ )?+ )?+
        {_tag("body")}
        """
    return re.compile(pattern, re.VERBOSE)


def is_folded(tokens: list[Token]) -> bool:
    """Whether the first token stands for a page's beginning."""
    return bool(tokens) and tokens[0][3] == HEAD


def head_end(text: str) -> int:
    """Return where the body's start tag ends (code points); 0: none is at the top."""
    match = _head().match(text)
    return match.end() if match else 0
