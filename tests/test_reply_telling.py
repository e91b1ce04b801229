"""Where no line tells within reach, no rule sees a history begin."""

from __future__ import annotations

import pytest
from hypothesis import given
from reply_strategies import TEXTS

from mailsig.reply.hits import hit_at
from mailsig.reply.lines import text_lines
from mailsig.reply.telling import next_telling, reach, tells


@given(TEXTS)
def test_what_no_line_tells_no_rule_sees(texts: list[str]) -> None:
    lines = text_lines("\n".join(texts))
    for at, line in enumerate(lines):
        if hit_at(lines, at) is not None:
            assert next_telling(lines, at) <= at + reach(line.text)


@pytest.mark.parametrize(
    ("line", "tell"),
    [
        ("> quoted", True),
        ("| quoted", True),
        ("-----Original Message-----", True),
        ("________________", True),
        ("Bob ---02.04.2012 10:05:00---It floats.", True),
        ("From: Bob", True),
        ("*Von:* Bob", True),
        ("To", True),
        ("Begin forwarded message:", True),
        ("On 2 April at 10:05 Bob wrote:", True),
        ("On 2 April at 10:05 Bob <b@example.org> wrote: Yes.", True),
        ("Bob wrote:", False),
        ("What we offer:", False),
        ("The price: 40 euros.", False),
        ("On Monday: 12 dogs.", False),
        ("Between 10:05 and 11:00.", False),
        ("- 12 lazy dogs: 480.00 EUR", False),
        ("* A point of a list", False),
        ("A well-kept dog -- a lazy one.", False),
        ("--", False),
        ("https://example.org/2024", False),
        ("So", False),
    ],
)  # fmt: skip
def test_few_lines_tell(line: str, tell: bool) -> None:
    assert tells(line, []) is tell


@pytest.mark.parametrize(
    ("line", "above", "tell"),
    [
        ("Bob wrote:", ["2 April"], True),
        ("Bob wrote:", ["a", "b", "c", "d", "e", "bob@example.org"], True),
        ("Bob wrote:", ["a", "b", "c", "d", "e", "f", "On 2 April"], False),
        ("Bob wrote:", ["A line of prose."], False),
        ("Next steps:", ["for the second of these 12 days."], False),
        ("Next steps:", ["On 2 April we meet."], True),
        ("Next steps:", ["we meet.", "On Monday", "for these 2 days"], False),
    ],
    ids=["date", "address", "too-far", "prose", "no-verb", "opened", "opened-below"],
)
def test_a_line_that_ends_in_a_colon_needs_the_rest_of_an_attribution(
    line: str, above: list[str], tell: bool
) -> None:
    assert tells(line, above) is tell


LONG = f"On 2 April 2012 at 10.05 Bob {'Li ' * 60}wrote"
SPREAD = "On 2 April 2012\nat 10.05\nBob\nLi\n(of\nthe\nboat) wrote"
PHRASE_AND_HEADER = "Original Message\nFrom: Bob <b@x.org>\nTo: Kim\nSubject: x"


@pytest.mark.parametrize(
    ("text", "below"),
    [
        (f"{SPREAD}\n> x", 7),
        (f"{SPREAD}\n{PHRASE_AND_HEADER}", 8),
        (f"{LONG}\n> x", 1),
        (f"{LONG}\n{PHRASE_AND_HEADER}", 2),
    ],
    ids=["seven-lines", "seven-lines-and-phrase", "long-line", "long-line-and-phrase"],
)
def test_the_line_that_tells_may_stand_so_far_below(text: str, below: int) -> None:
    lines = text_lines(text)
    assert hit_at(lines, 0) is not None
    assert next_telling(lines, 0) == below <= reach(lines[0].text)
