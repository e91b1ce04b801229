"""Header sections and field bodies: where each field stands, and what its body says.

They are read as mail has them, not only as RFC 5322 and RFC 2045 want them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from mailsig.charset import codecs_for

# RFC 5322 2.2: name, colon, body, folded lines. The LF alone ends a line, so that a stray
# CR is an octet of the field body. RFC 5322 4.5: blanks may stand before the colon.
_BODY = r"[^\n]*+(?:\n[ \t][^\n]*+)*+(?:\n|\Z)"
_FIELD = re.compile(rf"(?m)^(([!-9;-~]+):{_BODY})")
_LOOSE_FIELD = re.compile(rf"(?m)^(([!-9;-~]++[ \t]*+):{_BODY})")
# QUIRK: lines of an mbox, and folded lines that continue nothing, come before the
# first field of some messages.
_NO_FIELD = re.compile(r"(?:(?:>?From (?![ \t]*+:)|[ \t])[^\n]*+\n)++")
_COMMENT = re.compile(r"\([^()]*\)")
_COMMENT_MARK = re.compile(r"\\.|[();]", re.DOTALL)
# RFC 2045 5.1. A quoted value whose quote never ends runs to the next semicolon. What
# is no parameter matches without a name, so that its semicolons aren't read again.
PARAMETER = re.compile(
    r';[;\s]*+(?:([^\s=;"]++)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"[^;]*+|([^;]*+)))?+',
    re.DOTALL,
)
# PERF (50 levels): nearly all have one parameter, and nothing that is hard to read.
_ONE_PARAMETER = re.compile(
    r"""([^\s;("]++);\s*+([^\s=;"*]++)=(?:"([^"\\]*+)"|([^\s;("]++))"""
)
COLON = 58  # PERF (plain 2 KB): octets look for a number sooner than for other octets
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_CONTINUATION = re.compile(r"([^*]+)\*(?:(\d{1,3})(\*)?)?\Z")


class Field(NamedTuple):
    """One header field: its lower-case name, and where it stands with all its lines."""

    name: str
    start: int
    end: int


@dataclass(slots=True)  # PERF (plain 2 KB): built in half the time of a tuple with names
class Header:
    """The fields of a header section: their lower-case names, and where they stand.

    The first run of fields ends at ``run_end``: where a line is no field, or is none to
    some readers, since blanks stand before its colon.
    """

    names: list[str]
    starts: list[int]
    ends: list[int]
    run_end: int


def read_header(raw: bytes, start: int, end: int) -> Header:
    """Return the fields of the header section ``start`` .. ``end``.

    Lines behind the first run of fields that are no field are passed over, since
    another reader may have gone on there, and so are the lines of an mbox before the
    first one. What doesn't begin with a field has none.
    """
    head = raw[start:end].decode("latin-1")
    found = _FIELD.findall(head)
    bounds = list(accumulate([len(field) for field, _ in found], initial=start))
    if bounds[-1] == end:
        return Header([name.lower() for _, name in found], bounds[:-1], bounds[1:], end)
    found = _LOOSE_FIELD.findall(head)
    starts, ends, run_end = _with_gaps(head, found)
    if not starts:
        return Header([], [], [], start)
    return Header(
        [name.rstrip().lower() for _, name in found],
        [start + offset for offset in starts],
        [start + offset for offset in ends],
        start + run_end,
    )


def _with_gaps(head: str, found: list[tuple[str, str]]) -> tuple[list[int], list[int], int]:
    """Return where these fields start and end, and where their first run ends."""
    lead = _NO_FIELD.match(head)
    position = lead.end() if lead else 0
    if not found or not head.startswith(found[0][0], position):
        return [], [], 0
    starts, ends = [], []
    run_end = -1
    for field, name in found:
        first = position
        if not head.startswith(field, position):
            # A line that is no field: the field is the next one of its kind.
            first = head.index("\n" + field, position - 1) + 1
        if run_end < 0 and (first > position or name[-1] in " \t"):
            run_end = position
        position = first + len(field)
        starts.append(first)
        ends.append(position)
    return starts, ends, position if run_end < 0 else run_end


def field_value(raw: bytes, field: Field) -> str:
    """Return the unfolded field body without the blanks around it, octets as Latin-1."""
    return unfolded(raw[raw.index(COLON, field.start) + 1 : field.end])


def unfolded(value: bytes) -> str:
    """Return a field body, all behind the colon, without folds and blanks around it."""
    value = value.strip(b" \t\r\n")
    if 10 in value:
        # RFC 5322 2.2.3: a blank follows, or it were no part of the field.
        value = value.replace(b"\r\n", b"").replace(b"\n", b"")
    return value.decode("latin-1")


def split_value(value: str) -> tuple[str, dict[str, str]]:
    """Split a structured field body into its lower-case value and its parameters."""
    simple = _ONE_PARAMETER.fullmatch(value)
    if simple is not None:
        head, name, quoted, bare = simple.groups()
        return head.lower(), {name.lower(): bare if quoted is None else quoted}
    head, at = split_head(value)
    if at == len(value):
        return head, {}
    plain: dict[str, str] = {}
    extended: dict[str, list[tuple[int, bool, str]]] = {}
    for name, quoted, text in PARAMETER.findall(value, at):
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


def split_head(value: str) -> tuple[str, int]:
    """Return what stands before the parameters, lower-case, and where that ends.

    Without its comments, which may nest (RFC 5322 3.2.2); one that never ends is none.
    """
    at = value.find(";")
    at = len(value) if at < 0 else at
    if value.find("(", 0, at) < 0:
        return value[:at].strip().lower(), at
    pieces: list[str] = []
    start = depth = 0
    for mark in _COMMENT_MARK.finditer(value):
        if mark[0] == "(":
            pieces += [] if depth else [value[start : mark.start()]]
            depth += 1
        elif mark[0] == ")" and depth:
            depth -= 1
            start = mark.end()
        elif mark[0] == ";" and not depth:
            at = mark.start()
            break
    else:
        at = at if depth else len(value)
    head = value[:at] if depth else "".join([*pieces, value[start:at]])
    return head.strip().lower(), at


def _bare(text: str) -> str:
    if "(" in text:
        text = _COMMENT.sub("", text)
    return text.strip().strip('"').strip()


def _join_extended(parts: list[tuple[int, bool, str]]) -> str:
    """Join the continuations of one parameter (RFC 2231 3 and 4)."""
    from urllib.parse import unquote_to_bytes  # PERF (import): few messages need it

    parts.sort(key=lambda part: part[0])
    charset = ""
    pieces: list[bytes] = []
    for number, (_, encoded, text) in enumerate(parts):
        if encoded and number == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        octets = text.encode("latin-1")
        pieces.append(unquote_to_bytes(octets) if encoded else octets)
    octets = b"".join(pieces)
    # Python has codecs that no mail means: some are quadratic, or warn.
    codec, _ = codecs_for(charset or "latin-1") or ("latin-1", "")
    try:
        return octets.decode(codec)
    except UnicodeError:
        return octets.decode("latin-1")
