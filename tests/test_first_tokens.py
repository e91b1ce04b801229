"""A long history below a settled boundary isn't read, and that changes nothing."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

import pytest

from mailsig import Signature, part, rewrite
from mailsig.html.tokens import first_tokens, tokenize, unfolded

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import html

SIGNATURE = Signature(html="<p>Jo Doe, Example Ltd</p>")
HEAD = b"From: a@example.com\r\nSubject: Re: x\r\nContent-Type: text/html\r\n\r\n"
PIECES = (
    *("<p>", "</p>", "<b>", "<a href=x>", "<table>", "<td>", "</div>", "<select>", "<!--"),
    *('<div style="display:none">', "<frameset>", "<style>", "<blockquote>", "<svg>"),
)


def replies(seed: int) -> bytes:
    """Return a reply over a long thread, somewhat broken."""
    rng = random.Random(seed)
    _, page = html.outlook_reply(rng, rng.randrange(8_000, 20_000))
    pieces = re.findall("<[^>]*>|[^<]+", page)
    for _ in range(rng.randrange(6)):
        at = rng.randrange(len(pieces))
        pieces[at : at + rng.randrange(2)] = [rng.choice((*PIECES, *pieces[:40]))]
    return HEAD + "".join(pieces).encode("ascii", "xmlcharrefreplace")


@pytest.mark.parametrize("seed", range(60))
def test_the_result_is_that_of_reading_all(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = replies(seed)
    first = rewrite(raw, SIGNATURE)
    monkeypatch.setattr(part, "_FIRST_TOKENS", 1_000_000)
    whole = rewrite(raw, SIGNATURE)
    assert (first.message, first.parts) == (whole.message, whole.parts)


def test_a_long_history_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int | None] = []

    def first(text: str, most: int) -> list[part.Token]:
        asked.append(most)
        return first_tokens(text, most)

    def everything(text: str) -> list[part.Token]:
        asked.append(None)
        return tokenize(text)

    monkeypatch.setattr(part, "first_tokens", first)
    monkeypatch.setattr(part, "tokenize", everything)
    _, page = html.outlook_reply(random.Random(1), 20_000)
    assert rewrite(HEAD + page.encode("ascii", "xmlcharrefreplace"), SIGNATURE).signed
    assert asked == [part._FIRST_TOKENS]


@pytest.mark.parametrize("most", [1, 7, 100])
def test_the_first_tokens_are_the_first_of_all(most: int) -> None:
    for seed in range(40):
        text = replies(seed).decode("ascii")
        tokens = tokenize(text)
        first = unfolded(text, first_tokens(text, most))
        assert first == tokens[: len(first)]
        assert len(first) >= min(most, len(tokens))


# Where the tree is followed, more tokens are read than were asked for.
FOLLOWED = [
    ("svg", "<p>Hi</p><svg>" + "<path/>" * 9 + "</svg><p>end</p>"),
    ("svg-to-the-end", "<p>Hi</p><svg>" + "<path/>" * 9),
    ("select", "<select>" + "<option>x" * 9 + "</select><p>end</p>"),
    ("style-in-math", "<math>" + "<style></style>" * 5 + "</math><p>end</p>"),
]


@pytest.mark.parametrize("most", range(1, 15))
@pytest.mark.parametrize("text", [row[1] for row in FOLLOWED], ids=[r[0] for r in FOLLOWED])
def test_the_first_tokens_may_be_followed_by_those_that_the_tree_tells(
    text: str, most: int
) -> None:
    tokens = tokenize(text)
    first = first_tokens(text, most)
    assert len(first) >= min(most, len(tokens))
    assert first == tokens[: len(first)]


def test_a_reply_with_a_drawing_is_signed_above_its_history() -> None:
    drawing = "<svg>" + "<path d='M0 0'/>" * 80 + "</svg>"
    history = "<div id=divRplyFwdMsg><b>From:</b> x@example.com</div><p>Hi</p>"
    page = f"<html><body><p>Yes.</p>{drawing}{history}</body></html>"
    result = rewrite(HEAD + page.encode(), SIGNATURE)
    assert [edited.rule for edited in result.parts] == ["outlook-reply-header"]
