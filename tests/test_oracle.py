"""The oracle of the tests sees what it is there to see."""

from __future__ import annotations

from typing import Any

import pytest
from cases import HTML, PLAIN, html, mail, multi, pdf, plain
from oracle import Wanted, one_edit, problems, read, undo

from mailsig.edits import Edit

RAW = mail(
    multi(b"mixed", b"b1", multi(b"alternative", b"b2", plain(), html()), pdf()),
)
SIG_TEXT = b"-- \r\nJo Doe\r\n"
SIG_HTML = b'<div data-mailsig="0">Jo Doe</div>\r\n'
OUT = RAW.replace(PLAIN, PLAIN + SIG_TEXT).replace(b"</body>", SIG_HTML + b"</body>")
PATHS = ((0, 0), (0, 1))
WANTED = Wanted(("Jo Doe",), ("Jo Doe",))

BAD = [
    ("half-signed", RAW.replace(PLAIN, PLAIN + SIG_TEXT), "not changed"),
    ("signed-twice", OUT.replace(SIG_HTML, SIG_HTML * 2), "2 new elements"),
    ("in-a-link", OUT.replace(SIG_HTML, b"<a href=x>" + SIG_HTML + b"</a>"), "inside of"),
    ("tree-broken", OUT.replace(SIG_HTML, SIG_HTML + b"<b>"), "tree differs"),
    ("garbled", OUT.replace(b"Jo Doe</div>", b"J? Doe</div>"), "garbled"),
    ("text-garbled", OUT.replace(b"Jo Doe\r\n", b"Jo D?e\r\n"), "no line 'Jo Doe'"),
    ("glued", OUT.replace(b"-- \r\nJo Doe", b"Ann Jo Doe"), "no line 'Jo Doe'"),
    ("text-lost", OUT.replace(b"here it is.\r\n", b""), "text went"),
    ("field-lost", OUT.replace(b"Subject: The report\r\n", b""), "header fields lost"),
    ("field-moved", OUT.replace(b"Date:", b"X-Date:"), "header fields lost"),
    ("two-fields-added", b"X-A: 1\r\nX-B: 1\r\n" + OUT, "header fields added"),
    ("attachment", OUT.replace(b"JVBERi", b"JVBERj"), "isn't a signed part"),
    ("part-lost", OUT.replace(b"--b1\r\n" + pdf() + b"\r\n", b""), "structure changed"),
    ("delimiter", OUT.replace(b"--b2--\r\n", b"--b2-- \r\n"), "delimiter or epilogue"),
    ("type", OUT.replace(b"application/pdf", b"application/zip"), "media type changed"),
    (
        "part-field",
        OUT.replace(b"charset=utf-8\r\n\r\n<html", b"charset=utf-8\r\nX: y\r\n\r\n<html"),
        "field of the part",
    ),
    ("bare-lf", OUT.replace(b"Jo Doe\r\n", b"Jo Doe\n"), "bare LF"),
    ("8-bit", OUT.replace(b"Jo Doe\r\n", "Jo Doe\r\nJö\r\n".encode()), "8-bit octets"),
    ("long-line", OUT.replace(b"-- \r\n", b"-" * 999 + b"\r\n"), "a line of 999 octets"),
]  # fmt: skip


def test_a_sound_rewrite_has_no_problem() -> None:
    assert problems(RAW, OUT, PATHS, WANTED) == []
    assert problems(RAW, b"X-Handled: Yes\r\n" + OUT, PATHS, WANTED) == []
    lf = (RAW.replace(b"\r\n", b"\n"), OUT.replace(b"\r\n", b"\n"))
    assert problems(*lf, PATHS, WANTED) == []


@pytest.mark.parametrize(("out", "word"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_a_damage_is_named(out: bytes, word: str) -> None:
    assert any(word in problem for problem in problems(RAW, out, PATHS, WANTED))


def test_a_signature_above_a_quoted_one_is_told_apart() -> None:
    quoted = HTML.replace(b"</body>", b"<blockquote>" + SIG_HTML + b"</blockquote></body>")
    out = quoted.replace(b"<blockquote>", SIG_HTML + b"<blockquote>")
    raw = mail(html(quoted))
    assert problems(raw, raw.replace(quoted, out), ((),), WANTED) == []


@pytest.mark.parametrize(
    ("before", "after", "edit"),
    [
        ("", "", (0, "", "")),
        ("ab", "axb", (1, "", "x")),
        ("ab", "b", (0, "a", "")),
        ("aa", "aaa", (2, "", "a")),
        ("abc", "abc", (3, "", "")),
        ("x" * 100_000 + "y", "x" * 100_000 + "zy", (100_000, "", "z")),
    ],
)
def test_one_edit_finds_the_smallest(before: str, after: str, edit: Any) -> None:
    assert one_edit(before, after) == edit


def test_undo_applies_the_inverse_edits() -> None:
    assert undo(b"abXYc", [Edit(2, 4, b""), Edit(4, 4, b"d")]) == b"abdc"
    assert undo(b"abXYc", [Edit(2, 4, b"Q"), Edit(0, 1, b"")]) == b"bQc"
    assert undo(b"ad", [Edit(1, 1, b"b"), Edit(1, 1, b"c")]) == b"abcd"


def test_read_finds_the_parts() -> None:
    tree = read(RAW)
    assert [part.path for part in tree.leaves()] == [(0, 0), (0, 1), (1,)]
    assert b"".join(tree.frame).startswith(b"--b1\r\n")
    assert next(part.text() for part in tree.leaves()) == PLAIN.decode()
