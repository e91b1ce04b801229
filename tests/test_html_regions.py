"""Regions that are passed over: the state behind them is that of going through them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from email import message_from_bytes

import pytest
from html_strategies import documents, soup
from hypothesis import given, settings
from hypothesis import strategies as st
from shared import messages

from mailsig.html import walk
from mailsig.html.regions import regions
from mailsig.html.tokens import tokenize
from mailsig.html.tree import TEXT, Tree
from mailsig.html.walk import advance, feed, feed_text

NAMES = (
    *("a", "b", "font", "i", "span", "div", "div", "p", "p", "h1", "h2", "ul", "ol", "li"),
    *("table", "tbody", "tr", "td", "td", "th", "center", "blockquote", "style", "form"),
    *("body", "select", "svg", "nobr", "button", "caption", "dd", "pre", "title"),
)
VOID = ("br", "img", "hr", "input", "col")


def pages(seed: int, count: int) -> Iterator[str]:
    """Yield pages that are nested well, for the most part."""
    rng = random.Random(seed)
    for _ in range(count):
        clumsy = rng.choice((0.0, 0.02, 0.1))
        names = rng.sample(NAMES, rng.randrange(2, 12))
        stack: list[str] = []
        pieces = [rng.choice(("<body>", "<!doctype html><body>", ""))]
        for _ in range(rng.randrange(10, 90)):
            draw = rng.random()
            if draw < clumsy:
                pieces.append(f"</{rng.choice(NAMES)}>")
            elif draw < 0.4 and stack:
                pieces.append(f"</{stack.pop()}>")
            elif draw < 0.5:
                pieces.append(f"<{rng.choice(VOID)}>")
            elif draw < 0.6:
                pieces.append(rng.choice(("text", " ", "&nbsp;", "<!-- c -->")))
            else:
                stack.append(rng.choice(names))
                pieces.append(f"<{stack[-1]}>")
        if rng.random() < 0.7:
            pieces += [f"</{name}>" for name in reversed(stack)]
        yield "".join(pieces)


def state(tree: Tree) -> tuple[object, ...]:
    """Return what decides; the mode to go back to does only in raw text."""
    mode, back, *others = tree.key()
    return mode, back if mode == TEXT else None, others, tree.stack


def check(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = tokenize(text)
    careful, fast = (Tree(text, tokens, frozenset()) for _ in range(2))
    at = 0
    for i, (_, start, end, _) in enumerate(tokens):
        if start > at:
            feed_text(careful, i, at, start)
        feed(careful, i)
        at = end
    with monkeypatch.context() as patch:
        patch.setattr(walk, "_WORTH_A_LOOK", 0)
        advance(fast, 0, len(tokens), 0)
    assert state(fast) == state(careful)


@pytest.mark.parametrize("seed", range(20))
def test_the_state_behind_nested_elements_is_the_same(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in pages(seed, 100):
        check(text, monkeypatch)


@pytest.mark.parametrize(
    "text",
    [
        "<body><table><tr><td>a</body>b<div><table><tr><td>c</td></tr></table></div>",
        "<body><p>a<span><b>b</b></span><div>c</div>",
        "<body><b><p>a</b>b</p><div>c</div><table><tr><td>d</td></tr></table>",
        "<body><h1><h2>a</h2></h1>",
    ],
)
def test_what_stands_before_a_region_counts(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(text, monkeypatch)


@settings(max_examples=200, deadline=None)
@given(st.one_of(soup(), documents()))
def test_the_state_behind_anything_is_the_same(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        check("<body>" + text, patch)


def test_the_state_behind_real_pages_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for _, raw in messages("corpus", every=7):
        for part in message_from_bytes(raw).walk():
            octets = part.get_payload(decode=True)
            if part.get_content_type() == "text/html" and isinstance(octets, bytes):
                check(octets[:200_000].decode("latin-1"), monkeypatch)


def found(text: str) -> list[str]:
    tokens = tokenize(text)
    ends = regions(text, tokens, 0, len(tokens))
    return [text[tokens[i][1] : tokens[end - 1][2]] for i, end in sorted(ends.items())]


@pytest.mark.parametrize(
    "text",
    [
        "<div>a<p>b<b>c</b></p></div>",
        "<table>\n<tr><td><p>a</p></td></tr>\n</table>",
        "<ul><li>a</li><li><ul><li>b</li></ul></li></ul>",
        "<span><a href=x>a</a><br></span>",
        "<h1><div><h2>a</h2></div></h1>",
        "<div><style><p></style></div>",
    ],
)
def test_what_nests_well_is_a_region(text: str) -> None:
    assert found(text)[0] == text


@pytest.mark.parametrize(
    "text",
    [
        "<p>a<div>b</div></p>",
        "<p><table></table></p>",
        "<table>a<tr></tr></table>",
        "<table><td></td></table>",
        "<tr><p></p></tr>",
        "<div><li></li></div>",
        "<a><a></a></a>",
        "<b><b><b><b></b></b></b></b>",
        "<h1><h2></h2></h1>",
        "<div><form></form></div>",
        "<div><b></div></b>",
        "<span><p></p></span>",
    ],
)
def test_what_a_rule_may_move_is_no_region(text: str) -> None:
    assert text not in found(text)
