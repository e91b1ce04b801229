"""From octets to text and back, without ever touching the author's octets.

The ladder: what the label says, if the octets agree; else UTF-8, if they are
that; else the label again with every odd octet kept as a surrogate escape
(PEP 383). Offsets are mapped by encoding the text in front of them, and a result
is only taken where the author's octets come out as they went in.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass

from .charset_labels import ALIASES, NO_CHARSETS, WITH_STATE
from .edits import Edit

TextEdit = tuple[int, int, str]  # start, end in code points; the new text


@dataclass(slots=True)
class Body:
    """A decoded body: ``text`` is ``octets`` under ``codec`` with ``errors``.

    ``write`` is the codec of what may be added under the label; ``honest`` is
    false where the octets don't follow the label; ``utf8`` tells that they are
    strict UTF-8 all the same.
    """

    octets: bytes
    text: str
    codec: str
    errors: str
    write: str
    honest: bool
    utf8: bool


def codecs_for(label: str) -> tuple[str, str] | None:
    """Return (codec to read, codec to write) of a charset label, None if unknown."""
    word = label.strip(" \t\r\n\"';").lower()
    known = ALIASES.get(word)
    if known is not None:
        return known
    try:
        info = codecs.lookup(word)
    except (LookupError, ValueError, UnicodeError):
        return None
    if info.name in NO_CHARSETS or not getattr(info, "_is_text_encoding", True):
        return None
    return ALIASES.get(info.name, (info.name, info.name))


def decode_body(octets: bytes, label: str) -> Body | None:
    """Return the text of a body; None where the label is unknown and nothing else fits.

    An empty ``label`` is the default charset, US-ASCII (RFC 2046 4.1.2).
    """
    pair = codecs_for(label or "us-ascii")
    if pair is not None:
        body = _decode_as(octets, *pair)
        if body is not None:
            return body
    try:
        text = octets.decode("utf-8")
        return Body(octets, text, "utf-8", "strict", "ascii", False, True)
    except UnicodeDecodeError:
        pass
    if pair is None and b"\0" in octets:
        return None
    return _decode_loosely(octets, "cp1252" if pair is None else pair[0])


def _decode_as(octets: bytes, read: str, write: str) -> Body | None:
    if read in ("utf-16", "utf-32"):
        read = write = _byte_order(octets, read)
    for codec in (read, write):
        try:
            text = octets.decode(codec)
        except (UnicodeDecodeError, ValueError):
            continue
        return Body(octets, text, codec, "strict", write, True, write == "utf-8")
    return None


def _byte_order(octets: bytes, codec: str) -> str:
    """Return the codec with its byte order: by the BOM, else by where the NULs stand."""
    big = (codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
    if octets.startswith(big):
        return codec + "-be"
    if octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF32_LE)):
        return codec + "-le"
    # RFC 2781 4.3 asks for big endian, WHATWG for little: the text itself decides.
    return codec + ("-be" if octets[:200:2].count(0) > octets[1:200:2].count(0) else "-le")


def _decode_loosely(octets: bytes, codec: str) -> Body:
    if codec == "ascii":
        codec = "cp1252"
    try:
        text = octets.decode(codec, "surrogateescape")
        if text.encode(codec, "surrogateescape") == octets:
            return Body(octets, text, codec, "surrogateescape", "ascii", False, False)
    except (UnicodeError, ValueError, TypeError):
        pass
    return Body(
        octets, octets.decode("latin-1"), "latin-1", "strict", "ascii", False, False
    )


def encodable(body: Body, text: str) -> bool:
    """Whether text can be added to the body under its label."""
    try:
        text.encode(body.write)
    except UnicodeEncodeError:
        return False
    return True


def encode_edits(
    body: Body, edits: Sequence[TextEdit], codec: str = ""
) -> list[Edit] | None:
    """Return edits of ``body.octets`` for edits of ``body.text``; None if none can be.

    ``codec`` writes the new text (default: what the label allows); the caller has
    made sure that it can. Where pieces don't fit together, because the charset has
    a state, one edit writes the whole body anew in its own codec.
    """
    codec = codec or body.write
    out: list[Edit] = []
    for start, end, new in edits:
        from_octet = _octet_offset(body, start)
        to_octet = from_octet if end == start else _octet_offset(body, end)
        out.append(Edit(from_octet, to_octet, new.encode(codec)))
    if body.codec.startswith(WITH_STATE):
        text = edited_text(body.text, edits)
        joined = _joined(body.octets, out)
        try:
            fits = joined.decode(body.codec) == text
        except (UnicodeError, ValueError):
            fits = False
        if not fits:
            try:
                return [Edit(0, len(body.octets), text.encode(body.codec))]
            except UnicodeError:
                return None
    return out


def transcode(body: Body, edits: Sequence[TextEdit]) -> list[Edit] | None:
    """Return edits that also bring the whole body into UTF-8."""
    if body.utf8 or (body.octets.isascii() and body.codec == "ascii"):
        return encode_edits(body, edits, "utf-8")
    text = edited_text(body.text, edits).lstrip("\ufeff")
    return [Edit(0, len(body.octets), text.encode("utf-8"))]


def edited_text(text: str, edits: Sequence[TextEdit]) -> str:
    """Return the text with ordered edits applied."""
    parts = []
    position = 0
    for start, end, new in edits:
        parts.append(text[position:start])
        parts.append(new)
        position = end
    parts.append(text[position:])
    return "".join(parts)


def _joined(octets: bytes, edits: Sequence[Edit]) -> bytes:
    parts = []
    position = 0
    for edit in edits:
        parts.append(octets[position : edit.start])
        parts.append(edit.new)
        position = edit.end
    parts.append(octets[position:])
    return b"".join(parts)


def _octet_offset(body: Body, offset: int) -> int:
    """Return how many octets stand in front of the code point at ``offset``."""
    if offset == len(body.text):
        return len(body.octets)
    prefix = body.text[:offset].encode(body.codec, body.errors)
    if body.octets.startswith(prefix):
        return len(prefix)
    return _search_offset(body, offset)


def _search_offset(body: Body, offset: int) -> int:
    """The same for octets that are not what the codec itself would write."""
    low, high = 0, len(body.octets)
    while low < high:
        middle = (low + high) // 2
        if len(body.octets[:middle].decode(body.codec, "ignore")) < offset:
            low = middle + 1
        else:
            high = middle
    return low
