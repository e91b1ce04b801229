"""What changes: a short list of edits, and the one function that applies them.

Knows nothing about mail. Offsets always count octets of the input, never of
the output, so a list of edits can be read, logged, checked and undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

from mailsig.errors import MailsigError, OverlappingEditsError

Octets = bytes | bytearray | memoryview
_SHOWN = 100  # octets of an edit, when it is printed


class Edit(NamedTuple):
    """Replace the octets ``start`` up to ``end`` of the input by ``new``.

    ``start == end`` inserts; an empty ``new`` deletes. Offsets are in octets.
    """

    start: int
    end: int
    new: bytes

    def __repr__(self) -> str:
        """Say all but the most of a long ``new``, as that of a picture."""
        new = repr(self.new[:_SHOWN]) + ("…" if len(self.new) > _SHOWN else "")
        return f"Edit(start={self.start}, end={self.end}, new={new})"


def apply_edits(raw: Octets, edits: Iterable[Edit]) -> bytes:
    """Return ``raw`` with every edit applied.

    Args:
        raw: The message as it arrived, any line ends.
        edits: In any order. Insertions at one offset keep the order given.

    Returns:
        New ``bytes``; ``raw`` itself (the same object) where it is ``bytes``
        and there is no edit.

    Raises:
        OverlappingEditsError: Two edits claim the same octet.
        MailsigError: An edit reaches outside of ``raw``, or ends before it starts; an
            argument is of another type.
    """
    if not isinstance(raw, (bytes, bytearray, memoryview)):
        raise MailsigError(
            f"raw must be bytes, bytearray or memoryview, got {type(raw).__name__}"
        )
    if isinstance(raw, memoryview):
        # Its items needn't be octets, nor stand next to each other.
        raw = raw.cast("B") if raw.c_contiguous else raw.tobytes()
    ordered = ordered_edits(_checked(edits), len(raw))
    if not ordered:
        return raw if isinstance(raw, bytes) else bytes(raw)
    return b"".join(pieces(raw, ordered))


def _checked(edits: object) -> list[Edit]:
    if not isinstance(edits, Iterable):
        raise MailsigError(f"edits must hold Edit, got {type(edits).__name__}")
    checked = []
    for edit in edits:
        if not isinstance(edit, Edit):
            raise MailsigError(f"edits must hold only Edit, got {type(edit).__name__}")
        kinds = type(edit.start), type(edit.end), type(edit.new)
        if kinds != (int, int, bytes):
            raise MailsigError(f"edits must have int offsets and bytes, got {edit!r}")
        checked.append(edit)
    return checked


def ordered_edits(edits: Iterable[Edit], size: int) -> tuple[Edit, ...]:
    """Return the edits sorted by offset, checked against an input of ``size`` octets."""
    ordered = tuple(edits)
    if _is_ordered(ordered, size):
        return ordered
    last: Edit | None = None
    for edit in (ordered := tuple(sorted(ordered, key=itemgetter(0, 1)))):
        if not 0 <= edit.start <= edit.end <= size:
            raise MailsigError(
                f"an edit must lie within 0..{size}, got {edit.start}..{edit.end}"
            )
        if last is not None and edit.start < last.end:
            raise OverlappingEditsError((last.start, last.end), (edit.start, edit.end))
        last = edit
    return ordered


def _is_ordered(edits: Sequence[Edit], size: int) -> bool:
    position = 0
    for start, end, _ in edits:
        if not position <= start <= end:
            return False
        position = end
    return position <= size


def pieces(raw: Octets, ordered: Sequence[Edit]) -> list[bytes | memoryview]:
    """Return the output in order: views into ``raw``, and what the edits bring."""
    view = memoryview(raw)
    found: list[bytes | memoryview] = []
    position = 0
    for start, end, new in ordered:
        if start > position:
            found.append(view[position:start])
        if new:
            found.append(new)
        position = end
    if position < len(view):
        found.append(view[position:])
    return found


def inverse_edits(raw: Octets, ordered: Sequence[Edit]) -> tuple[Edit, ...]:
    """Return the edits that turn the output of ``ordered`` back into ``raw``."""
    view = memoryview(raw)
    shift = 0
    inverse = []
    for edit in ordered:
        start = edit.start + shift
        inverse.append(
            Edit(start, start + len(edit.new), bytes(view[edit.start : edit.end]))
        )
        shift += len(edit.new) - (edit.end - edit.start)
    return tuple(inverse)


def spliced(raw: bytes, ordered: Sequence[Edit], by: int = 0) -> bytes:
    """Return ``raw``, which begins at the offset ``by``, with ordered edits applied.

    Raises:
        MailsigError: Edits overlap.
    """
    parts: list[bytes] = []
    position = 0
    for edit in ordered:
        start = edit.start - by
        if start < position:
            raise MailsigError("edits overlap")
        parts += raw[position:start], edit.new
        position = edit.end - by
    parts.append(raw[position:])
    return b"".join(parts)


def trimmed(raw: bytes, edit: Edit) -> Edit:
    """Return the edit without the octets at both its ends that stay what they are."""
    old, new = raw[edit.start : edit.end], edit.new
    if not old or not new:
        return edit
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    return Edit(edit.start + head, edit.end - tail, new[head : len(new) - tail])


def _common(one: bytes, other: bytes) -> int:
    """Return how many octets at the start are the same."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low
