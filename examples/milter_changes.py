"""What the mail server is told to change: single header fields, and the body as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from kilter.protocol import messages as milter

if TYPE_CHECKING:
    from mailsig import Edit, Result
    from mailsig.types import FieldChange

_CHUNK = 65_000  # octets of a body in one packet; the protocol allows 65,535


def body_changes(edits: Sequence[Edit], header: bytes, body: bytes) -> Iterator[Any]:
    """Yield the new body in packets, if an edit lies in it."""
    import mailsig

    start = len(header)
    moved = [
        mailsig.Edit(edit.start - start, edit.end - start, edit.new)
        for edit in edits
        if edit.start >= start
    ]
    if moved:
        view = memoryview(mailsig.apply_edits(body, moved))
        for offset in range(0, len(view) or 1, _CHUNK):  # one packet if nothing is left
            yield milter.ReplaceBody(bytes(view[offset : offset + _CHUNK]))


def field_changes(result: Result[bytes], fields: Sequence[tuple[str, bytes]]) -> list[Any]:
    """Return the changes of single fields.

    First those of fields that were there, the last one first, so that the indexes of the
    fields above stay those of the message as it came; then what is added at the end, and
    at the top.
    """
    places: dict[str, list[int]] = {}
    starts = {}
    offset = 0
    for place, (name, value) in enumerate(fields):
        # RFC 5322 4.5: blanks may stand before the colon.
        places.setdefault(name.rstrip().lower(), []).append(place)
        starts[place] = offset
        offset += len(name) + len(value) + value.count(b"\n") + 3  # colon, CRLF
    written = {edit.start: edit.new for edit in result.edits if edit.end > edit.start}
    top: list[FieldChange] = []
    end: list[FieldChange] = []
    inside: list[tuple[int, FieldChange]] = []
    for change in result.fields:
        if change.action == "added":
            (end if change.index else top).append(change)
        else:
            inside.append((places[change.name.lower()][change.index - 1], change))
    packets: list[Any] = []
    for place, change in sorted(inside, key=itemgetter(0), reverse=True):
        if change.action == "replaced":
            value = written[starts[place]].partition(b":")[2].removesuffix(b"\r\n")
            value = value.replace(b"\r\n", b"\n")
            packets.append(milter.ChangeHeader(change.index, change.name, value))
        else:
            packets.append(milter.ChangeHeader(change.index, change.name, b""))
        if change.action == "renamed":
            # Postfix counts its own Received field, which it does not show, as the first.
            value = fields[place][1]
            packets.append(milter.InsertHeader(place + 1, change.value, value))
    packets += [milter.AddHeader(one.name, b" " + one.value.encode()) for one in end]
    packets += [milter.InsertHeader(0, one.name, b" " + one.value.encode()) for one in top]
    return packets
