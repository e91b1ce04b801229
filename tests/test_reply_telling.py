"""Where no line tells within reach, no rule sees a history begin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsig.reply.choice import choose
from mailsig.reply.glance import may_hold_history
from mailsig.reply.hits import hit_at
from mailsig.reply.lines import text_lines
from mailsig.reply.telling import next_telling, reach, tells
from mailsig.reply.vocabulary import LANGUAGES


def _words(*fields: str) -> st.SearchStrategy[str]:
    found = {
        word
        for language in LANGUAGES.values()
        for field in fields
        for word in getattr(language, field).split("|")
    }
    return st.sampled_from(sorted(found))


DATES = st.sampled_from(["2.4.2012", "2 Apr 2012", "Monday, 2 April 2012", "02/04/12"])
TIMES = st.sampled_from(["10:05", "10.05", "10:05 AM", "10h05", "at 10:05:00 +0200"])
WHO = st.sampled_from(["Bob", "Bob Li <bob@example.org>", "bob@example.org", "I"])
LEADS = st.one_of(st.sampled_from(["On", "Am", "Le", ""]), _words("leads"))
VERBS = st.one_of(
    st.sampled_from(["wrote", "schrieb", "a écrit"]), _words("verbs", "loose", "before")
)
COLONS = st.sampled_from([":", " :", "：", "՝", ":*", ": .", "", "--", " ----"])
BREAKS = st.sampled_from([" ", " ", "\n", " \n", "\n\n"])
ATTRIBUTIONS = st.one_of(
    st.builds(
        "{lead} {date}{b} {time}, {who}{c} {verb}{colon}".format,
        lead=LEADS, date=DATES, b=BREAKS, time=TIMES, who=WHO, c=BREAKS, verb=VERBS,
        colon=COLONS,
    ),
    st.builds(
        "{who} {verb}{b} {date}{c} {time}{colon}".format,
        who=WHO, verb=VERBS, b=BREAKS, date=DATES, c=BREAKS, time=TIMES, colon=COLONS,
    ),
    st.builds("{} {}{}".format, WHO, VERBS, COLONS),
    st.builds("On 2 Apr at 10:05 {} {}: {}".format, WHO, VERBS, st.just("yes")),
    st.just("2012-04-02 10:05 GMT+02:00 Bob Li"),
)  # fmt: skip
LABELS = st.one_of(
    st.sampled_from(["From", "Sent", "To", "Subject"]),
    _words("sender", "to", "cc", "sent", "date", "subject", "other"),
)
VALUES = st.one_of(WHO, st.builds("{} {}".format, DATES, TIMES), st.just("Re: x"))
HEADERS = st.one_of(
    st.lists(st.builds("{}: {}".format, LABELS, VALUES), max_size=5).map("\n".join),
    st.permutations(
        ["From: Bob <b@example.org>", "Sent: 2.4.2012 10:05", "To: Kim", "Subject: x"]
    ).map("\n".join),
    st.builds("Von: {} An: Kim Betreff: {}".format, WHO, VALUES),
    st.sampled_from([
        "Bob\n2.4.2012 10.05\n\nTo\nKim\nSubject\nOffer",
        "Von-A: Bob <b@example.org>\nZeit-A: 2.4.2012 10:05\nZu-A: Kim\nWas-A: x",
    ]),
)  # fmt: skip
PHRASES = _words("separators", "openers", "alone")
SEPARATORS = st.one_of(
    st.builds("{0} {1} {0}".format, st.sampled_from(["--", "-----", "**", "#", ""]), PHRASES),
    st.builds("{}{}".format, PHRASES, COLONS),
    st.sampled_from([
        "_" * 20, "-----", "====", "———", "* A heading *", "-- A heading --", "--", "-- ",
        "Bob ---02.04.2012 10:05:00---It floats.", "On it.--- On Monday 10:05 Bob wrote:",
        ">>> Bob 02.04.2012 10:05 >>>", "> quoted", "| quoted", "AB> quoted",
    ]),
)  # fmt: skip
PROSE = st.sampled_from(
    ["A line of prose.", "x" * 250, "Note: 12 foxes at 10:05.", "- a point", "", "\u200b"]
)
TEXTS = st.lists(st.one_of(ATTRIBUTIONS, HEADERS, SEPARATORS, PROSE), max_size=8)


@given(TEXTS)
def test_what_no_line_tells_no_rule_sees(texts: list[str]) -> None:
    lines = text_lines("\n".join(texts))
    for at, line in enumerate(lines):
        if hit_at(lines, at) is not None:
            assert next_telling(lines, at) <= at + reach(line.text)


@given(TEXTS, st.lists(st.integers(0, 40), min_size=9, max_size=9))
def test_what_is_passed_over_holds_nothing(texts: list[str], prose: list[int]) -> None:
    pieces = ["A line of prose.\n" * count for count in prose]
    for at, text in enumerate(texts):
        pieces[at] += f"{text}\n"
    text = "".join(pieces)
    if not may_hold_history(text):
        assert choose(text_lines(text)) is None


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
