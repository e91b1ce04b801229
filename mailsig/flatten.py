"""Write a message object out as octets, touching as little as it can.

``email.generator`` refolds fields, re-encodes 8-bit bodies, rewrites line ends and sets
boundaries *on the message it writes*. This writer keeps:

* fields and payloads that came from a parser as they are, the preamble and epilogue;
* what the parser only left a note of: a missing close-delimiter, a missing empty line after
  the header section, the envelope's ``From `` line, no empty line after a nested multipart;
* the message it was given: nothing of it is mutated.

Line ends: CRLF where the message's own text has more of it than of bare LF, or where its
policy says so; else LF. Text with bare LF gets CRLF where the policy, or a part that a
program put into a CRLF message, asks for it; the octets of a binary part never do.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import (
    CloseBoundaryNotFoundDefect,
    MissingHeaderBodySeparatorDefect,
)
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from itertools import islice
from typing import Any

from mailsig.quoted_printable import LINE_OCTETS
from mailsig.transfer import encoding_named

# LIMIT: a message that contains itself would be written for ever. No real one has more
# parts than this.
MAX_PARTS = 1_000_000

# What the standard library's parser takes for the start of a field, or for an empty line.
_LIKE_A_FIELD = re.compile(r"From |[!-9;-~]*:|[\t \r\n]")
_LONE_LINE_FEED = re.compile(r"(?<!\r)\n")
_LINE_END_WITHOUT_BLANK = re.compile(r"\r\n(?![ \t])|\r(?![\n \t])|(?<!\r)\n(?![ \t])")


@dataclass(frozen=True, slots=True)
class _Visit:
    """One part to be written.

    ``top``: no multipart is around it. ``last``: the message ends with it, without a
    close-delimiter. ``enclosed``: it is the message in a ``message/*`` part.
    """

    part: Message
    top: bool
    last: bool
    enclosed: bool = False


@dataclass(frozen=True, slots=True)
class _Style:
    newline: str
    asked: bool  # the policy asks for CRLF
    policy: Any
    token: str

    def mends(self, part: Message) -> bool:
        """Say whether the line ends of a part's text may have to change."""
        return self.newline == "\r\n" and (self.asked or _is_built(part))

    def text(self, text: str, part: Message) -> str:
        """Return ``text`` of ``part`` with line ends that fit in with the message's."""
        return _mended(text) if "\n" in text and self.mends(part) else text


def _mended(text: str) -> str:
    if "\r" not in text:
        return text.replace("\n", "\r\n")
    return _LONE_LINE_FEED.sub("\r\n", text)


def flatten(message: Message) -> bytes | None:
    """Return the octets of ``message``, or None where it can't be written at all."""
    try:
        parts = list(islice(parts_of(message), MAX_PARTS + 1))
        if len(parts) > MAX_PARTS:
            return None
        style = _style(message, parts)
        return b"".join(_octets(message, style))
    except Exception:  # a caller's tree, policy and header classes may raise anything
        return None


def parts_of(root: Message) -> Iterator[Message]:
    """Yield ``root`` and every part below it, in order and without recursion."""
    todo = [root]
    while todo:
        part = todo.pop()
        yield part
        todo.extend(reversed(_children(part) or ()))


def _children(part: Message) -> list[Message] | None:
    payload = vars(part).get("_payload")
    if isinstance(payload, Message):
        return [payload]
    return payload if isinstance(payload, list) else None


def _style(message: Message, parts: list[Message]) -> _Style:
    crlf = lf = 0
    digest = hashlib.sha256()
    for part in parts:
        # What a program put in, and octets that are no text, say nothing about line ends.
        silent = _is_built(part) or _is_binary(part)
        for text in _texts(part):
            digest.update(text.encode("utf-8", "surrogatepass"))
            if silent:
                continue
            pairs = text.count("\r\n")
            crlf += pairs
            lf += text.count("\n") - pairs
    asked = message.policy.linesep == "\r\n"
    newline = "\r\n" if asked or crlf >= max(lf, 1) else "\n"
    policy = message.policy.clone(linesep=newline, cte_type="8bit", raise_on_defect=False)
    return _Style(newline, asked, policy, digest.hexdigest()[:24])


def _texts(part: Message) -> Iterator[str]:
    fields = vars(part)
    for text in (fields.get("preamble"), fields.get("_payload"), fields.get("epilogue")):
        if isinstance(text, str):
            yield text
    for _, value in part.raw_items():
        if isinstance(value, str):
            yield str(value)


def _octets(message: Message, style: _Style) -> Iterator[bytes]:
    if message.get_unixfrom():
        yield _encode(f"{message.get_unixfrom()}{style.newline}")
    todo: list[_Visit | bytes] = [_Visit(message, True, True)]
    count = 0
    while todo:
        item = todo.pop()
        if isinstance(item, bytes):
            yield item
        else:
            count += 1
            todo.extend(reversed(list(_write(item, style, f"{style.token}.{count}"))))


def _write(visit: _Visit, style: _Style, token: str) -> Iterator[_Visit | bytes]:
    """Yield the octets of one part and the visits of its children, in order."""
    part = visit.part
    children = _children(part)
    if children is None:
        # A header section alone (a report, mostly) has no empty line of its own: the parser
        # saw that of the delimiter.
        bare = visit.enclosed and not visit.top and vars(part).get("_payload") == ""
        yield b"".join(_fields(part, style)) if bare else _head(part, style)
        yield _body(part, style)
    elif part.get_content_maintype() == "multipart":
        yield from _multipart(visit, children, style, token)
    elif part.get_content_type() == "message/delivery-status":
        yield _head(part, style)
        for number, block in enumerate(children):
            if number:
                yield _encode(style.newline)
            yield b"".join(_fields(block, style))
            yield _body(block, style)
    elif part.get_content_maintype() == "message":
        yield _head(part, style)
        yield _Visit(children[0], visit.top, visit.last, enclosed=True)
    else:
        raise TypeError(f"{part.get_content_type()} can't have parts")


def _multipart(
    visit: _Visit, children: list[Message], style: _Style, token: str
) -> Iterator[_Visit | bytes]:
    part = visit.part
    boundary = part.get_boundary()
    if not boundary:
        # set_boundary() is for a copy: it replaces the list of fields, never changes it.
        boundary = f"=_{token}"
        part = copy.copy(part)
        part.set_boundary(boundary)
    yield _head(part, style)
    newline = style.newline
    if part.preamble is not None:
        yield _encode(style.text(part.preamble, part) + newline)
    closed = not _has_defect(part, CloseBoundaryNotFoundDefect)
    delimiter = f"--{boundary}{newline}"
    if not children:
        yield _encode(delimiter)
    for number, child in enumerate(children):
        yield _encode(f"{newline}{delimiter}" if number else delimiter)
        yield _Visit(child, False, visit.last and not closed and child is children[-1])
    if closed:
        yield _encode(f"{newline}--{boundary}--")
        # RFC 2046 5.1.1: the line end after a nested close-delimiter is the next
        # delimiter's. The parser says so with no epilogue; a built message has none either,
        # and there the line end is what the standard library writes.
        if part.epilogue is not None or visit.top or _is_built(part):
            yield _encode(newline + style.text(part.epilogue or "", part))
    elif visit.last and not _ends_with_multipart(children):
        # The parser took the last line end for a delimiter's, and none came.
        yield _encode(newline)


def _ends_with_multipart(children: list[Message]) -> bool:
    return bool(children) and children[-1].is_multipart()


def _is_built(part: Message) -> bool:
    """Return whether a program put this part together, rather than a parser."""
    return isinstance(part, MIMEBase) or type(_first(part, "content-type")) is not str


def _is_binary(part: Message) -> bool:
    """Return whether a part's body is octets without lines (RFC 2045 2.9)."""
    label = _first(part, "content-transfer-encoding")
    binary = encoding_named(str(label).strip().lower()) == "binary"
    return binary and _children(part) is None


def _first(part: Message, name: str) -> Any:
    """Return the value of the first field of that name, ``""`` if there is none."""
    return next((value for key, value in part.raw_items() if key.lower() == name), "")


def _has_defect(part: Message, kind: type) -> bool:
    return any(isinstance(defect, kind) for defect in part.defects)


def _head(part: Message, style: _Style) -> bytes:
    fields = b"".join(_fields(part, style))
    if _has_defect(part, MissingHeaderBodySeparatorDefect):
        payload = vars(part).get("_payload")
        first = payload if isinstance(payload, str) else part.preamble
        # What follows ended the header section by not being a field: an empty line would
        # make a body of the fields behind it. Unless somebody replaced it since.
        if not (isinstance(first, str) and _LIKE_A_FIELD.match(first)):
            return fields
    return fields + _encode(style.newline)


def _fields(part: Message, style: _Style) -> Iterator[bytes]:
    value: Any
    mends = style.mends(part)
    for name, value in part.raw_items():
        if _is_source(value, style):
            # The parser strips blanks after the colon: `Name:` CRLF ` value` has none.
            blank = "" if value[:1] in ("\r", "\n") else " "
            text = _mended(value) if mends else value
            yield _encode(f"{name}:{blank}{text}{style.newline}")
        else:
            # Header.encode() merges its chunks in place.
            value = copy.deepcopy(value) if isinstance(value, Header) else value
            yield style.policy.fold_binary(name, value)


def _is_source(value: Any, style: _Style) -> bool:
    """Say whether a field body can go out as it is: a parser made it, or might have."""
    if type(value) is not str:  # a header object, of either kind
        return False
    if not value.isascii() and any(
        c > "\x7f" and not "\udc80" <= c <= "\udcff" for c in value
    ):
        return False
    if _LINE_END_WITHOUT_BLANK.search(value):
        return False
    # Under a policy with header objects a plain string is the parser's; under compat32
    # it can be a program's, who relies on it being folded.
    return hasattr(style.policy, "header_factory") or all(
        len(line) <= LINE_OCTETS for line in value.split("\n")
    )


def _body(part: Message, style: _Style) -> bytes:
    payload = vars(part).get("_payload")
    if payload is None:
        return b""
    if isinstance(payload, bytes):
        return payload
    text = payload if _is_binary(part) else style.text(payload, part)
    try:
        return _encode(text)
    except UnicodeEncodeError:
        # set_payload() with text: what the charset parameter says is all there is to know.
        charset = part.get_content_charset()
        if charset is None:
            raise
        return text.encode(charset)


def _encode(text: str) -> bytes:
    return text.encode("ascii", "surrogateescape")
