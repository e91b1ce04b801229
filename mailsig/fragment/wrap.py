"""Long lines of a normalised fragment broken where a browser sees no difference.

RFC 5322, 2.1.1 allows 998 octets to a line. A fragment that keeps to it can stand in a
7bit or 8bit part as it is. Works on normalised markup only: ``<`` and ``>`` delimit tags
and stand nowhere else, attribute values are in double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailsig.html.elements import VOID

MAX_LINE_OCTETS = 990

_PIECE = re.compile(r"<([^\s<>]+)([^<>]*)>|([^<>]+)")
_ATTRIBUTE = re.compile(r'[^\s="]+(?:="[^"]*")?')
_KEEPS_BLANKS = re.compile(r"white-space(?:-collapse)?\s*:", re.IGNORECASE)

Bit = tuple[str | None, str]
"""What stands before (``None``: no break here; a break replaces it), and the source."""


def wrap(markup: str) -> str:
    """Return ``markup`` with no line over 990 octets, as far as blanks and tags allow.

    Octets are counted with every non-ASCII character as a numeric reference, which is the
    longest form it can take. An attribute value or a word without blanks stays long.
    """
    if max(map(_width, markup.split("\n"))) <= MAX_LINE_OCTETS:
        return markup
    out: list[str] = []
    column = 0
    for glue, source in _joined(_bits(markup)):
        size = _width(source)
        if glue is not None and column + len(glue) + size > MAX_LINE_OCTETS:
            glue = "\n"
        shown = f"{glue or ''}{source}"
        out.append(shown)
        line_end = shown.rfind("\n")
        if line_end < 0:
            column += len(glue or "") + size
        else:
            column = _width(shown[line_end + 1 :])
    return "".join(out)


def _width(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("ascii", "xmlcharrefreplace"))


def _joined(bits: Iterator[Bit]) -> Iterator[Bit]:
    """Join each bit that can't begin a line with the one before it."""
    glue: str | None = None
    held: list[str] = []
    for before, source in bits:
        if before is not None:
            yield glue, "".join(held)
            glue, held = before, []
        held.append(source)
    yield glue, "".join(held)


def _bits(markup: str) -> Iterator[Bit]:
    keeping: list[tuple[str, bool]] = [("", False)]
    for match in _PIECE.finditer(markup):
        name, attributes, text = match[1], match[2], match[3]
        if text is not None:
            yield from _text_bits(text, keeping[-1][1])
            continue
        yield None, f"<{name}"
        for attribute in _ATTRIBUTE.findall(attributes):
            yield from _attribute_bits(attribute)
        yield "", ">"
        if name[0] == "/":
            keeping.pop()
        elif name not in VOID:
            keeps = keeping[-1][1] or name == "pre" or _KEEPS_BLANKS.search(attributes)
            keeping.append((name, bool(keeps)))


def _text_bits(text: str, keeps_blanks: bool) -> Iterator[Bit]:
    if keeps_blanks:
        yield None, text
        return
    for line_number, line in enumerate(text.split("\n")):
        glue: str | None = "\n" if line_number else None
        for word in line.split(" "):
            yield glue, word
            glue = " "


def _attribute_bits(attribute: str) -> Iterator[Bit]:
    if not attribute.startswith('style="'):
        yield " ", attribute
        return
    for declaration in attribute.replace("; ", ";\n").split("\n"):
        yield " ", declaration
