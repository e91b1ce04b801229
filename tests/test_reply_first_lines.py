"""The history is found in the first lines of a body only where no later one matters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reply_shapes import FORWARDS, REPLIES, Shape

from mailsig.html.tokens import first_tokens, tokenize
from mailsig.reply.boundary import find_in_first_tokens, find_in_html, find_in_text
from mailsig.reply.choice import choose, choose_so_far
from mailsig.reply.lines import text_lines

LINES = (
    "Yes, do that.",
    "",
    "Hi Bo,",
    "> Does it float?",
    ">",
    "> > It did.",
    "-----Original Message-----",
    "From: Bo Li <bo@example.com>",
    "Sent: Monday, April 2, 2012 10:05 AM",
    "To: Alex",
    "Subject: The boat",
    "On Mon, Apr 2, 2012 at 10:05 AM Bo Li <bo@example.com> wrote:",
    "On Mon, Apr 2, 2012 at 10:05 AM Bo Li",
    "<bo@example.com> wrote:",
    "wrote:",
    "Bo Li <bo@example.com>",
    "________________________________",
    "Begin forwarded message:",
    "To",
    "Subject",
    "-- ",
    "Jo",
    "Sent from my iPhone",
)
MAILS = st.lists(st.sampled_from(LINES), max_size=40)


@given(MAILS)
def test_a_choice_from_the_first_lines_is_that_from_all(mail: list[str]) -> None:
    lines = text_lines("\n".join(mail))
    whole = choose(lines)
    early = [choose_so_far(lines[:count]) for count in range(len(lines) + 1)]
    assert {cut for cut in early if cut is not None} <= {whole}


@given(MAILS)
def test_a_choice_once_made_is_made_from_more_lines_too(mail: list[str]) -> None:
    lines = text_lines("\n".join(mail))
    made = [choose_so_far(lines[:count]) is not None for count in range(len(lines) + 1)]
    assert made == sorted(made)


HEADERS = {
    "sender and subject": ("From: Bo\nSent: Monday\nTo: Alex\nSubject: The boat\n", 0),
    "no subject, an address": ("From: Bo <bo@x.org>\nSent: Monday, 10:05\nTo: Alex\n", 0),
    "no subject, no address": ("From: Bo\nSent: Monday\nTo: Alex\n", None),
    "an address and a moment": ("From: Bo <bo@x.org>\nSent: 30 May 2026 4:29 PM\n", 0),
    "a moment in another order": ("From: Bo <bo@x.org>\nSent: 16:29, 30.5.26\n", 0),
    "an address and a time": ("From: Bo <bo@x.org>\nSent: 16:29\n", None),
    "no sender": ("Sent: Monday, 10:05\nTo: Alex\nSubject: The boat\n", 3),
    "two labels": ("From: Bo\nTo: Alex\n", None),
}


@pytest.mark.parametrize(("header", "needed"), HEADERS.values(), ids=HEADERS)
def test_a_header_block_is_settled_by_so_many_lines_below_it(
    header: str, needed: int | None
) -> None:
    settled = [
        below
        for below in range(8)
        if choose_so_far(text_lines(f"Yes.\n{header}" + "Does it float?\n" * below))
    ]
    assert settled == ([] if needed is None else list(range(needed, 8)))


@pytest.mark.parametrize("shape", REPLIES + FORWARDS, ids=lambda shape: shape.name)
def test_the_place_found_in_the_first_tokens_is_that_of_the_whole(shape: Shape) -> None:
    body = shape.body.format(new="Yes.").replace("⟦", "").replace("⟧", "")
    html = body + "<p>Does it float?</p>" * 40
    whole = find_in_html(html, tokenize(html))
    for count in range(2, 120):
        tokens = first_tokens(html, count)
        if len(tokens) < count:
            break
        early = find_in_first_tokens(html, tokens)
        assert early is None or early == whole


def test_what_stands_far_below_a_place_does_not_move_it() -> None:
    head = "Yes.\n\nFrom: Bo\nSent: Monday\nTo: Alex\nSubject: The boat\n\n"
    short, long = (head + "Does it float? " * 9 + "\n" * 2) * 20, "It does. " * 9 + "\n"
    first = find_in_text(short)
    assert first is not None
    assert find_in_text(short + long * 1_000) == first
