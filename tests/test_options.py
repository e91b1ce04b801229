"""Options: every wrong value has an error that names the argument, the rule, what came."""

from __future__ import annotations

from typing import Any

import pytest

from mailsig import MailsigError, Options, SkipReason

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("placement", {"placement": "top"}, "be 'auto' or 'end' or 'start', got 'top'"),
    ("placement-type", {"placement": None}, "be 'auto' or 'end' or 'start', got None"),
    ("dkim", {"dkim": "drop"}, "be 'remove' or 'rename' or 'keep', got 'drop'"),
    ("arc", {"arc": "rename"}, "be 'remove' or 'keep', got 'rename'"),
    ("replies", {"replies": True}, "be 'same' or 'short' or 'none', got True"),
    ("client_signatures", {"client_signatures": ""}, "be 'keep' or 'replace', got ''"),
    ("once_per_thread", {"once_per_thread": 1}, "be a bool, got 1"),
    ("text_delimiter", {"text_delimiter": "yes"}, "be a bool, got 'yes'"),
    ("marker-type", {"marker": None}, "be a str, got None"),
    (
        "marker-short",
        {"marker": "{}"},
        "have 3 to 200 characters (or none: no markers), got '{}'",
    ),
    (
        "marker-blank",
        {"marker": " {SIG} "},
        "be printable, with no blanks around it, got ' {SIG} '",
    ),
    (
        "handled-type",
        {"handled_field": "X-A"},
        "be a (name, value) tuple or None, got 'X-A'",
    ),
    (
        "handled-name",
        {"handled_field": ("X A", "1")},
        "have a field name of RFC 5322 3.6.8, got 'X A'",
    ),
    (
        "handled-needed",
        {"handled_field": ("content-Type", "x")},
        "have a name of its own, got 'content-Type'",
    ),
    (
        "handled-taken",
        {"handled_field": ("Subject", "x")},
        "have a name of its own, got 'Subject'",
    ),
    (
        "handled-void",
        {"handled_field": ("DKIM-Signature", "x")},
        "have a name of its own, got 'DKIM-Signature'",
    ),
    (
        "handled-value",
        {"handled_field": ("X-A", "1\r\nBcc: x")},
        "have a value of visible US-ASCII, got '1\\r\\nBcc: x'",
    ),
    (
        "allow-type",
        {"allow": "tnef"},
        "be a set of SkipReason or of their words, got 'tnef'",
    ),
    (
        "allow-word",
        {"allow": {"rainy"}},
        "be a set of SkipReason or of their words, got {'rainy'}",
    ),
    (
        "allow-integrity",
        {"allow": {SkipReason.SIGNED}},
        "hold only reasons of policy (auto-submitted, calendar, tnef), got 'signed'",
    ),
    (
        "drop-type",
        {"drop_fields": "X-A"},
        "be a tuple, list or set of field names, got 'X-A'",
    ),
    ("drop-name", {"drop_fields": ("X:",)}, "hold field names of RFC 5322 3.6.8, got 'X:'"),
    (
        "drop-needed",
        {"drop_fields": ("content-Type",)},
        "leave the fields that say how a body is read, got 'content-Type'",
    ),
    ("limit-type", {"max_parts": True}, "be an int within 1..10000000, got True"),
    ("limit-low", {"max_depth": 0}, "be an int within 1..10000, got 0"),
]


@pytest.mark.parametrize(
    ("values", "text"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_wrong_value_is_refused_in_plain_words(values: dict[str, Any], text: str) -> None:
    with pytest.raises(MailsigError) as caught:
        Options(**values)
    assert str(caught.value) == f"Options.{next(iter(values))} must {text}"


def test_options_are_keyword_only_and_frozen() -> None:
    with pytest.raises(TypeError):
        Options("auto")  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Options().marker = "x"  # type: ignore[misc]


def test_reasons_to_allow_may_be_words() -> None:
    options = Options(allow={"calendar"})  # type: ignore[arg-type]
    assert options.allow == {SkipReason.CALENDAR}


def test_the_round_trip_that_mailsig_is_modelled_on_can_be_set() -> None:
    options = Options(handled_field=("X-Xink-Handled", "Yes"), marker="{EMAILSIGNATURE}")
    assert options.handled_field == ("X-Xink-Handled", "Yes")


def test_options_with_equal_values_are_equal_and_hashable() -> None:
    assert Options(drop_fields=["X-A"]) == Options(drop_fields=("X-A",))
    assert hash(Options()) == hash(Options())


def test_options_show_what_differs_from_the_defaults() -> None:
    assert repr(Options()) == "Options()"
    chosen = "Options(placement='end', drop_fields=('X-A',))"
    assert repr(Options(drop_fields=["X-A"], placement="end")) == chosen
