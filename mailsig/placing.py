"""Where: for one rendering of the body, the edit that puts the signature there.

Marker, then reply boundary, then the end; one signature in each rendering, even
where it is split over a run of parts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mailsig import client_signature, marker, once, plain
from mailsig.charset import TextEdit
from mailsig.fragment import SENTINEL
from mailsig.html import place
from mailsig.html.regions import end_of_body
from mailsig.html.survey import MoreNeededError
from mailsig.html.tokens import END, START, Token, tokenize
from mailsig.marker import Found
from mailsig.options import Options
from mailsig.part import Part, Ranges
from mailsig.reply import Boundary
from mailsig.result import Skip, SkipReason
from mailsig.signature import Signature
from mailsig.writing import Form, form_of


@dataclass(slots=True)
class Placing:
    """Edits of one part's text; ``rule`` is empty where they only remove something."""

    part: Part
    edits: list[TextEdit]
    form: Form
    rule: str = ""
    confidence: str = "high"
    offset: int = 0
    note: str = ""
    replaces: bool = False


Spans = Sequence[Found]


def find_markers(authored: Sequence[Part], word: str) -> list[Spans]:
    """Return the markers in the author's text of each part that the author wrote."""
    return [
        marker.find_in_html(part.text, part.first_tokens, word, part.authored, part.page)
        if part.html
        else marker.find_in_text(part.text, word, part.authored)
        for part in authored
    ]


@lru_cache(maxsize=64)
def holds_marker(signature: Signature, word: str) -> bool:
    """Whether a signature brings a marker along, which the next run would replace."""
    text, html = signature.text, signature.html
    return bool(
        marker.find_in_text(text, word, ((0, len(text)),))
        or marker.find_in_html(html, tokenize(html), word, ((0, len(html)),))
    )


def authored_parts(parts: Sequence[Part]) -> Sequence[Part]:
    """Return the parts of a run that the author wrote: up to the one with the history."""
    for number, part in enumerate(parts):
        if part.boundary is not None:
            return parts[: number + 1]
    return parts


def own_zones(part: Part, signature: Signature, options: Options) -> Ranges:
    """Return the ranges in which a signature of ours counts as this message's own.

    That is what the author wrote; where a fixed placement puts it, even if that is
    outside of it; and where one stands that was taken for the history's beginning.
    """
    zones = part.authored
    if part.boundary is None:
        return zones
    at = part.boundary.end
    if part.html:
        tag = _OWN_TAG.match(part.text, at)
        taken = None if tag is None else tag.span()
    else:
        taken = once.lines_around(part.text, at, signature)
    if taken is not None:
        return (*zones, taken)
    if options.placement == "auto" and (not part.html or _above_history(part) is not None):
        return zones
    first = zones[-1][1] if zones and options.placement == "end" else 0
    return (*zones, *_fixed_zone(part, signature, options, first))


_OWN_TAG = re.compile(f"<[a-z][^<>]*{SENTINEL}", re.IGNORECASE | re.ASCII)


def place_behind(
    parts: Sequence[Part], signature: Signature, options: Options
) -> tuple[Part, Ranges] | None:
    """Return where ``placement="end"`` puts a signature behind the part with the history.

    None: that part, or one above it, is the last of the body.
    """
    last = _part_for(parts, options)
    if any(part is last for part in authored_parts(parts)):
        return None
    return last, _fixed_zone(last, signature, options)


def _fixed_zone(
    part: Part, signature: Signature, options: Options, first: int = 0
) -> Ranges:
    """Return where a fixed placement puts a signature in a part, from ``first`` on."""
    if part.html:
        return _own_block(part, options)
    size = len(part.text)
    width = 2 * len(signature.text) + 200
    if options.placement == "start":
        return ((0, min(width, size)),)
    return ((max(len(part.text.rstrip()) - width, first), size),)


def _own_block(part: Part, options: Options) -> Ranges:
    """Return the block with the sentinel that stands where a fixed placement puts it."""
    text = part.text
    at_start = options.placement == "start"
    find = place.place_at_start if at_start else place.place_at_end
    found = find(text, part.tokens)
    if found is None:
        return ()
    marked = [
        number
        for number, (kind, start, end, _) in enumerate(part.tokens)
        if kind == START and SENTINEL in text[start:end]
    ]
    for number in marked[:1] if at_start else marked[-1:]:
        start = part.tokens[number][1]
        end = _end_of_block(part.tokens, number)
        gap = text[found.offset : start] if at_start else text[end : found.offset]
        if (start >= found.offset) == at_start and not gap.strip():
            return ((start, end),)
    return ()


def _end_of_block(tokens: Sequence[Token], number: int) -> int:
    name = tokens[number][3]
    depth = 0
    for kind, _, end, other in tokens[number:]:
        if other == name and kind in (START, END):
            depth += 1 if kind == START else -1
            if depth == 0:
                return end
    return tokens[number][2]


def at_marker(
    parts: Sequence[Part],
    found: Sequence[Spans],
    signature: Signature | None,
    options: Options,
) -> list[Placing] | Skip:
    """Put the signature at the first marker of a run, and remove the others."""
    placings = []
    for part, spans in zip(parts, found, strict=False):
        if not spans:
            continue
        form = None if signature is None else form_of(part, signature)
        if signature is not None and form is None:
            return Skip(part.entity.path, SkipReason.UNENCODABLE_SIGNATURE)
        placed = _replaced(part, spans, form, signature, options)
        if part.html and form and all(form.text not in new for *_, new in placed.edits):
            return _no_place(part)
        placings.append(placed)
        signature = None
    return placings


def _replaced(
    part: Part,
    spans: Spans,
    form: Form | None,
    signature: Signature | None,
    options: Options,
) -> Placing:
    new = None if form is None else form.text
    if part.html:
        edits = marker.replacements(part.text, part.tokens, spans, new)
    else:
        if new is not None and signature is not None:
            at_end = not part.text[spans[0].end :].strip()
            start = spans[0].start
            delimiter = wants_delimiter(part.text, signature, options, start, at_end=at_end)
            layout = plain.Layout("\n", part.layout.flowed)
            new = plain.lines_of(new, delimiter, layout)
        edits = marker.replacements_in_text(
            part.text, spans, new, part.layout.newline, flowed=part.layout.flowed
        )
    if form is None:
        return Placing(part, edits, Form(""), replaces=True)
    return Placing(
        part, edits, form, "marker", "high", edits[0][0], form.note, replaces=True
    )


def in_default_place(
    parts: Sequence[Part], signature: Signature, options: Options
) -> Placing | Skip:
    """Put the signature where a person would: see the module."""
    part = _part_for(parts, options)
    form = form_of(part, signature)
    if form is None:
        return Skip(part.entity.path, SkipReason.UNENCODABLE_SIGNATURE)
    rule = "start" if options.placement == "start" else "end"
    confidence = "high"
    if options.placement == "auto" and part.boundary is not None:
        rule, confidence = part.boundary.rule, part.boundary.confidence
    placing = Placing(part, [], form, rule, confidence, 0, form.note)
    if options.client_signatures == "replace" and options.placement == "auto":
        gone = _client_signature(part)
        if gone is not None and _in_its_place(placing, gone, signature, options):
            return placing
    if part.html:
        return _in_html(placing, options)
    return _in_text(placing, signature, options)


def _part_for(parts: Sequence[Part], options: Options) -> Part:
    """Return the part of a run that takes the signature."""
    if len(parts) == 1 or options.placement == "start":
        return parts[0]
    if options.placement == "auto":
        for part in parts:
            if part.boundary is not None:
                return part
    for part in reversed(parts):
        if not part.blank:
            return part
    return parts[0]


def _above_history(part: Part) -> place.Place | None:
    """Return the place between the author's text and the history, None if none is legal."""
    if part.boundary is not None and not part.looked_above:
        part.above = _found_above(part, part.boundary)
        part.looked_above = True
    return part.above


def _found_above(part: Part, zone: Boundary) -> place.Place | None:
    tokens = part.first_tokens
    if not part.all_read and isinstance(tokens, list):
        try:
            return place.place_in(part.text, tokens, zone.start, zone.end, more=True)
        except MoreNeededError:
            pass
    return place.place_in(part.text, part.tokens, zone.start, zone.end)


def _at_end(part: Part) -> place.Place | None:
    """Return the place at the end of the body."""
    end = None if part.page is None else end_of_body(part.page)
    if end is not None:
        return place.Place(end, True)
    return place.place_at_end(part.text, part.tokens)


def _in_html(placing: Placing, options: Options) -> Placing | Skip:
    part = placing.part
    found, second_best = None, ""
    if options.placement == "start":
        found = place.place_at_start(part.text, part.tokens)
    elif options.placement == "auto" and part.boundary is not None:
        found = _above_history(part)
        if found is None:
            placing.rule, second_best = "end", "below"
    if found is None:
        found = _at_end(part)
    if found is None:
        return _no_place(part)
    # A byte order mark is nobody's text, and stays the first.
    at = max(found.offset, plain.start_of_text(part.body.text))
    placing.offset = at
    new = placing.form.text
    if found.note != "formatting":  # in which a browser would wrap a line end anew
        new = _ended(part, at, new)
    placing.edits = [(at, at, new)]
    second_best = found.note or second_best
    placing.note = placing.note or second_best
    if second_best in _SECOND_BEST:
        placing.confidence = "low"
    return placing


def _no_place(part: Part) -> Skip:
    return Skip(part.entity.path, SkipReason.NO_TEXT_BODY, "no place in the HTML")


# Notes that say: not where a person would put it.
_SECOND_BEST = ("above", "below", "document", "depth")


def _ended(part: Part, end: int, new: str) -> str:
    """Return what is written, with a line end if it comes last and one was there."""
    if end < len(part.text) or new.endswith("\n"):
        return new
    was = part.text.endswith("\n")
    if part.encoding == "quoted-printable":
        was = was or part.wire.endswith(b"\n")  # a soft line break at the very end
    return new + part.layout.newline if was else new


def _in_text(placing: Placing, signature: Signature, options: Options) -> Placing:
    part = placing.part
    text = part.text
    if options.placement == "start":
        at = plain.start_of_text(text)
    elif options.placement == "auto" and part.boundary is not None:
        at = plain.line_in(text, part.boundary.start, part.boundary.end)
        if not text[at:].strip():
            at = plain.end_of_text(text)
    else:
        at = plain.end_of_text(text)
    return _compose(placing, signature, options, at, at)


def _compose(
    placing: Placing, signature: Signature, options: Options, start: int, end: int
) -> Placing:
    part = placing.part
    at_end = not part.text[end:].strip()
    delimiter = wants_delimiter(part.text, signature, options, start, at_end=at_end)
    new = plain.compose(part.text, start, end, placing.form.text, delimiter, part.layout)
    placing.offset = start
    placing.edits = [(start, end, _ended(part, end, new))]
    return placing


def wants_delimiter(
    text: str, signature: Signature, options: Options, start: int, *, at_end: bool
) -> bool:
    """Whether the ``-- `` line comes first: a reader hides all that is below it."""
    if not at_end or not (options.text_delimiter or signature.own_delimiter):
        return False
    return not plain.has_delimiter_at_end(text, start)


def _client_signature(part: Part) -> tuple[int, int] | None:
    """Return where the author's mail program signed for itself, if it did."""
    end = len(part.text) if part.boundary is None else part.boundary.end
    if part.html:
        return client_signature.find_in_html(part.text, part.tokens, end)
    return client_signature.find_in_text(part.text, end)


def _in_its_place(
    placing: Placing, gone: tuple[int, int], signature: Signature, options: Options
) -> bool:
    """Put the signature where the mail program's own line was, if that keeps the rest."""
    part = placing.part
    start, end = gone
    if part.html:
        found = place.is_legal(part.text, part.tokens, start)
        if found is None or not found.keeps_tree:
            return False
        placing.edits = [(start, end, placing.form.text)]
        placing.offset = start
    else:
        _compose(placing, signature, options, start, end)
    placing.rule, placing.replaces = "client-signature", True
    return True
