"""The first look at HTML never passes over a history that the rules would see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared import folder, messages

from mailsig.bodies import choose as body_parts
from mailsig.html.skim import skim
from mailsig.html.tokens import tokenize
from mailsig.options import Options
from mailsig.part import read
from mailsig.reply.boundary import find_in_html
from mailsig.reply.glance_html import may_hold_history
from mailsig.result import Skip
from mailsig.scan import scan

SHOWN = [
    "On Monday we met.",
    "On Mon, 1 Jan 2024 at 10:00, Bob &lt;bob@example.org&gt; wrote:",
    "Am 1.1.2024 um 10<span>:00 schrieb</span> Bob&colon;",
    "On Mon, 1 Jan 2024 at 10:00,",
    "Bob &lt;bob@example.org&gt;",
    "wrote:",
    "wrote",
    "On\n  Mon, 2 April 10:05 Bob\n  wrote: yes",
    "&gt; quoted",
    "> quoted",
    "-----Original Message-----",
    "<b>-</b>----Original&nbsp;Message-----",
    "________________________________",
    "<b>From:</b> Bob &lt;b@example.org&gt;",
    "Sent&#58; Monday",
    "<b>Bot:</b> Bob &lt;b@example.org&gt;",
    "Zot: 2.4.2012 10:05",
    "Pot: Kim",
    "*To:* Ann",
    "Subject: x",
    "To",
    "Subject",
    "per\n   a",
    "2024年1月1日 10:00 Bob &lt;b@example.org>：",
    "Sent from my iPhone",
    "https://example.com/a:b",
    "\u200b",
    "\ufeff&gt; x",
    "&nbsp;",
    "&#1;",
    "&#12;",
    "\v",
    "-- ",
    "<img src=x>",
    "<img width='1' src=x>",
    "<hr>",
    " ",
    "",
]
AROUND = [
    ("<div>", "</div>\n"),
    ("<p>", "</p>"),
    ("", "<br>"),
    ("", "<BR>\n"),
    ("<span>", "</span>"),
    ("<div style='display:none'>", "</div>"),
    ("<p hidden>", "<p>a</p></p>"),
    ("<div style='border:none;border-top:solid 1pt'>", "</div>"),
    ("<table><tr><td>", "</td></tr></table>"),
    ("<div class='gmail_quote'>", "</div>"),
    ("<div id='Signature'>", "</div>"),
    ("<blockquote>", "</blockquote>"),
    ("<pre>", "</pre>"),
    ("<span class='gmail_attr'>", "</span>"),
    ("<style>", "</style>"),
]
# Rarer the more often a page with it is read as a whole.
SHELLS = st.sampled_from(AROUND[:5] * 6 + AROUND[5:9] * 3 + AROUND)
SHOWS = st.one_of(st.sampled_from(SHOWN), st.just("A line of prose."))


@given(
    st.lists(st.tuples(SHELLS, SHOWS), max_size=24),
    st.lists(st.integers(1, 60), max_size=3),
)
def test_what_is_passed_over_holds_nothing(
    pieces: list[tuple[tuple[str, str], str]], prose: list[int]
) -> None:
    lines = [f"{before}{shown}{after}" for (before, after), shown in pieces]
    for at in prose:
        lines[at % (len(lines) + 1) : 0] = ["<div>A line of prose.</div>"] * at
    text = f"<html><body>{''.join(lines)}</body></html>"
    page = skim(text)
    if page is not None and not may_hold_history(text, page):
        assert find_in_html(text, tokenize(text)) is None


def _page(*lines: str) -> str:
    return "".join(f"<div>{line}</div>\n" for line in lines)


PROSE = ["A line of prose."] * 90
ACROSS = "<div style='border:none;border-top:solid 1pt'>"
FOREIGN = ["Zot: 2.4.2012 10:05", "Pot: Kim", "Wot: x"]  # labels that nobody knows


@pytest.mark.parametrize(
    ("text", "may"),
    [
        (_page("Hello Bob,", "see you at ten.", "Ann"), False),
        (_page("see https://example.com/ please."), False),
        (_page(*PROSE, "Note: ten.", *PROSE), False),
        (_page("a<hr>b", "Note: ten."), False),
        (_page("Yes", "On Mon, 1 Jan 2024 at 10:00, Bob &lt;b@example.org&gt; wrote:"), True),
        (_page(*PROSE, "On Mon, 1 Jan 2024,", "Bob &lt;b@example.org&gt;", "wrote:"), True),
        (_page(*PROSE, "On\n  Mon, 2 April 10:05 Bob\n  wrote: yes"), True),
        (_page(*PROSE, "From: Bob", *PROSE[:2], "Sent: x", *PROSE[:2], "Subject: x"), True),
        (_page("Yes", "-----Original Message-----", "From: Bob", "Subject: x"), True),
        (_page("<hr>From: Bob &lt;b@example.org&gt;", "Subject: x"), True),
        (_page(*PROSE, f"{ACROSS}Bot: Bob &lt;b@x.org&gt;</div>", *FOREIGN), True),
        (_page("Yes<blockquote>x</blockquote>"), True),
        (_page("<div class='moz-forward-container'>x</div>"), True),
        (_page("<div style='display:none'>-----Original Message-----</div>x"), False),
    ],
    ids=["letter", "address", "colon-in-prose", "line-across", "reply",
         "wrapped", "wrapped-in-source", "spread-header", "outlook", "rule-and-header",
         "foreign-header", "quote", "mark", "hidden"],
)  # fmt: skip
def test_fresh_html_is_told_at_a_glance(text: str, may: bool) -> None:
    page = skim(text)
    assert page is not None
    assert may_hold_history(text, page) is may


def test_no_history_of_real_mail_is_passed_over() -> None:
    told = 0
    for name, text in _real():
        page = skim(text)
        if page is not None and not may_hold_history(text, page):
            told += 1
            assert find_in_html(text, tokenize(text)) is None, name
    assert told > 100


def _real() -> list[tuple[str, str]]:
    found = []
    for name, raw in messages("corpus"):
        for slot in body_parts(scan(raw, 1000, 100_000)).slots:
            part = read(slot.segments[0], Options(), b"\n")
            if not isinstance(part, Skip) and part.html:
                found.append((name, part.text))
    for file in sorted(folder("replies").rglob("*.html")):
        found.append((file.name, file.read_text(encoding="utf-8", errors="replace")))
    return found
