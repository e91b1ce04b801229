"""From octets to text and back, without ever touching the author's octets.

The ladder: what the label says, if the octets agree; else UTF-8, if they are
that; else the label again with every odd octet kept as a surrogate escape
(PEP 383). Offsets are mapped by encoding the text in front of them, and a result
is only taken where the author's octets come out as they went in.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from encodings import normalize_encoding
from encodings.aliases import aliases

from mailsig import iso2022_jp
from mailsig.charset_labels import ALIASES, CODECS, SEVEN_BIT, WITH_STATE
from mailsig.edits import Edit, apply_edits
from mailsig.errors import MailsigError

# With a state every offset is counted from the start: many edits write the body anew.
_MOST_EDITS_WITH_STATE = 8

WIDE = ("utf-16", "utf-32")
"""How the names of codecs begin whose letters are two octets or four."""

TextEdit = tuple[int, int, str]
"""Replace the code points from the first to the second offset by the text."""


@dataclass(slots=True)
class Body:
    """A decoded body: ``text`` is ``octets`` under ``codec`` with ``errors``.

    ``write`` is the codec of what may be added under the label; ``honest`` is
    false where the octets don't follow the label; ``utf8`` tells that they are
    strict UTF-8 all the same. ``offsets`` are those of the code points in the octets,
    where no codec tells them.
    """

    octets: bytes
    text: str
    codec: str
    errors: str
    write: str
    honest: bool
    utf8: bool
    offsets: Sequence[int] = ()


def codecs_for(label: str) -> tuple[str, str] | None:
    """Return (codec to read, codec to write) of a charset label, None if unknown."""
    known = ALIASES.get(label)
    if known is not None:
        return known
    word = label.strip(" \t\r\n\"';").lower()
    known = ALIASES.get(word)
    if known is not None:
        return known
    name = normalize_encoding(word).replace(".", "_")
    name = aliases.get(name, name)
    if name not in CODECS:
        # QUIRK: Python looks for a module of that name, and keeps each that it asked for.
        return None
    info = codecs.lookup(name)
    if not getattr(info, "_is_text_encoding", True):
        return None
    return ALIASES.get(info.name, (info.name, info.name))


def decode_body(octets: bytes, label: str) -> Body | None:
    """Return the text of a body; None where neither the label nor anything else fits.

    An empty ``label`` is the default charset, US-ASCII (RFC 2046 4.1.2).
    """
    pair = codecs_for(label or "us-ascii")
    if pair is not None:
        body = _decode_as(octets, *pair)
        if body is not None:
            return body
    transparent = pair is not None and _is_transparent(pair[0])
    if not transparent and b"\0" in octets:
        # Letters of two octets or four, cut off: those of ASCII would pass for UTF-8.
        return None
    # Where letters are written in ASCII, every text would pass for UTF-8.
    switched = b"\x1b$" in octets
    seven_bit = pair is not None and pair[0].startswith(SEVEN_BIT) and octets.isascii()
    try:
        text = octets.decode("utf-8")
        if not (switched or seven_bit):
            return Body(octets, text, "utf-8", "strict", "ascii", False, True)
    except UnicodeDecodeError:
        pass
    if pair is None:
        body = _decode_japanese(octets, "ascii") if switched else None
        return body or _decode_loosely(octets, "cp1252")
    return _decode_loosely(octets, pair[0]) if transparent else None


def _is_transparent(codec: str) -> bool:
    """Whether the octets of ASCII mean ASCII wherever they stand outside of a pair."""
    return "<a>-\r\n".encode(codec) == b"<a>-\r\n"


def _decode_as(octets: bytes, read: str, write: str) -> Body | None:
    if read.startswith(WIDE):
        if _has_letters_of_one_octet(octets):
            return None
        if read in WIDE:
            read = write = _byte_order(octets, read)
    if read == "ascii" and 27 in octets and b"\x1b$" in octets:
        # QUIRK: Japanese text needs no label to be read in Japan.
        return _decode_japanese(octets, write)
    for codec in (read, write):
        try:
            text = octets.decode(codec)
        except (UnicodeDecodeError, ValueError):
            continue
        if codec.startswith("iso2022") and "\x1b" in text:
            # An escape that switches nothing: what follows can't be written again.
            continue
        return Body(octets, text, codec, "strict", write, True, write == "utf-8")
    return _decode_japanese(octets, write) if read == "iso2022_jp" else None


def _decode_japanese(octets: bytes, write: str) -> Body | None:
    read = iso2022_jp.decode(octets)
    if read is None:
        return None
    text, offsets = read
    return Body(octets, text, "iso2022_jp", "strict", write, True, False, offsets)


def _has_letters_of_one_octet(octets: bytes) -> bool:
    """Whether UTF-8 stands under the label of UTF-16, in which every ASCII has a NUL."""
    if b"\0" in octets or not any(sign in octets for sign in (b"\n", b" ", b"<")):
        return False
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


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
    """Whether text can be added to the body under its label, and is read as it was."""
    try:
        if body.offsets and body.write != "ascii":
            read = iso2022_jp.decode(iso2022_jp.encode(text))
            return read is None or read[0] == text
        octets = text.encode(body.write)
        # QUIRK: Shift_JIS has the octet of the backslash for the yen sign.
        return body.write == "utf-8" or octets.decode(body.codec) == text
    except ValueError:
        return False


def with_references(body: Body, html: str) -> str:
    """Return HTML in which what the body's charset lacks are character references."""
    if encodable(body, html):
        return html
    return html.translate(
        {
            ord(character): f"&#{ord(character)};"
            for character in set(html)
            if not character.isascii() and not encodable(body, character)
        }
    )


def encode_edits(
    body: Body, edits: Sequence[TextEdit], codec: str = ""
) -> list[Edit] | None:
    """Return edits of ``body.octets`` for edits of ``body.text``; None if none can be.

    ``codec`` writes the new text (default: what the label allows); the caller has
    made sure that it can. Where pieces don't fit together, because the charset has
    a state, one edit writes the whole body anew in its own codec.
    """
    codec = codec or body.write
    if body.offsets:
        return _at_offsets(body, edits)
    stateful = body.codec.startswith(WITH_STATE)
    if stateful and len(edits) > _MOST_EDITS_WITH_STATE:
        return _anew(body, edits)
    try:
        if not stateful and body.text.isascii() and len(body.text) == len(body.octets):
            # PERF (plain 2 KB): every code point is an octet.
            return [Edit(start, end, new.encode(codec)) for start, end, new in edits]
        ends = [offset for start, end, _ in edits for offset in (start, end)]
        octet_offsets = iter(_octet_offsets(body, ends, stateful))
        out = [
            Edit(next(octet_offsets), next(octet_offsets), new.encode(codec))
            for _, _, new in edits
        ]
        if not stateful or _says(body, apply_edits(body.octets, out), edits):
            return out
    except (UnicodeError, MailsigError):
        pass
    return _anew(body, edits)


def _at_offsets(body: Body, edits: Sequence[TextEdit]) -> list[Edit] | None:
    at = body.offsets
    try:
        out = [
            Edit(at[start], at[end], iso2022_jp.encode(new)) for start, end, new in edits
        ]
    except ValueError:
        return None
    read = iso2022_jp.decode(apply_edits(body.octets, out))
    fits = read is not None and read[0] == edited_text(body.text, edits)
    return out if fits else None


def _says(body: Body, octets: bytes, edits: Sequence[TextEdit]) -> bool:
    return octets.decode(body.codec, body.errors) == edited_text(body.text, edits)


def _anew(body: Body, edits: Sequence[TextEdit]) -> list[Edit] | None:
    try:
        octets = edited_text(body.text, edits).encode(body.codec, body.errors)
        fits = _says(body, octets, edits)
    except UnicodeError:
        return None
    return [Edit(0, len(body.octets), octets)] if fits else None


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


def _octet_offsets(body: Body, offsets: Sequence[int], stateful: bool) -> Iterator[int]:
    """Yield how many octets stand in front of the code points at these offsets.

    The offsets are in order, and each is counted from the one before it: no octet is
    read twice. With a state, each is counted from the start.
    """
    at = point = 0
    for offset in offsets:
        if offset == len(body.text):
            yield len(body.octets)
            continue
        if stateful:
            at = point = 0
        piece = body.text[point:offset].encode(body.codec, body.errors)
        if body.octets.startswith(piece, at):
            at += len(piece)
        else:
            at = _walked(body, at, offset - point)
        point = offset
        yield at


def _walked(body: Body, at: int, count: int) -> int:
    """Return where ``count`` code points behind the octet offset ``at`` have passed.

    For octets that are not what the codec itself would write.
    """
    decoder = codecs.getincrementaldecoder(body.codec)(body.errors)
    while count > 0 and at < len(body.octets):
        count -= len(decoder.decode(body.octets[at : at + 1]))
        at += 1
    return at
