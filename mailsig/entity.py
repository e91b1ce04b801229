"""What an entity is: a header section, a body, and the questions one asks of them.

Everything is an offset into the raw octets; nothing is copied and nothing is
decoded until somebody asks. A label that cannot be read counts as absent.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import TYPE_CHECKING

from mailsig.header import COLON, Field, Header, read_header, split_value, unfolded

TEXT_TYPES = ("text/plain", "text/html")

_HIDDEN = re.compile(rb"(?im)^(?:content-|mime-version)")


class Entity:
    """One entity (RFC 2045 2.4): ``start`` .. ``body`` .. ``end`` in octets of ``raw``.

    ``body`` is the first octet of the body; ``end`` stands in front of the line end
    that belongs to the delimiter (RFC 2046 5.1.1). ``defect`` says why the
    structure below cannot be trusted.
    """

    __slots__ = (
        "body", "boundary", "children", "closed", "defect", "disposition",
        "disposition_parameters", "end", "header", "header_end", "media_type", "number",
        "parameters", "parent", "raw", "start",
    )  # fmt: skip

    header: Header
    """The fields of the header section."""
    media_type: str
    """``type/subtype`` in lower case; text/plain where none can be read."""
    parameters: dict[str, str]
    """The parameters of the media type, names in lower case, RFC 2231 resolved."""
    disposition: str
    """``inline``, ``attachment``, … or an empty string (RFC 2183)."""
    disposition_parameters: dict[str, str]
    """The parameters of the disposition, as those of the media type."""

    def __init__(
        self, raw: bytes, start: int, number: int = 0, parent: Entity | None = None
    ) -> None:
        self.raw = raw
        self.start = start
        self.header_end = start
        self.body = start
        self.end = len(raw)
        self.number = number  # among the children of its parent, from 0
        self.parent = parent
        self.children: list[Entity] = []
        self.boundary = b""
        self.closed = False
        self.defect = ""

    def read_header(self) -> None:
        """Read the header section, and what it says of the body."""
        self.header = read_header(self.raw, self.start, self.header_end)
        self.media_type, self.parameters = "text/plain", {}
        octets = self._octets("content-type")
        if octets is not None:
            read = _known_content_type if len(octets) <= _LONGEST_KNOWN else _content_type
            self.media_type, self.parameters = read(octets)
        self.disposition, self.disposition_parameters = "", {}
        if "content-disposition" in self.header.names:
            value = self.value("content-disposition") or ""
            disposition, self.disposition_parameters = split_value(value)
            self.disposition = disposition.strip(' "')

    @property
    def path(self) -> tuple[int, ...]:
        """The child indexes from the root, which has none."""
        if self.parent is None:
            return ()  # PERF (plain 2 KB)
        numbers = []
        entity = self
        while entity.parent is not None:
            numbers.append(entity.number)
            entity = entity.parent
        return tuple(reversed(numbers))

    @property
    def fields(self) -> list[Field]:
        """The header fields in order."""
        header = self.header
        return list(map(Field, header.names, header.starts, header.ends))

    def named(self, names: AbstractSet[str]) -> list[tuple[Field, int]]:
        """Return the fields of these lower-case names, each with its number, from 1."""
        header = self.header
        if names.isdisjoint(header.names):
            return []
        found = []
        seen: dict[str, int] = {}
        for number, name in enumerate(header.names):
            if name in names:
                seen[name] = seen.get(name, 0) + 1
                field = Field(name, header.starts[number], header.ends[number])
                found.append((field, seen[name]))
        return found

    def head(self) -> str:
        """Return the header section in lower case, to look for words before it is parsed.

        Only ASCII letters are lowered; PERF (1,000 parts): a str is searched sooner.
        """
        return self.raw[self.start : self.header_end].lower().decode("latin-1")

    def field(self, name: str) -> Field | None:
        """Return the first field of that lower-case name."""
        header = self.header
        if name not in header.names:
            return None
        number = header.names.index(name)
        return Field(name, header.starts[number], header.ends[number])

    def value(self, name: str) -> str | None:
        """Return the unfolded body of the first field of that name, octets as Latin-1."""
        octets = self._octets(name)
        return None if octets is None else unfolded(octets)

    def _octets(self, name: str) -> bytes | None:
        """Return all behind the colon of the first field of that name."""
        header = self.header
        if name not in header.names:
            return None
        number = header.names.index(name)
        start = self.raw.index(COLON, header.starts[number]) + 1
        return self.raw[start : header.ends[number]]

    @property
    def fields_end(self) -> int:
        """Where a field can be added: behind the first run of fields."""
        return self.header.run_end

    @property
    def torn(self) -> bool:
        """Whether there is more of the header section behind a line that is no field.

        To some readers that is the beginning of the body.
        """
        return self.header.run_end < self.header_end

    @property
    def unreadable(self) -> bool:
        """Whether a line that is no field may hide what the entity is.

        Some readers go on behind such a line, others take it for the body's first.
        """
        header = self.header
        end = header.run_end
        if end >= self.header_end:
            return bool(header.names) and self.raw[end - 1] != 10
        return (
            self.body == self.header_end
            or _HIDDEN.search(self.raw[end : self.header_end]) is not None
        )

    @property
    def file_name(self) -> str:
        """The file name that either field gives, or an empty string."""
        return (
            self.disposition_parameters.get("filename") or self.parameters.get("name") or ""
        )


class UnreadEntity(Entity):
    """One whose header section nobody has looked at: the first look reads it.

    It is an ``Entity`` then. PERF (plain 2 KB): slots answer in a tenth of a property's
    time; PERF (1,000 parts): most parts are never asked.
    """

    __slots__ = ()

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            if name not in _READ_FROM_HEADER:
                raise AttributeError(name)
            self.__class__ = Entity
            self.read_header()
            return getattr(self, name)


_READ_FROM_HEADER = frozenset(
    {"header", "media_type", "parameters", "disposition", "disposition_parameters"}
)


def _content_type(octets: bytes) -> tuple[str, dict[str, str]]:
    media_type, parameters = split_value(unfolded(octets))
    media_type = media_type.strip(' "')
    # RFC 2045 5.2. What has a slash and is no media type stays what it says: it must not
    # be taken for text.
    return media_type if media_type.count("/") == 1 else "text/plain", parameters


# PERF (plain 2 KB): what text says of itself is the same in most mail. A boundary never
# comes again, and is too long to be kept.
_known_content_type = lru_cache(maxsize=256)(_content_type)
_LONGEST_KNOWN = 50  # octets
