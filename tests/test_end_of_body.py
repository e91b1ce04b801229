"""The end of a body: its last line, and places that are second-best."""

from __future__ import annotations

import pytest

from mailsig import Signature, inject

SIGNATURE = Signature(html="<div>Jo</div>", text="Jo")
HEAD = b"To: a\r\nMIME-Version: 1.0\r\nContent-Type: text/"

BODIES = [
    ("html", b"html\r\n\r\n<p>Hi</p>\r\n"),
    ("html-without", b"html\r\n\r\n<p>Hi</p>"),
    ("plain", b"plain\r\n\r\nHi\r\n"),
    ("plain-without", b"plain\r\n\r\nHi"),
    (
        "base64-of-a-line",
        b"html\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+SGk8L3A+DQo=",
    ),
    (
        "quoted-soft-break",
        b"plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nHi=\r\n",
    ),
    (
        "quoted-html",
        b"html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>Hi</p>\r\n",
    ),
]


@pytest.mark.parametrize("lf", [False, True], ids=["crlf", "lf"])
@pytest.mark.parametrize("body", [row[1] for row in BODIES], ids=[row[0] for row in BODIES])
def test_the_last_line_ends_as_it_did(body: bytes, lf: bool) -> None:
    raw = HEAD + body
    raw = raw.replace(b"\r\n", b"\n") if lf else raw
    result = inject(raw, SIGNATURE)
    assert result.signed
    assert result.message.endswith(b"\n") is raw.endswith(b"\n")


def test_a_place_that_nobody_would_choose_is_told() -> None:
    """An open link takes in all that follows, so the signature stands above it."""
    raw = HEAD + b"html\r\n\r\n<p>Hello</p><a href='x'>link\r\n"
    (part,) = inject(raw, SIGNATURE).parts
    assert (part.note, part.confidence) == ("above", "low")
    (part,) = inject(HEAD + b"html\r\n\r\n<p>Hello</p>\r\n", SIGNATURE).parts
    assert (part.note, part.confidence) == ("", "high")
