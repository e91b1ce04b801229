"""Which parts: from the root to the text parts that a reader shows as the body.

Nothing that is closed (``guard``) is entered. The walk is written as generators
that ask for their children, so that depth costs memory and never the stack.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from mailsig import guard
from mailsig.entity import TEXT_TYPES, Entity
from mailsig.result import Skip, SkipReason


@dataclass(slots=True)
class Slot:
    """One rendering of the body: a text part, or the run of parts that make it up."""

    media_type: str
    segments: list[Entity]


@dataclass(slots=True)
class Bodies:
    """What the walk found.

    ``blocked`` is the reason of integrity that ended it; ``policy`` are reasons that
    an option or a marker may override; ``passed`` are parts that were passed over.
    """

    slots: list[Slot] = field(default_factory=list)
    blocked: Skip | None = None
    policy: list[Skip] = field(default_factory=list)
    passed: list[Skip] = field(default_factory=list)
    text_seen: bool = False


class _BlockedError(Exception):
    def __init__(self, entity: Entity, reason: SkipReason, detail: str) -> None:
        self.skip = Skip(entity.path, reason, detail)


_Visit = Generator[Entity, list[Slot], list[Slot]]


def choose(root: Entity) -> Bodies:
    """Return the body parts of a message, each alternative once."""
    bodies = Bodies()
    try:
        found = _visited(root, bodies)
        bodies.slots = found if isinstance(found, list) else _walked(found, bodies)
    except _BlockedError as error:
        bodies.blocked = error.skip
    return bodies


def _walked(visit: _Visit, bodies: Bodies) -> list[Slot]:
    visits = [visit]
    slots: list[Slot] | None = None
    while visits:
        try:
            found = _visited(visits[-1].send(slots), bodies)  # type: ignore[arg-type]
        except StopIteration as stop:
            visits.pop()
            found = stop.value
        if isinstance(found, list):
            slots = found
        else:
            visits.append(found)
            slots = None
    return slots or []


def _visited(entity: Entity, bodies: Bodies) -> list[Slot] | _Visit:
    """Return what an entity holds, or the visit that asks for its children first."""
    _refuse_closed(entity)
    while entity.media_type == "multipart/related":
        entity = _root_of(entity)
        _refuse_closed(entity)
    media_type = entity.media_type
    if media_type in TEXT_TYPES:
        return _text(entity, bodies)
    if media_type == "multipart/alternative":
        return _alternative(entity, bodies)
    if media_type == "multipart/mixed":
        return _mixed(entity, bodies)
    reason = guard.sibling_reason(entity, entity.head())
    if reason is not None:
        bodies.policy.append(Skip(entity.path, reason, media_type))
    elif media_type.startswith("message/"):
        bodies.passed.append(Skip(entity.path, SkipReason.NESTED_MESSAGE, media_type))
    elif media_type.startswith("multipart/"):
        bodies.passed.append(Skip(entity.path, SkipReason.NO_TEXT_BODY, media_type))
    return []


def _refuse_closed(entity: Entity) -> None:
    media_type = entity.media_type
    if media_type not in TEXT_TYPES:
        reason = guard.closed_reason(entity)
        if reason is not None:
            raise _BlockedError(entity, reason, media_type)
    if entity.unreadable:
        detail = "a header section with a line that is no field"
        raise _BlockedError(entity, SkipReason.MALFORMED_STRUCTURE, detail)
    if entity.defect:
        raise _BlockedError(entity, SkipReason.MALFORMED_STRUCTURE, entity.defect)


def _text(entity: Entity, bodies: Bodies) -> list[Slot]:
    if entity.parent is not None and entity.start == entity.end:
        # QUIRK: two delimiters in a row. Nothing stands there, and nothing fits there.
        return []
    first, bodies.text_seen = not bodies.text_seen, True
    if entity.disposition == "attachment" or (not first and entity.file_name):
        bodies.passed.append(Skip(entity.path, SkipReason.ATTACHMENT, entity.media_type))
        return []
    return [Slot(entity.media_type, [entity])]


def _alternative(entity: Entity, bodies: Bodies) -> _Visit:
    slots: list[Slot] = []
    before = seen = bodies.text_seen
    for child in entity.children:
        # Each branch is the whole body: its first text may have a name.
        bodies.text_seen = before
        slots += yield child
        seen = seen or bodies.text_seen
    bodies.text_seen = seen
    if len({slot.media_type for slot in slots}) < len(slots):
        # RFC 2046 5.1.4: the branches are versions of one text. Which of two versions of
        # one type a reader shows, nobody can tell.
        detail = "two alternatives of one media type"
        raise _BlockedError(entity, SkipReason.MALFORMED_STRUCTURE, detail)
    return slots


def _root_of(related: Entity) -> Entity:
    """Return the root of a related: ``start``, else ``type``, else the first (RFC 2387)."""
    start = related.parameters.get("start", "").strip(" <>")
    wanted = related.parameters.get("type", "").lower()
    if start:
        for child in related.children:
            if (child.value("content-id") or "").strip(" <>") == start:
                return child
    first = related.children[0]
    # QUIRK: some name the type of the text inside of the alternative that comes first.
    if wanted and wanted != first.media_type != "multipart/alternative":
        for child in related.children:
            if child.media_type == wanted and child.disposition != "attachment":
                return child
    return first


def _mixed(entity: Entity, bodies: Bodies) -> _Visit:
    slots: list[Slot] = []
    run: Slot | None = None
    blank = False  # nothing is shown by the run so far
    for child in entity.children:
        if not slots:
            slots = yield child
            run = _run_of(slots, child)
            blank = run is not None and _are_blank(slots)
            continue
        head = child.head()
        reason = guard.sibling_reason(child, head)
        if reason in (SkipReason.CALENDAR, SkipReason.TNEF):
            bodies.policy.append(Skip(child.path, reason, child.media_type))
        elif reason is not None:
            raise _BlockedError(child, reason, child.media_type)
        elif run is not None and _continues(child, run, head):
            run.segments.append(_shown_of(child))
            blank = blank and _is_blank(run.segments[-1])
        elif blank and child.media_type in _SHOWN_TYPES:
            found = yield child
            if not _are_blank(found):
                slots, run, blank = found, _run_of(found, child), False
    return slots


_SHOWN_TYPES = frozenset(
    {*TEXT_TYPES, "multipart/alternative", "multipart/mixed", "multipart/related"}
)
_BLANK_OCTETS = 100  # no more than that of white space is looked at


def _run_of(slots: Sequence[Slot], child: Entity) -> Slot | None:
    """Return the run that a part begins, if it is one text itself."""
    if len(slots) == 1 and slots[0].segments == [_shown_of(child)]:
        return slots[0]
    return None


def _are_blank(slots: Sequence[Slot]) -> bool:
    return all(_is_blank(part) for slot in slots for part in slot.segments)


def _is_blank(part: Entity) -> bool:
    size = part.end - part.body
    return size <= _BLANK_OCTETS and not part.raw[part.body : part.end].strip()


def _shown_of(child: Entity) -> Entity:
    """Return the part itself; of a related with parts, the root."""
    related = child.children and child.media_type == "multipart/related"
    return _root_of(child) if related else child


def _continues(child: Entity, run: Slot, head: str) -> bool:
    """Whether a part goes on with the body that another part or picture interrupted."""
    if child.children:
        # A related may be ours, around a part of the run that got an image.
        child = _shown_of(child)
        head = child.head()
    if run.media_type not in head and "/" in head:
        # PERF (1,000 parts): most siblings are attachments; don't parse their fields.
        return False
    if child.children or child.media_type != run.media_type:
        return False
    if child.unreadable or child.defect:
        return False
    return child.disposition != "attachment" and not child.file_name
