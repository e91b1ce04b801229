"""One body part, read down to its text: octets of the wire - transfer encoding - octets -
charset - text. The way back is in ``writing``.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import charset, plain, transfer
from .entity import Entity
from .html.skim import Page, skim
from .html.tokens import Token, Tokens, tokenize
from .options import Options
from .reply import (
    Boundary,
    find_in_first_tokens,
    find_in_html,
    find_in_text,
    may_hold_history,
)
from .result import Skip, SkipReason

Ranges = tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Part:
    """A body part with its text, and what the text says."""

    entity: Entity
    encoding: str
    wire: bytes
    body: charset.Body
    text: str  # the decoded body; a mark before HTML is a blank
    html: bool
    first_tokens: list[Token] | Tokens  # up to below the boundary, if it is settled
    all_read: bool
    page: Page | None  # HTML in pieces, where these say enough
    boundary: Boundary | None
    layout: plain.Layout
    newline: bytes  # line end on the wire

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
    def authored(self) -> Ranges:
        """The ranges of the text that the author wrote now."""
        return ((0, len(self.text)),) if self.boundary is None else self.boundary.authored

    @property
    def blank(self) -> bool:
        """Whether a reader sees nothing of it."""
        if not self.html:
            return not self.text.strip()
        if self.page is not None and not all(map(_is_white, self.page.gaps)):
            return False
        position = 0
        for _, start, end, name in self.tokens:
            if name in _SHOWN or self.text[position:start].strip():
                return False
            position = end
        return not self.text[position:].strip()


def _is_white(text: str) -> bool:
    return not text.strip()


_SHOWN = frozenset({"img", "table", "hr", "video", "svg", "object"})


def read(
    entity: Entity, options: Options, message_newline: bytes, reply: bool = False
) -> Part | Skip:
    """Return the text of a body part, or why it cannot be had.

    ``reply`` only says where to look first: a reply's history begins near the top.
    """
    path = entity.path
    label = entity.value("content-transfer-encoding")
    encoding = transfer.encoding_named(label)
    if encoding is None:
        detail = ascii((label or "")[:40])
        return Skip(path, SkipReason.UNKNOWN_TRANSFER_ENCODING, detail)
    if entity.end - entity.body > options.max_body_octets:
        return Skip(path, SkipReason.LIMIT, "max_body_octets")
    wire = entity.raw[entity.body : entity.end]
    octets = transfer.decode(encoding, wire)
    if octets is None:
        return Skip(path, SkipReason.UNDECODABLE_BODY, encoding)
    name = entity.parameters.get("charset", "")
    body = charset.decode_body(octets, name)
    if body is None:
        known = charset.codecs_for(name) is not None
        reason = SkipReason.UNDECODABLE_BODY if known else SkipReason.UNKNOWN_CHARSET
        return Skip(path, reason, ascii(name[:40]))
    html = entity.media_type == "text/html"
    text = _without_mark(body.text) if html else body.text
    if html:
        seen = _seen_in_html(text, reply)
    else:
        seen = [], True, None, find_in_text(text, reply)
    newline = _newline_of(wire) or message_newline
    style = newline.decode("ascii")
    layout = plain.Layout(
        plain.newline_of(text, style) if encoding == "base64" else style,
        entity.parameters.get("format", "").lower() == "flowed",
    )
    return Part(
        *(entity, encoding, wire, body, text, html),
        *seen,
        *(layout, newline),
    )


def _newline_of(wire: bytes) -> bytes:
    # PERF (relay 10 KB): one octet is found twenty times as fast as two.
    if b"\r" in wire and b"\r\n" in wire:
        return b"\r\n"
    return b"\n" if b"\n" in wire else b""


def _without_mark(html: str) -> str:
    """Return HTML with a blank for a byte order mark, which would open the body."""
    return " " + html[1:] if html.startswith("\ufeff") else html


# Enough for the place and what the rules look at below it, in most replies.
_FIRST_TOKENS = 72


def _seen_in_html(
    text: str, reply: bool
) -> tuple[list[Token] | Tokens, bool, Page | None, Boundary | None]:
    """Return the tokens read, whether they are all, the pieces, and the boundary.

    PERF (reply 30 KB): of a long history below the boundary nothing matters. PERF
    (newsletter 100 KB): where there is none, tokens are seldom needed.
    """
    if not reply:
        page = skim(text)
        if page is not None and not may_hold_history(text, page):
            return Tokens(text), True, page, None
        tokens = tokenize(text)
        return tokens, True, page, find_in_html(text, tokens)
    tokens = tokenize(text, _FIRST_TOKENS)
    if len(tokens) >= _FIRST_TOKENS:
        boundary = find_in_first_tokens(text, tokens)
        if boundary is not None and boundary.start:
            return tokens, False, None, boundary
        tokens = tokenize(text)
    return tokens, True, None, find_in_html(text, tokens)
