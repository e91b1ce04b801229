"""Cuts the subset of PowerShell that ``script`` runs into tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

# PowerShell takes U+2018 to U+201B for the plain quote (Language Specification 2.3.5.2).
QUOTE = "['\u2018\u2019\u201a\u201b]"
_TOKEN = re.compile(
    rf"""
    (?P<space>[ \t]+|\#[^\n]*)
  | (?P<newline>\r?\n|;)
  | (?P<string>{QUOTE}(?:[^'\u2018-\u201b\n]|{QUOTE}{QUOTE})*+{QUOTE})
  | (?P<number>\d+(?:\.\d+)?(?!\w))
  | (?P<variable>\$[A-Za-z]\w*)
  | (?P<splat>@[A-Za-z]\w*)
  | (?P<parameter>-[A-Za-z]\w*:?)
  | (?P<word>[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z]+)?)
  | (?P<punctuation>@\(|@\{{|\.\.|\+=|[](){{}}=|,.[])
    """,
    re.X,
)


class ScriptError(Exception):
    """The script is outside of the subset, or a cmdlet refuses."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind, its source, its line."""

    kind: str
    text: str
    line: int


def tokenize(text: str) -> list[Token]:
    """Return the tokens; anything outside of the subset is an error."""
    tokens: list[Token] = []
    position, line = 0, 1
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise ScriptError(f"line {line}: not in the subset: {text[position:][:20]!r}")
        if found.lastgroup != "space":
            tokens.append(Token(found.lastgroup, found.group(), line))
        line += found.group().count("\n")
        position = found.end()
    return [*tokens, Token("end", "", line)]
