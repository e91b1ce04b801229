"""Charsets: labels, the ladder from octets to text, and edits that go back."""

from __future__ import annotations

import base64
import encodings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsig import Signature, inject
from mailsig.charset import (
    codecs_for,
    decode_body,
    edited_text,
    encodable,
    encode_edits,
    transcode,
    with_references,
)
from mailsig.edits import apply_edits

LABELS = [
    ("latin1-is-windows", "ISO-8859-1", ("cp1252", "latin-1")),
    ("no-hyphen", "utf8", ("utf-8", "utf-8")),
    ("semicolon", "utf-8;", ("utf-8", "utf-8")),
    ("quotes", '"UTF-8"', ("utf-8", "utf-8")),
    ("misspelt", "uft-8", ("utf-8", "utf-8")),
    ("hebrew", "iso-8859-8-i", ("iso8859-8", "iso8859-8")),
    ("korean", "ks_c_5601-1987", ("cp949", "euc_kr")),
    ("by-pythons-name", "koi8-r", ("koi8-r", "koi8-r")),
    ("through-pythons-alias", "csisolatin1", ("cp1252", "latin-1")),
    ("unknown", "x-unknown", None),
    ("number", "1", None),
    ("no-text-encoding", "base64", None),
    ("no-charset-of-mail", "idna", None),
    ("no-charset-of-mail-by-an-alias", "Unicode-Escape", None),
    ("a-codec-and-no-charset", "charmap", None),
    ("with-a-dot", "iso8859.2", ("iso8859-2", "iso8859-2")),
    ("with-a-year", "ISO_8859-2:1987", ("iso8859-2", "iso8859-2")),
    ("in-no-list-of-aliases", "koi8-u", ("koi8-u", "koi8-u")),
    ("nul", "utf\0-8", ("utf-8", "utf-8")),
]


@pytest.mark.parametrize(
    ("label", "pair"), [row[1:] for row in LABELS], ids=[row[0] for row in LABELS]
)
def test_labels_are_read_as_senders_mean_them(
    label: str, pair: tuple[str, str] | None
) -> None:
    assert codecs_for(label) == pair


def test_labels_that_nobody_knows_leave_nothing_behind() -> None:
    before = len(encodings._cache)
    for number in range(100):
        assert codecs_for(f"x-hostile-{number}") is None
        assert codecs_for(f"koi8{'-' * (number + 1)}r") == ("koi8-r", "koi8-r")
    assert len(encodings._cache) <= before + 1


# id, octets, label, (text, honest, utf8)
BODIES = [
    ("ascii", b"Hi", "us-ascii", ("Hi", True, False)),
    ("no-label", b"Hi", "", ("Hi", True, False)),
    ("utf8", b"\xc3\xbc", "utf-8", ("ü", True, True)),
    ("cp1252-under-latin1", b"\x80\xfc", "iso-8859-1", ("€ü", True, False)),
    ("c1-under-latin1", b"\x81", "iso-8859-1", ("\x81", True, False)),
    ("utf8-under-ascii", b"\xc3\xbc", "us-ascii", ("ü", False, True)),
    ("latin1-under-ascii", b"\xfc", "us-ascii", ("ü", False, False)),
    ("latin1-under-utf8", b"\xfc", "utf-8", ("\udcfc", False, False)),
    ("utf8-under-an-unknown-label", b"\xc3\xbc", "x-no", ("ü", False, True)),
    ("latin1-under-an-unknown-label", b"\xfc", "x-no", ("ü", False, False)),
    ("utf16-with-its-mark", b"\xff\xfeH\0i\0", "utf-16", ("\ufeffHi", True, False)),
    ("utf16-big-endian-without-one", b"\0H\0i", "utf-16", ("Hi", True, False)),
    ("utf16-little-endian-without-one", b"H\0i\0", "utf-16", ("Hi", True, False)),
    ("utf8-under-utf16", b"<p>\xc3\xbc</p>x", "utf-16", ("<p>ü</p>x", False, True)),
    ("ascii-under-utf16", b"Hi Bo\n", "utf-16be", ("Hi Bo\n", False, True)),
    ("utf16-without-ascii", b"-N\x87e", "utf-16le", ("中文", True, False)),
    ("utf16-like-ascii", b"-N", "utf-16le", ("中", True, False)),
    ("utf16-of-nothing", b"", "utf-16", ("", True, False)),
    ("iso2022", b"\x1b$B$\"\x1b(B", "iso-2022-jp", ("あ", True, False)),
    ("iso2022-of-nec-and-ibm", b"\x1b$B-!|b\x1b(B\n", "iso-2022-jp", ("①髙\n", True, False)),
    ("iso2022-with-narrow-kana", b"a\x1b(I1\x1b(B", "cp50220", ("aｱ", True, False)),
    ("iso2022-without-a-label", b"\x1b$B-!\x1b(B\n", "", ("①\n", True, False)),
    ("iso2022-under-a-label-of-its-own", b"\x1b$B-!\x1b(B", "x-no", ("①", True, False)),
    ("iso2022-of-others", b"\x1b$(D0!\x1b(B", "", ("\x1b$(D0!\x1b(B", False, False)),
    ("hz-with-a-tilde", b"~x ~{VPND~}\n", "hz-gb-2312", ("~x ~{VPND~}\n", False, False)),
    ("utf7-with-a-plus", b"x + y +AOk-", "utf-7", ("x + y +AOk-", False, False)),
    ("utf8-under-utf7", b"x + y \xc3\xbc", "utf-7", ("x + y ü", False, True)),
    ("colours-of-a-terminal", b"\x1b[31m\x1b(B", "", ("\x1b[31m\x1b(B", True, False)),
    ("iso2022-with-other-octets", b"a\xe9", "iso-2022-jp", ("a\udce9", False, False)),
    ("iso2022-escape-of-nothing", b"\x1b\xfc", "iso-2022-jp", ("\x1b\xfc", False, False)),
    ("broken-gb18030", b"\xff", "gb2312", ("\udcff", False, False)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("octets", "label", "expected"),
    [row[1:] for row in BODIES],
    ids=[row[0] for row in BODIES],
)
def test_the_ladder(octets: bytes, label: str, expected: tuple[str, bool, bool]) -> None:
    body = decode_body(octets, label)
    assert body is not None
    assert (body.text, body.honest, body.utf8) == expected


@pytest.mark.parametrize("label", ["utf-16", "utf-32", "ibm424"])
def test_a_broken_body_in_a_charset_unlike_ascii_is_refused(label: str) -> None:
    assert decode_body(b"\xff\xfeH\0i\0\x73", label) is None


@pytest.mark.parametrize("label", ["utf-16", "utf-16-le", "utf-32-be"])
def test_a_body_of_wide_letters_cut_off_is_no_utf8(label: str) -> None:
    octets = "<p>Hi</p>".encode(label).removeprefix(b"\xff\xfe")
    assert decode_body(octets[:-1], label) is None
    assert decode_body(b"<p>Hi</p>", label) is not None  # a wrong label alone


@pytest.mark.parametrize("label", ["shift_jis", "iso-2022-jp", "euc-jp"])
def test_a_yen_sign_never_becomes_a_backslash(label: str) -> None:
    body = decode_body("日本".encode(label), label)
    assert body is not None
    if encodable(body, "¥1"):
        edits = encode_edits(body, [(0, 0, "¥1")])
        assert edits is not None
        assert apply_edits(body.octets, edits).decode(body.codec) == "¥1日本"
    html = with_references(body, "<b>¥1 日本 €</b>")
    assert "€" not in html
    assert html.replace("&#165;", "¥").replace("&#8364;", "€") == "<b>¥1 日本 €</b>"


JAPANESE = b"\x1b$B-!<B\x1b(B\r\n\x1b$B|b\x1b(B b\x1b(I1\x1b(B"  # ①実, 髙 bｱ


@pytest.mark.parametrize("at", [0, 2, 3, 4, 5, 6, 8])
@pytest.mark.parametrize("new", ["<b>", "字", "①髙", "ｱa"])
def test_letters_that_python_lacks_are_written_as_windows_does(at: int, new: str) -> None:
    body = decode_body(JAPANESE, "iso-2022-jp")
    assert body is not None
    assert encodable(body, new)
    edits = encode_edits(body, [(at, at, new)])
    assert edits is not None
    after = decode_body(apply_edits(JAPANESE, edits), "iso-2022-jp")
    assert after is not None
    assert after.text == body.text[:at] + new + body.text[at:]
    assert edits[0].start == edits[0].end


def test_nothing_is_written_between_letters_that_are_switched_to() -> None:
    body = decode_body(JAPANESE, "iso-2022-jp")
    assert body is not None
    assert encode_edits(body, [(1, 1, "a")]) is None


@pytest.mark.parametrize("new", ["〜", "−", "ł", "\ue000", "\x80"])
def test_letters_that_windows_reads_as_others_are_not_written(new: str) -> None:
    body = decode_body(JAPANESE, "iso-2022-jp")
    assert body is not None
    assert not encodable(body, new)
    edits = transcode(body, [(0, 0, new)])
    assert edits is not None
    assert apply_edits(JAPANESE, edits).decode() == new + body.text


@pytest.mark.parametrize("label", ["; charset=iso-2022-jp", "; charset=cp50220", ""])
@pytest.mark.parametrize("html", [False, True], ids=["text", "html"])
def test_a_japanese_mail_is_read_as_before(label: str, html: bool) -> None:
    text = b"\x1b$B-!<B|b\x1b(B"
    kind, body = ("html", b"<p>" + text + b"</p>") if html else ("plain", text)
    raw = f"To: a\r\nContent-Type: text/{kind}{label}\r\n\r\n".encode() + body + b"\r\n"
    result = inject(raw, Signature(text="山田"))
    out = result.message.partition(b"\r\n\r\n")[2]
    if label or html:
        assert out.startswith(body)
    else:
        assert base64.b64decode(out).startswith("①実髙\r\n".encode())
    assert result.parts[0].note == ""
    assert not inject(result.message, Signature(text="山田")).changed


@pytest.mark.parametrize("label", ["shift_jis", "iso-2022-jp", "gb18030", "utf-7", "hz"])
@pytest.mark.parametrize("count", [2, 8, 9, 30])
def test_many_edits_of_one_body_fit_together(label: str, count: int) -> None:
    text = "a<M>中b\r\n" * count
    octets = text.encode(label)
    body = decode_body(octets, label)
    assert body is not None
    places = [number * 8 + 1 for number in range(count)]
    edits = encode_edits(body, [(at, at + 3, "") for at in places])
    assert edits is not None
    after = decode_body(apply_edits(octets, edits), label)
    assert after is not None
    assert after.text == "a中b\r\n" * count


@pytest.mark.parametrize(
    ("octets", "label"),
    [
        (b'\x1b$B$"\x1b(B \xe9', "iso-2022-jp"),
        (b"\x0e!!\xff", "iso-2022-kr"),
        (b"~{VP~}\xe9", "hz"),
        (b"a +AOk- \xe9", "utf-7"),
    ],
    ids=["jp", "kr", "hz", "utf7"],
)
@pytest.mark.parametrize("count", [1, 12])
def test_no_octets_in_a_charset_with_a_state_raise(
    octets: bytes, label: str, count: int
) -> None:
    body = decode_body(octets, label)
    if body is None:
        return
    end = len(body.text)
    edits = encode_edits(body, [(0, 0, "x\n")] * (count - 1) + [(end, end, "\nJo")])
    if edits is not None:
        assert apply_edits(octets, edits).endswith(b"\nJo")


def test_octets_of_two_spellings_are_counted_as_they_are() -> None:
    octets = "①b∵c".encode("cp932").replace("∵".encode("cp932"), b"\x87\x9a") + b"d"
    body = decode_body(octets, "shift_jis")
    assert body is not None
    edits = encode_edits(body, [(1, 1, "x"), (3, 3, "y"), (4, 4, "z")])
    assert edits is not None
    assert apply_edits(octets, edits) == octets[:2] + b"xb\x87\x9aycz" + b"d"


def test_an_unknown_label_over_octets_of_no_known_kind_is_refused() -> None:
    assert decode_body(b"\xff\0\xfe\0", "x-wide") is None


SPLICED = [
    ("utf-8", "Grüße, あ", 3, "ß"),
    ("iso-8859-1", "Grüße", 3, "ä"),
    ("iso-8859-15", "Grüße €", 7, "€"),
    ("windows-1251", "Привет", 2, "я"),
    ("koi8-r", "Привет", 2, "я"),
    ("shift_jis", "日本語表", 3, "能"),  # trail octets 0x5C
    ("euc-jp", "日本語", 1, "字"),
    ("iso-2022-jp", "日本語", 3, "字"),
    ("iso-2022-jp", "a日本語b", 1, "字"),
    ("gb2312", "中文邮件", 2, "字"),
    ("gb18030", "中文𠀀", 2, "€"),
    ("big5", "中文郵件", 2, "字"),
    ("euc-kr", "한국어", 1, "말"),
    ("iso-2022-kr", "한국어", 3, "말"),
    ("hz", "中文", 2, "字"),
    ("utf-7", "Grüße", 5, "ß"),
    ("utf-16", "Grüße", 3, "あ"),
    ("utf-16-le", "Grüße", 3, "あ"),
    ("utf-32", "Grüße", 3, "あ"),
    ("ibm037", "Hello", 3, "!"),
    ("tis-620", "สวัสดี", 2, "ก"),
]


@pytest.mark.parametrize(
    ("label", "text", "at", "new"), SPLICED, ids=[f"{row[0]}-{row[2]}" for row in SPLICED]
)
def test_new_text_is_written_in_the_bodys_own_charset(
    label: str, text: str, at: int, new: str
) -> None:
    octets = text.encode(label)
    body = decode_body(octets, label)
    assert body is not None
    assert encodable(body, new)
    shift = len(body.text) - len(text)  # a byte order mark
    edits = encode_edits(body, [(at + shift, at + shift, new)])
    assert edits is not None
    after = decode_body(apply_edits(octets, edits), label)
    assert after is not None
    assert after.text[shift:] == text[:at] + new + text[at:]


@pytest.mark.parametrize(
    ("octets", "label", "at", "new", "out"),
    [
        (b"H\xfc!", "iso-8859-1", 2, "€", "Hü€!".encode()),
        (b"Hi!", "us-ascii", 2, "ü", "Hiü!".encode()),
        (b"H\xc3\xbc!", "us-ascii", 2, "€", "Hü€!".encode()),
        (b"\xff\xfeH\0", "utf-16", 2, "\u0142", "H\u0142".encode()),
    ],
    ids=["latin1", "ascii", "mislabelled-utf8", "utf16"],
)
def test_transcoding_keeps_the_text(
    octets: bytes, label: str, at: int, new: str, out: bytes
) -> None:
    body = decode_body(octets, label)
    assert body is not None
    edits = transcode(body, [(at, at, new)])
    assert edits is not None
    assert apply_edits(octets, edits) == out


def test_octets_that_the_codec_would_write_otherwise_stay() -> None:
    octets = b'\x1b$B$"\x1b(B\x1b$B$$\x1b(B\n'  # two shifts where one would do
    body = decode_body(octets, "iso-2022-jp")
    assert body is not None
    edits = encode_edits(body, [(3, 3, "x")])
    assert edits is not None
    assert apply_edits(octets, edits) == octets + b"x"


CODECS = ["utf-8", "iso-8859-1", "windows-1252", "shift_jis", "gb18030", "us-ascii", "big5"]


@given(
    st.binary(max_size=30),
    st.sampled_from([*CODECS, "x-unknown", "", "utf-16", "iso-2022-jp"]),
    st.integers(0, 30),
)
def test_an_ascii_insertion_leaves_every_octet_in_place(
    octets: bytes, label: str, at: int
) -> None:
    body = decode_body(octets, label)
    if body is None:
        return
    at = min(at, len(body.text))
    edits = encode_edits(body, [(at, at, "sig")])
    if edits is None:
        return
    out = apply_edits(octets, edits)
    if len(edits) == 1 and edits[0].start == edits[0].end:
        start = edits[0].start
        assert out == octets[:start] + edits[0].new + octets[start:]
    after = decode_body(out, label)
    assert after is not None
    if body.honest and after.honest:
        assert after.text == edited_text(body.text, [(at, at, "sig")])
