"""A text of few signs: what it is told by where they stand, its lines tell as well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reply_strategies import TEXTS

from mailsig.reply.glance import telling
from mailsig.reply.lines import split_lines
from mailsig.reply.signs import none_tells

NOTES = "Bob\n1.1.2024 10.05\n\n{}To{}\nAnn\nSubject\nOffer\n"
MARKS = ["Yes -- no", "--", "* point", "A - B", "12:30", "http://a.b/c:d", "#1", "a_", "b*"]
ATTRIBUTED = "On 2 April at 10:05 Bob wrote:"


def _lines_tell(text: str) -> bool:
    lines = [line.strip() for line in split_lines(text, keepends=False)]
    return any(True for _ in telling(lines, text))


@given(
    st.lists(st.sampled_from(MARKS) | TEXTS.map("\n".join), max_size=9),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_no_sign_tells_no_line_tells(texts: list[str], newline: str) -> None:
    text = newline.join("\n".join(texts).split("\n"))
    if none_tells(text):
        assert not _lines_tell(text)


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(
    ("text", "none"),
    [
        ("Dear Bob,\nsee you at ten.\nAnn\n", True),
        ("The price: 40 euros - 30 from May on.\n", True),
        ("Grüße\xa0\xe4: 40\n", True),
        ("A well-kept dog -- a lazy one.\n", True),
        ("Lists:\n- one\n* two: 2\n", True),
        ("See https://example.com/a_b#c&d=e~f+g\n", True),
        (f"Yes\n{ATTRIBUTED}\nNo\n", False),
        (f"Yes\n{ATTRIBUTED}", False),
        (f"Yes\n  {ATTRIBUTED} \t\n", False),
        ("Yes\nOn 2 April at 10:05\nBob wrote:\n", False),
        ("Yes\nOn 2 April\n" + "\n \n" * 6 + "Bob wrote:\n", False),
        ("Yes\nA day.\nBob wrote:\n", True),
        ("Yes\nFrom: Bob\n", False),
        ("From: Bob", False),
        ("Yes\n-----Original Message-----\n", False),
        ("Yes\nBob ---02.04.2012 10:05:00---It floats.\n", False),
        ("Yes\nA---B\n", False),
        ("Yes\n  _____\n", False),
        ("Yes\n| no\n", False),
        ("Yes\nBegin forwarded message:\n", False),
        ("Yes\nOriginal message*\n", False),
        ("Yes\nOriginal message processed by David®\n", False),
        ("Guten Tag\nAm 2. März um 10:05 schrieb Bob:\n", False),
        (NOTES.format("", ""), False),
        (NOTES.format("Empfänger\nCc\n", ""), False),
        (NOTES.format("\xa0", "\xa0"), False),
        (NOTES.format(" " * 20, " " * 20), False),
        (NOTES.format("*", "*"), False),
        ("To\nAnn\n", True),
        ("Bob\na day\nTo\nAnn\nSubject\nOffer\n", True),
    ],
    ids=[
        "no-sign", "colon-and-dash", "latin", "two-dashes", "list", "link", "attribution",
        "at-the-end", "indented", "wrapped", "blank-lines", "undated", "label",
        "label-alone", "separator", "notes", "three-dashes", "rule", "quote", "phrase",
        "bold-phrase", "trade-mark", "umlaut", "table", "table-latin", "table-nbsp",
        "table-indented", "table-bold", "first-line", "no-digit",
    ],
)  # fmt: skip
def test_a_sign_is_judged_by_its_line(text: str, none: bool, newline: str) -> None:
    assert none_tells(text.replace("\n", newline)) is none


@pytest.mark.parametrize(
    "text",
    [
        "Yes\n> no\n",
        "»Nein\n",
        "so\xadwohl\n",
        "A\x85B\n",
        "Grüße – Jo\n",
        "A\0B\n",
        "A\x0bB\n",
        "A\rB\n",
        "A-B\n" * 30,
    ],
    ids=[
        "quote-mark",
        "guillemet",
        "soft-hyphen",
        "next-line",
        "not-latin",
        "nul",
        "odd-break",
        "bare-cr",
        "many-signs",
    ],
)
def test_what_signs_do_not_tell_is_left_to_the_lines(text: str) -> None:
    assert none_tells(text) is False


def test_the_lines_of_cr_alone_are_those_of_their_signs() -> None:
    text = "Hi\r\nYes\rOn 2 April\rBob wrote:\rNo\r\n"
    assert none_tells(text) is False
