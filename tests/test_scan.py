"""Scan: where the entities of a message begin and end, and how many steps that takes."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsig.entity import Entity
from mailsig.header import split_value
from mailsig.scan import LimitError, _find_dashes, scan


def outline(raw: bytes) -> list[tuple[tuple[int, ...], str, bytes]]:
    """Return (path, media type, body) of each leaf."""
    found = []
    waiting = [scan(raw, 1000, 1_000_000)]
    while waiting:
        entity = waiting.pop()
        if entity.children:
            waiting += reversed(entity.children)
        else:
            body = raw[entity.body : entity.end]
            found.append((entity.path, entity.media_type, body))
    return found


PLAIN = b"Content-Type: text/plain\r\n\r\n"
MIXED = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'

LONG = b"b" * 5_000

STRUCTURES = [
    ("no-fields-of-mime", b"From: a\r\n\r\nHi\r\n", [((), "text/plain", b"Hi\r\n")]),
    (
        "rfc2046-5.1.1-the-line-end-before-a-delimiter-is-the-delimiters",
        MIXED + b"--b\r\n" + PLAIN + b"Hi\r\n\r\n--b--\r\n",
        [((0,), "text/plain", b"Hi\r\n")],
    ),
    (
        "rfc2046-5.1.1-a-delimiter-is-a-whole-line",
        MIXED + b"--b\r\n" + PLAIN + b"--bb\r\nx--b\r\n--b \t\r\n" + PLAIN + b"2\r\n--b--",
        [((0,), "text/plain", b"--bb\r\nx--b"), ((1,), "text/plain", b"2")],
    ),
    (
        "preamble-and-epilogue-are-no-parts",
        MIXED + b"pre\r\n--b\r\n\r\n1\r\n--b--\r\n--b\r\nepi",
        [((0,), "text/plain", b"1")],
    ),
    (
        "a-missing-close-delimiter-leaves-the-rest-to-the-last-part",
        MIXED + b"--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n",
        [((0,), "text/plain", b"1"), ((1,), "text/plain", b"2\r\n")],
    ),
    (
        "the-outer-delimiter-closes-what-is-open-within",
        MIXED
        + b"--b\r\nContent-Type: multipart/alternative; boundary=bb\r\n\r\n"
        + b"--bb\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b--",
        [((0, 0), "text/plain", b"1"), ((1,), "text/plain", b"2")],
    ),
    (
        "a-boundary-that-begins-like-another",
        b"Content-Type: multipart/mixed; boundary=bb\r\n\r\n"
        + b"--bb\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        + b"--b\r\n\r\n1\r\n--b--\r\n--bb\r\n\r\n2\r\n--bb--",
        [((0, 0), "text/plain", b"1"), ((1,), "text/plain", b"2")],
    ),
    (
        "a-part-without-an-empty-line-is-all-header-section",
        MIXED + b"--b\r\nContent-Type: text/html\r\n--b\r\n\r\n2\r\n--b--",
        [((0,), "text/html", b""), ((1,), "text/plain", b"2")],
    ),
    (
        "rfc2046-5.1.5-a-digest-holds-messages-and-stays-closed",
        b"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nFrom: x\r\n\r\n--b--",
        [((), "multipart/digest", b"--b\r\n\r\nFrom: x\r\n\r\n--b--")],
    ),
    (
        "signed-parts-stay-closed",
        b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--",
        [((), "multipart/signed", b"--b\r\n\r\nx\r\n--b--")],
    ),
    (
        "rfc2231-a-boundary-in-pieces",
        b"Content-Type: multipart/mixed; boundary*0=b; boundary*1*=%62\r\n\r\n"
        + b"--bb\r\n\r\n1\r\n--bb--",
        [((0,), "text/plain", b"1")],
    ),
    (
        "a-folded-boundary",
        b'Content-Type: multipart/mixed; boundary="a\r\n b"\r\n\r\n--a b\r\n\r\n1\r\n--a b--',
        [((0,), "text/plain", b"1")],
    ),
    (
        "a-boundary-longer-than-what-is-looked-at-first-and-also-inside-of-a-line",
        b"Content-Type: multipart/mixed; boundary="
        + LONG
        + b"\r\n\r\n--"
        + LONG
        + b"\r\n\r\n"
        + b"x--"
        + LONG
        + b"\r\n"
        + b"y" * 9_000
        + b"\r\n--"
        + LONG
        + b"--",
        [((0,), "text/plain", b"x--" + LONG + b"\r\n" + b"y" * 9_000)],
    ),
    (
        "capitals",
        b"CONTENT-TYPE: MultiPart/MIXED; BOUNDARY=b\r\n\r\n--b\r\n\r\n1\r\n--b--",
        [((0,), "text/plain", b"1")],
    ),
]


@pytest.mark.parametrize("newline", [b"\r\n", b"\n"], ids=["crlf", "lf"])
@pytest.mark.parametrize(
    ("raw", "leaves"), [row[1:] for row in STRUCTURES], ids=[row[0] for row in STRUCTURES]
)
def test_leaves_and_their_octets(
    raw: bytes, leaves: list[tuple[tuple[int, ...], str, bytes]], newline: bytes
) -> None:
    expected = [(p, t, body.replace(b"\r\n", newline)) for p, t, body in leaves]
    assert outline(raw.replace(b"\r\n", newline)) == expected


DEFECTS = [
    ("no-boundary", b"Content-Type: multipart/mixed\r\n\r\nx", "no boundary"),
    ("boundary-missing", MIXED + b"x\r\n--c\r\n\r\n", "the boundary never occurs"),
    (
        "boundary-twice",
        MIXED + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\nx\r\n--b--",
        "the same boundary on two levels",
    ),
]


@pytest.mark.parametrize(
    ("raw", "defect"), [row[1:] for row in DEFECTS], ids=[row[0] for row in DEFECTS]
)
def test_what_cannot_be_trusted_is_noted(raw: bytes, defect: str) -> None:
    entity = scan(raw, 10, 10)
    while entity.children:
        entity = entity.children[0]
    assert entity.defect == defect


VALUES = [
    ("bare", "text/plain", ("text/plain", {})),
    ("comment", "text/plain (really); charset=x", ("text/plain", {"charset": "x"})),
    ("comment-first", "(x; y) a/b; n=z", ("a/b", {"n": "z"})),
    ("comment-in-a-comment", "a/b (x (y; z)); n=z", ("a/b", {"n": "z"})),
    ("comment-with-an-escape", "(x \\) y) a/b", ("a/b", {})),
    ("comment-without-end", "a/b (x; n=z", ("a/b (x", {"n": "z"})),
    ("comments-end-alone", "a/b); n=z", ("a/b)", {"n": "z"})),
    ("quoted", 'a/b; n="x; \\"y"', ("a/b", {"n": 'x; "y'})),
    ("semicolons", "a/b;; ; n=x;", ("a/b", {"n": "x"})),
    ("first-wins", "a/b; n=x; n=y", ("a/b", {"n": "x"})),
    ("blank-in-a-bare-value", "a/b; n=x y; m=z", ("a/b", {"n": "x y", "m": "z"})),
    ("unfinished-quote", 'a/b; n="x', ("a/b", {"n": "x"})),
    ("capitals", 'A/B; N="X Y"', ("a/b", {"n": "X Y"})),
    ("blanks-in-quotes-stay", 'a/b; n=" x "', ("a/b", {"n": " x "})),
    ("nothing-in-quotes", 'a/b; n=""', ("a/b", {"n": ""})),
    ("comment-behind-a-bare-value", "a/b; n=x(y)", ("a/b", {"n": "x"})),
    ("one-piece-of-rfc2231", "a/b; n*0=x", ("a/b", {"n": "x"})),
    ("rfc2231-charset", "a/b; n*=utf-8'en'%e2%82%ac", ("a/b", {"n": "\u20ac"})),
    ("rfc2231-pieces", "a/b; n*1=y; n*0*=x%20", ("a/b", {"n": "x y"})),
    ("rfc2231-unknown-charset", "a/b; n*=x-no''%e9", ("a/b", {"n": "\xe9"})),
    ("rfc2231-nul-in-a-charset", "a/b; n*=a\0b''x", ("a/b", {"n": "x"})),
    ("rfc2231-no-charset-of-mail", "a/b; n*=punycode''x-4ga", ("a/b", {"n": "x-4ga"})),
    ("rfc2231-codec-that-warns", "a/b; n*=unicode-escape''%5Cq", ("a/b", {"n": "\\q"})),
]


@pytest.mark.parametrize(
    ("value", "parsed"), [row[1:] for row in VALUES], ids=[row[0] for row in VALUES]
)
def test_a_field_body_is_read_as_mail_has_it(
    value: str, parsed: tuple[str, dict[str, str]]
) -> None:
    assert split_value(value) == parsed


HEADERS = [
    ("mbox-line", b"From x@y Mon\r\n>From z\r\nTo: a\r\n\r\n", ["to"], False),
    ("continues-nothing", b" x\r\nTo: a\r\n\r\n", ["to"], False),
    ("no-field-first", b"Hello there\r\nTo: a\r\n\r\n", [], False),
    ("no-field-between", b"To: a\r\nHello\r\nCc: b\r\n\r\n", ["to", "cc"], False),
    (
        "no-field-may-hide-the-type",
        b"To: a\r\nHello\r\nContent-Type: text/html\r\n\r\n",
        ["to", "content-type"],
        True,
    ),
    ("cut-off", b"To: a\r\nCc: b", ["to", "cc"], True),
    ("only-a-header-section", b"To: a\r\n b\r\n", ["to"], False),
    ("blank-continuation", b"To: a\r\n \r\nCc: b\r\n\r\n", ["to", "cc"], False),
]


@pytest.mark.parametrize(
    ("raw", "names", "unreadable"),
    [row[1:] for row in HEADERS],
    ids=[row[0] for row in HEADERS],
)
def test_fields_of_odd_header_sections(
    raw: bytes, names: list[str], unreadable: bool
) -> None:
    root = scan(raw, 10, 10)
    assert [field.name for field in root.fields] == names
    if names:
        assert root.unreadable is unreadable


def nested(levels: int) -> bytes:
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(levels)
    )
    return (
        head + b"\r\nHi\r\n" + b"".join(b"--b%d--\r\n" % n for n in reversed(range(levels)))
    )


def test_a_thousand_levels_end_in_one_leaf() -> None:
    assert outline(nested(1000)) == [((0,) * 1000, "text/plain", b"Hi")]


def test_limits_are_named() -> None:
    with pytest.raises(LimitError, match="max_depth"):
        scan(nested(12), 10, 1000)
    with pytest.raises(LimitError, match="max_parts"):
        scan(MIXED + b"--b\r\n\r\n" * 12, 10, 10)


def everything(root: Entity) -> list[Entity]:
    found = [root]
    for entity in found:
        found += entity.children
    return found


LINES = [
    b"Content-Type: multipart/mixed; boundary=b\n",
    b'Content-Type: multipart/related; boundary="bb"\n',
    b"Content-Type: text/html\n",
    b"From: x\n",
    b"\n",
    b"--b\n",
    b"--bb\n",
    b"--b--\n",
    b"--bb--\n",
    b"text\n",
    b" folded\n",
    b"--b",
]


@given(st.lists(st.sampled_from(LINES), max_size=30), st.booleans())
def test_entities_nest_and_never_overlap(lines: list[bytes], crlf: bool) -> None:
    raw = b"".join(lines)
    raw = raw.replace(b"\n", b"\r\n") if crlf else raw
    root = scan(raw, 100, 1000)
    assert (root.start, root.end) == (0, len(raw))
    for entity in everything(root):
        assert entity.start <= entity.header_end <= entity.body <= entity.end
        position = entity.body
        for child in entity.children:
            assert position <= child.start
            assert child.end <= entity.end
            position = child.end


@given(
    st.lists(st.sampled_from([b"-", b"--", b"x", b"--ab", b"--abc"]), max_size=40),
    st.integers(1, 9),
)
def test_dashes_near_and_far_are_told_apart(pieces: list[bytes], first_look: int) -> None:
    raw = b"".join(pieces)
    windows = {"_FIRST_LOOK": first_look, "_CLOSE": 5, "_DASHED": 7}
    with patch.multiple("mailsig.scan", **windows):
        for at in range(len(raw) + 1):
            for stop in (len(raw), max(0, len(raw) - 7)):
                found = _find_dashes(raw, b"--abc", at, stop)
                assert found == raw.find(b"--abc", at, stop)


DELIMITERS = [
    *(b"b", b"b--", b"b--x", b"b---", b"b ", b"b  \t", b"b " + b" " * 1_200 + b"x", b"bb"),
    *(b"--", b"----", LONG, LONG + b"--", LONG + b"x", b"b\r", b"b-- \r"),
]
BOUNDARIES = [b"b", b"bb", b"b--", b"--", LONG, LONG[:1097]]


@given(
    st.lists(
        st.sampled_from(DELIMITERS).map(lambda line: b"\r\n--" + line + b"\r\n")
        | st.sampled_from(BOUNDARIES).map(
            lambda boundary: (
                b"Content-Type: multipart/mixed; boundary=%b\r\n\r\n" % boundary
            )
        )
        | st.just(b"text"),
        max_size=20,
    )
)
def test_few_levels_are_searched_as_many(pieces: list[bytes]) -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + b"".join(pieces)
    found = []
    for levels in (0, 4, 1_000):
        with patch("mailsig.scan._NEEDLE_LEVELS", levels):
            found.append(outline(raw))
    assert found[0] == found[1] == found[2]


FILLERS = [
    ("no-dash", b"QUJDREVG" * 9 + b"\r\n", 9_000),
    ("many-dashes", b"one - two -- three\r\n" * 4, 9_000),
    ("few-dashes", b"x" * 6_000 + b"-\r\n", 120),
    ("nearly-delimiters", b"--far-of\r\nx--far-off\r\n", 30_000),
]


@pytest.mark.parametrize("size", [1, 7, 1_000])
@pytest.mark.parametrize(
    ("filler", "count"), [row[1:] for row in FILLERS], ids=[row[0] for row in FILLERS]
)
def test_a_delimiter_is_found_behind_whatever_comes_before_it(
    filler: bytes, count: int, size: int
) -> None:
    first = b"\r\n" + (filler * count)[: -1000 + size] + b"\r\n"
    raw = b"Content-Type: multipart/mixed; boundary=far-off\r\n\r\n--far-off\r\n"
    raw += first + b"--far-off\r\n\r\nlast\r\n--far-off--\r\n"
    assert [len(body) for _, _, body in outline(raw)] == [len(first) - 4, 4]
