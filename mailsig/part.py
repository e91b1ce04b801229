"""One body part, read down to its text: octets of the wire - transfer encoding - octets -
charset - text. The way back is in ``writing``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mailsig import charset, plain, transfer
from mailsig.entity import Entity
from mailsig.fields import newline_of
from mailsig.header import field_value
from mailsig.html.head import is_folded
from mailsig.html.place import Place
from mailsig.html.sight import SHOWN
from mailsig.html.skim import Page, skim
from mailsig.html.tokens import Token, Tokens, first_tokens, tokenize
from mailsig.options import Options
from mailsig.reply import (
    Boundary,
    find_in_first_tokens,
    find_in_html,
    find_in_text,
    may_hold_history,
)
from mailsig.result import Skip, SkipReason

Ranges = tuple[tuple[int, int], ...]

ENCODING = "content-transfer-encoding"
# Enough for the place and what the rules look at below it, in most replies.
_FIRST_TOKENS = 48


@dataclass(slots=True)
class Part:
    """A body part with its text, and what the text says."""

    entity: Entity
    encoding: str
    wire: bytes
    body: charset.Body
    text: str  # the decoded body; a mark before HTML is a blank
    html: bool
    layout: plain.Layout
    newline: bytes  # line end on the wire
    # of HTML: up to below the boundary, if it is settled
    first_tokens: list[Token] | Tokens = field(default_factory=list)
    all_read: bool = True
    page: Page | None = None  # HTML in pieces, where these say enough
    boundary: Boundary | None = None
    authored: Ranges = ()  # the ranges of the text that the author wrote now
    above: Place | None = None  # the place between them and the history,
    looked_above: bool = False  # once somebody looked for it

    def take(self, boundary: Boundary | None) -> None:
        """Let the author's text end at a boundary, or with the body."""
        self.boundary = boundary
        self.authored = ((0, len(self.text)),) if boundary is None else boundary.authored

    def look(self, reply: bool) -> Boundary | None:
        """Read the tags, as far as needed, and return the boundary of HTML.

        PERF (reply 30 KB): of a long history below the boundary nothing matters. PERF
        (newsletter 100 KB): where there is none, tokens are seldom needed.
        """
        text = self.text
        if not reply:
            self.page = skim(text)
            if self.page is not None and not may_hold_history(text, self.page):
                self.first_tokens = Tokens(text)
                return None
            self.first_tokens = tokenize(text)
            return find_in_html(text, self.first_tokens)
        self.first_tokens = tokens = first_tokens(text, _FIRST_TOKENS)
        if len(tokens) < _FIRST_TOKENS:
            self.all_read = not is_folded(tokens)
            return find_in_html(text, tokens)
        self.all_read = False
        boundary = find_in_first_tokens(text, tokens)
        if boundary is not None and boundary.start:
            return boundary
        return find_in_html(text, self.tokens)

    @property
    def tokens(self) -> list[Token]:
        """All tokens of an HTML part."""
        if isinstance(self.first_tokens, Tokens):
            return self.first_tokens.read()
        if not self.all_read:
            self.first_tokens = tokenize(self.text)
            self.all_read = True
        return self.first_tokens

    @property
    def blank(self) -> bool:
        """Whether a reader sees nothing of it."""
        if not self.html:
            return not self.text or self.text.isspace()
        if self.page is not None and not all(map(_is_white, self.page.gaps)):
            return False
        position = 0
        for _, start, end, name in self.tokens:
            if name in _FILLS or self.text[position:start].strip():
                return False
            position = end
        return not self.text[position:].strip()


def _is_white(text: str) -> bool:
    return not text.strip()


_FILLS = SHOWN | {"table"}


def read(entity: Entity, options: Options, reply: bool = False) -> Part | Skip:
    """Return the text of a body part, or why it cannot be had.

    ``reply`` only says where to look first: a reply's history begins near the top.
    """
    label = entity.value(ENCODING)
    encoding = transfer.encoding_named(label)
    if entity.header.names.count(ENCODING) > 1 and _contradicts_itself(entity):
        encoding = None
    if encoding is None:
        detail = ascii((label or "")[:40])
        return Skip(entity.path, SkipReason.UNKNOWN_TRANSFER_ENCODING, detail)
    if entity.end - entity.body > options.max_body_octets:
        return Skip(entity.path, SkipReason.LIMIT, "max_body_octets")
    wire = entity.raw[entity.body : entity.end]
    octets = transfer.decode(encoding, wire)
    if octets is None:
        return Skip(entity.path, SkipReason.UNDECODABLE_BODY, encoding)
    name = entity.parameters.get("charset", "")
    body = charset.decode_body(octets, name)
    if body is None:
        known = charset.codecs_for(name) is not None
        reason = SkipReason.UNDECODABLE_BODY if known else SkipReason.UNKNOWN_CHARSET
        return Skip(entity.path, reason, ascii(name[:40]))
    wide = body.codec.startswith(charset.WIDE)
    newline = newline_of(entity.raw) if wide else line_end(wire, entity.raw)
    html = entity.media_type == "text/html"
    text = _without_mark(body.text) if html else body.text
    style = newline.decode("ascii")
    if wide or encoding == "base64":
        style = plain.newline_of(text, style)
    flowed = entity.parameters.get("format", "").lower() == "flowed"
    layout = plain.Layout(style, flowed)
    part = Part(entity, encoding, wire, body, text, html, layout, newline)
    part.take(part.look(reply) if html else find_in_text(text, reply))
    return part


def _contradicts_itself(entity: Entity) -> bool:
    """Whether fields name several encodings: some readers take the first, some the last."""
    labels = [field_value(entity.raw, field) for field, _ in entity.named({ENCODING})]
    named = {transfer.encoding_named(label) for label in labels}
    return len({"" if name in transfer.IDENTITY else name for name in named}) > 1


def line_end(wire: bytes, raw: bytes) -> bytes:
    """Return the line end of a body; that of the whole message where it has none."""
    # PERF (relay 10 KB): one octet is found twenty times as fast as two.
    if 13 in wire and wire.find(b"\r\n") >= 0:
        return b"\r\n"
    return b"\n" if 10 in wire else newline_of(raw)


def _without_mark(html: str) -> str:
    """Return HTML with a blank for a byte order mark, which would open the body."""
    return " " + html[1:] if html.startswith("\ufeff") else html
