"""Transfer encodings: read a label, decode a body, write a change back to the wire.

The rule: only what is inserted is encoded. Around it the octets of the wire stay,
in quoted-printable between soft line breaks, in base64 but for the one line that
is touched.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence

from .edits import Edit, apply_edits

IDENTITY = frozenset({"7bit", "8bit", "binary"})
LINE_OCTETS = 998  # RFC 5322 2.1.1, without the line end
_QP_LINE_OCTETS = 76  # RFC 2045 6.7
_BASE64_LINE_OCTETS = 76  # RFC 2045 6.8

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

# What ``binascii.a2b_qp`` takes for one unit, so that offsets agree with it.
_QP_UNIT = re.compile(rb"=\n|=\r[^\n]*\n?|==|=[0-9A-Fa-f]{2}|=|[^=]{1,1024}")
_QP_STEP = 512  # octets
_QP_SOFT_BREAK = re.compile(rb"=\r?\n")
_QP_ESCAPED = re.compile(rb"[^\t -<>-~]|[\t ]\Z")
_QP_ESCAPES = {bytes([octet]): b"=%02X" % octet for octet in range(256)}
# Room for a soft break, and for the escape that keeps "--" off a line's start.
_QP_CHUNK = re.compile(rb".{1,73}(?<!=)(?<!=.)", re.DOTALL)


def encoding_named(label: str | None) -> str | None:
    """Return the transfer encoding that a field body means, or None if it is unknown."""
    word = (label or "").split(";")[0].split("(")[0].strip(" \t\"'").lower()
    return _LABELS.get(word)


def decode(encoding: str, wire: bytes) -> bytes | None:
    """Return the decoded octets of a body, or None where they cannot be known."""
    if encoding == "quoted-printable":
        return binascii.a2b_qp(wire)
    if encoding == "base64":
        packed = wire.translate(None, b" \t\r\n")
        if b"=" not in packed[-2:]:
            # QUIRK: the padding of the last group is missing.
            packed += b"=" * (-len(packed) % 4)
        try:
            return binascii.a2b_base64(packed, strict_mode=True)
        except binascii.Error:
            return None
    return wire


def encode(encoding: str, octets: bytes, newline: bytes) -> bytes:
    """Return a whole body in the encoding, with ``newline`` for the line ends we add."""
    if encoding == "quoted-printable":
        return _quote(octets, newline)
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
        return _lower_quoted(wire, decoded, edits, newline)
    if encoding == "base64":
        return _lower_base64(wire, decoded, edits, newline)
    return list(edits)


def makes_long_line(wire: bytes, edits: Sequence[Edit]) -> bool:
    """Whether ordered edits of an unencoded body make a line longer than SMTP allows.

    A line that was too long before does not count.
    """
    line = end = -1
    shared: list[Edit] = []  # the edits of one line of the wire
    for edit in edits:
        if edit.start > end:
            if shared and _grows_too_long(wire, line, end, shared):
                return True
            shared = []
            line = wire.rfind(b"\n", 0, edit.start) + 1
        if edit.end > end:
            end = wire.find(b"\n", edit.end)
            end = len(wire) if end < 0 else end
        shared.append(edit)
    return bool(shared) and _grows_too_long(wire, line, end, shared)


def _grows_too_long(wire: bytes, line: int, end: int, edits: Sequence[Edit]) -> bool:
    before = wire[line:end]
    if len(before) + sum(len(edit.new) for edit in edits) <= LINE_OCTETS:
        return False
    if max(map(len, apply_edits(before, _moved(edits, line)).split(b"\n"))) <= LINE_OCTETS:
        return False
    return max(map(len, before.split(b"\n"))) <= LINE_OCTETS


# ---------------------------------------------------------------- quoted-printable


def _quote(octets: bytes, newline: bytes) -> bytes:
    """Return octets in quoted-printable; LF and CRLF are line ends and stay."""
    lines = []
    for line in octets.split(b"\n"):
        ending = b""
        if line.endswith(b"\r"):
            line, ending = line[:-1], b"\r"
        lines.append(_quote_line(line, newline) + ending)
    # Without its own line end, a CR at the very end is an octet like any other.
    if lines[-1].endswith(b"\r"):
        lines[-1] = lines[-1][:-1] + b"=0D"
    return b"\n".join(lines)


def _quote_line(line: bytes, newline: bytes) -> bytes:
    quoted = _QP_ESCAPED.sub(lambda match: _QP_ESCAPES[match[0]], line)
    if len(quoted) < _QP_LINE_OCTETS - 2:
        return _no_delimiter(quoted)
    chunks = [_no_delimiter(chunk) for chunk in _QP_CHUNK.findall(quoted)]
    return (b"=" + newline).join(chunks)


def _no_delimiter(line: bytes) -> bytes:
    """Escape what could be taken for a delimiter line (RFC 2046 5.1.1)."""
    return b"=2D" + line[1:] if line.startswith(b"--") else line


def _lower_quoted(
    wire: bytes, decoded: bytes, edits: Sequence[Edit], newline: bytes
) -> list[Edit]:
    joined = _joined(edits)
    ends = [at for edit in joined for at in (edit.start, edit.end)]
    at, passed = _line_before(wire, ends[0], len(decoded))
    offsets = _quoted_offsets(wire, ends, at, passed)
    lowered = [
        _quoted_edit(wire, next(offsets), next(offsets), edit.new, newline)
        for edit in joined
    ]
    if not _says(wire, decoded, lowered, edits, at, passed):
        # Malformed escapes around the place: write the whole body anew.
        return [Edit(0, len(wire), _quote(apply_edits(decoded, edits), newline))]
    return lowered


def _says(
    wire: bytes,
    decoded: bytes,
    lowered: Sequence[Edit],
    edits: Sequence[Edit],
    at: int,
    passed: int,
) -> bool:
    """Whether edits of the wire decode to those of the octets.

    ``at`` is the start of a line in front of them all, with so many octets decoded.
    PERF (newsletter 100 KB): only the lines that are touched are decoded again.
    """
    end = wire.find(b"\n", max(at, lowered[-1].end)) + 1 or len(wire)
    lines = wire[at:end]
    octets = decoded[passed : passed + len(binascii.a2b_qp(lines))]
    try:
        out = apply_edits(lines, _moved(lowered, at))
        return binascii.a2b_qp(out) == apply_edits(octets, _moved(edits, passed))
    except ValueError:
        return False


def _moved(edits: Sequence[Edit], by: int) -> list[Edit]:
    return [Edit(edit.start - by, edit.end - by, edit.new) for edit in edits]


def _joined(edits: Sequence[Edit]) -> list[Edit]:
    """Return the edits with those that touch made one, which may need a soft break."""
    joined: list[Edit] = []
    for edit in edits:
        if joined and joined[-1].end == edit.start:
            last = joined.pop()
            edit = Edit(last.start, edit.end, last.new + edit.new)
        joined.append(edit)
    return joined


def _line_before(wire: bytes, offset: int, size: int) -> tuple[int, int]:
    """Return the start of a line in front of an offset, and the octets decoded there.

    It is looked for from whichever end of the ``size`` decoded octets is nearer.
    """
    if 2 * offset <= size:
        return _whole_lines(wire, 0, 0, offset)
    step = _QP_STEP
    while step < len(wire):
        at = wire.rfind(b"\n", 0, len(wire) - step) + 1
        passed = size - len(binascii.a2b_qp(wire[at:]))
        if passed <= offset:
            return at, passed
        step *= 4
    return 0, 0


def _quoted_offsets(
    wire: bytes, offsets: Sequence[int], at: int, passed: int
) -> Iterator[int]:
    """Yield the offsets in ``wire`` at which so many decoded octets have passed.

    ``offsets`` are in order, and each is looked for from the one before it, the first
    from ``at``.
    """
    for offset in offsets:
        if offset > passed:
            at, passed = _whole_lines(wire, at, passed, offset)
            at, passed = _units(wire, at, passed, offset)
        soft = _QP_SOFT_BREAK.match(wire, at)
        yield soft.end() if soft else at


def _whole_lines(wire: bytes, at: int, passed: int, offset: int) -> tuple[int, int]:
    """Pass over whole lines, in ever larger steps and then ever smaller ones.

    Returns how far that went, and the decoded octets in front of there.
    """
    step = _QP_STEP
    while step >= _QP_STEP:
        end = wire.rfind(b"\n", at, at + step) + 1
        if end <= at:
            break
        size = len(binascii.a2b_qp(wire[at:end]))
        if passed + size <= offset:
            at, passed = end, passed + size
            step *= 2
        else:
            step //= 2
    return at, passed


def _units(wire: bytes, at: int, passed: int, offset: int) -> tuple[int, int]:
    """Pass over single octets and escapes."""
    while passed < offset:
        match = _QP_UNIT.match(wire, at)
        if match is None:
            break
        unit = match[0]
        if unit[:1] != b"=":
            taken = min(len(unit), offset - passed)
            passed += taken
            at += taken
        else:
            passed += len(binascii.a2b_qp(unit + b"." if unit == b"=" else unit))
            passed -= unit == b"="
            at = match.end()
    return at, passed


def _quoted_edit(wire: bytes, start: int, end: int, new: bytes, newline: bytes) -> Edit:
    soft = b"=" + newline
    # What is longer than any line may be is no quoted-printable: it isn't looked through.
    line = wire.rfind(b"\n", max(0, start - LINE_OCTETS), start) + 1
    line = line or max(0, start - LINE_OCTETS)
    if not new:
        # What stood on two lines must not become one that is too long.
        joins = line < start and b"\n" in wire[start:end]
        return Edit(start, end, soft if joins else b"")
    quoted = _quote(new, newline)
    if line < start:
        if start - line >= _QP_LINE_OCTETS:
            # No room for our soft break: break the author's line a little earlier.
            cut = _QP_CHUNK.match(wire, line, start)
            cut_at = cut.end() if cut else line
            quoted = soft + wire[cut_at:start] + soft + quoted
            start = cut_at
        else:
            quoted = soft + quoted
    if end < len(wire) and not new.endswith(b"\n"):
        quoted += soft
    return Edit(start, end, quoted)


# ---------------------------------------------------------------- base64


def _base64(octets: bytes, newline: bytes) -> bytes:
    packed = binascii.b2a_base64(octets, newline=False)
    size = _BASE64_LINE_OCTETS
    lines = [packed[at : at + size] for at in range(0, len(packed), size)]
    return newline.join(lines)


def _lower_base64(
    wire: bytes, decoded: bytes, edits: Sequence[Edit], newline: bytes
) -> list[Edit]:
    first, last = edits[0].start, edits[-1].end
    merged = apply_edits(
        decoded[first:last], [Edit(e.start - first, e.end - first, e.new) for e in edits]
    )
    span = _base64_lines(wire, first, last)
    if span is None:
        body = wire.rstrip(b" \t\r\n")
        text = decoded[:first] + merged + decoded[last:]
        return [Edit(0, len(body), _base64(text, newline))]
    start, from_octet, end, to_octet = span
    if to_octet < len(decoded) and (len(merged) - (last - first)) % 3:
        # The groups behind the edit shift: everything from here is written anew.
        end, to_octet = len(wire.rstrip(b" \t\r\n")), len(decoded)
    text = decoded[from_octet:first] + merged + decoded[last:to_octet]
    return [Edit(start, end, _base64(text, newline))]


def _base64_lines(wire: bytes, first: int, last: int) -> tuple[int, int, int, int] | None:
    """Return the lines that hold the octets ``first`` .. ``last``.

    As (offset of their start, decoded octets before it, offset of their end,
    decoded octets before that); None where the lines are not all of one length.
    """
    width = wire.find(b"\n")
    if width < 0:
        return (0, 0, len(wire.rstrip(b" \t\r\n")), _ALL) if wire else None
    ending = 2 if wire[width - 1 : width] == b"\r" else 1
    step, chars = width + 1, width + 1 - ending
    packed_end = len(wire.rstrip(b" \t\r\n="))
    full = packed_end // step  # whole lines in front of the last one
    if chars < 4 or chars % 4 or wire.count(b"\n", 0, full * step) != full:
        return None
    if wire[width : full * step : step].count(b"\n") != full or b" " in wire[:width]:
        return None
    octets = chars // 4 * 3
    row = min(first // octets, full)
    last_row = min(max(last - 1, first) // octets, full)
    if last_row >= full:
        return row * step, row * octets, len(wire.rstrip(b" \t\r\n")), _ALL
    end = last_row * step + chars
    return row * step, row * octets, end, (last_row + 1) * octets


_ALL = 1 << 62
