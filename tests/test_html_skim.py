"""A page in pieces says what its tokens say: where tags are, and where the body ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsig.html.place import place_at_end
from mailsig.html.regions import end_of_body
from mailsig.html.skim import cut, skim
from mailsig.html.tokens import RAW, SKIP, START, tokenize

PIECES = [
    *("<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<a href='x'>", "</a>", "<span>"),
    *("</span>", "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<tbody>"),
    *("</tbody>", "<ul>", "</ul>", "<li>", "</li>", "<h1>", "</h1>", "<center>"),
    *("</center>", "<br>", "<hr/>", "<img src=x>", "<html>", "<head>", "</head>"),
    *("<body>", "</body>", "</html>", "<!-- x -->", "<!doctype html>", "</>", "<DIV>"),
    *("<meta charset=utf-8>", "<style>a<b{}</style>", "<title>a</title>", "</style>"),
    *("<style>", "<style a='>'>", '<title x=b"c>', "<script>", "<svg>", "<!--", "<a b='"),
    *(
        '<a title="x > y">',
        "<img\n src=x>",
        "<x<body>",
        "<x\0y>",
        "<!--[if mso]><p><![endif]-->",
    ),
    *(
        "a",
        " ",
        "\n",
        "\r\n",
        "\f",
        "&#32;",
        "&nbsp;",
        "\0",
        "a < b",
        "<",
        "</",
        "'",
        '"',
        ">",
    ),
]
BALANCED = st.recursive(
    st.sampled_from(["a", " ", "<br>", "<img src=x>", "<hr>", "<!-- x -->"]),
    lambda inside: st.builds(
        lambda name, parts: f"<{name}>{''.join(parts)}</{name}>",
        st.sampled_from(
            [
                *("p", "div", "span", "b", "a", "table", "tr", "td", "tbody", "ul", "li"),
                *("h1", "center", "font", "style", "title"),
            ]
        ),
        st.lists(inside, max_size=3),
    ),
    max_leaves=24,
)
SHELLS = ["{}", "<body>{}</body>", "<html><head></head><body>{}</body></html>\n",
          "<!doctype html><html><head><title>x</title></head><body>{}\n</body>\n</html>",
          "<meta charset=utf-8>{}", "<html>{}</html>", "{}</body>"]  # fmt: skip
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    st.builds(
        lambda shell, parts: shell.format("".join(parts)),
        st.sampled_from(SHELLS),
        st.lists(BALANCED, max_size=4),
    ),
)


@given(TEXTS)
def test_pieces_are_the_tokens(text: str) -> None:
    page = skim(text)
    if page is None:
        return
    assert len(page.gaps) == len(page.runs) + 1 == len(page.outlines) + 1
    tokens = {token[1]: token for token in tokenize(text)}
    names = set()
    at = 0
    for gap, run, outline in zip(page.gaps, page.runs, page.outlines, strict=False):
        at += len(gap)
        assert run in page.markup
        shown, behind = "", 0
        for name, start, end in cut(run):
            shown += run[behind:start] + (name and f"<{name}>")
            names.add(name)
            behind = end
            kind, _, after, found = tokens.pop(at + start)
            if name:
                assert name == (found if kind == START else f"/{found}")
                assert after == at + end
            elif kind != SKIP:
                while after < at + end:
                    kind, _, after, found = tokens.pop(after)
                    assert kind == RAW or found in ("style", "title")
            assert after == at + end
        assert outline == shown
        assert behind == len(run)
        at += len(run)
    assert page.names == names - {""}
    assert page.joined(page.runs) == text
    assert len(text) == page.size
    assert not tokens


@given(TEXTS)
def test_the_end_is_the_place_that_the_tree_gives(text: str) -> None:
    page = skim(text)
    end = None if page is None else end_of_body(page)
    if end is not None:
        found = place_at_end(text, tokenize(text))
        assert found is not None
        assert (found.offset, found.keeps_tree, found.note) == (end, True, "")


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("<html><head></head><body><p>a</p>|</body></html>\n", True),
        ("<div>a</div><div><br></div>\n|", True),
        ("<body><table><tr><td>a</td></tr></table>|</body>", True),
        ("<body><div>a</body>", False),
        ("<body><p>a<div>b</div></p></body>", False),
        ("<body><table>a<tr><td>b</td></tr></table></body>", False),
        ("<body><b>a</body></html>", False),
        ("<div>a</div></body><div>b</div></body>", False),
        ("<p>a</p><a href='x", False),
    ],
    ids=["page", "fragment", "table", "open", "block-in-paragraph", "text-in-table",
         "open-format", "second-body", "unfinished"],
)  # fmt: skip
def test_the_end_is_told_where_all_is_nested(text: str, end: bool) -> None:
    page = skim(text.replace("|", ""))
    found = None if page is None else end_of_body(page)
    assert found == (text.index("|") if end else None)


@pytest.mark.parametrize("name", ["style", "title", "a b='"])
def test_hostile_pages_are_cut_in_linear_time(name: str) -> None:
    assert skim(f"<{name}>" * 40_000) is None


def test_what_styles_and_titles_hold_is_not_shown() -> None:
    page = skim("<title>a</title>\n<style>b<i{}</style>\n<p>c <!-- d --><b>e</b>\n</p>")
    assert page is not None
    assert page.shown == "c e"
    assert page.outlines == ["\n\n<p>", "<b>", "</b>\n</p>"]


@pytest.mark.parametrize("name", ["x<img", "x\0y"], ids=["bracket", "null"])
def test_names_that_no_outline_can_tell_are_left_to_the_tokens(name: str) -> None:
    assert skim(f"<p><{name}>a</{name}></p>") is None
