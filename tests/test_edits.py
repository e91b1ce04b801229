"""Edits: what they do, what they refuse, and that they can be undone."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsig import Edit, MailsigError, apply_edits
from mailsig.edits import inverse_edits, ordered_edits, trimmed
from mailsig.errors import OverlappingEditsError

APPLIED = [
    ("nothing", b"abc", [], b"abc"),
    ("insert-at-the-start", b"abc", [Edit(0, 0, b"!")], b"!abc"),
    ("insert-at-the-end", b"abc", [Edit(3, 3, b"!")], b"abc!"),
    ("delete-a-field", b"A: 1\r\nB: 2\r\n", [Edit(0, 6, b"")], b"B: 2\r\n"),
    ("replace", b"abc", [Edit(1, 2, b"xyz")], b"axyzc"),
    (
        "two-insertions-keep-their-order",
        b"ab",
        [Edit(1, 1, b"x"), Edit(1, 1, b"y")],
        b"axyb",
    ),
    ("any-order", b"abcd", [Edit(3, 4, b"y"), Edit(0, 1, b"x")], b"xbcy"),
    ("insertion-before-deletion", b"abc", [Edit(1, 2, b""), Edit(1, 1, b"x")], b"axc"),
    ("side-by-side", b"abcd", [Edit(0, 2, b"x"), Edit(2, 4, b"y")], b"xy"),
]


@pytest.mark.parametrize(
    ("raw", "edits", "out"), [row[1:] for row in APPLIED], ids=[row[0] for row in APPLIED]
)
def test_edits_are_applied_and_undone(raw: bytes, edits: list[Edit], out: bytes) -> None:
    assert apply_edits(raw, edits) == out
    assert apply_edits(bytearray(raw), edits) == out
    assert apply_edits(memoryview(raw), edits) == out
    inverse = inverse_edits(raw, ordered_edits(edits, len(raw)))
    assert apply_edits(out, inverse) == raw


def test_no_edit_gives_the_very_same_octets() -> None:
    raw = b"octets"
    assert apply_edits(raw, []) is raw


VIEWS = [
    ("every-other-octet", memoryview(b"a-b-c-")[::2]),
    ("backwards", memoryview(b"cba")[::-1]),
    ("read-as-characters", memoryview(b"abc").cast("c")),
    ("of-an-array", memoryview(array("b", b"abc"))),
]


@pytest.mark.parametrize("view", [row[1] for row in VIEWS], ids=[row[0] for row in VIEWS])
def test_a_view_of_any_kind_is_taken_for_its_octets(view: memoryview) -> None:
    assert apply_edits(view, [Edit(1, 2, b"xyz")]) == b"axyzc"
    assert apply_edits(view, []) == b"abc"


def test_offsets_count_octets_also_where_an_item_has_more() -> None:
    view = memoryview(array("H", b"abcdef"))
    assert apply_edits(view, [Edit(5, 6, b"!")]) == b"abcde!"


def test_overlapping_edits_are_refused_with_both_places() -> None:
    with pytest.raises(OverlappingEditsError) as caught:
        apply_edits(b"abcdef", [Edit(3, 5, b""), Edit(1, 4, b"")])
    assert str(caught.value) == "edits must not overlap, got 1..4 and 3..5"
    assert (caught.value.first, caught.value.second) == ((1, 4), (3, 5))
    assert isinstance(caught.value, MailsigError)


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (Edit(-1, 0, b""), "an edit must lie within 0..3, got -1..0"),
        (Edit(2, 4, b""), "an edit must lie within 0..3, got 2..4"),
        (Edit(2, 1, b""), "an edit must lie within 0..3, got 2..1"),
    ],
    ids=["before", "behind", "backwards"],
)
def test_edits_outside_of_the_input_are_refused(edit: Edit, text: str) -> None:
    with pytest.raises(MailsigError) as caught:
        apply_edits(b"abc", [edit])
    assert str(caught.value) == text


@st.composite
def _edited(draw: st.DrawFn) -> tuple[bytes, list[Edit]]:
    raw = draw(st.binary(max_size=40))
    marks = sorted(draw(st.lists(st.integers(0, len(raw)), max_size=8)))
    edits = [
        Edit(start, end, draw(st.binary(max_size=5)))
        for start, end in zip(marks[::2], marks[1::2], strict=False)
    ]
    return raw, draw(st.permutations(edits))


@given(_edited())
def test_every_list_of_edits_can_be_undone(case: tuple[bytes, list[Edit]]) -> None:
    raw, edits = case
    out = apply_edits(raw, edits)
    inverse = inverse_edits(raw, ordered_edits(edits, len(raw)))
    assert apply_edits(out, inverse) == raw


@pytest.mark.parametrize(
    ("raw", "edit", "short"),
    [
        (b"abcd", Edit(0, 4, b"abXcd"), Edit(2, 2, b"X")),
        (b"abcd", Edit(0, 4, b"ad"), Edit(1, 3, b"")),
        (b"abcd", Edit(1, 3, b"xyz"), Edit(1, 3, b"xyz")),
        (b"aaaa", Edit(0, 4, b"aaaaaa"), Edit(4, 4, b"aa")),
        (b"aaaa", Edit(0, 4, b"aa"), Edit(2, 4, b"")),
        (b"abcd", Edit(0, 4, b"abcd"), Edit(4, 4, b"")),
        (b"", Edit(0, 0, b"x"), Edit(0, 0, b"x")),
    ],
    ids=["inserted", "deleted", "other", "longer", "shorter", "nothing", "empty"],
)
def test_an_edit_is_trimmed_to_what_differs(raw: bytes, edit: Edit, short: Edit) -> None:
    assert trimmed(raw, edit) == short


@given(st.text("ab", max_size=8), st.text("ab", max_size=8))
def test_a_trimmed_edit_does_the_same(old: str, new: str) -> None:
    raw = b"x" + old.encode() + b"y"
    edit = Edit(1, len(raw) - 1, new.encode())
    assert apply_edits(raw, [trimmed(raw, edit)]) == apply_edits(raw, [edit])


def test_an_edit_is_printed_short() -> None:
    assert repr(Edit(1, 2, b"ab")) == "Edit(start=1, end=2, new=b'ab')"
    assert len(repr(Edit(0, 0, b"x" * 10_000))) < 200
