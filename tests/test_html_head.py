"""The beginning of a page is passed over as one token, and only where it shows nothing."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailsig.html.head import HEAD, head_end
from mailsig.html.tokens import SKIP, first_tokens, tokenize, unfolded

# Each page has a bar where its body begins.
PAGES = {
    "body alone": "<body>|a",
    "html and body": "<html><body>|a",
    "head without its end": "<html><head><meta><body>|a",
    "doctype, comments, blanks": "\r\n<!DOCTYPE html>\n<!-- x --> <html>\n<body>|a",
    "what Word writes": '<html xmlns:v="urn:x">\r\n<head>\r\n<meta name="G" content="W>1">'
    "<style><!--\r\np {a:b;}\r\n--></style><!--[if mso]><xml/><![endif]--></head>\r\n"
    '<body lang="DE" style="word-wrap:break-word">|\r\n<div>a',
    "capitals": "<HTML><HEAD><Style>a</STYLE></HEAD><BODY>|a",
    "title": "<head><title>a < b </titles> </title ></head><body>|a",
    "tags in a style": "<head><style><body></p></style></head><body>|a",
    "slash": "<html/><head/><body/>|a",
    "processing instruction": "<?xml version='1.0'?><html><body>|a",
    "base and link": "<head><base href=x><link rel=y></head><body>|a",
    "greater-than in an attribute": "<body title='a>b'>|a",
}
OTHER = {
    "nothing": "",
    "no body": "<html><head></head><div>a",
    "text in front of it": "<html>x<body>a",
    "text in the head": "<head>x</head><body>a",
    "a script": "<head><script>x</script></head><body>a",
    "noscript": "<head><noscript><meta></noscript></head><body>a",
    "two heads": "<head></head><head></head><body>a",
    "a longer name": "<bodyx>a",
    "an end tag": "</body>a",
    "an element before it": "<div><body>a",
    "a style that never ends": "<head><style>a</head><body>a",
    "a tag that never ends": "<html><body a='",
    "frames": "<html><head></head><frameset><frame></frameset>",
}


@pytest.mark.parametrize("marked", PAGES.values(), ids=PAGES)
def test_what_stands_in_front_of_the_body_is_one_token(marked: str) -> None:
    page = marked.replace("|", "")
    assert head_end(page) == marked.index("|")
    assert first_tokens(page, 9)[0] == (SKIP, 0, marked.index("|"), HEAD)
    assert unfolded(page, first_tokens(page, 99)) == tokenize(page)


@pytest.mark.parametrize("page", OTHER.values(), ids=OTHER)
def test_other_pages_are_read_tag_by_tag(page: str) -> None:
    assert head_end(page) == 0
    assert first_tokens(page, 99) == tokenize(page)


PIECES = (
    *("<html>", "<head>", "</head>", "<body>", "<body a='>'>", "</body>", "<meta>"),
    *("<style>", "</style>", "<title>", "</title>", "<!-- x -->", "<!x>", "</>", "<?x>"),
    *("<div>", "</div>", "<script>", "</script>", "<svg>", "<select>", "<frameset>"),
    *("<![CDATA[", "]]>", "a", " ", "\r\n", "<", "</style", "<!--", "-->", "<b\x00>"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.integers(1, 20))
@example("<body><frameset><style><p>", 9)
@example("<body>", 9)
@example("</style", 1)
def test_unfolded_they_are_the_first_tokens_of_the_page(page: str, most: int) -> None:
    first = first_tokens(page, most)
    tokens = unfolded(page, first)
    if len(first) < most:
        assert tokens == tokenize(page)
    else:  # the last one may be a tag that the text ends in
        assert tokens[:-1] == tokenize(page)[: len(tokens) - 1]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_nothing_in_front_of_the_body_is_shown(page: str) -> None:
    end = head_end(page)
    if end:
        at = 0
        for kind, start, after, name in tokenize(page[:end]):
            assert not page[at:start].strip("\t\n\f\r ")
            assert kind == SKIP or name in (
                "html",
                "head",
                "body",
                "meta",
                "style",
                "title",
            )
            at = after
        assert at == end
