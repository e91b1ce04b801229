"""Transfer encodings: read a label, decode a body, write a change back to the wire.

The rule: only what is inserted is encoded. Around it the octets of the wire stay,
in quoted-printable between soft line breaks, in base64 but for the one line that
is touched.
"""

from __future__ import annotations

import binascii
from collections.abc import Sequence

from mailsig import quoted_printable
from mailsig.edits import Edit, spliced
from mailsig.header import split_head
from mailsig.quoted_printable import LINE_OCTETS

IDENTITY = frozenset({"7bit", "8bit", "binary"})
_BASE64_LINE_OCTETS = 76  # RFC 2045 6.8
_BLANKS = b" \t\r\n"
_TAIL = 1_000  # octets

# QUIRK: labels seen in real mail for the encodings of RFC 2045 6.1.
_LABELS = {
    "": "7bit",
    "7bit": "7bit",
    "7-bit": "7bit",
    "7bits": "7bit",
    "7-bits": "7bit",
    "8bit": "8bit",
    "8-bit": "8bit",
    "8bits": "8bit",
    "8-bits": "8bit",
    "8bitmime": "8bit",
    "binary": "binary",
    "quoted-printable": "quoted-printable",
    "quotedprintable": "quoted-printable",
    "quoted_printable": "quoted-printable",
    "base64": "base64",
    "base-64": "base64",
}


def encoding_named(label: str | None) -> str | None:
    """Return the transfer encoding that a field body means, or None if it is unknown."""
    known = _LABELS.get(label or "")
    if known is not None or label is None:
        return known
    return _LABELS.get(split_head(label)[0].strip(" \t\"'") or label)


def decode(encoding: str, wire: bytes) -> bytes | None:
    """Return the decoded octets of a body, or None where they cannot be known."""
    if encoding == "quoted-printable":
        return binascii.a2b_qp(wire)
    if encoding == "base64":
        return _decode_base64(wire)
    return wire


def encode(encoding: str, octets: bytes, newline: bytes) -> bytes:
    """Return a whole body in the encoding, with ``newline`` for the line ends we add."""
    if encoding == "quoted-printable":
        return quoted_printable.quote(octets, newline)
    if encoding == "base64":
        return _base64(octets, newline)
    return octets


def lower(
    encoding: str, wire: bytes, decoded: bytes, edits: Sequence[Edit], newline: bytes
) -> list[Edit]:
    """Return edits of ``wire`` that decode to ``edits`` of ``decoded``.

    ``edits`` are ordered and do not overlap. Offsets of the result count from the
    start of ``wire``.
    """
    if encoding == "quoted-printable":
        return quoted_printable.lower(wire, decoded, edits, newline)
    if encoding == "base64":
        return _lower_base64(wire, decoded, edits, newline)
    return list(edits)


def makes_long_line(wire: bytes, edits: Sequence[Edit]) -> bool:
    """Whether ordered edits of an unencoded body make a line longer than SMTP allows.

    A line that was too long before does not count.
    """
    line = end = -1
    added = 0
    shared: list[Edit] = []  # the edits of one line of the wire
    for edit in edits:
        start, stop, new = edit
        if start > end:
            if shared and _grows_too_long(wire, line, end, shared, added):
                return True
            shared, added = [], 0
            line = wire.rfind(b"\n", 0, start) + 1
        if stop > end:
            end = wire.find(b"\n", stop)
            end = len(wire) if end < 0 else end
        shared.append(edit)
        added += len(new)
    return _grows_too_long(wire, line, end, shared, added)


def _grows_too_long(
    wire: bytes, line: int, end: int, edits: Sequence[Edit], added: int
) -> bool:
    if end - line + added <= LINE_OCTETS:
        return False
    before = wire[line:end]
    if max(map(len, spliced(before, edits, line).split(b"\n"))) <= LINE_OCTETS:
        return False
    return max(map(len, before.split(b"\n"))) <= LINE_OCTETS


# ---------------------------------------------------------------- base64


def _base64(octets: bytes, newline: bytes) -> bytes:
    packed = binascii.b2a_base64(octets, newline=False)
    size = _BASE64_LINE_OCTETS
    lines = [packed[at : at + size] for at in range(0, len(packed), size)]
    return newline.join(lines)


def _decode_base64(wire: bytes) -> bytes | None:
    octets = _decode_rows(wire)
    if octets is not None:
        return octets
    packed = wire.translate(None, _BLANKS)
    if b"=" not in packed[-2:]:
        # QUIRK: the padding of the last group is missing.
        packed += b"=" * (-len(packed) % 4)
    try:
        return binascii.a2b_base64(packed, strict_mode=True)
    except binascii.Error:
        return None


def _decode_rows(wire: bytes) -> bytes | None:
    """Return the octets of a body in lines of one length, padded; None if it is another.

    PERF (base64 HTML 200 KB): the blanks needn't be taken out first. Whatever is no
    base64 is passed over, and would leave fewer octets than there are letters for.
    """
    rows = _rows(wire)
    if rows is None:
        return None
    step, chars, full = rows
    last = wire[full * step :].translate(None, _BLANKS)
    letters = full * chars + len(last.rstrip(b"="))
    groups, more = divmod(full * chars + len(last), 4)
    if more or 4 * groups - letters > 2:
        return None
    try:
        octets = binascii.a2b_base64(wire)
    except binascii.Error:
        return None
    return octets if len(octets) == letters * 3 // 4 else None


def _lower_base64(
    wire: bytes, decoded: bytes, edits: Sequence[Edit], newline: bytes
) -> list[Edit]:
    first, last = edits[0].start, edits[-1].end
    merged = spliced(decoded[first:last], edits, first)
    body_end = _end(wire, _BLANKS)
    span = _base64_lines(wire, first, last, len(decoded))
    if span is None:
        text = decoded[:first] + merged + decoded[last:]
        return [Edit(0, body_end, _base64(text, newline))]
    start, from_octet, end, to_octet = span
    if to_octet < len(decoded) and (len(merged) - (last - first)) % 3:
        # The groups behind the edit shift: everything from here is written anew.
        to_octet = len(decoded)
    if to_octet == len(decoded):
        end = body_end
    text = decoded[from_octet:first] + merged + decoded[last:to_octet]
    return [Edit(start, end, _base64(text, newline))]


def _base64_lines(
    wire: bytes, first: int, last: int, size: int
) -> tuple[int, int, int, int] | None:
    """Return the lines that hold the octets ``first`` .. ``last`` of ``size``.

    As (offset of their start, decoded octets before it, offset of their end,
    decoded octets before that); None where the lines are not all of one length.
    """
    rows = _rows(wire)
    if rows is None:
        return None
    step, chars, full = rows
    letters = len(wire[full * step :].translate(None, _BLANKS).rstrip(b"="))
    if full * chars + letters != (4 * size + 2) // 3:
        return None
    octets = chars // 4 * 3
    row = min(first // octets, full)
    last_row = min(max(last - 1, first) // octets, full)
    if last_row == full:
        return row * step, row * octets, len(wire), size
    return row * step, row * octets, last_row * step + chars, (last_row + 1) * octets


def _rows(wire: bytes) -> tuple[int, int, int] | None:
    """Return what a line takes with and without its end, and how many come before the last.

    None where lines don't end at equal distances. Nothing is said about what is in them.
    PERF (base64 HTML 200 KB): only the ends are looked at.
    """
    width = wire.find(b"\n")
    ending = 2 if wire[width - 1 : width] == b"\r" else 1
    step, chars = width + 1, width + 1 - ending
    if chars < 4 or chars % 4:
        return None
    full = _end(wire, _BLANKS + b"=") // step
    if wire[width : full * step : step].count(b"\n") != full:
        return None
    if ending == 2 and wire[width - 1 : full * step : step].count(b"\r") != full:
        return None
    return step, chars, full


def _end(wire: bytes, blanks: bytes) -> int:
    """Return where the octets among ``blanks`` at the end of a body begin."""
    tail = wire[-_TAIL:]
    kept = len(tail.rstrip(blanks))
    return len(wire) - len(tail) + kept if kept else len(wire.rstrip(blanks))
