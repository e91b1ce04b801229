"""Hypothesis strategies: what stands above a history, in all languages, and prose."""

from __future__ import annotations

from hypothesis import strategies as st

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
    st.builds("On 2 Apr at 10:05 {} {}: yes".format, WHO, VERBS),
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
