"""Quoted-printable (RFC 2045 6.7): write a body, and a change of one back to the wire.

Only what is inserted is encoded; the octets of the wire around it stay, between soft
line breaks.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from mailsig.edits import Edit, spliced

LINE_OCTETS = 998  # RFC 5322 2.1.1, without the line end
_QUOTED_OCTETS = 76  # RFC 2045 6.7

# What ``binascii.a2b_qp`` takes for one unit, so that offsets agree with it.
_UNIT = re.compile(rb"=\n|=\r[^\n]*\n?|==|=[0-9A-Fa-f]{2}|=|[^=]{1,1024}")
_STEP = 512  # octets
_SOFT_BREAK = re.compile(rb"=\r?\n")
_ESCAPED = re.compile(rb"[^\t\n\r -<>-~]|[\t ](?=\r?(?:\n|\Z))|\r(?!\n)")
_ESCAPES = {bytes([octet]): b"=%02X" % octet for octet in range(256)}
# Room for a soft break, and for the escape that keeps "--" off a line's start.
_CHUNK = re.compile(rb".{1,73}(?<!=)(?<!=.)", re.DOTALL)


def quote(octets: bytes, newline: bytes) -> bytes:
    """Return octets in quoted-printable; LF and CRLF are line ends and stay.

    ``newline`` ends the lines that are broken.
    """
    lines = _ESCAPED.sub(lambda match: _ESCAPES[match[0]], octets).split(b"\n")
    return b"\n".join([_broken(line, newline) for line in lines])


# PERF (reply 30 KB): a signature is the same in each message. A body is never kept.
_quoted_signature = lru_cache(maxsize=64)(quote)


def _broken(line: bytes, newline: bytes) -> bytes:
    if len(line) < _QUOTED_OCTETS - 2:
        return _no_delimiter(line)
    ending = b"\r" if line.endswith(b"\r") else b""
    if len(line) - len(ending) < _QUOTED_OCTETS - 2:
        return _no_delimiter(line)
    chunks = _CHUNK.findall(line, 0, len(line) - len(ending))
    return (b"=" + newline).join(map(_no_delimiter, chunks)) + ending


def _no_delimiter(line: bytes) -> bytes:
    """Escape what could be taken for a delimiter line (RFC 2046 5.1.1)."""
    return b"=2D" + line[1:] if line.startswith(b"--") else line


def lower(wire: bytes, decoded: bytes, edits: Sequence[Edit], newline: bytes) -> list[Edit]:
    """Return edits of ``wire`` that decode to ordered edits of ``decoded``."""
    joined = _joined(edits)
    ends = [at for edit in joined for at in (edit.start, edit.end)]
    at, passed = _line_before(wire, ends[0], len(decoded))
    offsets = _offsets(wire, ends, at, passed)
    lowered = [
        _edit(wire, next(offsets), next(offsets), edit.new, newline) for edit in joined
    ]
    if not _says(wire, decoded, lowered, edits, at, passed):
        # Malformed escapes around the place: write the whole body anew.
        return [Edit(0, len(wire), quote(spliced(decoded, edits), newline))]
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
        out = spliced(lines, lowered, at)
        return binascii.a2b_qp(out) == spliced(octets, edits, passed)
    except ValueError:
        return False


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
    step = _STEP
    while step < len(wire):
        at = wire.rfind(b"\n", 0, len(wire) - step) + 1
        passed = size - len(binascii.a2b_qp(wire[at:]))
        if passed <= offset:
            return at, passed
        step *= 4
    return 0, 0


def _offsets(wire: bytes, offsets: Sequence[int], at: int, passed: int) -> Iterator[int]:
    """Yield the offsets in ``wire`` at which so many decoded octets have passed.

    ``offsets`` are in order, and each is looked for from the one before it, the first
    from ``at``.
    """
    for offset in offsets:
        if offset > passed:
            at, passed = _whole_lines(wire, at, passed, offset)
            at, passed = _units(wire, at, passed, offset)
        soft = _SOFT_BREAK.match(wire, at)
        yield soft.end() if soft else at


def _whole_lines(wire: bytes, at: int, passed: int, offset: int) -> tuple[int, int]:
    """Pass over whole lines: a line is decoded to no more octets than it has.

    Returns how far that went, and the decoded octets in front of there.
    """
    while True:
        step = max(offset - passed, _QUOTED_OCTETS)
        end = wire.rfind(b"\n", at, at + step) + 1
        size = len(binascii.a2b_qp(wire[at:end]))
        if end <= at or passed + size > offset:
            return at, passed
        at, passed = end, passed + size


def _units(wire: bytes, at: int, passed: int, offset: int) -> tuple[int, int]:
    """Pass over single octets and escapes."""
    while passed < offset:
        match = _UNIT.match(wire, at)
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


def _edit(wire: bytes, start: int, end: int, new: bytes, newline: bytes) -> Edit:
    soft = b"=" + newline
    # What is longer than any line may be is no quoted-printable: it isn't looked through.
    line = wire.rfind(b"\n", max(0, start - LINE_OCTETS), start) + 1
    line = line or max(0, start - LINE_OCTETS)
    if not new:
        # What stood on two lines must not become one that is too long.
        joins = line < start and b"\n" in wire[start:end]
        return Edit(start, end, soft if joins else b"")
    # What takes the place of octets may hold the author's text.
    quoted = (quote if start < end else _quoted_signature)(new, newline)
    if line < start:
        if start - line >= _QUOTED_OCTETS:
            # No room for our soft break: break the author's line a little earlier.
            cut = _CHUNK.match(wire, line, start)
            cut_at = cut.end() if cut else line
            quoted = soft + wire[cut_at:start] + soft + quoted
            start = cut_at
        else:
            quoted = soft + quoted
    if end < len(wire) and not new.endswith(b"\n"):
        quoted += soft
    return Edit(start, end, quoted)
