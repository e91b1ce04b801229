"""What is left of a signature's visible lines after a mail client had its way with them.

Clients re-wrap, re-indent, change case and drop attributes. So lines are compared
squeezed: without blanks and invisible characters, in folded case. Lines with no letter or
digit (rules made of dashes) say nothing and are left out, unless there are no others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

JOINT = "\x00"
"""Stands where the signature's own markup splits a visible line."""

INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
)
"""Characters without width, as the inside of a character class."""

_INVISIBLE_RUN = re.compile(f"[{INVISIBLE}{JOINT}]+")
_WORD = re.compile("[0-9A-Za-z]{3,}")


def squeeze(text: str) -> str:
    """Return ``text`` without blanks and invisible characters, in folded case."""
    if not text.isascii() or JOINT in text:
        text = _INVISIBLE_RUN.sub("", text)
    return "".join(text.split()).casefold()


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The lines to look for, squeezed, in order.

    ``clues`` holds for each line its longest ASCII word in lower case (``""``: it has none
    of three letters), and the rarest of its other ASCII characters and digits (``""``: it
    has none), the longest words first: a text without enough of them can't hold enough of
    the lines.
    """

    lines: tuple[str, ...]
    clues: tuple[tuple[str, str], ...]
    needed: int
    """How many lines must be there: 60 % of them, rounded up."""

    @property
    def telling(self) -> int:
        """Index from which on a line tells who signs.

        A greeting and a name are what people type themselves: they alone prove nothing in
        a signature that says more.
        """
        return min(2, len(self.lines) - 1)


def fingerprint(lines: Iterable[str]) -> Fingerprint:
    """Return the fingerprint of visible lines."""
    shown = [(squeeze(line), _word(line)) for line in lines]
    kept = [pair for pair in shown if any(map(str.isalnum, pair[0]))]
    kept = kept or [pair for pair in shown if pair[0]]
    clues = [(word, _sign(line)) for line, word in kept]
    clues.sort(key=lambda clue: len(clue[0]), reverse=True)
    needed = -(-len(kept) * 3 // 5)
    return Fingerprint(tuple(line for line, _ in kept), tuple(clues), needed)


def _word(line: str) -> str:
    # Lowered once it is ASCII: the lower case of İ would add a letter to the word.
    return max(_WORD.findall(line), key=len, default="").lower()


def _sign(squeezed: str) -> str:
    signs = [char for char in squeezed if char.isascii() and not char.isalpha()]
    return max(signs, key=_rarity, default="")


def _rarity(sign: str) -> int:
    common = _COMMON.find(sign)
    return len(_COMMON) if common < 0 else common


_COMMON = ".,-'!?:/()1203456789"
"""Signs of most mail, the commonest first."""
