"""A block can stand at a place, and the tree of everything else stays as it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message

import pytest
from html_oracle import place_problems
from html_strategies import documents, mail_soup
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsig.html.place import Place, is_legal, place_at_end, place_at_start, place_in
from mailsig.html.survey import MoreNeededError
from mailsig.html.tokens import Token, tokenize

# Each text holds one bar, where the place is.
END_CASES = {
    "fragment": "<div>a</div>|",
    "text": "a|",
    "nothing": "|",
    "white space": "\r\n|",
    "document": "<html><body><p>a</p>\r\n|</body></html>\r\n",
    "upper case and blanks": "<HTML><BODY>a|</BODY ></HTML >",
    "only an end of html": "<html><p>a</p>|</html>",
    "decoys": "<p title='</body>'>a</p><!-- </body> --><style></body></style>|</body>",
    "comment after the end": "<body>a|</body></html><!-- </body> -->",
    "two documents": "<html><body>a</body></html><html><body>b|</body></html>",
    "document in a quote": (
        "<html><body>a<blockquote><html><body>b</body></html></blockquote>|</body></html>"
    ),
    "document in a quote, outer end missing": (
        "<div>a<blockquote><html><body>b</body></html></blockquote></div>|"
    ),
    "footer after the end": "<html><body><p>a</p>|</body></html> <p>footer</p>",
    "all text after an empty body": "<html><body></body></html><p>a</p>|",
    "unclosed div": "<body><div>a|</body>",
    "unclosed paragraph": "<body><p>a|</body>",
    "unclosed paragraph, end of text": "<p>a|",
    "unclosed comment": "a|<!-- b",
    "unclosed style": "a|<style>b",
    "unclosed tag": "a|<div class='x",
    "unclosed title": "a|<title>b",
    "unclosed link": "a|<a href=x>b",
    "unclosed link that a paragraph has cut": "<p>x</p>|<p><a href=x>b</p>",
    "unclosed hidden element": "a|<div style='display: none'>b",
    "hidden attribute": "a|<div hidden>b",
    "unclosed select": "a|<select><option>b",
    "unclosed cell": "<table><tr><td>a|",
    "unclosed table": "<table><tr><td>a|</td></tr>",
    "unclosed bold": "<b>a|",
    "closed bold": "<body><b>a</b>|</body>",
    "font around the body": "<body><font><p>a</p></font>|</body>",
    "noscript at the end": "<p>a</p><noscript>b</noscript>|",
    "unclosed noscript": "<p>a</p>|<noscript>b",
    "half an end tag": "<p>a</p>|</",
    "half an end tag in an unclosed comment": "a|<!-- b</",
    "half an end tag in an unclosed tag": "a|<div class='x</",
    "svg": "<p>a</p><svg><g></svg>|",
    "unclosed svg": "<p>a</p>|<svg><g>",
    "nested divs": "<body><div><div>a</div></div>\n|</body>",
    "text before a tracking picture": "<body><p>a</p><img src=x>|</body>",
    "meta but no head": "<meta charset=utf-8><p>a</p>|",
    "all in something hidden": "<noscript>|<main hidden>a",
    "text in a noscript of the head": "<noscript>a|",
    "hidden in capitals, with a letter that grows": (
        "<p>\u0130</p>|<div hidden>b<div style='DISPLAY:NONE'>c"
    ),
}


@pytest.mark.parametrize("text", END_CASES.values(), ids=END_CASES.keys())
def test_the_end_of_the_body_is_found(text: str) -> None:
    offset = text.index("|")
    text = text.replace("|", "")
    place = place_at_end(text, tokenize(text))
    assert place is not None
    assert (place.offset, place.keeps_tree) == (offset, True)
    assert place_problems(text, offset) == []


START_CASES = {
    "fragment": "|<div>a</div>",
    "text": "|a",
    "document": "<html><head><title>t</title></head><body>|<p>a</p></body></html>",
    "no body tag": "<html><head><style>p{}</style></head>|<p>a</p></html>",
    "meta but no head": "<meta charset=utf-8>\r\n|<p>a</p>",
    "preheader": "<body><div style='display:none'>pre</div>|<div>a</div></body>",
    "table": "<body>|<table><tr><td>a</td></tr></table></body>",
    "picture": "<body>|<img src=x> a</body>",
    "head in capitals": "<HEAD></HEAD><BODY>\n|<DIV>a</DIV>",
}


@pytest.mark.parametrize("text", START_CASES.values(), ids=START_CASES.keys())
def test_the_start_of_the_body_is_found(text: str) -> None:
    offset = text.index("|")
    text = text.replace("|", "")
    place = place_at_start(text, tokenize(text))
    assert place is not None
    assert place == Place(offset, True)
    assert place_problems(text, offset) == []


# The zone stands between the brackets, the place at the bar.
ZONE_CASES = {
    "below the paragraph": "<p>a[</p>|]<blockquote>q</blockquote>",
    "outside formatting": "<b>a[</b>|<i>]q</i>",
    "shallowest": "<div><div>a[</div></div>|<div>]q</div>",
    "directly above the history": "<div>a[</div><br><div></div>|]<hr>q",
    "inside formatting where all is": "<font>a[<br>|]<hr>q</font>",
    "below the cell's text": "<table><tr><td>a[|</td></tr><tr>]<td>q</table>",
    "never in a link": "<div><a href=x>a[</a>|]q</div>",
    "between words": "<div>a[ |]q</div>",
    "an open paragraph that ends here, not the formatting after it": (
        "<div>a[</div><font><br></font>|<p>]<font>q</font></p>"
    ),
    "last in the formatting, though a paragraph is open in it": ("<b>a[<br>|<p>]</p></b>"),
    "after a word": "a[|]<div>q</div>",
}


@pytest.mark.parametrize("text", ZONE_CASES.values(), ids=ZONE_CASES.keys())
def test_the_best_place_of_a_zone_is_found(text: str) -> None:
    bare = text.translate({ord(c): None for c in "[]|"})
    start = text.replace("|", "").index("[")
    end = text.replace("|", "").replace("[", "").index("]")
    offset = text.replace("[", "").replace("]", "").index("|")
    place = place_in(bare, tokenize(bare), start, end)
    assert place is not None
    assert (place.offset, place.keeps_tree) == (offset, True)
    assert place_problems(bare, offset) == []


def test_an_open_paragraph_that_goes_on_is_named_as_the_reason() -> None:
    text = "<p>a<br>From: b<br>q</p>"
    at = text.index("From")
    assert place_in(text, tokenize(text), at, at) == Place(at, False, "paragraph")


def test_formatting_is_named_as_the_reason() -> None:
    text = "<body><font><div>a</div><hr>q</font></body>"
    place = place_in(text, tokenize(text), text.index("<hr>"), text.index("<hr>"))
    assert place == Place(text.index("<hr>"), True, "formatting")


def test_a_fourth_element_alike_would_push_out_the_first() -> None:
    text = "<b><b><b><div>a</div><p>b</p></b></b></b>"
    at = text.index("<p>")
    place = place_in(text, tokenize(text), at, at)
    assert place == Place(at, False, "formatting")


NOWHERE = {
    "in a tag": ("<div class=x>", 3),
    "in a comment": ("<!-- a -->", 6),
    "in a link": ("<a href=x>a</a>", 10),
    "in a link that goes on in the next paragraph": ("<p><a href=x>a</p>b", 18),
    "in raw text": ("<style>p{}</style>", 7),
    "in a row": ("<table><tr><td>a</td></tr></table>", 11),
    "between rows": ("<table><tr><td>a</td></tr><tr></tr></table>", 26),
    "in a list of options": ("<select><option>a</select>", 16),
    "in a button": ("<button>a</button>", 8),
    "in svg": ("<svg><g></g></svg>", 8),
    "in something hidden": ("<div style='display:none'>a</div>", 26),
    "after an unclosed comment": ("a<!-- b", 7),
    "in noscript": ("<body><noscript>a</noscript>", 16),
    "frames": ("<frameset><frame></frameset>", 0),
}


@pytest.mark.parametrize(("text", "offset"), NOWHERE.values(), ids=NOWHERE.keys())
def test_some_places_are_never_legal(text: str, offset: int) -> None:
    assert is_legal(text, tokenize(text), offset) is None


@pytest.mark.parametrize("text", ["<title>t", "<!-- c --><meta><style>p{}"])
def test_where_no_place_is_good_the_least_bad_one_is_named(text: str) -> None:
    place = place_at_end(text, tokenize(text))
    assert place is not None
    assert (place.keeps_tree, place.note) == (False, "document")


def test_a_text_too_tangled_to_follow_is_signed_all_the_same() -> None:
    text = "<div>" * 1000 + "</section>" * 1000 + "a"
    assert place_at_end(text, tokenize(text)) == Place(len(text), False, "depth")


def test_a_line_end_is_not_cut_in_two() -> None:
    text = "a\r\n<div>q</div>"
    assert place_in(text, tokenize(text), 2, 2) is None


def test_a_frameset_that_a_browser_ignores_is_no_set_of_frames() -> None:
    text = "<body>a<frameset><p>b</p></body>"
    assert place_at_end(text, tokenize(text)) == Place(text.index("</body>"), True)


def test_nothing_before_the_body_is_a_place_but_an_end_tag_that_is_ignored() -> None:
    text = "</></div>a"
    assert is_legal(text, tokenize(text), 0) == Place(0, True)
    text = "</p>a"
    assert is_legal(text, tokenize(text), 0) == Place(0, False, "document")


def test_a_set_of_frames_has_no_place_at_all() -> None:
    text = "<html><frameset cols='1,2'><frame src=x></frameset></html>"
    tokens = tokenize(text)
    assert place_at_end(text, tokens) is None
    assert place_at_start(text, tokens) is None
    assert place_in(text, tokens, 0, len(text)) is None


# --- html5lib as the judge


def places(text: str, tokens: list[Token], picks: list[int]) -> Iterator[Place | None]:
    edges = sorted({0, len(text), *(t[1] for t in tokens), *(t[2] for t in tokens)})
    start, end, *offsets = (edges[pick % len(edges)] for pick in picks)
    yield place_at_end(text, tokens)
    yield place_at_start(text, tokens)
    yield place_in(text, tokens, min(start, end), max(start, end))
    for offset in offsets:
        yield is_legal(text, tokens, offset)


# id, text, how many of its tokens are known, the place asked about
UNSETTLED = [
    ("before-the-body", "</x>Hi", 1, 0),
    ("in-a-paragraph", "<p>a</i>b</p>", 2, 4),
]


@pytest.mark.parametrize(
    ("text", "known", "at"), [row[1:] for row in UNSETTLED], ids=[r[0] for r in UNSETTLED]
)
def test_where_later_tokens_decide_the_first_ones_do_not(
    text: str, known: int, at: int
) -> None:
    tokens = tokenize(text)
    with pytest.raises(MoreNeededError):
        place_in(text, tokens[:known], at, at, more=True)
    assert place_in(text, tokens, at, at) is not None


@settings(max_examples=200, deadline=None)
@given(documents(), st.lists(st.integers(0, 200), min_size=4, max_size=4))
def test_a_place_that_keeps_the_tree_keeps_it(text: str, picks: list[int]) -> None:
    for place in places(text, tokenize(text), picks):
        if place is not None and place.keeps_tree:
            assert place_problems(text, place.offset) == []


@settings(max_examples=150, deadline=None)
@given(mail_soup())
def test_what_mail_clients_write_has_a_place_at_its_end(inner: str) -> None:
    text = f"<html><body>{inner}</body></html>"
    place = place_at_end(text, tokenize(text))
    assert place is not None
    assert place.keeps_tree or place.note in ("document", "paragraph")


def html_parts(message: Message) -> Iterator[str]:
    for part in message.walk():
        payload = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(payload, bytes):
            yield payload.decode("utf-8", "replace")


def test_nearly_all_real_mail_is_signed_at_its_end_without_a_trace() -> None:
    shared = pytest.importorskip("shared")
    seen = clean = 0
    for _, raw in shared.messages("corpus", 7):
        for text in html_parts(message_from_bytes(raw)):
            if len(text) < 40_000:
                place = place_at_end(text, tokenize(text))
                seen += 1
                clean += place is not None and not place_problems(text, place.offset)
    assert seen
    assert clean >= 0.99 * seen


# --- hostile input

HOSTILE = {
    "divs": ("<div>", ""),
    "divs and stray ends": ("<div>", "</section>"),
    "bold paragraphs": ("<b><p>", "</b>"),
    "fonts": ("<font size={}>", "<p>x"),
    "links": ("<a href={}>", "<p>x</p>"),
    "tables": ("<table><tr><td>", "</td>"),
    "rows": ("<table>", "<tr><p>x"),
    "list items": ("<ul><li>", "</li>"),
    "definitions": ("<dd><dt>", "</dd>"),
    "paragraphs": ("<p>", "x"),
    "stray ends": ("</p>", "</div>"),
    "forms": ("<form>", "</form>"),
    "hidden": ("<div hidden>", "<div style='display:none'>"),
    "objects": ("<object>", "</object>"),
    "bodies": ("<body>", "</body>"),
    "comments": ("<!-- x -->", "<p>"),
    "svg": ("<svg><g>", "</g>"),
    "nobr": ("<nobr><div>", "</nobr>"),
}


@pytest.mark.parametrize(("piece", "then"), HOSTILE.values(), ids=HOSTILE.keys())
def test_time_grows_with_the_text_and_no_faster(piece: str, then: str) -> None:
    def cost(times: int) -> float:
        text = "".join(piece.format(i) for i in range(times)) + then * times
        tokens = tokenize(text)
        began = time.perf_counter()
        place_at_end(text, tokens)
        place_at_start(text, tokens)
        place_in(text, tokens, 0, len(text))
        is_legal(text, tokens, len(text))
        return time.perf_counter() - began

    assert cost(8_000) < 16 * 8 * cost(500) + 0.5
