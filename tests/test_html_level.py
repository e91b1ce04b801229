"""Where the end of a zone is called level, the survey finds it to be the best place too."""

from __future__ import annotations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from mailsig.html.level import ends_level
from mailsig.html.place import Place, _Choice, _survey
from mailsig.html.tokens import tokenize

PAGE = "<html><head><style>p{}</style></head><body>"
STYLED = "<html><head><style>p{display:none}</style></head><body>"
# Each text holds two bars: the zone.
LEVEL = {
    "paragraphs": f"{PAGE}<p>a|</p><p><br></p>|<div>b</div>",
    "paragraphs of words": f"{PAGE}<div><p>a|<o:p></o:p></p>\r\n|<div>b</div></div>",
    "in front of white space": f"{PAGE}<div>a|</div>|\r\n<div>b</div>",
    "formatted text": f"{PAGE}<p><b><i>a</i></b>|</p>|<div>b</div>",
    "a comment": f"{PAGE}<!-- x --><div>a|</div>|<!-- y --><div>b</div>",
    "a style that hides": f"{STYLED}<p>a|</p>|<div>b</div>",
    "hidden, and closed": f"{PAGE}<p>a|</p><div hidden>x</div>|<div>b</div>",
    "no end of the head": "<html><head><meta><body><div>a|</div>|<div>b</div>",
}
OTHER = {
    "no text in front": f"|{PAGE}|<div>b</div>",
    "no body": "<div>a|</div>|<div>b</div>",
    "text in front of the body": "<html>x<body><div>a|</div>|<div>b</div>",
    "open paragraph": f"{PAGE}<p>a|<br>|<b>b</b>",
    "open link": f"{PAGE}<a>a|<br>|b</a><br>",
    "open formatting": f"{PAGE}<b><br>a|<br>|b<br></b>",
    "open span": f"{PAGE}<span>a|<br>|b<br></span>",
    "crossed": f"{PAGE}<b><i>a</b></i>|<br>|b<br>",
    "div in a paragraph": f"{PAGE}<p>a<div>x</div></p>|<br>|<div>b</div>",
    "paragraph in a span": f"{PAGE}<span><p>a</p></span>|<br>|<div>b</div>",
    "link in a link": f"{PAGE}<a>a<a>x</a></a>|<br>|<div>b</div>",
    "a table": f"{PAGE}<table><tr><td>a</table>|<br>|<div>b</div>",
    "hidden": f"{PAGE}<div>a</div><div hidden>|<br>|<div>b</div></div>",
    "not displayed": f"{PAGE}<div style='display: none'>a|<br>|<div>b</div></div>",
    "fewer elements before the end": f"{PAGE}<div>a|</div><div><br>|<div>b</div></div>",
    "inside of words": f"{PAGE}<div>a|b c|d</div><br>",
    "the end of what is read": f"{PAGE}<div>a|</div>|",
}


def _zone(marked: str) -> tuple[str, int, int]:
    before, between, after = marked.split("|")
    return before + between + after, len(before), len(before + between)


@pytest.mark.parametrize("marked", LEVEL.values(), ids=LEVEL)
def test_plain_pages_are_level(marked: str) -> None:
    text, start, end = _zone(marked)
    assert ends_level(text, tokenize(text), start, end)


@pytest.mark.parametrize("marked", OTHER.values(), ids=OTHER)
def test_other_pages_are_left_to_the_survey(marked: str) -> None:
    text, start, end = _zone(marked)
    assert not ends_level(text, tokenize(text), start, end)


NAMES = ("div", "p", "span", "b", "a", "o:p", "center", "h1", "font", "td")
TEXTS = st.sampled_from(["<br>", "<img>", "a", "b c", "\r\n", "<!-- x -->"])
PIECES = TEXTS | st.sampled_from(
    [f"<{solidus}{n}>" for n in NAMES for solidus in ("", "/")]
)
LOOKS = ("", "", " class=x", " hidden", " style='DISPLAY: none'")
HEADS = st.sampled_from([PAGE, PAGE, "<html><body>", "", "<body></head>", "x<body>"])


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    element = st.builds(
        "<{0}{2}>{1}</{0}>".format, st.sampled_from(NAMES), inner, st.sampled_from(LOOKS)
    )
    return st.lists(element | inner, max_size=4).map("".join)


BODIES = st.one_of(st.recursive(texts, _nested, max_leaves=12) for texts in (TEXTS, PIECES))


@given(HEADS, BODIES, st.data())
def test_a_level_end_is_the_place_that_the_survey_chooses(
    head: str, body: str, data: st.DataObject
) -> None:
    text = f"{head}<p>a</p>{body}<div>b</div></div></body>"
    tokens = tokenize(text)
    first = len(head) + 4
    places = [first, *(at for token in tokens for at in token[1:3] if at > first)]
    start, end = sorted(data.draw(st.tuples(*[st.sampled_from(places)] * 2)))
    if ends_level(text, tokens, start, end):
        event("level")
        survey = _survey(text, tokens)
        assert survey is not None
        assert _Choice(survey).over(start, end).best() == Place(end, True)
