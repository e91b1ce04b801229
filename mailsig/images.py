"""Inline images: the related that holds them, and the Content-IDs they get.

RFC 2387 (multipart/related) and RFC 2392 (cid URLs). A Content-ID is worked out
from the message's header section and the image, so that it is the same in every
run, and another in every message that quotes this one.
"""

from __future__ import annotations

import binascii
from collections.abc import Sequence

from mailsig import fields
from mailsig.edits import Edit
from mailsig.entity import Entity
from mailsig.fields import FieldEdits
from mailsig.header import Field
from mailsig.result import FieldChange
from mailsig.signature import InlineImage

_LINE = 76  # RFC 2045 6.8


def content_ids(root: Entity, images: Sequence[InlineImage]) -> dict[str, str]:
    """Return the Content-ID (an addr-spec, without brackets) for each image's name."""
    import hashlib  # PERF (import)

    head = hashlib.sha256(root.raw[root.start : root.header_end])
    ids = {}
    for image in images:
        digest = head.copy()
        digest.update(image.media_type.encode("ascii") + b"\0" + image.data)
        ids[image.name] = f"{digest.hexdigest()[:32]}@mailsig.invalid"
    return ids


def attach(
    leaf: Entity,
    images: Sequence[InlineImage],
    ids: dict[str, str],
    newline: bytes,
    own: FieldEdits,
) -> tuple[FieldEdits, Edit]:
    """Return the edits that put the images beside the HTML part ``leaf``.

    Those of its header section, and the one that comes behind its body. The images go to
    the related that holds the part; else it alone is wrapped in a new one, and its Content-
    fields move inside with it. ``own`` are the edits of the part's own fields, which the
    result takes in.
    """
    parts = _parts(images, ids, newline)
    related = _related_above(leaf)
    if related is not None:
        delimiter = newline + b"--" + related.boundary + newline
        last = related.children[-1].end
        tail = b"".join(delimiter + part for part in parts)
        # QUIRK: two delimiters in a row, without a line end for the second one.
        tail += newline if leaf.raw.startswith(b"--", last) else b""
        return own, Edit(last, last, tail)
    boundary = _boundary(leaf, ids)
    delimiter = newline + b"--" + boundary + newline
    tail = b"".join(delimiter + part for part in parts) + newline + b"--" + boundary + b"--"
    if leaf.parent is None:
        tail += newline
    return _wrapper(leaf, boundary, newline, own), Edit(leaf.end, leaf.end, tail)


def tears_header(leaf: Entity) -> bool:
    """Whether a new related around the part would take fields of its header section in.

    That is what happens to those behind a line that is no field.
    """
    return leaf.torn and _related_above(leaf) is None


def _related_above(leaf: Entity) -> Entity | None:
    entity = leaf.parent
    while entity is not None and entity.media_type != "multipart/related":
        entity = entity.parent
    return entity


def _wrapper(leaf: Entity, boundary: bytes, newline: bytes, own: FieldEdits) -> FieldEdits:
    """Open a related around the part; its own field edits are done on the way in."""
    out = FieldEdits()
    root = leaf.parent is None
    value = f'multipart/related; type="text/html"; boundary="{boundary.decode("ascii")}"'
    added = [("Content-Type", value)]
    if root and leaf.field("mime-version") is None:
        added.insert(0, ("MIME-Version", "1.0"))
    head = b"".join(f"{name}: {text}".encode("ascii") + newline for name, text in added)
    opening = head + newline + b"--" + boundary + newline
    moved = [field for field in leaf.fields if field.name.startswith("content-")]
    if root:
        # A mailbox's count of the whole body: it is wrong now, and no part's.
        moved = [field for field in moved if field.name != "content-length"]
        fields.remove(leaf, {field.name for field in moved}, out)
        count = sum(entry.start < leaf.fields_end for entry in leaf.fields)
        for name, text in added:
            out.changes.append(FieldChange("added", name, count, text))
    else:
        out.edits += [Edit(field.start, field.end, b"") for field in moved]
    if len(moved) < len(leaf.fields):
        opening += _moved_lines(leaf, moved, newline, own)
        out.edits.append(Edit(leaf.fields_end, leaf.fields_end, opening))
        return out
    # Nothing of the header section stays outside: no octet of it has to move.
    at = moved[0].start
    return FieldEdits([Edit(at, at, opening), *own.edits], out.changes)


def _moved_lines(
    leaf: Entity, moved: Sequence[Field], newline: bytes, own: FieldEdits
) -> bytes:
    """Return the lines of the fields that move, as ``own`` changes them."""
    changed = {edit.start: edit.new for edit in own.edits if edit.start < leaf.fields_end}
    appended = b"".join(edit.new for edit in own.edits if edit.start == leaf.fields_end)
    lines = b"".join(
        changed.get(field.start, leaf.raw[field.start : field.end]) for field in moved
    )
    return (lines if lines.endswith(b"\n") else lines + newline) + appended


def _parts(
    images: Sequence[InlineImage], ids: dict[str, str], newline: bytes
) -> list[bytes]:
    parts = []
    written = set()
    for image in images:
        if ids[image.name] in written:
            continue
        written.add(ids[image.name])
        packed = binascii.b2a_base64(image.data, newline=False)
        lines = [packed[at : at + _LINE] for at in range(0, len(packed), _LINE)]
        head = (
            f'Content-Type: {image.media_type}; name="{image.name}"',
            "Content-Transfer-Encoding: base64",
            f"Content-ID: <{ids[image.name]}>",
            f'Content-Disposition: inline; filename="{image.name}"',
            "",
        )
        parts.append(newline.join([line.encode("ascii") for line in head] + lines))
    return parts


def _boundary(leaf: Entity, ids: dict[str, str]) -> bytes:
    """Return a boundary that occurs nowhere in the part."""
    import hashlib

    digest = hashlib.sha256("".join(ids.values()).encode("ascii")).hexdigest()
    number = 0
    while True:
        boundary = f"mailsig_{digest[:24]}_{number}".encode("ascii")
        if leaf.raw.find(boundary, leaf.start, leaf.end) < 0:
            return boundary
        number += 1
