"""One template, checked and turned into a function of its fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from jinja2 import Template

from mailsig.charset import edited_text
from mailsig.fragment.linkify import escape
from mailsig.html.tokens import tokenize
from mailsig.templates.context import Misplaced, Place, Tag, places
from mailsig.templates.lines import Branches, removable, removable_lines
from mailsig.templates.parse import TemplateError, environment, lex, parse_fields, tags_of
from mailsig.templates.values import (
    image_source,
    link_target,
    mail_address,
    phone_number,
    url_part,
)

# Noncharacters, which neither a template nor a cleaned value can hold.
_BEGIN: Final = "\ufdd0"
_END: Final = "\ufdd1"
_VALUE: Final = "\ufdd2"
_VALUE_END: Final = "\ufdd3"
_MARKS = re.compile(f"([{_BEGIN}{_END}{_VALUE}{_VALUE_END}])")
_BARE_LINE = re.compile(rf"^[ \t]*+(?:{_BEGIN}++[ \t]*+)++(?:\n|\Z)", re.MULTILINE)
_BLANKS = re.compile(r"[ \t\n]+")

_SHAPERS: dict[Place, tuple[Callable[[str], str], ...]] = {
    "text": (escape,),
    "plain": (),
    "link": (link_target, escape),
    "image": (image_source, escape),
    "url-part": (url_part,),
    "address": (mail_address, escape),
    "phone": (phone_number,),
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A template ready to run; ``sample`` is its source with letters for its fields."""

    fields: frozenset[str]
    sample: str
    template: Template

    def pieces(self, values: Mapping[str, str]) -> list[str]:
        """Return source and values in turn: what stands at an odd index is a value.

        ``values`` hold every field; each comes shaped for its place.
        """
        return _pieces(self.template.render(values))


def compile_template(part: str, source: str, known: Sequence[str]) -> Compiled:
    """Return the template, checked; ``part`` names it in errors."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    fail = partial(TemplateError, part, source)
    stray = re.search("[\ufdd0-\ufdef]", source)
    if stray:
        raise fail(stray.start(), f"U+{ord(stray[0]):04X} is not a character")
    raw = list(lex(source, fail))
    tags = tags_of(raw, fail)
    names = parse_fields(raw, tags, source, known, fail)
    branches = Branches(tags)
    shadow = _shadow(source, tags)
    found: list[Place]
    try:
        if part.endswith("html"):
            tokens = tokenize(shadow)
            found = places(source, shadow, tokens, tags)
            ranges = removable(tokens, tags, len(source), branches)
        else:
            found = ["plain"] * sum(not tag.word for tag in tags)
            ranges = removable_lines(shadow, tags, branches)
    except Misplaced as misplaced:
        raise fail(misplaced.offset, str(misplaced)) from None
    final = _spliced(source, tags, found, ranges)
    sandbox = environment()
    for place, steps in _SHAPERS.items():
        sandbox.filters[_shaper(place)] = partial(_slot, steps)
    return Compiled(names, _sample(source, tags), sandbox.from_string(final))


def _shaper(place: Place) -> str:
    return "_" + place.replace("-", "_")


def _slot(steps: tuple[Callable[[str], str], ...], value: object) -> str:
    text = str(value)
    for step in steps:
        text = step(text)
    return f"{_VALUE}{text}{_VALUE_END}"


# --- rewriting


def _shadow(source: str, tags: Sequence[Tag]) -> str:
    """Return the source with every Jinja tag replaced by as many letters."""
    return edited_text(
        source, [(tag.start, tag.end, "x" * (tag.end - tag.start)) for tag in tags]
    )


def _sample(source: str, tags: Sequence[Tag]) -> str:
    """Return the source as mail may look: letters for fields, blanks for other tags."""
    edits = []
    for tag in tags:
        blank = re.sub(r"[^\n]", "x" if not tag.word else " ", source[tag.start : tag.end])
        edits.append((tag.start, tag.end, blank))
    return edited_text(source, edits)


def _spliced(
    source: str,
    tags: Sequence[Tag],
    found: Sequence[Place],
    ranges: Sequence[tuple[int, int]],
) -> str:
    """Return the source with each field shaped for its place and each line marked."""
    edits = _bare_lines(source, tags)
    places_left = iter(found)
    for tag in tags:
        if not tag.word:
            shaper = _shaper(next(places_left))
            edits.append((tag.start + 2, tag.start + 2, "("))
            edits.append((tag.end - 2, tag.end - 2, f")|{shaper}"))
    marks = [(end, 0, -start, _END) for start, end in ranges]
    marks += [(start, 1, -end, _BEGIN) for start, end in ranges]
    edits += [(at, at, mark) for at, _, _, mark in sorted(marks)]
    return edited_text(source, _ordered(edits))


def _ordered(edits: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Return the edits by offset; a mark that falls into a removed line moves behind it."""
    out: list[tuple[int, int, str]] = []
    removed = 0
    for start, end, new in sorted(edits, key=lambda edit: edit[0]):
        out.append((max(start, removed), max(end, removed), new))
        removed = max(removed, end)
    return out


def _bare_lines(source: str, tags: Sequence[Tag]) -> list[tuple[int, int, str]]:
    """Return edits that take the blanks and line end of lines with only ``{% %}`` tags."""
    mask = edited_text(
        source,
        [
            (tag.start, tag.end, (_BEGIN if tag.word else "x") * (tag.end - tag.start))
            for tag in tags
        ],
    )
    edits = []
    for line in _BARE_LINE.finditer(mask):
        for blanks in _BLANKS.finditer(mask, line.start(), line.end()):
            edits.append((blanks.start(), blanks.end(), ""))
    return edits


# --- running


def _pieces(text: str) -> list[str]:
    """Return source and values in turn, without the marked ranges that show nothing."""
    out: list[tuple[str, bool]] = []
    opened: list[tuple[int, bool]] = []
    full = is_value = False
    for piece in _MARKS.split(text):
        if piece == _BEGIN:
            opened.append((len(out), full))
            full = False
        elif piece == _END:
            start, before = opened.pop()
            if not full:
                del out[start:]
            full = full or before
        elif piece in (_VALUE, _VALUE_END):
            is_value = piece == _VALUE
        elif piece:
            out.append((piece, is_value))
            full = full or (is_value and bool(piece.strip()))
    return _in_turn(out)


def _in_turn(out: Sequence[tuple[str, bool]]) -> list[str]:
    turns: list[str] = [""]
    for piece, is_value in out:
        if is_value:
            turns += (piece, "")
        else:
            turns[-1] += piece
    return turns
