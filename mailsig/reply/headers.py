"""Header blocks: lines that begin with the labels of a mail's header ("From:", "Sent:")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from mailsig.reply import clients
from mailsig.reply.dates import DATE, TIME
from mailsig.reply.lines import IMAGE, Line
from mailsig.reply.separators import is_separator
from mailsig.reply.words import LONGEST, key, listed

SENDER, TO, CC, SENT, SUBJECT, OTHER = 1, 2, 4, 8, 16, 32
_SAID_OF_MAIL = 64  # beside SENT: "Sent:", not "Date:"
MAIN = SENDER | TO | SENT | SUBJECT
_FIELDS = (
    ("other", OTHER),
    ("cc", CC),
    ("subject", SUBJECT),
    ("date", SENT),
    ("sent", SENT | _SAID_OF_MAIL),
    ("to", TO),
    ("sender", SENDER),
)
_LABELS = {word: role for field, role in _FIELDS for word in listed(field)}
# PERF (reply 30 KB): most are written so, and needn't be brought into their compared form.
_WRITTEN = {word.capitalize(): role for word, role in _LABELS.items() if word.isascii()}
_LONGEST_LABEL = 44
_BARE_TO = frozenset(word for word, role in _LABELS.items() if role == TO)
LONGEST_BARE_TO = 12
"""Code points of a label "To" that is heeded without its colon (Lotus Notes)."""


def label_role(text: str) -> int:
    """Return the role of the label that a line begins with ("From:"), or 0."""
    colon = text.find(":", 0, _LONGEST_LABEL)
    if colon > 0 and (role := _WRITTEN.get(text[:colon])):
        return role
    wide = text.find("：", 0, _LONGEST_LABEL)
    if colon < 0 or -1 < wide < colon:
        colon = wide
    if colon <= 0 or "0" <= text[colon - 1] <= "9":
        return 0
    return _LABELS.get(key(text[:colon]), 0)


def bare_label_role(text: str) -> int:
    """Return the role of a line that is a label alone, without its colon (Lotus Notes)."""
    return _LABELS.get(key(text), 0) if len(text) < _LONGEST_LABEL else 0


def is_bare_to(text: str) -> bool:
    """Whether a line is the label "To" of Lotus Notes, without its colon."""
    return len(text) <= LONGEST_BARE_TO and text != IMAGE and key(text) in _BARE_TO


class Header(NamedTuple):
    """A run of header lines: the roles seen, and whether an address stands in it."""

    roles: int
    address: bool
    dated: bool = False
    """A sender's address and a date with its time stand next to each other."""
    usual: bool = True
    """It says that a mail was sent, or at what time: memos and cover sheets give a day."""

    @property
    def strong(self) -> bool:
        """At least three of sender, to, date and subject, as a mail has them."""
        main = self.roles & MAIN
        if main.bit_count() >= 3:
            if self.usual:
                return self.address or bool(main & SUBJECT)
            return self.address and bool(main & SENDER)
        return self.dated

    @property
    def weak(self) -> bool:
        """Enough below a line that says the same: a rule, a client's mark."""
        main = self.roles & MAIN
        return main.bit_count() >= 2 and (
            bool(main & SENDER) or (main & (SENT | TO) == SENT | TO and self.address)
        )

    @property
    def mailed(self) -> bool:
        """Enough below a line across: not only from and to where one goes, and when."""
        aimed = self.roles & (SENT | TO)
        told = aimed == SENT or self.roles & _SAID_OF_MAIL
        titled = self.roles & SUBJECT and (self.usual or not aimed)
        return self.weak and (self.address or bool(told or titled))


def header_block(lines: Sequence[Line], at: int) -> Header:
    """Return the header block that begins with line `at` (no roles: none does)."""
    first = _role(lines[at].text)
    if not first & MAIN:
        return Header(0, False)
    if first == SENDER and _is_dated(lines, at):
        return Header(SENDER | SENT, True, True)  # strong already, whatever follows
    roles = first
    usual = _says_when(lines[at].text, first)
    address = "@" in lines[at].text
    gap = 0
    labels = 1
    above = first
    for line in lines[at + 1 : at + 16]:
        text = line.text
        role = _role(text)
        if _is_history(lines[at], line) or (text[0] == "-" and is_separator(text)):
            break
        if role == first and labels < _REPEATED and _label(text) == _label(lines[at].text):
            return Header(0, False)  # of the author's, above a block that begins below
        labels += bool(role)
        gap = 0 if role else gap + 1
        if gap > 2:
            break
        roles |= role
        # What a date is wrapped to, or the cell beside its label, has none of its own.
        goes_on = not usual and above & SENT and not role and not _LABELLED.match(text)
        usual = usual or _says_when(text, SENT if goes_on else role)
        above = role
        if not address and "@" in text[:LONGEST]:
            address = bool(role) or _LABELLED.match(text) is None
        settled = roles & SENDER and (address or (roles & SUBJECT and usual))
        settled = settled and (first == SENDER or labels >= _REPEATED)
        if settled and (roles & MAIN).bit_count() > 2:
            break  # strong and weak already, whatever follows
    return Header(roles, address, usual=usual)


def _is_history(first: Line, line: Line) -> bool:
    """Whether a line is in a quote, or a client's box, in which the first is not."""
    if line.quoted > first.quoted and line.text[0] != ">":
        return True
    return line.mark is not None and line.mark.kind != clients.RULE


_REPEATED = 4
"""A label that is there again before so many lines is none of the first's block."""


def _label(text: str) -> str:
    return key(_parted(text)[0])


def _parted(text: str) -> tuple[str, str]:
    """Return the label and the value of a line, whichever colon parts them."""
    label, _, value = text[:LONGEST].replace("：", ":").partition(":")
    return label, value


def _role(text: str) -> int:
    """Return a line's role in a header block: nobody is called "10:05" or "2 April"."""
    role = label_role(text)
    if role == SENDER and "@" not in text:
        value = _parted(text)[1].lstrip(" *_")
        if value[:1].isdigit() and (TIME.search(value) or DATE.search(key(value))):
            return OTHER
    return role


def _says_when(text: str, role: int) -> bool:
    if not role & SENT:
        return False
    return role & _SAID_OF_MAIL > 0 or TIME.search(text, 0, LONGEST) is not None


def _is_dated(lines: Sequence[Line], at: int) -> bool:
    if "@" not in lines[at].text[:LONGEST] or at + 1 >= len(lines):
        return False
    text = lines[at + 1].text
    return label_role(text) & SENT > 0 and _has_moment(text[:LONGEST])


# PERF (pictures 500 KB): told in a tenth of the time. In this order, no octet is looked at
# twice: a year with the time behind it.
_USUAL_MOMENT = re.compile(r"[12](?<!\d.)\d{3}\D{1,8}\d{1,2}:\d{2}(?!\d)")


def _has_moment(text: str) -> bool:
    """Whether a line has a date and a time."""
    if _USUAL_MOMENT.search(text) is not None:
        return True
    return TIME.search(text) is not None and DATE.search(key(text)) is not None


_LABELLED = re.compile(
    r"[^\W\d][^\d\s:：<>@]{0,30}+(?:\s[^\d\s:：<>@]{1,30}+){0,3}\s?[:：]\s*+\S"
)
_NAME_AND_MAIL = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{2,200}>?\W{0,3}\Z")


def may_be_sender(text: str) -> bool:
    """Whether a line is a label, in any language, and an address."""
    text = text[:LONGEST]
    return _LABELLED.match(text) is not None and _NAME_AND_MAIL.search(text) is not None


def is_foreign_header(lines: Sequence[Line], at: int) -> bool:
    """Whether a header block of Outlook begins here whose labels nobody knows.

    Four lines have labels: the first ends in an address, the second has a date and a time.
    Authors write such things as well: it needs a rule, or words between dashes, above it.
    """
    if not may_be_sender(lines[at].text):
        return False
    if at + 3 >= len(lines):
        return False
    when = lines[at + 1].text[:LONGEST]
    if not (_LABELLED.match(when) and _has_moment(when)):
        return False
    more = gap = 0
    for line in lines[at + 2 : at + 9]:
        labelled = line.row <= lines[at].row + 8 and _LABELLED.match(line.text)
        more += bool(labelled)
        gap = 0 if labelled else gap + 1
        if more > 1 or gap > 2:
            break
    return more > 1


def one_line_header(text: str) -> Header:
    """Return the header block that stands on one line ("From: A To: B Subject: C")."""
    text = text[:LONGEST]
    pieces = re.split("[:：]", text)
    if len(pieces) < 4 or len(pieces) > 40:
        return Header(0, False)
    roles = _LABELS.get(key(pieces[0]), 0)
    if not roles & MAIN:
        return Header(0, False)
    for piece in pieces[1:-1]:
        words = key(piece[-_LONGEST_LABEL:]).split()
        for count in (3, 2, 1):
            role = _LABELS.get(" ".join(words[-count:]), 0)
            if role:
                roles |= role
                break
    usual = roles & _SAID_OF_MAIL > 0 or TIME.search(text) is not None
    return Header(roles, "@" in text, usual=usual)
