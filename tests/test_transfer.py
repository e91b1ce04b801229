"""Transfer encodings: labels, bodies, and edits that leave the wire around them alone."""

from __future__ import annotations

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsig.edits import Edit, apply_edits
from mailsig.transfer import decode, encode, encoding_named, lower, makes_long_line

LABELS = [
    ("absent", None, "7bit"),
    ("capitals", "BASE64", "base64"),
    ("semicolon", "7-bit;", "7bit"),
    ("plural", "8-bits", "8bit"),
    ("comment", "base64 (x)", "base64"),
    ("comment-first", "(x; y) base64", "base64"),
    ("comment-alone", "(base64)", None),
    ("parameter-alone", "; base64", None),
    ("quotes-alone", '""', None),
    ("blanks", " quoted-printable  ", "quoted-printable"),
    ("charset", "utf-8", None),
    ("host", "amazonses.com", None),
    ("uuencode", "x-uuencode", None),
]


@pytest.mark.parametrize(
    ("label", "name"), [row[1:] for row in LABELS], ids=[row[0] for row in LABELS]
)
def test_labels_are_read_tolerantly_and_unknown_ones_are_not_guessed(
    label: str | None, name: str | None
) -> None:
    assert encoding_named(label) == name


BODIES = [
    ("qp-soft-break", "quoted-printable", b"a=\r\nb=3D\r\n", b"ab=\r\n"),
    ("base64-lines", "base64", b"YWJj\r\nZGVm\r\n", b"abcdef"),
    ("base64-without-its-padding", "base64", b"YWI", b"ab"),
    ("base64-in-two-pieces", "base64", b"YQ==\r\nYQ==\r\n", None),
    ("base64-with-a-footer", "base64", b"YWJj\r\n-- list\r\n", None),
    ("base64-of-one-letter-too-many", "base64", b"YWJjZ", None),
    ("8bit", "8bit", b"\xe9", b"\xe9"),
]


@pytest.mark.parametrize(
    ("encoding", "wire", "octets"), [row[1:] for row in BODIES], ids=[r[0] for r in BODIES]
)
def test_bodies_are_decoded_or_refused(
    encoding: str, wire: bytes, octets: bytes | None
) -> None:
    assert decode(encoding, wire) == octets


ROW = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0"
TEXT = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz01234"

LOWERED = [
    (
        "qp-only-the-insertion-is-encoded",
        "quoted-printable",
        b"Caf=C3=A9 x\r\n",
        Edit(5, 5, b"\xe9="),
        b"Caf=C3=A9=\r\n=E9=3D=\r\n x\r\n",
    ),
    (
        "qp-no-break-at-the-start-of-a-line",
        "quoted-printable",
        b"a=\r\nb\r\n",
        Edit(1, 1, b"x\r\n"),
        b"a=\r\nx\r\nb\r\n",
    ),
    (
        "qp-a-full-line-is-broken-earlier",
        "quoted-printable",
        b"x" * 76 + b"\r\n",
        Edit(76, 76, b"!"),
        b"x" * 73 + b"=\r\nxxx=\r\n!=\r\n\r\n",
    ),
    (
        "qp-nothing-looks-like-a-delimiter",
        "quoted-printable",
        b"a\r\n",
        Edit(3, 3, b"--b\r\n"),
        b"a\r\n=2D-b\r\n",
    ),
    (
        "base64-only-the-touched-line-is-written-anew",
        "base64",
        ROW + b"\r\n" + ROW + b"\r\n" + ROW + b"\r\n",
        Edit(58, 58, b"..."),
        ROW + b"\r\n" + b"QS4uLkJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJz"
        b"dHV2d3h5ejAx\r\nMjM0\r\n" + ROW + b"\r\n",
    ),
    ("base64-at-the-end", "base64", b"YWI=\r\n", Edit(2, 2, b"cde"), b"YWJjZGU=\r\n"),
    ("base64-of-nothing", "base64", b"", Edit(0, 0, b"abc"), b"YWJj"),
    ("identity", "8bit", b"ab", Edit(1, 1, b"x"), b"axb"),
]


@pytest.mark.parametrize(
    ("encoding", "wire", "edit", "out"),
    [row[1:] for row in LOWERED],
    ids=[row[0] for row in LOWERED],
)
def test_an_edit_of_the_octets_becomes_an_edit_of_the_wire(
    encoding: str, wire: bytes, edit: Edit, out: bytes
) -> None:
    octets = decode(encoding, wire)
    assert octets is not None
    assert apply_edits(wire, lower(encoding, wire, octets, [edit], b"\r\n")) == out


def test_base64_edits_keep_the_lines_before_and_behind() -> None:
    octets = TEXT * 40
    wire = encode("base64", octets, b"\n") + b"\n"
    edits = lower("base64", wire, octets, [Edit(1000, 1000, b"x" * 300)], b"\n")
    assert len(edits) == 1
    assert edits[0].start % 77 == 0
    assert edits[0].end - edits[0].start == 76
    assert len(edits[0].new) < 600


@pytest.mark.parametrize(
    "piece", [b"a <M> b\r\n", b"x=C3=A9 <M> =\r\n", b"<M> ", b"=E9<M>"]
)
def test_many_edits_of_quoted_printable_are_each_at_their_place(piece: bytes) -> None:
    wire = piece * 300
    octets = decode("quoted-printable", wire)
    assert octets is not None
    edits = []
    at = octets.find(b"<M>")
    while at >= 0:
        edits.append(Edit(at, at + 3, b""))
        at = octets.find(b"<M>", at + 3)
    lowered = lower("quoted-printable", wire, octets, edits, b"\r\n")
    assert len(lowered) == 300
    assert apply_edits(wire, lowered) == wire.replace(b"<M>", b"")


def test_edits_that_touch_keep_the_lines_short() -> None:
    edits = [Edit(0, 0, b"sig"), Edit(0, 0, b"x" * 74), Edit(0, 1, b"y")]
    out = apply_edits(b"ab", lower("quoted-printable", b"ab", b"ab", edits, b"\n"))
    assert decode("quoted-printable", out) == b"sig" + b"x" * 74 + b"yb"
    assert max(map(len, out.splitlines())) <= 76


BROKEN = [
    ("escape-of-nothing", b"a=ZZb=\rc\nd", [Edit(6, 6, b"!")]),
    ("full-line-twice", b"x" * 76 + b"\n", [Edit(75, 75, b"!"), Edit(76, 76, b"?")]),
    ("carriage-return-last", b"a=b\r", [Edit(1, 1, b"!")]),
]


@pytest.mark.parametrize(
    ("wire", "edits"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_where_pieces_do_not_fit_the_body_is_written_anew(
    wire: bytes, edits: list[Edit]
) -> None:
    octets = decode("quoted-printable", wire)
    assert octets is not None
    out = apply_edits(wire, lower("quoted-printable", wire, octets, edits, b"\n"))
    assert decode("quoted-printable", out) == apply_edits(octets, edits)
    assert max(map(len, out.split(b"\n"))) <= 76


@pytest.mark.parametrize("at", [3, 3_000, 20_000, 33_990, 34_000])
def test_of_a_long_quoted_body_only_the_place_is_written(at: int) -> None:
    octets = b"x\xc3\xa9 and so on, \r\n" * 2_000
    wire = encode("quoted-printable", octets, b"\r\n")
    lowered = lower("quoted-printable", wire, octets, [Edit(at, at, b"sig")], b"\r\n")
    assert decode("quoted-printable", apply_edits(wire, lowered)) == (
        octets[:at] + b"sig" + octets[at:]
    )
    assert sum(edit.end - edit.start + len(edit.new) for edit in lowered) < 100


PIECES = st.sampled_from([b"a", b"=", b"\xc3\xa9", b" ", b"\n", b"x" * 60, b"--", b"\t\n"])
OCTETS = st.lists(PIECES, max_size=20).map(b"".join)
NEW = st.sampled_from([b"", b"sig", b"sig\n", b"--sig\xe9", b"x" * 200, b"a\nb"])


@given(
    st.sampled_from(["quoted-printable", "base64", "8bit"]),
    OCTETS,
    st.lists(
        st.tuples(st.integers(0, 300), st.integers(0, 5), NEW), min_size=1, max_size=3
    ),
    st.booleans(),
    st.integers(0, 10_000),
)
def test_lowered_edits_decode_to_the_edited_octets(
    encoding: str, octets: bytes, raws: list[tuple[int, int, bytes]], crlf: bool, cut: int
) -> None:
    newline = b"\r\n" if crlf else b"\n"
    octets = octets.replace(b"\n", newline)
    wire = encode(encoding, octets, newline)
    if encoding == "quoted-printable" and cut % 3 == 0 and wire:
        wire = wire[: cut % len(wire)] + b"=" + wire[cut % len(wire) :]  # malformed
        octets = decode(encoding, wire) or b""
    edits, position = [], 0
    for start, size, new in sorted(raws):
        start = min(max(start, position), len(octets))
        position = min(start + size, len(octets))
        edits.append(Edit(start, position, new.replace(b"\n", newline)))
    out = apply_edits(wire, lower(encoding, wire, octets, edits, newline))
    assert decode(encoding, out) == apply_edits(octets, edits)
    if encoding != "8bit":
        was = max(map(len, wire.splitlines()), default=0)
        assert max(map(len, out.splitlines()), default=0) <= max(76, was)


@given(OCTETS, st.booleans())
def test_whole_bodies_come_back_and_other_programs_read_them(
    octets: bytes, crlf: bool
) -> None:
    newline = b"\r\n" if crlf else b"\n"
    octets = octets.replace(b"\n", newline)
    quoted = encode("quoted-printable", octets, newline)
    assert decode("quoted-printable", quoted) == octets
    assert quopri.decodestring(quoted) == octets
    assert not any(line.startswith(b"--") for line in quoted.splitlines())
    packed = encode("base64", octets, newline)
    assert base64.b64decode(packed) == decode("base64", packed) == octets


@pytest.mark.parametrize(
    ("wire", "edits", "long"),
    [
        (b"x" * 990, [Edit(5, 5, b"y" * 8)], False),
        (b"x" * 990, [Edit(5, 5, b"y" * 9)], True),
        (b"x" * 990, [Edit(5, 5, b"\r\n" + b"y" * 9)], False),
        (b"x" * 999, [Edit(5, 5, b"y" * 9)], False),
        (b"a\n" + b"x" * 990 + b"\nb", [Edit(0, 0, b"y" * 900)], False),
        (b"x" * 990, [Edit(5, 5, b"y" * 5), Edit(9, 9, b"y" * 4)], True),
        (b"x" * 990, [Edit(5, 9, b""), Edit(9, 9, b"y" * 9)], False),
        (b"x" * 990 + b"\nb", [Edit(5, 5, b"y" * 5), Edit(992, 992, b"y" * 4)], False),
        (b"x" * 990 + b"\nb", [Edit(992, 992, b"y" * 998)], True),
        (b"x" * 500 + b"\n" + b"y" * 500, [Edit(500, 501, b"")], True),
        (b"xx\n" * 9 + b"y" * 990, [Edit(1, 2, b"x"), Edit(30, 30, b"y" * 9)], True),
        (b"x" * 990 + b"\nb\nc", [Edit(5, 5, b"y" * 9), Edit(993, 993, b"z")], True),
    ],
    ids=[
        *("998", "999", "broken", "was-too-long", "another-line", "two-edits-of-a-line"),
        *("shorter-first", "two-lines", "last-line", "joined", "second-of-two"),
        "first-of-two",
    ],
)
def test_a_line_that_gets_too_long_is_noticed(
    wire: bytes, edits: list[Edit], long: bool
) -> None:
    assert makes_long_line(wire, edits) is long


ALIKE = [
    ("a-blank-in-a-line", b"YWJj\nYW Jj\nYWJj\n"),
    ("a-blank-for-a-letter", b"YWJjYWJj\nYW  YWJj\nYWJjYWJj\nYWJj\n"),
    ("a-letter-for-a-carriage-return", b"YWJj\r\nYWJjY\nWJj\r\nYWJj\r\n"),
    ("padding-on-its-own-line", b"YWJj\nYWJj\nYW\n==\n"),
    ("only-the-first-line-is-long", b"YWJjYWJj\nYWJj\nYWJj\n"),
    ("no-padding", b"YWJj\nYWJj\nYW"),
    ("blanks-behind", b"YWJj\nYWJj\nYWI=\n" + b" \n" * 800),
]


@pytest.mark.parametrize("at", [0, 2, 4, 7])
@pytest.mark.parametrize("wire", [row[1] for row in ALIKE], ids=[row[0] for row in ALIKE])
def test_lines_that_only_look_alike_are_no_rows(wire: bytes, at: int) -> None:
    octets = base64.b64decode(wire + b"==")
    assert decode("base64", wire) == octets
    out = apply_edits(wire, lower("base64", wire, octets, [Edit(at, at, b"...")], b"\n"))
    assert decode("base64", out) == octets[:at] + b"..." + octets[at:]


BAD = [b"!", b"=", b"\x0b", b"\xff", b"==", b"-"]


@pytest.mark.parametrize("at", [0, 3, 9, 78, 80, 150])
@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("over", [False, True])
def test_what_is_no_base64_is_refused_wherever_it_stands(
    bad: bytes, at: int, over: bool
) -> None:
    wire = encode("base64", TEXT * 2, b"\r\n")
    assert decode("base64", wire) == TEXT * 2
    assert decode("base64", wire[:at] + bad + wire[at + over * len(bad) :]) is None
