"""Changes of a body part's text, written back up to octets of the wire.

text - charset - octets - transfer encoding - wire: the way that ``part`` came down. Here a
part may have to get another label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from mailsig import charset, fields, transfer
from mailsig.charset import TextEdit
from mailsig.edits import Edit, apply_edits, spliced, trimmed
from mailsig.part import Part
from mailsig.signature import Signature


@dataclass(slots=True)
class Form:
    """How a signature is written in one part.

    ``codec`` is empty where the part's own charset writes it; ``note`` says what had
    to be given up.
    """

    text: str
    codec: str = ""
    note: str = ""


@dataclass(slots=True)
class Written:
    """Edits of the raw message for one part, and the label it leaves with."""

    edits: list[Edit]
    field_edits: fields.FieldEdits
    charset: str


def form_of(part: Part, signature: Signature) -> Form | None:
    """Return how the signature is written in the part, None if nothing of it can be."""
    if part.html:
        return _html_form(part, signature)
    text = signature.text
    if text.isascii():
        return Form(text)
    if part.body.honest:
        return Form(text, "" if charset.encodable(part.body, text) else "utf-8")
    if part.body.utf8:
        return Form(text, "utf-8")
    text = signature.text_ascii
    return Form(text, note="folded-to-ascii") if text else None


def _html_form(part: Part, signature: Signature) -> Form:
    body = part.body
    seven_bit = part.encoding == "7bit" and part.wire.isascii()
    if not body.honest or seven_bit or body.write == "ascii":
        text = signature.html_ascii
    else:
        text = charset.with_references(body, signature.html)
    return Form(text.replace("\n", part.layout.newline))


def write(
    part: Part, edits: Sequence[TextEdit], form: Form, wrapped: bool
) -> Written | None:
    """Return what the edits of the text mean for the raw message, None if they cannot be.

    ``wrapped``: the part is about to move into a multipart of its own.
    """
    if part.encoding == "base64" and len(edits) == 1:
        edits = [_padded(part, edits[0], form)]
    lowered = (
        charset.transcode(part.body, edits)
        if form.codec == "utf-8"
        else charset.encode_edits(part.body, edits)
    )
    if lowered is None:
        return None
    encoding = _other_encoding(part, lowered)
    wire = _on_the_wire(part, lowered, encoding or part.encoding)
    label = part.entity.parameters.get("charset", "")
    relabelled = form.codec
    if relabelled and charset.codecs_for(label or "ascii") == _UTF8:
        relabelled = ""
    out = fields.FieldEdits()
    if relabelled or encoding:
        newline = fields.newline_in_header(part.entity, part.newline)
        fields.relabel(part.entity, relabelled, encoding, newline, out, wrapped=wrapped)
    if part.entity.parent is not None or wrapped:
        fields.remove(part.entity, {"content-md5"}, out)
        out.changes.clear()
    shift = part.entity.body
    placed = [Edit(start + shift, end + shift, new) for start, end, new in wire]
    if part.entity.body <= part.entity.header_end:
        placed.insert(0, _blank_line(part))
    return Written(placed, out, relabelled or label or "us-ascii")


_UTF8 = ("utf-8", "utf-8")


def _on_the_wire(part: Part, edits: Sequence[Edit], encoding: str) -> list[Edit]:
    """Return edits of the wire octets that leave the body in ``encoding``."""
    if encoding == part.encoding:
        wire = transfer.lower(encoding, part.wire, part.body.octets, edits, part.newline)
        if encoding != "quoted-printable" or not _makes_delimiter(part, wire):
            return wire if len(wire) != 1 else [trimmed(part.wire, wire[0])]
    octets = apply_edits(part.body.octets, edits)
    whole = transfer.encode(encoding, octets, part.newline)
    return [trimmed(part.wire, Edit(0, len(part.wire), whole))]


def _padded(part: Part, edit: TextEdit, form: Form) -> TextEdit:
    """Fill what is inserted up to a multiple of three octets, so no other group shifts.

    The blanks stand inside of a tag, or behind a line, where no reader shows them.
    In flowed text they would mean something (RFC 3676 4.2).
    """
    start, end, new = edit
    if part.layout.flowed or not new:
        return edit
    codec = form.codec or part.body.write
    try:
        gone = len(part.text[start:end].encode(part.body.codec, part.body.errors))
        size = len(new.encode(codec)) - gone
    except UnicodeError:
        return edit  # the author's own text, which moves up: all is written anew
    blank = len("  ".encode(codec)) - len(" ".encode(codec))
    count = next((n for n in range(3) if (size + n * blank) % 3 == 0), 0)
    at = new.rfind(">") if part.html else len(new.rstrip("\r\n"))
    if part.html and new.endswith(_NO_TAG_ENDS, 0, at):
        return edit  # no tag, but a comment of the author's: blanks would leave it open
    at = len(new) if at < 0 else at
    return start, end, new[:at] + " " * count + new[at:]


_NO_TAG_ENDS = ("--", "--!", "]")


def _other_encoding(part: Part, edits: Sequence[Edit]) -> str:
    """Return the transfer encoding a changed part needs, empty if it keeps its own."""
    if part.encoding in _OF_LINES and part.body.codec.startswith(charset.WIDE):
        # RFC 2045 2.10, 6.7: an octet 10 there is no line end, and there are NULs.
        return "base64"
    if part.encoding not in transfer.IDENTITY:
        return ""
    wire = part.wire
    new = b"".join(map(_NEW, edits))
    eight_bit = part.encoding == "7bit" and not new.isascii() and wire.isascii()
    long = part.encoding != "binary" and transfer.makes_long_line(wire, edits)
    if not (eight_bit or long or _makes_delimiter(part, edits)):
        return ""
    if part.entity.torn:
        return "quoted-printable"  # in which a reader of the rest as the body can read it
    escaped = len(new) - len(new.translate(None, _EIGHT_BIT))
    # RFC 2045 6.7: quoted-printable triples such an octet.
    return "base64" if 3 * escaped > len(new) + len(wire) else "quoted-printable"


_NEW = attrgetter("new")
_EIGHT_BIT = bytes(range(128, 256))
_OF_LINES = frozenset({"7bit", "8bit", "quoted-printable"})


def _makes_delimiter(part: Part, edits: Sequence[Edit]) -> bool:
    """Whether edits of the wire make a line like a delimiter's (RFC 2046 5.1.1).

    They may write one, or take out what kept one apart.
    """
    above = part.entity.parent
    if above is None:
        return False
    for start, end, new in edits:
        if start < end or new.find(b"--") >= 0:
            break
    else:
        return False
    while above is not None:
        delimiter = b"\n--" + above.boundary
        # What is further away than its length stays what it was.
        first = max(edits[0].start - len(delimiter), 0)
        stretch = part.wire[first : edits[-1].end + len(delimiter)]
        lead = b"" if first else b"\n"
        after = lead + spliced(stretch, edits, first)
        if after.count(delimiter) > (lead + stretch).count(delimiter):
            return True
        above = above.parent
    return False


def _blank_line(part: Part) -> Edit:
    """Return the edit that ends a header section which runs into the end of the entity."""
    at = part.entity.header_end
    return Edit(at, at, part.newline)
