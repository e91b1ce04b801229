"""Rules: which signature a mail gets, as a table; and when the envelope is split."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsig import MailsigError
from mailsig.rules import LEAVE, NONE, Mail, Rule, choose, holds, split

DAY = date(2026, 3, 10)


def mail(**values: Any) -> Mail:
    given: dict[str, Any] = {
        "sender": "Ann@Example.com",
        "recipients": ("bob@example.org",),
        "on": DAY,
        "internal": frozenset({"example.com"}),
    }
    return Mail(**{**given, **values})


INSIDE, OUTSIDE = "kim@EXAMPLE.com", "bob@example.org"

CONDITIONS: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    ("no-condition", {}, {}, True),
    ("sender", {"senders": ("ann@example.com",)}, {}, True),
    ("senders-domain", {"senders": ("*@example.COM",)}, {}, True),
    ("another-sender", {"senders": ("kim@example.com",)}, {}, False),
    (
        "subdomain-is-another",
        {"senders": ("*@example.com",)},
        {"sender": "a@x.example.com"},
        False,
    ),
    ("null-sender", {"senders": ("*@example.com",)}, {"sender": ""}, False),
    ("group", {"groups": ("sales", "board")}, {"groups": frozenset({"board"})}, True),
    ("no-group", {"groups": ("sales",)}, {}, False),
    ("external", {"recipients": "external"}, {}, True),
    (
        "external-but-mixed",
        {"recipients": "external"},
        {"recipients": (INSIDE, OUTSIDE)},
        False,
    ),
    ("internal", {"recipients": "internal"}, {"recipients": (INSIDE,)}, True),
    ("mixed", {"recipients": "mixed"}, {"recipients": (INSIDE, OUTSIDE)}, True),
    ("mixed-but-internal", {"recipients": "mixed"}, {"recipients": (INSIDE,)}, False),
    ("nobody", {"recipients": "external"}, {"recipients": ()}, False),
    ("first", {"thread": "first"}, {}, True),
    ("reply", {"thread": "reply"}, {"reply": True}, True),
    ("reply-but-first", {"thread": "reply"}, {}, False),
    ("since-that-day", {"since": DAY}, {}, True),
    ("since-tomorrow", {"since": date(2026, 3, 11)}, {}, False),
    ("until-that-day", {"until": DAY}, {}, True),
    ("until-yesterday", {"until": date(2026, 3, 9)}, {}, False),
    ("all-must-hold", {"thread": "first", "until": date(2026, 3, 9)}, {}, False),
]


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [row[1:] for row in CONDITIONS],
    ids=[row[0] for row in CONDITIONS],
)
def test_a_rule_holds_when_all_its_conditions_do(
    rule: dict[str, Any], values: dict[str, Any], expected: bool
) -> None:
    assert holds(Rule(outcome="corporate", **rule), mail(**values)) is expected


RULES = (
    Rule(outcome=LEAVE, senders=("scanner@example.com",)),
    Rule(outcome=NONE, recipients="internal", thread="reply"),
    Rule(outcome="short", recipients="internal"),
    Rule(outcome="campaign", recipients="external", since=date(2026, 3, 1)),
    Rule(outcome="corporate"),
)


def test_the_first_rule_that_holds_decides() -> None:
    assert choose(RULES, mail()) == ("campaign",)
    assert choose(RULES, mail(on=date(2026, 2, 1))) == ("corporate",)
    assert choose(RULES, mail(sender="scanner@example.com")) == (LEAVE,)
    assert choose(RULES, mail(recipients=(INSIDE,), reply=True)) == (NONE,)
    assert choose((), mail()) == ()


def test_all_matches_come_in_the_order_of_the_rules_each_once() -> None:
    rules = (*RULES, Rule(outcome="campaign"))
    assert choose(rules, mail(), "all") == ("campaign", "corporate")


def test_recipients_that_need_different_signatures_get_copies_of_their_own() -> None:
    to = (INSIDE, OUTSIDE, "lee@example.com", "x@example.net")
    assert split(RULES, mail(recipients=to)) == (
        (("short",), (INSIDE, "lee@example.com")),
        (("campaign",), (OUTSIDE, "x@example.net")),
    )


def test_a_rule_for_mixed_mail_keeps_it_in_one_copy() -> None:
    rules = (Rule(outcome="neutral", recipients="mixed"), *RULES)
    assert split(rules, mail(recipients=(INSIDE, OUTSIDE))) == (
        (("neutral",), (INSIDE, OUTSIDE)),
    )


def test_rules_that_do_not_ask_for_the_audience_make_one_copy() -> None:
    rules = (Rule(outcome="corporate"),)
    assert split(rules, mail(recipients=(INSIDE, OUTSIDE))) == (
        (("corporate",), (INSIDE, OUTSIDE)),
    )


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    (
        "no-outcome",
        {"outcome": " "},
        "Rule.outcome must be a signature's name, 'none' or 'leave', got ' '",
    ),
    ("one-sender", {"senders": "a@b"}, "Rule.senders must be a tuple of str, got 'a@b'"),
    (
        "no-address",
        {"senders": ("ann",)},
        "Rule.senders must hold addresses or *@domain, got 'ann'",
    ),
    (
        "no-domain",
        {"senders": ("ann@",)},
        "Rule.senders must hold addresses or *@domain, got 'ann@'",
    ),
    ("group-type", {"groups": (1,)}, "Rule.groups must hold words, got 1"),
    (
        "recipients",
        {"recipients": "all"},
        "Rule.recipients must be 'any' or 'internal' or 'external' or 'mixed', got 'all'",
    ),
    (
        "thread",
        {"thread": "new"},
        "Rule.thread must be 'any' or 'first' or 'reply', got 'new'",
    ),
    (
        "since",
        {"since": datetime(2026, 1, 1)},
        "Rule.since must be a datetime.date or None, got datetime.datetime(2026, 1, 1, 0, 0)",
    ),
    (
        "backwards",
        {"since": DAY, "until": date(2026, 3, 9)},
        "Rule.until must not come before since (2026-03-10), got '2026-03-09'",
    ),
]


@pytest.mark.parametrize(
    ("values", "text"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_broken_rule_is_refused_in_plain_words(values: dict[str, Any], text: str) -> None:
    with pytest.raises(MailsigError) as caught:
        Rule(**{"outcome": "corporate", **values})
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"sender": None}, "Mail.sender must be a str, got None"),
        ({"on": "today"}, "Mail.on must be a datetime.date, got 'today'"),
        ({"recipients": "a@b"}, "Mail.recipients must be a tuple of str, got 'a@b'"),
        ({"recipients": (b"a",)}, "Mail.recipients must be a tuple of str, got (b'a',)"),
        (
            {"internal": "a.b"},
            "Mail.internal must be a frozenset of str, got 'a.b'",
        ),
        ({"reply": 1}, "Mail.reply must be a bool, got 1"),
    ],
    ids=["sender", "on", "one-recipient", "octets", "internal", "reply"],
)
def test_a_mail_of_other_types_is_refused(values: dict[str, Any], text: str) -> None:
    with pytest.raises(MailsigError) as caught:
        mail(**values)
    assert str(caught.value) == text


def test_a_mail_takes_its_words_in_a_list_too() -> None:
    one = mail(recipients=["bob@example.org"], internal=["example.com"], groups={"board"})
    assert one == mail(groups=frozenset({"board"}))


@pytest.mark.parametrize(
    "rules", [Rule(outcome="x"), ["x"], None], ids=["one", "str", "no"]
)
def test_what_are_no_rules_is_refused(rules: Any) -> None:
    for function in (choose, split):
        with pytest.raises(MailsigError, match="rules must hold only Rule, got "):
            function(rules, mail())


def test_what_is_no_mail_is_refused() -> None:
    nobody: Any = "ann@example.com"
    for ask in (
        lambda: choose([], nobody),
        lambda: split([], nobody),
        lambda: holds(Rule(outcome="x"), nobody),
    ):
        with pytest.raises(MailsigError, match="mail must be a Mail, got str"):
            ask()


def test_an_unknown_way_to_match_is_refused() -> None:
    with pytest.raises(MailsigError, match="match must be 'first' or 'all', got 'any'"):
        choose(RULES, mail(), "any")  # type: ignore[arg-type]


ADDRESSES = st.sampled_from([INSIDE, OUTSIDE, "lee@example.com", "x@example.net", "y@z"])


@given(st.lists(ADDRESSES, max_size=6), st.permutations(RULES), st.booleans())
def test_every_recipient_is_in_exactly_one_copy(
    to: list[str], rules: list[Rule], reply: bool
) -> None:
    copies = split(rules, mail(recipients=tuple(to), reply=reply))
    assert sorted(r for _, some in copies for r in some) == sorted(to)
    outcomes = [outcome for outcome, _ in copies]
    assert len(set(outcomes)) == len(outcomes)
