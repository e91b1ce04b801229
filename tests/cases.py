"""What a hard case is, and the few builders that keep its octets readable."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsig.options import Options
from mailsig.signature import Signature

Path = tuple[int, ...]

ASCII = Signature(
    html="<div><p>Jo Doe<br><b>Example Ltd</b> &middot; "
    '<a href="https://example.com/?a=b&amp;c=d">web</a></p></div>',
    text="Jo Doe, Example Ltd\nhttps://example.com/?a=b&c=d",
)
WIDE = Signature(
    html="<div><p>Jörg Müller<br><b>Łódź € GmbH 株式会社</b></p></div>",
    text="Jörg Müller\nŁódź € GmbH 株式会社",
)

HEAD = (
    b"Date: Tue, 02 Jan 2024 10:00:00 +0100\r\n"
    b"From: Ann Author <ann@example.com>\r\n"
    b"To: bob@example.org\r\n"
    b"Message-ID: <1@example.com>\r\n"
    b"Subject: The report\r\n"
)
MIME = b"MIME-Version: 1.0\r\n"
DKIM = (
    b"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=k;\r\n"
    b"\th=from:to:subject; bh=abc=;\r\n"
    b"\tb=defdefdef\r\n"
)
PLAIN = b"Hello Bob,\r\n\r\nhere it is.\r\n\r\nAnn\r\n"
HTML = (
    b"<html><head><title>x</title></head><body>\r\n"
    b"<p>Hello Bob,</p><p>here it is.</p>\r\n</body></html>\r\n"
)
PNG = base64.encodebytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 60).replace(b"\n", b"\r\n")
PDF = base64.encodebytes(b"%PDF-1.7" + b"\1" * 60).replace(b"\n", b"\r\n")
B64 = b"Content-Transfer-Encoding: base64"
QP = b"Content-Transfer-Encoding: quoted-printable"
E8 = b"Content-Transfer-Encoding: 8bit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One message, and what must be true of it signed.

    Attributes:
        id: The number of the hard case, and what is hard about it.
        raw: The message, with CRLF where a line ends.
        signed: Paths of the parts that get the signature; () for nowhere; None where
            both a sound signature and one of ``reasons`` are right.
        reasons: Where nothing is signed, one of these must be given.
        replaced: A marker stood there.
        between: path -> (text above, text below) of the place, either may be "".
        holds: Octets that the output has.
        lacks: Octets that the output has not.
        folded: Plain text whose signature may be folded to ASCII.
        signature: Instead of the two usual ones.
        lf: Whether the same message with LF is a case too.
        judged: Whether the oracle can read a message of this size.
        check: Further conditions: (raw, out) -> what is wrong.
    """

    id: str
    raw: bytes
    signed: tuple[Path, ...] | None = ((),)
    reasons: tuple[str, ...] = ()
    options: Options = field(default_factory=Options)
    replaced: bool = False
    between: Mapping[Path, tuple[str, str]] = field(default_factory=dict)
    holds: tuple[bytes, ...] = ()
    lacks: tuple[bytes, ...] = ()
    folded: bool = False
    signature: Signature | None = None
    lf: bool = True
    judged: bool = True
    check: Callable[[bytes, bytes], Any] | None = None


def part(media_type: bytes, body: bytes, *fields: bytes) -> bytes:
    """Return an entity: a Content-Type field, further fields, a body."""
    return b"\r\n".join((b"Content-Type: " + media_type, *fields, b"", body))


def multi(subtype: bytes, boundary: bytes, *parts: bytes, preamble: bytes = b"") -> bytes:
    """Return a multipart of these parts; ``subtype`` may carry parameters."""
    body = b"".join(b"--" + boundary + b"\r\n" + child + b"\r\n" for child in parts)
    kind = b"multipart/" + subtype + b';\r\n boundary="' + boundary + b'"'
    return part(kind, preamble + body + b"--" + boundary + b"--\r\n")


def mail(entity: bytes, *fields: bytes) -> bytes:
    """Return a message: the usual fields, further ones, then the entity."""
    return HEAD + b"".join(line + b"\r\n" for line in fields) + MIME + entity


def plain(body: bytes = PLAIN, charset: bytes = b"utf-8", *fields: bytes) -> bytes:
    """Return a text/plain entity."""
    return part(b"text/plain; charset=" + charset, body, *fields)


def html(body: bytes = HTML, charset: bytes = b"utf-8", *fields: bytes) -> bytes:
    """Return a text/html entity."""
    return part(b"text/html; charset=" + charset, body, *fields)


def b64(octets: bytes) -> bytes:
    """Return base64 in lines of 76, with CRLF."""
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")


def png(*fields: bytes) -> bytes:
    """Return an image entity."""
    return part(b"image/png; name=a.png", PNG, B64, *fields)


def pdf(disposition: bytes = b"attachment") -> bytes:
    """Return a PDF entity."""
    return part(
        b"application/pdf",
        PDF,
        B64,
        b"Content-Disposition: " + disposition + b"; filename=a.pdf",
    )
