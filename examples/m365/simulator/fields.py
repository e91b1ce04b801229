"""Header fields as octets: read, add on top, rename, remove; nothing else is touched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

# One field with its continuation lines (RFC 5322 2.2.3).
_FIELD = re.compile(
    rb"([!-9;-~]+)[ \t]*:((?:[^\r\n]|\r(?!\n))*+(?:\r?\n[ \t][^\n]*+)*+\r?\n?)"
)
_LINE = re.compile(rb"[^\n]*\n?")


def split(raw: bytes) -> tuple[list[bytes], bytes]:
    """Return the header section's fields, whole and folded, and all that follows."""
    pieces: list[bytes] = []
    position = 0
    while position < len(raw):
        found = _FIELD.match(raw, position)
        if found is None:
            line = _LINE.match(raw, position)
            assert line is not None
            if line.group().strip(b"\r\n") == b"":
                break
            pieces.append(line.group())  # a line that is no field: kept as it is
            position = line.end()
        else:
            pieces.append(found.group())
            position = found.end()
    return pieces, raw[position:]


def name(piece: bytes) -> str:
    """Return a field's name in lower case; ``""`` for a line that is no field."""
    found = _FIELD.match(piece)
    return found.group(1).decode("ascii").lower() if found else ""


def values(raw: bytes, wanted: str) -> list[str]:
    """Return the unfolded bodies of all fields of one name, top first."""
    pieces, _ = split(raw)
    return [_body(piece) for piece in pieces if name(piece) == wanted.lower()]


def _body(piece: bytes) -> str:
    body = piece.partition(b":")[2].decode("utf-8", "replace")
    return re.sub(r"\r?\n(?=[ \t])", "", body).strip()


def prepend(raw: bytes, fields: Iterable[tuple[str, str]]) -> bytes:
    """Put fields on top, in the order given, with CRLF."""
    return b"".join(f"{key}: {value}\r\n".encode() for key, value in fields) + raw


def rename(raw: bytes, new_name: Callable[[str], str | None]) -> bytes:
    """Rename fields: ``new_name`` maps a lower-case name to a new one, "" removes."""
    pieces, rest = split(raw)
    out = []
    for piece in pieces:
        new = new_name(name(piece))
        if new is None:
            out.append(piece)
        elif new:
            out.append(new.encode("ascii") + b":" + piece.partition(b":")[2])
    return b"".join(out) + rest


def remove(raw: bytes, names: Iterable[str]) -> bytes:
    """Remove every field of these names."""
    gone = {item.lower() for item in names}
    return rename(raw, lambda key: "" if key in gone else None)
