"""The first look at a plain text never passes over a history that the rules would see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reply_strategies import TEXTS
from shared import messages

from mailsig.bodies import choose as body_parts
from mailsig.options import Options
from mailsig.part import read
from mailsig.reply.choice import choose
from mailsig.reply.glance import may_hold_history
from mailsig.reply.lines import text_lines
from mailsig.result import Skip
from mailsig.scan import scan

PIECES = [
    "On Monday we met.",
    "On Mon, 1 Jan 2024 at 10:00, Bob <bob@example.org> wrote:",
    "Am 1.1.2024 um 10:00 schrieb Bob:",
    "wrote:",
    "> quoted",
    "AB> quoted",
    "-----Original Message-----",
    "________________________________",
    "From: Bob",
    "Sent: Monday",
    "*To:* Ann",
    "Subject: x",
    *(NOTES := ["Bob", "1.1.2024 10.05", "To", "Ann", "Subject", "Offer"]),
    "2024年1月1日 10:00 Bob <b@example.org>：",
    "Sent from my iPhone",
    "https://example.com/a:b",
    "\u200b",
    "\ufeff> x",
    "-- ",
    "Bob*",
    " ",
    "",
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=40),
    st.lists(st.integers(1, 60), max_size=3),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
)
def test_what_is_passed_over_holds_nothing(
    pieces: list[str], prose: list[int], newline: str
) -> None:
    lines = list(pieces)
    for at in prose:
        lines[at % (len(lines) + 1) : 0] = ["A line of prose."] * at
    text = newline.join(lines)
    if not may_hold_history(text):
        assert choose(text_lines(text)) is None


@given(TEXTS, st.lists(st.integers(0, 40), min_size=9, max_size=9))
def test_no_history_of_any_language_is_passed_over(
    texts: list[str], prose: list[int]
) -> None:
    pieces = ["A line of prose.\n" * count for count in prose]
    for at, text in enumerate(texts):
        pieces[at] += f"{text}\n"
    text = "".join(pieces)
    if not may_hold_history(text):
        assert choose(text_lines(text)) is None


@given(st.lists(st.sampled_from([*NOTES, "A line of prose."]), min_size=6, max_size=12))
def test_a_table_without_colons_is_not_passed_over(pieces: list[str]) -> None:
    text = "\n".join(pieces)
    if not may_hold_history(text):
        assert choose(text_lines(text)) is None


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("Hello Bob,\n\nsee you at ten.\n\nAnn\n", False),
        ("Hello Bob,\n\nsee https://example.com/ please.\n", False),
        (("A line of prose.\n" * 90) + "Note: ten.\n" + ("A line of prose.\n" * 90), False),
        ("Yes\n\nOn Mon, 1 Jan 2024 at 10:00, Bob <b@example.org> wrote:\n\n> x\n", True),
        ("Yes\n\n-----Original Message-----\nFrom: Bob\nSubject: x\n\nx\n", True),
        ("Yes\n\nBob\n1.1.2024 10.05\n\nTo\nAnn\nSubject\nOffer\n\nx\n", True),
        ("Yes\n\nBob\nthis morning\n\nTo\nAnn\nSubject\nOffer\n\nx\n", False),
    ],
    ids=["letter", "address", "colon-in-prose", "reply", "outlook", "notes", "no-date"],
)
def test_fresh_mail_is_told_at_a_glance(text: str, may: bool) -> None:
    assert may_hold_history(text) is may


def test_no_history_of_real_mail_is_passed_over() -> None:
    for name, raw in messages("corpus"):
        bodies = body_parts(scan(raw, 1000, 100_000))
        for slot in bodies.slots:
            part = read(slot.segments[0], Options(), b"\n")
            if isinstance(part, Skip) or part.html or may_hold_history(part.text):
                continue
            assert choose(text_lines(part.text)) is None, name
