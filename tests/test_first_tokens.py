"""A long history below a settled boundary isn't read, and that changes nothing."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

import pytest

from mailsig import Signature, part, rewrite
from mailsig.html.tokens import tokenize

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

    def counted(text: str, most: int | None = None) -> list[part.Token]:
        asked.append(most)
        return tokenize(text, most)

    monkeypatch.setattr(part, "tokenize", counted)
    _, page = html.outlook_reply(random.Random(1), 20_000)
    assert rewrite(HEAD + page.encode("ascii", "xmlcharrefreplace"), SIGNATURE).signed
    assert asked == [part._FIRST_TOKENS]


@pytest.mark.parametrize("most", [1, 7, 100])
def test_the_first_tokens_are_the_first_of_all(most: int) -> None:
    for seed in range(40):
        text = replies(seed).decode("ascii")
        tokens = tokenize(text)
        assert tokenize(text, most)[:most] == tokens[:most]
