"""What an entity is: a header section, a body, and the questions one asks of them.

Everything is an offset into the raw octets; nothing is copied and nothing is
decoded until somebody asks. Field values are read as mail has them, not only as
RFC 2045 wants them: a label that cannot be read counts as absent.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from itertools import accumulate
from typing import NamedTuple

TEXT_TYPES = ("text/plain", "text/html")

# RFC 5322 2.2: name, colon, body, folded lines. The LF alone ends a line, so that
# a stray CR is an octet of the field body.
_FIELD = re.compile(r"(?m)^(([!-9;-~]+):[^\n]*+(?:\n[ \t][^\n]*+)*+(?:\n|\Z))")
# QUIRK: lines of an mbox, and folded lines that continue nothing, come before the
# first field of some messages.
_NO_FIELD = re.compile(r"(?:(?:>?From |[ \t])[^\n]*+\n)++")
_HIDDEN = re.compile(rb"(?im)^(?:content-|mime-version)")
_COMMENT = re.compile(r"\([^()]*\)")
# RFC 2045 5.1. A quoted value whose quote never ends runs to the next semicolon. What
# is no parameter matches without a name, so that its semicolons aren't read again.
_PARAMETER = re.compile(
    r';[;\s]*+(?:([^\s=;"]++)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"[^;]*+|([^;]*+)))?+',
    re.DOTALL,
)
# PERF (50 levels): nearly all have one parameter, and nothing that is hard to read.
_ONE_PARAMETER = re.compile(
    r"""([^\s;("]++);\s*+([^\s=;"*]++)=(?:"([^"\\]*+)"|([^\s;("]++))"""
)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_CONTINUATION = re.compile(r"([^*]+)\*(?:(\d{1,3})(\*)?)?\Z")


class Field(NamedTuple):
    """One header field: its lower-case name, and where it stands with all its lines."""

    name: str
    start: int
    end: int


class Header(NamedTuple):
    """The fields of a header section: their lower-case names, and where they stand.

    The first run of fields ends at ``run_end``.
    """

    names: list[str]
    starts: list[int]
    ends: list[int]
    run_end: int


class Entity:
    """One entity (RFC 2045 2.4): ``start`` .. ``body`` .. ``end`` in octets of ``raw``.

    ``body`` is the first octet of the body; ``end`` stands in front of the line end
    that belongs to the delimiter (RFC 2046 5.1.1). ``defect`` says why the
    structure below cannot be trusted.
    """

    __slots__ = (
        "_disposition", "_header", "_type", "body", "boundary", "children", "closed",
        "defect", "end", "header_end", "number", "parent", "raw", "start",
    )  # fmt: skip

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
        self._header: Header | None = None
        self._type: tuple[str, dict[str, str]] | None = None
        self._disposition: tuple[str, dict[str, str]] | None = None

    @property
    def path(self) -> tuple[int, ...]:
        """The child indexes from the root, which has none."""
        numbers = []
        entity = self
        while entity.parent is not None:
            numbers.append(entity.number)
            entity = entity.parent
        return tuple(reversed(numbers))

    @property
    def header(self) -> Header:
        """The header section, read once."""
        if self._header is None:
            self._header = read_header(self.raw, self.start, self.header_end)
        return self._header

    @property
    def fields(self) -> list[Field]:
        """The header fields in order."""
        header = self.header
        return list(map(Field, header.names, header.starts, header.ends))

    def named(self, names: AbstractSet[str]) -> list[tuple[Field, int]]:
        """The fields of these lower-case names, each with its number, from 1."""
        all_names, starts, ends, _ = self._header or self.header
        if names.isdisjoint(all_names):
            return []
        found = []
        seen: dict[str, int] = {}
        for number in [n for n, name in enumerate(all_names) if name in names]:
            name = all_names[number]
            seen[name] = seen.get(name, 0) + 1
            found.append((Field(name, starts[number], ends[number]), seen[name]))
        return found

    def head(self) -> str:
        """The header section in lower case, to look for words before it is parsed.

        Only ASCII letters are lowered; PERF (1,000 parts): a str is searched sooner.
        """
        return self.raw[self.start : self.header_end].lower().decode("latin-1")

    def field(self, name: str) -> Field | None:
        """The first field of that lower-case name."""
        names, starts, ends, _ = self.header
        if name not in names:
            return None
        number = names.index(name)
        return Field(name, starts[number], ends[number])

    def value(self, name: str) -> str | None:
        """The unfolded body of the first field of that name, octets as Latin-1."""
        names, starts, ends, _ = self._header or self.header
        if name not in names:
            return None
        number = names.index(name)
        return _unfolded(self.raw[starts[number] + len(name) + 1 : ends[number]])

    @property
    def fields_end(self) -> int:
        """Where a field can be added: behind the first run of fields."""
        return self.header.run_end

    @property
    def unreadable(self) -> bool:
        """Whether a line that is no field may hide what the entity is.

        Some readers go on behind such a line, others take it for the body's first.
        """
        header = self._header or self.header
        end = header.run_end
        if end >= self.header_end:
            return bool(header.names) and self.raw[end - 1] != 10
        return (
            self.body == self.header_end
            or _HIDDEN.search(self.raw[end : self.header_end]) is not None
        )

    @property
    def media_type(self) -> str:
        """``type/subtype`` in lower case; text/plain where none can be read."""
        return (self._type or self._content_type())[0]

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the media type, names in lower case, RFC 2231 resolved."""
        return (self._type or self._content_type())[1]

    @property
    def disposition(self) -> str:
        """``inline``, ``attachment``, … or an empty string (RFC 2183)."""
        return self._content_disposition()[0]

    @property
    def file_name(self) -> str:
        """The file name that either field gives, or an empty string."""
        return (
            self._content_disposition()[1].get("filename")
            or self.parameters.get("name")
            or ""
        )

    def _content_type(self) -> tuple[str, dict[str, str]]:
        if self._type is None:
            value = self.value("content-type")
            media_type, parameters = ("", {}) if value is None else split_value(value)
            media_type = media_type.strip(' "')
            if media_type.count("/") != 1:
                # RFC 2045 5.2, RFC 2046 5.1.5. What has a slash and is no media type
                # stays what it says: it must not be taken for text.
                digest = self.parent is not None and (
                    self.parent.media_type == "multipart/digest"
                )
                media_type = "message/rfc822" if digest else "text/plain"
            self._type = media_type, parameters
        return self._type

    def _content_disposition(self) -> tuple[str, dict[str, str]]:
        if self._disposition is None:
            value = self.value("content-disposition")
            self._disposition = ("", {}) if value is None else split_value(value)
        return self._disposition


def read_header(raw: bytes, start: int, end: int) -> Header:
    """Return the fields of the header section ``start`` .. ``end``.

    Lines behind the first run of fields that are no field are passed over, since
    another reader may have gone on there, and so are the lines of an mbox before the
    first one. What doesn't begin with a field has none.
    """
    head = raw[start:end].decode("latin-1")
    found = _FIELD.findall(head)
    names = [name.lower() for _, name in found]
    bounds = list(accumulate([len(field) for field, _ in found], initial=start))
    if bounds[-1] == end:
        return Header(names, bounds[:-1], bounds[1:], end)
    starts, ends, run_end = _with_gaps(head, [field for field, _ in found])
    if not starts:
        return Header([], [], [], start)
    return Header(
        names,
        [start + offset for offset in starts],
        [start + offset for offset in ends],
        start + run_end,
    )


def _with_gaps(head: str, found: list[str]) -> tuple[list[int], list[int], int]:
    """Return where these fields start and end, and where their first run ends."""
    lead = _NO_FIELD.match(head)
    position = lead.end() if lead else 0
    if not found or not head.startswith(found[0], position):
        return [], [], 0
    starts, ends = [], []
    run_end = -1
    for field in found:
        first = position
        if run_end >= 0 or not head.startswith(field, position):
            # A line that is no field: the field is the next one of its kind.
            run_end = position if run_end < 0 else run_end
            first = head.index("\n" + field, position - 1) + 1
        position = first + len(field)
        starts.append(first)
        ends.append(position)
    return starts, ends, position if run_end < 0 else run_end


def field_value(raw: bytes, field: Field) -> str:
    """Return the unfolded field body without the blanks around it, octets as Latin-1."""
    return _unfolded(raw[field.start + len(field.name) + 1 : field.end])


def _unfolded(value: bytes) -> str:
    value = value.strip(b" \t\r\n")
    if b"\n" in value:
        # RFC 5322 2.2.3: a blank follows, or it were no part of the field.
        value = value.replace(b"\r\n", b"").replace(b"\n", b"")
    return value.decode("latin-1")


def split_value(value: str) -> tuple[str, dict[str, str]]:
    """Split a structured field body into its lower-case value and its parameters."""
    simple = _ONE_PARAMETER.fullmatch(value)
    if simple is not None:
        head, name, quoted, bare = simple.groups()
        return head.lower(), {name.lower(): bare if quoted is None else quoted}
    head, semicolon, _ = value.partition(";")
    at = len(head)
    if "(" in head:
        head = _COMMENT.sub("", head)
    head = head.strip().lower()
    if not semicolon:
        return head, {}
    plain: dict[str, str] = {}
    extended: dict[str, list[tuple[int, bool, str]]] = {}
    for name, quoted, text in _PARAMETER.findall(value, at):
        if not name:
            continue
        name = name.lower()
        if quoted:
            text = _QUOTED_PAIR.sub(r"\1", quoted) if "\\" in quoted else quoted
        elif text:
            text = _bare(text)
        split = _CONTINUATION.match(name) if "*" in name else None
        if split:
            part = (int(split[2] or 0), split[2] is None or bool(split[3]), text)
            extended.setdefault(split[1], []).append(part)
        else:
            plain.setdefault(name, text)
    for name, parts in extended.items():
        plain[name] = _join_extended(parts)
    return head, plain


def _bare(text: str) -> str:
    if "(" in text:
        text = _COMMENT.sub("", text)
    return text.strip().strip('"').strip()


def _join_extended(parts: list[tuple[int, bool, str]]) -> str:
    """Join the continuations of one parameter (RFC 2231 3 and 4)."""
    from urllib.parse import unquote_to_bytes  # PERF (import): few messages need it

    parts.sort(key=lambda part: part[0])
    charset = ""
    octets = b""
    for number, (_, encoded, text) in enumerate(parts):
        if encoded:
            if number == 0 and text.count("'") >= 2:
                charset, _, text = text.split("'", 2)
            octets += unquote_to_bytes(text.encode("latin-1"))
        else:
            octets += text.encode("latin-1")
    try:
        return octets.decode(charset or "latin-1")
    except (LookupError, UnicodeError):
        return octets.decode("latin-1")
