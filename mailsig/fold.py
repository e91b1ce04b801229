"""Unicode text to the ASCII that a reader would accept in its place.

For one case only: a body part whose octets contradict its label can take nothing but ASCII.
A letter becomes its base letter (``ü`` -> ``u``), never ``?``; what has no ASCII form goes,
and a line that loses all its letters goes with it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from mailsig.folding_table import ASCII_FORMS


def fold(text: str) -> str:
    """Return ``text`` (LF newlines) in ASCII, line by line.

    Lines that were blank stay. ``""`` when no letter or digit is left.
    """
    if text.isascii():
        return text if _says_something(text) else ""
    folded = "\n".join(_kept_lines(text)).strip("\n")
    return folded if _says_something(folded) else ""


def _kept_lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if line.isascii():
            yield line
            continue
        folded = "".join(map(_fold_character, line))
        if _says_something(folded) or not _says_something(line):
            yield " ".join(folded.split())


def _fold_character(character: str) -> str:
    if character.isascii():
        return character
    if character in ASCII_FORMS:
        return ASCII_FORMS[character]
    if character.isspace():
        return " "
    # One character at a time: normalising whole text is quadratic on stacked marks.
    return "".join(
        part if part.isascii() else ASCII_FORMS.get(part, "")
        for part in unicodedata.normalize("NFKD", character)
    )


def _says_something(text: str) -> bool:
    return any(map(str.isalnum, text))
