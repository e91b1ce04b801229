"""Who gets which signature: rules as plain data, and one pure function over them.

A rule names an outcome and the conditions under which it holds; all its conditions must
hold, and a condition that is not given always does. Outcomes are names of signatures,
``NONE`` (no signature: markers are removed) and ``LEAVE`` (the mail is not touched).
Addresses are compared without regard to case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, NoReturn, get_args

from mailsig.errors import MailsigError

NONE: Final = "none"
"""The outcome "no signature"."""
LEAVE: Final = "leave"
"""The outcome "leave this mail as it is"."""

_MANY = (tuple, list, set, frozenset)

Recipients = Literal["any", "internal", "external", "mixed"]
Thread = Literal["any", "first", "reply"]
Match = Literal["first", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        outcome: A signature's name, ``"none"`` or ``"leave"``.
        senders: Addresses, or ``*@domain`` for all of a domain.
        groups: Names of groups; the sender must be in one of them.
        recipients: ``internal`` (all of them), ``external`` (all), ``mixed`` (some of
            each), or ``any``.
        thread: ``first`` mail, ``reply`` (a forward counts), or ``any``.
        since: First day on which the rule holds.
        until: Last day.

    Raises:
        MailsigError: One of them breaks its rule.
    """

    outcome: str
    senders: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    recipients: Recipients = "any"
    thread: Thread = "any"
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if not _is_word(self.outcome):
            _refuse("outcome", "be a signature's name, 'none' or 'leave'", self.outcome)
        for name in ("senders", "groups"):
            object.__setattr__(self, name, _checked_words(name, getattr(self, name)))
        for sender in self.senders:
            if "@" not in sender or sender.rpartition("@")[2] == "":
                _refuse("senders", "hold addresses or *@domain", sender)
        for name, choices in (("recipients", Recipients), ("thread", Thread)):
            if getattr(self, name) not in get_args(choices):
                words = " or ".join(repr(word) for word in get_args(choices))
                _refuse(name, f"be {words}", getattr(self, name))
        for name in ("since", "until"):
            day = getattr(self, name)
            if day is not None and type(day) is not date:
                _refuse(name, "be a datetime.date or None", day)
        if self.since is not None and self.until is not None and self.until < self.since:
            _refuse("until", f"not come before since ({self.since})", str(self.until))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What rules look at.

    ``on`` is the day it is sent; nothing here looks at a clock. ``internal`` are the
    domains of the sender's own organisation; a subdomain must be named itself.

    Raises:
        MailsigError: A value has another type.
    """

    sender: str
    recipients: tuple[str, ...]
    on: date
    internal: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    reply: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.sender, str):
            _refuse("sender", "be a str", self.sender, "Mail")
        if type(self.on) is not date:
            _refuse("on", "be a datetime.date", self.on, "Mail")
        for name, kind in (
            ("recipients", tuple),
            ("internal", frozenset),
            ("groups", frozenset),
        ):
            words = getattr(self, name)
            if not isinstance(words, _MANY) or not all(isinstance(w, str) for w in words):
                _refuse(name, f"be a {kind.__name__} of str", words, "Mail")
            object.__setattr__(self, name, kind(words))
        if not isinstance(self.reply, bool):
            _refuse("reply", "be a bool", self.reply, "Mail")

    @property
    def audience(self) -> Recipients:
        """``internal``, ``external`` or ``mixed``; ``any`` without a recipient."""
        own = {domain.lower() for domain in self.internal}
        kinds = {_domain(address) in own for address in self.recipients}
        if len(kinds) == 2:
            return "mixed"
        return "any" if not kinds else "internal" if True in kinds else "external"


def choose(rules: Iterable[Rule], mail: Mail, match: Match = "first") -> tuple[str, ...]:
    """Return the outcomes of the rules that hold for a mail, in the order of the rules.

    ``first`` stops at the first one, ``all`` goes through all of them (each outcome
    once). Empty: no rule holds.

    Raises:
        MailsigError: ``match`` is neither, ``rules`` are no rules, or ``mail`` no mail.
    """
    if match not in get_args(Match):
        raise MailsigError(f"match must be 'first' or 'all', got {match!r}")
    rules = _checked_rules(rules)
    _check_mail(mail)
    found: list[str] = []
    for rule in rules:
        if _holds(rule, mail) and rule.outcome not in found:
            found.append(rule.outcome)
            if match == "first":
                break
    return tuple(found)


def holds(rule: Rule, mail: Mail) -> bool:
    """Return whether all conditions of a rule hold for a mail."""
    _check_mail(mail)
    return _holds(rule, mail)


def _holds(rule: Rule, mail: Mail) -> bool:
    return (
        (not rule.senders or _is_among(mail.sender, rule.senders))
        and (not rule.groups or not mail.groups.isdisjoint(rule.groups))
        and rule.recipients in ("any", mail.audience)
        and rule.thread in ("any", "reply" if mail.reply else "first")
        and (rule.since is None or rule.since <= mail.on)
        and (rule.until is None or mail.on <= rule.until)
    )


def split(
    rules: Sequence[Rule], mail: Mail
) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Return (outcomes, recipients) for each copy of a mail that has to be sent.

    One copy, if all recipients are of one kind, no rule asks for a kind, or the first
    rule that holds for the whole mail asks for a mixed audience. Else each recipient is
    looked at alone, and those of one outcome share a copy, in the order in which they
    came. The envelope is split, never the header fields: each copy shows all recipients.
    """
    rules = _checked_rules(rules)
    _check_mail(mail)
    whole = next((rule for rule in rules if _holds(rule, mail)), None)
    by_audience = any(rule.recipients in ("internal", "external") for rule in rules)
    if (
        mail.audience != "mixed"
        or not by_audience
        or (whole and whole.recipients == "mixed")
    ):
        return ((choose(rules, mail), mail.recipients),)
    copies: dict[tuple[str, ...], list[str]] = {}
    for recipient in mail.recipients:
        alone = replace(mail, recipients=(recipient,))
        copies.setdefault(choose(rules, alone), []).append(recipient)
    return tuple((outcome, tuple(to)) for outcome, to in copies.items())


def _is_among(address: str, patterns: Collection[str]) -> bool:
    address = address.lower()
    anybody = "*@" + _domain(address)
    return any(pattern.lower() in (address, anybody) for pattern in patterns)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _checked_rules(rules: object) -> tuple[Rule, ...]:
    checked = tuple(rules) if isinstance(rules, Iterable) else (None,)
    if not all(isinstance(rule, Rule) for rule in checked):
        raise MailsigError(f"rules must hold only Rule, got {rules!r}")
    return checked


def _check_mail(mail: object) -> None:
    if not isinstance(mail, Mail):
        raise MailsigError(f"mail must be a Mail, got {type(mail).__name__}")


def _checked_words(name: str, words: object) -> tuple[str, ...]:
    if not isinstance(words, _MANY):
        _refuse(name, "be a tuple of str", words)
    for word in words:
        if not _is_word(word):
            _refuse(name, "hold words", word)
    return tuple(words)


def _is_word(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _refuse(name: str, rule: str, got: object, owner: str = "Rule") -> NoReturn:
    raise MailsigError(f"{owner}.{name} must {rule}, got {got!r}")
