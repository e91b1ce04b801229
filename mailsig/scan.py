"""Octets to a tree of entities, in one pass and without recursion.

The rules: a delimiter is a whole line (RFC 2046 5.1.1); the line end in front of
it is the delimiter's; the outermost delimiter wins; what may not be entered
(signed, encrypted, reports, digests, messages) stays one leaf. What is broken is
noted on the entity, never repaired.
"""

from __future__ import annotations

import re

from mailsig.entity import Entity, UnreadEntity

CLOSED_TYPES = frozenset(
    {"multipart/signed", "multipart/encrypted", "multipart/report", "multipart/digest"}
)

_BLANK_LINE = re.compile(rb"\n\r?\n")
# RFC 2046 5.1.1: close mark, transport padding, end of line.
_DELIMITER_END = re.compile(rb"(--)?[ \t]*(?:\r?\n|\r?\Z)")
# PERF (1,000 parts, attachments 100 MB): a long needle is found several times faster
# than "\n--". Each open level needs a search of its own, so beyond a few levels one
# search for all of them is cheaper, and keeps deep nesting linear.
_NEEDLE_LEVELS = 4
# PERF (attachments 10 MB): a single octet is found ten times faster than any needle,
# and base64 has no dash. Where dashes stand close to each other, that doesn't pay.
_CLOSE = 4096  # octets
_FIRST_LOOK = 1024  # octets
_DASHED = 1 << 18  # octets in which dashes aren't tried again


class LimitError(Exception):
    """The message nests deeper, or has more parts, than the caller allows."""


def scan(raw: bytes, max_depth: int, max_parts: int) -> Entity:
    """Return the root entity of a message with all that can be entered below it.

    Raises:
        LimitError: More levels or entities than allowed; nothing was built.
    """
    root = scan_header(raw)
    if root.media_type.startswith("multipart/"):
        _Scanner(root, max_depth, max_parts).run()
    return root


def scan_header(raw: bytes) -> Entity:
    """Return the root entity alone, whatever its body holds."""
    entity = Entity(raw, 0)
    if raw.startswith((b"\n", b"\r\n")):
        entity.body = 1 if raw[0] == 10 else 2
    else:
        found = _BLANK_LINE.search(raw)
        entity.header_end = found.start() + 1 if found else len(raw)
        entity.body = found.end() if found else len(raw)
    entity.read_header()
    return entity


def _find_dashes(raw: bytes, needle: bytes, at: int, stop: int) -> int:
    """Return where ``needle``, which begins with a dash, stands next up to ``stop``, or -1.

    A long needle makes the windows longer: each is as much progress as it takes to read.
    """
    end = at + _FIRST_LOOK
    while end < stop:
        found = raw.find(needle, at, end)
        if found >= 0:
            return found
        size = len(needle)
        at = max(at, end - size + 1)
        near = max(_CLOSE, size)
        while True:
            dash = raw.find(b"-", at, stop)
            if dash < 0 or raw.startswith(needle, dash, stop):
                return dash
            if dash - at < near:
                break
            at = dash + 1
        end = at + _DASHED + 2 * size
    return raw.find(needle, at, stop)


_Hit = tuple[int, int, int, bool]
"""A delimiter: the level it speaks to, its line's start and end, whether it closes."""


class _Scanner:
    def __init__(self, root: Entity, max_depth: int, max_parts: int) -> None:
        self.root = root
        self.raw = root.raw
        self.max_depth = max_depth
        self.parts_left = max_parts - 1
        self.blank = 0, 0  # the next empty line: its preceding LF, and where it ends
        self.open: list[Entity] = []  # multiparts that delimiters may still speak to
        self.outer: list[_Hit | None] = []  # the next delimiter outside of each of them
        self.levels: dict[bytes, int] = {}  # boundary -> index in self.open

    def run(self) -> None:
        raw, size = self.raw, len(self.raw)
        leaf = self.root
        self._open(leaf)
        hit = self._next_delimiter(leaf.body, size) if self.open else None
        while hit is not None:
            level, line, after, closing = hit
            while len(self.open) > level + 1:
                self._pop()
            multipart = self.open[level]
            # The line end in front of a delimiter is the delimiter's.
            before = line - 2 if line > 1 and raw[line - 2] == 13 else max(line - 1, 0)
            self._end(leaf, multipart, before)
            if closing:
                multipart.closed = True
                leaf = multipart
                hit = self._pop()
                if level > _NEEDLE_LEVELS:
                    hit = self._next_of_many(after, size)
            else:
                leaf = self._part(multipart, after)
                hit = self._next_delimiter(leaf.body, size)
        self._end(leaf, None, size)

    def _part(self, multipart: Entity, start: int) -> Entity:
        self.parts_left -= 1
        if self.parts_left < 0:
            raise LimitError("max_parts")
        if len(self.open) > self.max_depth:
            raise LimitError("max_depth")
        raw = self.raw
        entity = UnreadEntity(raw, start, len(multipart.children), multipart)
        multipart.children.append(entity)
        blank, body = self.blank
        if blank < start - 1:
            found = _BLANK_LINE.search(raw, start - 1)
            blank, body = self.blank = found.span() if found else (len(raw), len(raw))
        end = min(blank + 1, body)
        if raw.find(b"\n--", start - 1, body) >= 0:
            upcoming = self._next_delimiter(start, body)
            if upcoming is not None and upcoming[1] < body:
                # RFC 2046 5.1: a part without an empty line is all header section.
                end = body = upcoming[1]
        entity.header_end, entity.body = end, body
        # PERF (1,000 parts): most parts are leaves; don't parse their fields.
        if raw[start:end].lower().find(b"multipart/") >= 0:
            self._open(entity)
        return entity

    def _open(self, entity: Entity) -> None:
        media_type = entity.media_type
        if not media_type.startswith("multipart/") or media_type in CLOSED_TYPES:
            return
        text = entity.parameters.get("boundary", "").rstrip()
        if not text:
            entity.defect = "no boundary"
            return
        try:
            boundary = text.encode("latin-1")
        except UnicodeEncodeError:
            entity.defect = "boundary outside of US-ASCII"
            return
        if boundary in self.levels:
            entity.defect = "the same boundary on two levels"
            return
        entity.boundary = boundary
        outer = None
        if 0 < len(self.open) <= _NEEDLE_LEVELS:
            outer = self._next_delimiter(entity.body, len(self.raw))
        self.outer.append(outer)
        self.levels[boundary] = len(self.open)
        self.open.append(entity)

    def _pop(self) -> _Hit | None:
        del self.levels[self.open.pop().boundary]
        return self.outer.pop()

    def _end(self, leaf: Entity, stop: Entity | None, end: int) -> None:
        entity: Entity | None = leaf
        while entity is not None and entity is not stop:
            entity.end = end
            if entity.body > end:
                # A delimiter right behind the header section leaves the body empty.
                entity.end = max(end, entity.start)
                entity.body = min(entity.body, entity.end)
                entity.header_end = min(entity.header_end, entity.body)
            if entity.boundary and not entity.children and not entity.defect:
                entity.defect = "the boundary never occurs"
            entity = entity.parent

    def _next_delimiter(self, position: int, stop: int) -> _Hit | None:
        """Return the next delimiter of any open level.

        One that begins at ``stop`` or behind it may be found or not.
        """
        if len(self.open) > _NEEDLE_LEVELS:
            return self._next_of_many(position, stop)
        # Where the delimiter of an outer level stands, the inner ones are over: no octet
        # is read twice for one level.
        outer = self.outer[-1]
        if outer is not None and outer[1] < stop:
            stop = outer[1]
        raw = self.raw
        level = len(self.open) - 1
        needle = b"--" + self.open[level].boundary
        while (line := _find_dashes(raw, needle, position, stop)) >= 0:
            if line == 0 or raw[line - 1] == 10:
                end = line + len(needle)
                if raw[end : end + 2] == b"\r\n":
                    return level, line, end + 2, False  # PERF (1,000 parts): nearly always
                tail = _DELIMITER_END.match(raw, end)
                if tail:
                    return level, line, tail.end(), tail[1] is not None
            # The same needle again on this line would be no delimiter either.
            position = raw.find(b"\n", line, stop)
            if position < 0:
                break
        return outer

    def _next_of_many(self, position: int, stop: int) -> _Hit | None:
        raw = self.raw
        position = max(position - 1, 0)
        while True:
            # The delimiters of levels that aren't open yet must not be passed over again
            # and again: hence the stop.
            line = raw.find(b"\n--", position, stop + 3)
            if line < 0:
                return None
            end = raw.find(b"\n", line + 3)
            end = len(raw) if end < 0 else end
            position = end
            word = raw[line + 3 : end].removesuffix(b"\r").rstrip(b" \t")
            level = self.levels.get(word)
            closed = self.levels.get(word[:-2]) if word.endswith(b"--") else None
            if closed is not None and (level is None or closed < level):
                return closed, line + 1, min(end + 1, len(raw)), True
            if level is not None:
                return level, line + 1, min(end + 1, len(raw)), False
