"""Any HTML at all: nothing raises, work is linear, alternatives agree, and the place holds."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reply_shapes import FORWARDS, REPLIES, Shape

from mailsig import client_signature
from mailsig.html.tokens import tokenize
from mailsig.reply import agree, disagree, find_in_html, find_in_text
from mailsig.reply.visible import HtmlLines

# --- generated mail

SHAPES = REPLIES + FORWARDS
WORDS = st.lists(
    st.sampled_from(
        [
            "Yes.",
            "It floats",
            "<b>well</b>,",
            "to Kim:",
            "<br>",
            "&amp;",
            "äöü",
            "10:30",
            "<br><br>",
            "船",
        ]
    ),
    min_size=1,
    max_size=8,
).map(" ".join)


@given(
    shape=st.sampled_from(SHAPES), words=WORDS, newline=st.sampled_from(["\n", "\r\n", ""])
)
def test_the_place_is_between_new_text_and_history(
    shape: Shape, words: str, newline: str
) -> None:
    new = "Dear Bo, " + words + " Bye."
    marked = shape.body.replace("{{", "{").replace("}}", "}").replace("{new}", new)
    marked = marked.replace("\n", newline)
    body = marked.replace("⟦", "").replace("⟧", "")
    boundary = find_in_html(body, tokenize(body))
    assert boundary is not None
    assert boundary.start == marked.index("⟦")
    assert boundary.end == marked.index("⟧") - 1


@given(shape=st.sampled_from(SHAPES), words=WORDS)
def test_a_reply_on_top_of_a_reply_is_cut_at_the_upper_one(
    shape: Shape, words: str
) -> None:
    older = shape.body.replace("⟦", "").replace("⟧", "").replace("{new}", words)
    older = older.replace("</body></html>", "").replace("<html>", "").replace("<body>", "")
    body = f'<div dir="ltr">Top.</div><br><div class="gmail_quote"><div>On Mon, Apr 2, 2012 at 10:05 AM Bo &lt;bo@example.com&gt; wrote:<br></div><blockquote class="gmail_quote">{older}</blockquote></div>'
    boundary = find_in_html(body, tokenize(body))
    assert boundary is not None
    assert body[: boundary.end] == '<div dir="ltr">Top.</div><br>'


PIECES = [
    "<div>", "</div>", "<p>", "</p>", "<br>", "<hr>", "<table><tr><td>", "</td></tr></table>", "<b>", "</b>",
    "<blockquote>", "<blockquote type=cite>", "</blockquote>", '<div class="gmail_quote">', "<pre>", "</pre>",
    '<div id="divRplyFwdMsg">', '<div class="yahoo_quoted">', '<span id="OLK_SRC_BODY_SECTION">', "</span>",
    '<div style="display:none">', "<noscript>", "</noscript>", "<!--", "-->", "<style>", "</style>", "<", ">", "&",
    "&gt; x", "&nbsp;", "Yes.", "On 2 Apr 2012 10:05, Bo wrote:", "From: a@b.c", "Sent: Monday", "To: c", "Subject: d",
    "-----Original Message-----", "_____________", "<img src=x>", '<img width="1">', "\n", "\r\n", " ", "To", "Subject",
    "Sent from my iPhone", "</body>", "<body>", "<html>", '<div class="gmail_signature">', '<hr id="stopSpelling">',
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=200))
def test_no_markup_raises_and_the_zone_is_in_order(body: str) -> None:
    tokens = tokenize(body)
    boundary = find_in_html(body, tokens)
    client_signature.find_in_html(body, tokens, boundary.end if boundary else len(body))
    if boundary is None:
        return
    assert 0 <= boundary.start <= boundary.end <= len(body)
    previous = 0
    for start, end in boundary.authored:
        assert previous <= start < end <= len(body)
        previous = end
    # What is between the zone's ends is not visible.
    reader = HtmlLines(body, tokens)
    reader.read()
    if boundary.end < len(body):
        assert not any(boundary.start < line.end <= boundary.end for line in reader.lines)


def test_a_long_thread_is_read_near_its_top_only() -> None:
    new = "<p>Yes.</p>" * 20
    history = "<p>-----Original Message-----</p>" + "<p>Does it float?</p>" * 20_000
    tokens = tokenize(new + history)
    reader = HtmlLines(new + history, tokens)
    assert reader.read(512)
    assert len(reader.lines) < 600
    boundary = find_in_html(new + history, tokens)
    assert boundary is not None
    assert boundary.end == len(new)


@pytest.mark.parametrize("size", [10, 100, 3_000])
def test_a_quote_of_any_length_has_its_end(size: int) -> None:
    quote = (
        "<blockquote type=cite>"
        + "<div>line</div>" * size
        + "<blockquote>older</blockquote></blockquote>"
    )
    on = "<div>On 2 Apr 2012 10:05, Bo wrote:</div>"
    above = f"<div>Yes.</div>{on}{quote}<div>Regards</div>"
    below = f"<body>{on}{quote}<div>Yes.</div></body>"
    between = f"<div>{on}{quote}<div>Yes.</div>{quote}<div>No.</div></div>"
    for body, rule, start in (
        (above, "attribution", above.index("</div>")),
        (below, "bottom-posted", below.index("Yes.") + 4),
        (between, "interleaved", between.index("No.") + 3),
    ):
        boundary = find_in_html(body, tokenize(body))
        assert boundary is not None
        assert (boundary.rule, boundary.start) == (rule, start)


LAST_LINES = [
    ("picture", "seen <img src=x></blockquote>Yes,<br>it floats.", "Yes,<br>it floats."),
    ("box", "<span id=OLK_SRC_BODY>seen</span></blockquote>Yes.", "Yes."),
    ("pre", "<pre>seen</pre></blockquote>Yes,\nit\nfloats.", "Yes,\nit\nfloats."),
]


@pytest.mark.parametrize("size", [10, 100])
@pytest.mark.parametrize(
    ("rest", "authored"),
    [row[1:] for row in LAST_LINES],
    ids=[row[0] for row in LAST_LINES],
)
def test_the_last_line_of_a_long_quote_is_none_of_the_authors(
    rest: str, authored: str, size: int
) -> None:
    lines = "line<br>" * size
    on = "<div>On 2 Apr 2012 10:05, Bo wrote:</div>"
    body = f"{on}<blockquote type=cite>{lines}{rest}"
    tokens = tokenize(body)
    reader = HtmlLines(body, tokens)
    reader.read()
    assert "".join(line.text for line in reader.lines if not line.quoted).endswith(
        "wrote:" + authored.replace("<br>", "").replace("\n", " ")
    )
    boundary = find_in_html(body, tokens)
    assert boundary is not None
    assert [body[start:end] for start, end in boundary.authored] == [authored]


def test_a_mark_in_a_long_quote_says_nothing_of_the_text_below() -> None:
    quote = "<blockquote type=cite>"
    header = "<div id=divRplyFwdMsg>From: Bo</div>"
    long_quote = f"{quote}{'line<br>' * 100}{header}</blockquote>"
    body = f"{quote}Does it float?</blockquote>Yes.{long_quote}No."
    boundary = find_in_html(body, tokenize(body))
    assert boundary is not None
    assert [body[start:end] for start, end in boundary.authored] == ["Yes.", "No."]


# --- agreement

TEXT = "Yes, it floats.\n\nAlex\n\nBo schreef iets op maandag\n\n> Does it float on water, Alex?\n> Bo\n"
PLAIN = "Yes, it floats.\n\nAlex\n\nDoes it float on water, Alex?\nBo\n"
MARKED = (
    "<div>Yes, it floats.<br><br>Alex</div><br><div>On Mon, 2 Apr 2012, Bo &lt;bo@example.com&gt; wrote:"
    "<blockquote>Does it float on water, Alex?<br>Bo</blockquote></div>"
)
UNMARKED = "<div>Yes, it floats.<br><br>Alex</div><div><br></div><div><p>Does it float on water, Alex?</p><p>Bo</p></div>"


def test_the_html_tells_the_text_where_its_history_begins() -> None:
    tokens = tokenize(MARKED)
    in_text, in_html = find_in_text(PLAIN), find_in_html(MARKED, tokens)
    assert in_text is None
    agreed, same = agree(PLAIN, in_text, MARKED, tokens, in_html)
    assert same is in_html
    assert agreed is not None
    assert agreed.rule == "agreed"
    assert PLAIN[: agreed.start] == "Yes, it floats.\n\nAlex"
    assert PLAIN[agreed.end :].startswith("Does it")
    assert agreed.authored == ((0, agreed.end),)


def test_the_text_tells_the_html_where_its_history_begins() -> None:
    text = TEXT.replace(
        "Bo schreef iets op maandag", "On Mon, 2 Apr 2012, Bo <bo@example.com> wrote:"
    )
    tokens = tokenize(UNMARKED)
    in_text, in_html = find_in_text(text), find_in_html(UNMARKED, tokens)
    assert in_html is None
    same, agreed = agree(text, in_text, UNMARKED, tokens, in_html)
    assert same is in_text
    assert agreed is not None
    assert UNMARKED[agreed.end :].startswith("<div><p>Does it") or UNMARKED[
        agreed.end :
    ].startswith("<div><br>")
    assert agreed.start == UNMARKED.index("</div>")


LOST = {
    "bottom posted": (
        "On 2 Apr 2012 10:05, Bo <bo@example.com> wrote:\n\nDoes it float?\n\nYes, it floats.\n"
        "It dives.\n",
        "<div>On 2 Apr 2012 10:05, Bo &lt;bo@example.com&gt; wrote:</div><blockquote type=cite>Does it"
        " float?</blockquote><p>Yes, it floats.<br>It dives.</p>",
        "It dives.",
    ),
    "a greeting above": (
        "Hi Bo,\n\nOn 2 Apr 2012 10:05, Bo <bo@example.com> wrote:\n\nDoes it float?\n\nYes, it floats.\n",
        "<p>Hi Bo,</p><div>On 2 Apr 2012 10:05, Bo &lt;bo@example.com&gt; wrote:</div><blockquote type=cite>"
        "Does it float?</blockquote><p>Yes, it floats.</p>",
        "floats.",
    ),
    "interleaved": (
        "On 2 Apr 2012 10:05, Bo <bo@example.com> wrote:\n\nDoes it float?\n\nYes.\n\nDoes it sink?\n\n"
        "No, not once in\nall of these years.\n\nBye, Bo\n",
        "<div>On 2 Apr 2012 10:05, Bo &lt;bo@example.com&gt; wrote:</div><blockquote type=cite>Does it"
        " float?</blockquote><p>Yes.</p><blockquote type=cite>Does it sink?</blockquote><p>No, not once"
        " in all of these years.</p><blockquote type=cite>Bye, Bo</blockquote>",
        "all of these years.",
    ),
}


@pytest.mark.parametrize(("text", "body", "last"), LOST.values(), ids=LOST)
def test_the_html_tells_a_text_without_quote_marks_what_the_author_wrote(
    text: str, body: str, last: str
) -> None:
    tokens = tokenize(body)
    in_text, in_html = find_in_text(text), find_in_html(body, tokens)
    assert disagree(in_text, in_html)
    agreed, same = agree(text, in_text, body, tokens, in_html)
    assert same is in_html
    assert agreed is not None
    assert text[: agreed.start].endswith(last)
    written = "".join(text[a:b] for a, b in agreed.authored)
    assert "Yes" in written
    assert "Does it" not in written
    assert not text[agreed.start : agreed.end].strip()


def test_a_text_that_says_something_else_than_the_html_stays_as_it_was() -> None:
    text, body, _ = LOST["bottom posted"]
    text = text.replace("Yes, it floats.\nIt dives.", "See the other part of this mail.")
    tokens = tokenize(body)
    in_text, in_html = find_in_text(text), find_in_html(body, tokens)
    assert agree(text, in_text, body, tokens, in_html) == (in_text, in_html)


def test_a_forward_without_a_word_begins_with_its_history_in_both() -> None:
    text = "Bo Li kiteb fit-2 ta’ April:\n\nDoes it float?\n"
    body = '<div class="yahoo_quoted">Bo Li kiteb fit-2 ta’ April:<br><p>Does it float?</p></div>'
    tokens = tokenize(body)
    in_html = find_in_html(body, tokens)
    agreed, same = agree(text, None, body, tokens, in_html)
    assert same is in_html
    assert agreed is not None
    assert (agreed.start, agreed.end) == (0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "Something else.\n\nAlex\n",
        "Does it float on water, Alex?\nBo\n",
        "A much longer reply, " * 30 + "\n\nDoes it float on water, Alex?\nBo\n",
        "Yes, it floats. Alex: Does it float on water, Alex? Bo\n",
        "",
    ],
    ids=["not there", "nothing above it", "too far down", "within a line", "empty"],
)
def test_an_unsure_repair_is_none(text: str) -> None:
    tokens = tokenize(MARKED)
    in_html = find_in_html(MARKED, tokens)
    assert agree(text, None, MARKED, tokens, in_html) == (None, in_html)


def test_two_boundaries_and_none_are_left() -> None:
    tokens = tokenize(MARKED)
    in_html = find_in_html(MARKED, tokens)
    in_text = find_in_text(TEXT)
    assert agree(TEXT, in_text, MARKED, tokens, in_html) == (in_text, in_html)
    assert agree("a", None, "<p>a", tokenize("<p>a"), None) == (None, None)


def test_a_bottom_posted_reply_repairs_nothing() -> None:
    text = "On Mon, 2 Apr 2012, Bo <bo@example.com> wrote:\n> Does it float on water?\n\nYes.\n"
    body = "<p>Does it float on water?</p><p>Yes.</p>"
    tokens = tokenize(body)
    in_text = find_in_text(text)
    assert agree(text, in_text, body, tokens, None) == (in_text, None)


# --- hostile input

HOSTILE_TEXT: dict[str, Callable[[int], str]] = {
    "letter": lambda n: (
        "Dear all, we met at the office and talked about this and that.\n" * (n // 63)
    ),
    "on lines": lambda n: (
        "On Monday we met at 10:30 with bob@example.com and others\n" * (n // 58)
    ),
    "one line on": lambda n: "On " + "x " * (n // 2),
    "on at": lambda n: " on xxx at yyy" * (n // 14),
    "dashes": lambda n: "-" * n,
    "lines of dashes": lambda n: "-----\n" * (n // 6),
    "el": lambda n: "El El El " * (n // 9),
    "quote marks": lambda n: ">" * n,
    "quote lines": lambda n: "> a\nb\n" * (n // 6),
    "angles": lambda n: "<" * n,
    "addresses": lambda n: "<a@" * (n // 3),
    "colons": lambda n: "a:" * (n // 2),
    "labels": lambda n: "From: a\n" * (n // 8),
    "label pairs": lambda n: "From: a\nTo: b\n\n" * (n // 15),
    "verbs": lambda n: "wrote:\n" * (n // 7),
    "open attribution": lambda n: "On 4 Apr 2012 <\n" * (n // 16),
    "attributions": lambda n: "On 4 Apr 2012 10:00 Bob wrote:\n> a\nb\n" * (n // 38),
    "blanks": lambda n: " \u00a0" * (n // 2),
    "returns": lambda n: "\r" * n,
    "mobile signatures": lambda n: "Sent from my iPhone\n" * (n // 20),
    "framed": lambda n: "-- a --\nx: y\n" * (n // 13),
}
ON = "On 4 Apr 2012 10:00 Bob wrote:<br>x"
HOSTILE_HTML: dict[str, Callable[[int], str]] = {
    "br": lambda n: "a<br>" * (n // 5),
    "angles": lambda n: "<" * n,
    "ampersands": lambda n: "&" * n,
    "nested blockquotes": lambda n: "<blockquote type=cite>a" * (n // 23),
    "blockquotes in a row": lambda n: "<blockquote type=cite>a</blockquote>b" * (n // 37),
    "nested div": lambda n: "<div>" * (n // 5) + ON,
    "empty div": lambda n: "<div></div>" * (n // 11) + ON,
    "opened, closed": lambda n: "<div>" * (n // 11) + "</div>" * (n // 11) + ON,
    "closed only": lambda n: "</div>" * (n // 6) + ON,
    "misnested": lambda n: "<b><i></b></i>" * (n // 14) + ON,
    "gmail boxes": lambda n: "<div class=gmail_quote>a" * (n // 24),
    "yahoo boxes": lambda n: "<div class=yahoo_quoted>a</div>b" * (n // 32),
    "attributes": lambda n: "<div class=x " + "id=y " * (n // 5) + ">x",
    "blank references": lambda n: "a" + "&nbsp;" * (n // 6) + "<br>" + ON,
    "comments": lambda n: "<!--" * (n // 4),
    "hidden": lambda n: "<p hidden>a" * (n // 11),
    "preformatted": lambda n: "<pre>" + "a\n" * (n // 2),
    "pictures": lambda n: "<img src=x>" * (n // 11),
    "mobile signatures": lambda n: "<div>Sent from my iPhone</div>" * (n // 30),
    "containers": lambda n: (
        "<div id=AppleMailSignature>" * (n // 27) + "Sent from my iPhone"
    ),
}
GROWTH = 16
MARGIN = 64  # linear work would be 16, a quadratic step 256
TOO_SHORT = 0.04  # seconds of processor time that are not worth comparing


def _work(run: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    run(text)
    return time.process_time() - began


def _is_linear(run: Callable[[str], object], shape: Callable[[int], str]) -> bool:
    for _ in range(3):
        large = _work(run, shape(4_000 * GROWTH))
        if large < TOO_SHORT or large < MARGIN * _work(run, shape(4_000)):
            return True
    return False


@pytest.mark.parametrize("name", HOSTILE_TEXT)
def test_hostile_text_is_read_in_linear_time(name: str) -> None:
    def run(text: str) -> None:
        find_in_text(text)
        client_signature.find_in_text(text, len(text))

    assert _is_linear(run, HOSTILE_TEXT[name])


@pytest.mark.parametrize("name", HOSTILE_HTML)
def test_hostile_html_is_read_in_linear_time(name: str) -> None:
    def run(text: str) -> None:
        tokens = tokenize(text)
        find_in_html(text, tokens)
        client_signature.find_in_html(text, tokens, len(text))

    assert _is_linear(run, HOSTILE_HTML[name])


def test_agreement_is_linear() -> None:
    tokens = tokenize(MARKED)
    in_html = find_in_html(MARKED, tokens)

    def run(text: str) -> None:
        agree(text, None, MARKED, tokens, in_html)

    assert _is_linear(run, lambda n: "Does it\n" * (n // 8))


HIDDEN = {
    "text right behind": ("<div hidden>a</div>Yes.<br>b", ["Yes.", "b"]),
    "never closed": ("Yes.<div hidden>a<p>b", ["Yes."]),
    "its parent closes": ("<div><span hidden>a</div>Yes.", ["Yes."]),
    "one inside of its kind": ("<div hidden>a<div>b</div>c</div>Yes.", ["Yes."]),
    "the next paragraph": ("<p hidden>a<b>b</b><p>Yes.", ["Yes."]),
    "the next row": ("<table><tr hidden><td>a<td>b<tr><td>Yes.</table>", ["Yes."]),
    "a stray end tag": ("<div hidden>a</i>b</div>Yes.", ["Yes."]),
    "a void element": ("<col hidden>Yes.", ["Yes."]),
    "shown after all": ("<div style='display:none;display:block'>Yes.</div>", ["Yes."]),
}


@pytest.mark.parametrize(("body", "shown"), HIDDEN.values(), ids=HIDDEN)
def test_a_hidden_element_hides_what_a_browser_does(body: str, shown: list[str]) -> None:
    reader = HtmlLines(body, tokenize(body))
    reader.read()
    assert [line.text for line in reader.lines] == shown
