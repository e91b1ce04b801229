"""Changes to header sections: remove, rename, add at the top, relabel a part.

A field is always taken whole, with its folded lines; no other octet of a header
section changes. Each change is told twice: as an edit, and as a milter would say
it (name and index), the latter for the message's own header section only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from mailsig.edits import Edit
from mailsig.entity import Entity
from mailsig.header import PARAMETER, Field, field_value, split_head
from mailsig.result import FieldChange

# Behind a parameter's "=": comments, and a value without quotes.
_BARE_VALUE = re.compile(r"(?:\s*+\([^()]*+\))*+\s*+([^\s;(]++)")


@dataclass(slots=True)
class FieldEdits:
    """Edits of header sections, and what they mean for the message's own fields."""

    edits: list[Edit] = field(default_factory=list)
    changes: list[FieldChange] = field(default_factory=list)


def newline_of(raw: bytes) -> bytes:
    """Return the line end of the message's first line; CRLF where it has none."""
    first = raw.find(b"\n")
    return b"\n" if first == 0 or (first > 0 and raw[first - 1] != 13) else b"\r\n"


def newline_in_header(entity: Entity, default: bytes) -> bytes:
    """Return the line end in front of where a field can be added, if one is there."""
    line_end = entity.raw[max(entity.fields_end - 2, 0) : entity.fields_end]
    if not line_end.endswith(b"\n"):
        return default
    return line_end if line_end == b"\r\n" else b"\n"


def remove(
    root: Entity, names: AbstractSet[str], out: FieldEdits, taken: Collection[int] = ()
) -> None:
    """Remove every field of the message whose lower-case name is among ``names``.

    Those that start at an offset in ``taken`` are somebody else's to change.
    """
    for entry, index in root.named(names):
        _, start, end = entry
        if start in taken:
            continue
        out.edits.append(Edit(start, end, b""))
        out.changes.append(FieldChange("removed", _name(root, entry), index))


def rename(root: Entity, names: AbstractSet[str], prefix: str, out: FieldEdits) -> None:
    """Put ``prefix`` in front of the name of every field among ``names``."""
    for entry, index in root.named(names):
        name = _name(root, entry)
        out.edits.append(Edit(entry.start, entry.start, prefix.encode("ascii")))
        out.changes.append(FieldChange("renamed", name, index, prefix + name))


def add_at_top(root: Entity, name: str, value: str, out: FieldEdits) -> None:
    """Add a field in front of the first one (behind an mbox's own line)."""
    line = f"{name}: {value}".encode("ascii") + newline_of(root.raw)
    top = root.header.starts[0]
    out.edits.append(Edit(top, top, line))
    out.changes.append(FieldChange("added", name, 0, value))


def relabel(
    entity: Entity,
    charset: str,
    encoding: str,
    newline: bytes,
    out: FieldEdits,
    *,
    wrapped: bool = False,
) -> None:
    """Give a text part another charset or transfer encoding (empty: stays as it is).

    The parameters beside the charset stay octet for octet. Fields that a bare
    message lacks are added at the end of its header section (RFC 2045 4); a
    ``wrapped`` one is about to become a part, which needs no MIME-Version.
    """
    added: list[tuple[str, str]] = []
    content_type = entity.field("content-type")
    if entity.parent is None and not wrapped and entity.field("mime-version") is None:
        added.append(("MIME-Version", "1.0"))
    if charset and content_type is None:
        added.append(("Content-Type", f"{entity.media_type}; charset={charset}"))
    elif charset and content_type is not None:
        _replace(entity, content_type, _with_charset(entity, content_type, charset), out)
    if encoding:
        entry = entity.field("content-transfer-encoding")
        if entry is None:
            added.append(("Content-Transfer-Encoding", encoding))
        else:
            name = entity.raw[entry.start : entry.start + len(entry.name)]
            end = b"\n" if newline == b"\n" else b"\r\n"
            _replace(entity, entry, name + b": " + encoding.encode("ascii") + end, out)
            # Others of its name say what it said before, and some readers take the last.
            remove(entity, {entry.name}, out, {entry.start})
    _append(entity, added, newline, out)


def _append(
    entity: Entity, added: Iterable[tuple[str, str]], newline: bytes, out: FieldEdits
) -> None:
    lines = b"".join(f"{name}: {value}".encode("ascii") + newline for name, value in added)
    if not lines:
        return
    at = entity.fields_end
    out.edits.append(Edit(at, at, lines))
    if entity.parent is None:
        count = sum(start < at for start in entity.header.starts)
        for name, value in added:
            out.changes.append(FieldChange("added", name, count, value))
            count += 1


def _replace(entity: Entity, entry: Field, line: bytes, out: FieldEdits) -> None:
    out.edits.append(Edit(entry.start, entry.end, line))
    if entity.parent is None:
        value = field_value(line, Field(entry.name, 0, len(line)))
        out.changes.append(FieldChange("replaced", _name(entity, entry), 1, value))


def _with_charset(entity: Entity, entry: Field, charset: str) -> bytes:
    line = entity.raw[entry.start : entry.end].decode("latin-1")
    if "/" not in line:
        # QUIRK: "Content-Type: text". Nobody could read the charset behind it.
        end = "\r\n" if line.endswith("\r\n") else "\n"
        line = f"{line.partition(':')[0]}: {entity.media_type}{end}"
    pieces: list[str] = []
    position = 0
    body = line.index(":") + 1
    first = body + split_head(line[body:])[1]
    for found in PARAMETER.finditer(line, first):
        name, extended, _ = (found[1] or "").partition("*")
        if name.lower() != "charset" or (pieces and not extended):
            continue
        pieces.append(line[position : found.start()])
        position = found.start() + len(found[0].rstrip())
        if len(pieces) == 1:  # else one more piece of the same value (RFC 2231 3)
            start, position = _value_span(line, found)
            equals = line[found.end(1) : start]
            pieces += line[found.start() : found.start(1)], name, equals, charset
    if not pieces and (line.count('"') - line.count('\\"')) % 2:
        # What comes behind a quote that never ends is within it, to some readers.
        pieces, position = [line[:first], f"; charset={charset}"], first
    elif not pieces:
        at = len(line.rstrip("; \t\r\n\v\f"))
        pieces, position = [line[:at], f"; charset={charset}"], at
        line = line[:at] + (line[at:].lstrip("; \t") or "\n")
    return "".join([*pieces, line[position:]]).encode("latin-1")


def _value_span(line: str, found: re.Match[str]) -> tuple[int, int]:
    """Return where a parameter's value stands: with its quotes, or behind comments."""
    if found[2] is not None:
        return found.start(2) - 1, found.end(2) + 1
    equals = line.index("=", found.end(1)) + 1
    bare = _BARE_VALUE.match(line, equals)
    return bare.span(1) if bare else (equals, equals)


def _name(entity: Entity, entry: Field) -> str:
    name, start, _ = entry
    return entity.raw[start : start + len(name)].decode("ascii")
