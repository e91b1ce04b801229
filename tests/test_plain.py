"""Plain text: where the signature's lines stand, and how they are written."""

from __future__ import annotations

import pytest

from mailsig.plain import (
    Layout,
    compose,
    end_of_text,
    has_delimiter_at_end,
    line_in,
    newline_of,
)

LF = Layout("\n")
FLOWED = Layout("\n", flowed=True)

# id, text, (start, end), delimiter, layout, the text after
COMPOSED = [
    ("at-the-end", "Hi\n", (3, 3), True, LF, "Hi\n\n-- \nJo\nX\n"),
    ("no-line-end", "Hi", (2, 2), True, LF, "Hi\n\n-- \nJo\nX"),
    ("crlf", "Hi\r\n", (4, 4), False, Layout("\r\n"), "Hi\r\n\r\nJo\r\nX\r\n"),
    ("blank-line-before", "Hi\n\n", (4, 4), False, LF, "Hi\n\nJo\nX\n"),
    ("line-of-blanks-before", "Hi\n \t\n", (6, 6), False, LF, "Hi\n \t\nJo\nX\n"),
    ("blank-lines-behind", "Hi\n\n\n", (3, 3), True, LF, "Hi\n\n-- \nJo\nX\n\n\n"),
    ("empty", "", (0, 0), True, LF, "-- \nJo\nX\n"),
    ("above-a-quote", "Hi\n\n> Q\n", (4, 4), False, LF, "Hi\n\nJo\nX\n\n> Q\n"),
    ("above-a-blank-line", "Hi\n\n> Q\n", (3, 3), False, LF, "Hi\n\nJo\nX\n\n> Q\n"),
    ("at-the-start", "> Q\n", (0, 0), False, LF, "Jo\nX\n\n> Q\n"),
    ("in-place-of-a-line", "Hi\n\nSent\n\n> Q", (4, 8), False, LF, "Hi\n\nJo\nX\n\n> Q"),
    ("in-place-of-the-last-line", "Hi\n\nSent\n", (4, 8), False, LF, "Hi\n\nJo\nX\n"),
    ("in-place-above-a-line", "Hi\nSent\nQ", (3, 7), False, LF, "Hi\n\nJo\nX\n\nQ"),
    ("flowed-soft-line", "Hi \n", (4, 4), False, FLOWED, "Hi \n\n\nJo\nX\n"),
    ("flowed-delimiter-is-no-soft-line", "-- \n", (4, 4), False, FLOWED, "-- \n\nJo\nX\n"),
    ("byte-order-mark", "\ufeff", (1, 1), False, LF, "\ufeff\nJo\nX"),
]


@pytest.mark.parametrize(
    ("text", "span", "delimiter", "layout", "after"),
    [row[1:] for row in COMPOSED],
    ids=[row[0] for row in COMPOSED],
)
def test_the_signature_stands_on_its_own_lines(
    text: str, span: tuple[int, int], delimiter: bool, layout: Layout, after: str
) -> None:
    start, end = span
    new = compose(text, start, end, "Jo\nX", delimiter, layout)
    assert text[:start] + new + text[end:] == after


def test_flowed_lines_are_stuffed_and_fixed() -> None:
    new = compose("", 0, 0, " a \n> b\nFrom c\nd", True, FLOWED)
    assert new == "-- \n  a\n > b\n From c\nd\n"


@pytest.mark.parametrize(
    ("text", "at"),
    [("Hi\n\n\n", 3), ("Hi", 2), ("", 0), ("\n\n", 0), ("\ufeff\n", 2), ("a\r\nb \r\n", 7)],
)
def test_the_end_is_behind_the_last_visible_line(text: str, at: int) -> None:
    assert end_of_text(text) == at


@pytest.mark.parametrize(
    ("text", "zone", "at"),
    [
        ("Hi\n\n> Q", (2, 4), 4),
        ("Hi\n> Q", (2, 3), 3),
        ("Hi On Monday", (2, 3), 3),
        ("> Q", (0, 0), 0),
        ("Hi\n  > Q", (2, 5), 3),
    ],
    ids=["blank-line", "next-line", "one-line", "no-text", "indented"],
)
def test_a_line_start_within_the_zone(text: str, zone: tuple[int, int], at: int) -> None:
    assert line_in(text, *zone) == at


def test_line_ends_are_those_of_most_lines() -> None:
    assert newline_of("a\r\nb\r\nc\n", "\n") == "\r\n"
    assert newline_of("a\r\nb\nc\n", "\r\n") == "\n"
    assert newline_of("a", "\r\n") == "\r\n"


def test_the_authors_own_signature_block_is_seen_near_the_end_only() -> None:
    assert has_delimiter_at_end("Hi\n-- \nBob\n", 11)
    assert has_delimiter_at_end("Hi\r\n-- \r\nBob\r\n", 14)
    assert has_delimiter_at_end("Hi\n-- \n", 7)
    assert has_delimiter_at_end("Hi\r\n-- \r\n \r\n", 11)
    assert has_delimiter_at_end("-- ", 3)
    assert not has_delimiter_at_end("Hi\n--\nBob\n", 10)
    assert not has_delimiter_at_end("-- \n" + "line\n" * 40, 204)


def test_the_end_of_a_line_far_above_is_no_delimiter() -> None:
    text = "a dash -- \n" + "x" * 1_995 + "\nHi\n"
    for end in range(1_990, len(text)):
        assert not has_delimiter_at_end(text, end)
