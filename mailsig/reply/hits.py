"""What begins at a line: a mark, a separator, a header block, an attribution or a quote.

A hit that runs to the end can only be followed by history. The others have the author's
text below them at times; `choice` decides that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from mailsig.reply import clients
from mailsig.reply.attributions import STRONG, attribution, goes_on_in_prose
from mailsig.reply.dates import DATE, TIME
from mailsig.reply.footers import is_banner
from mailsig.reply.headers import (
    CC,
    LONGEST_BARE_TO,
    SENT,
    SUBJECT,
    TO,
    Header,
    bare_label_role,
    header_block,
    is_bare_to,
    is_foreign_header,
    label_role,
    one_line_header,
)
from mailsig.reply.lines import IMAGE, Line
from mailsig.reply.separators import (
    ARROWS,
    PHRASE_ENDS,
    asks_for_a_reply,
    holds_first_words,
    is_arrowed,
    is_forward_opener,
    is_framed,
    is_phrase,
    is_rule,
    is_separator,
    is_title,
)
from mailsig.reply.words import LONGEST


class Hit(NamedTuple):
    """What begins the history, or a part of it, in line numbers."""

    start: int
    body: int
    """The first line after the attribution: where a quote would begin."""
    rule: str
    confidence: str
    to_the_end: bool
    named: bool = True
    """False: a quote of which nobody says whose it is."""


QUOTE_MARKS = ">›»&"
"""What a quoted line of plain text begins with."""
_POINTERS = "›»"  # quote marks below an attribution only: authors point with them
_SPEECH_MARKS = "\"'„“”«‘‚「『"


def hit_at(lines: Sequence[Line], at: int) -> Hit | None:
    """Return what begins the history with line `at`, if anything does."""
    line = lines[at]
    if line.mark is not None and (hit := _marked(lines, at, line.mark)) is not None:
        return hit
    if not line.quoted:
        if line.text == IMAGE:
            return None  # PERF (pictures 500 KB)
        return runs_to_the_end(lines, at) or _addressed(lines, at) or _attributed(lines, at)
    if at and lines[at - 1].quoted and (lines[at - 1].firm or not line.firm):
        return None  # the author may have indented what stands above
    if line.text.startswith(ARROWS) and (hit := _arrowed(lines, at)) is not None:
        return hit
    if (hit := _named_inside(lines, at)) is not None:
        return hit
    if not line.firm or line.text[0] in _POINTERS:
        return None
    return Hit(at, at, "quote", "low", False, named=False)


def _arrowed(lines: Sequence[Line], at: int) -> Hit | None:
    """Return what GroupWise writes above a history that has no quote marks at times."""
    text = lines[at].text
    below = lines[at + 1 : at + 8]
    if is_arrowed(text):
        return Hit(at, at + 1, "separator", "high", True)
    if len(text) < 100 and below and is_arrowed(f"{text} {below[0].text}"):
        return Hit(at, at + 2, "separator", "high", True)
    opened = [replace(lines[at], text=text.removeprefix(ARROWS), quoted=0), *below]
    found = attribution(opened, 0)
    if found is None or found.strength != STRONG:
        return None
    quoted = quote_follows(opened, found.last)
    return Hit(at, at + found.last + 1, "attribution", "high", not quoted)


def _named_inside(lines: Sequence[Line], at: int) -> Hit | None:
    """Return a quote that opens with its attribution (Apple Mail) or header."""
    marked = lines[at].text[0] in QUOTE_MARKS
    found = attribution(lines, at)
    if found is not None and (found.strength == STRONG or not marked):
        return Hit(at, at, "attribution", "high", False)
    if marked and (hit := _marked_header(lines, at)) is not None:
        return hit
    ends = runs_to_the_end(lines, at)
    return ends._replace(to_the_end=False, body=at) if ends is not None else None


def _marked_header(lines: Sequence[Line], at: int) -> Hit | None:
    """Return a header block with quote marks above a history that has none (Orange)."""
    first = at if label_role(lines[at].text) else at + 1  # "> Message du 02/04/12"
    if not at or first >= len(lines) or not header_block(lines, first).strong:
        return None
    for line in lines[first : first + 12]:
        if not line.quoted:
            return Hit(at, at, "header-block", "high", True)
        if line.text.strip("> ") and not label_role(line.text):
            return None
    return None


def _marked(lines: Sequence[Line], at: int, mark: clients.Mark) -> Hit | None:
    if mark.kind == clients.END:
        return Hit(at, at, mark.rule, "high", True)
    if mark.kind == clients.BOX:
        named = mark.rule != "proton" or _is_proof(lines, at)
        return Hit(at, at, mark.rule, "high" if named else "low", False, named)
    if mark.kind == clients.RULE:
        header = header_block(lines, at)
        if header.strong:
            return _headed(lines, at, header)
        if header.mailed or is_foreign_header(lines, at):
            unsure = not header.dated and header.mailed and not _is_of_a_mail(lines, at)
            return Hit(at, at, mark.rule, "low" if unsure else "high", True)
    if mark.kind == clients.PROOF and _is_proof(lines, at):
        found = attribution(lines, at)
        last = found.last if found is not None else at
        body = last + 1
        quoted = lines[at].quoted or quote_follows(lines, last)
        return Hit(at, body, mark.rule, "high", not quoted)
    return None


def _is_proof(lines: Sequence[Line], at: int) -> bool:
    """Whether a box that authors' text may carry begins as history does."""
    line = lines[at]
    if runs_to_the_end(lines, at) is not None or attribution(lines, at) is not None:
        return True
    if line.quoted and line.firm and line.text[0] == ">":
        return True
    if header_block(lines, at).weak or is_rule(line.text):
        return True
    return (
        line.text.endswith((":", "："))
        and len(line.text) < 160
        and quote_follows(lines, at)
    )


def runs_to_the_end(lines: Sequence[Line], at: int) -> Hit | None:
    """Return what can only be followed by history: a separator or a header block."""
    text = lines[at].text
    if "---" in text and holds_first_words(text):
        return Hit(at, at + 1, "notes-header", "high", True)
    dashed = not text[0].isalpha()  # PERF (reply 30 KB): few lines are
    if dashed and is_separator(text):
        if asks_for_a_reply(text) and _opens(lines, at):
            return None
        return Hit(at, at + 1, "separator", "high", True)
    if text[-1] in PHRASE_ENDS and (
        is_forward_opener(text) or (is_phrase(text) and _is_forwarded(lines, at + 1))
    ):
        return Hit(at, at + 1, "forward-opener", "high", True)
    if not dashed:
        return _labelled(lines, at)
    if is_rule(text):
        return _ruled(lines, at)
    if (
        is_framed(text)
        and at + 1 < len(lines)
        and (header_block(lines, at + 1).mailed or is_foreign_header(lines, at + 1))
    ):
        return Hit(at, at + 1, "separator", "medium", True)
    return _labelled(lines, at)


def _ruled(lines: Sequence[Line], at: int) -> Hit | None:
    """Return a header block below a rule."""
    for below in range(at + 1, min(at + 4, len(lines))):
        if (
            header_block(lines, below).mailed
            or one_line_header(lines[below].text).strong
            or (below == at + 1 and is_foreign_header(lines, below))
        ):
            return Hit(at, below, "rule-and-header", "high", True)
    return None


def _is_forwarded(lines: Sequence[Line], at: int) -> bool:
    """Whether a line is what stands below the words "Original message:"."""
    if at >= len(lines):
        return False
    line = lines[at]
    return bool(line.quoted or label_role(line.text)) or attribution(lines, at) is not None


def _opens(lines: Sequence[Line], at: int) -> bool:
    """Whether nothing but pictures and words of caution stands above a line."""
    return all(line.text == IMAGE or is_banner(line.text) for line in lines[:at])


def _labelled(lines: Sequence[Line], at: int) -> Hit | None:
    """Return a header block, or a phrase above one."""
    text = lines[at].text
    if ":" not in text and "：" not in text:
        if len(text) <= LONGEST_BARE_TO:
            notes = _notes_header(lines, at)
            if notes is not None or (text.isascii() and not is_title(text)):
                return notes  # PERF (plain 2 KB): so short are Chinese phrases only
        if len(text) >= 60 or at + 1 >= len(lines) or not label_role(lines[at + 1].text):
            return None
        if (is_phrase(text) and header_block(lines, at + 1).weak) or (
            is_title(text) and header_block(lines, at + 1).mailed
        ):
            return Hit(at, at + 1, "separator", "medium", True)
        return None
    header = header_block(lines, at)
    if header.strong:
        if at or header.address or header.roles & SENT:
            return _headed(lines, at, header)
        return None  # a letter's head
    if header.roles and one_line_header(text).strong:
        return _headed(lines, at, header)
    return None


def _headed(lines: Sequence[Line], at: int, header: Header) -> Hit:
    sure = at > 0 and (header.dated or _is_of_a_mail(lines, at))
    return Hit(at, at, "header-block", "high" if sure else "low", True)


def _is_of_a_mail(lines: Sequence[Line], at: int) -> bool:
    """Whether an address and a time stand in a header block: memos have neither."""
    address = time = False
    for line in lines[at : at + 4]:
        text = line.text[:LONGEST]
        address = address or "@" in text
        time = time or TIME.search(text) is not None
        if address and time:
            return True
    return False


def _notes_header(lines: Sequence[Line], at: int) -> Hit | None:
    """Return the table of Lotus Notes: labels alone, without colons."""
    text = lines[at].text
    if not is_bare_to(text):
        return None
    for below in lines[at + 1 : at + 9]:
        if len(below.text) < 16 and bare_label_role(below.text) == SUBJECT:
            start = _notes_start(lines, at)
            if start is not None:
                return Hit(start, at, "notes-header", "medium", True)
    return None


def _notes_start(lines: Sequence[Line], at: int) -> int | None:
    """Return the name and date that stand above the labels."""
    for above in range(at - 1, max(-1, at - 4), -1):
        text = lines[above].text
        if len(text) < 60 and DATE.search(text) and TIME.search(text):
            return above - 1 if above and len(lines[above - 1].text) < 60 else above
    return None


def _attributed(lines: Sequence[Line], at: int) -> Hit | None:
    found = attribution(lines, at)
    if found is None:
        return None
    if quote_follows(lines, found.last):
        confidence = "high" if found.strength == STRONG else "medium"
        if not lines[found.last + 1].firm and not _names_address(lines, at, found.last):
            if goes_on_in_prose(lines[at].text):
                return None
            confidence = "low" if found.strength != STRONG else confidence
        hollow = found.strength == STRONG and _is_hollow(lines, found.last + 1)
        return Hit(at, found.last + 1, "attribution", confidence, hollow)
    below = found.last + 1
    if found.strength == STRONG:
        if _is_speech(lines, at, below):
            return None
        exact = any("@" in line.text for line in lines[at:below])
        return Hit(at, below, "attribution", "medium" if exact else "low", True)
    if (
        found.said
        and below < len(lines)
        and (header_block(lines, below).weak or runs_to_the_end(lines, below))
    ):
        return Hit(at, below, "attribution", "medium", True)
    return None


def _addressed(lines: Sequence[Line], at: int) -> Hit | None:
    """Return an attribution below the labels of addressee and subject (Yandex)."""
    text = lines[at].text
    if text[0].isalpha() and ":" not in text and "：" not in text:
        return None  # PERF (reply 30 KB): most lines
    first = below = at + is_rule(text)
    roles = 0
    while below < min(first + 4, len(lines)):
        role = label_role(lines[below].text)
        if not role & (TO | CC | SUBJECT):
            break
        roles |= role
        below += 1
    if not roles & TO or below - first < 2 or below >= len(lines):
        return None
    hit = _attributed(lines, below)
    return hit._replace(start=at) if hit is not None else None


def _is_speech(lines: Sequence[Line], at: int, below: int) -> bool:
    """Whether the author cites what someone without an address wrote that day."""
    speech = below < len(lines) and lines[below].text[0] in _SPEECH_MARKS
    if not speech and not goes_on_in_prose(lines[at].text):
        return False
    return not _names_address(lines, at, below - 1)


def _names_address(lines: Sequence[Line], first: int, last: int) -> bool:
    return any("@" in line.text for line in lines[first : last + 1])


def quote_follows(lines: Sequence[Line], last: int) -> bool:
    """Whether a quote begins below an attribution's last line."""
    if last + 1 >= len(lines):
        return False
    below = lines[last + 1]
    return below.quoted > lines[last].quoted or below.text[0] == "|"


def _is_hollow(lines: Sequence[Line], at: int) -> bool:
    """Whether the quote below has its `>` on empty lines only: its text lost them."""
    if not lines[at].quoted or lines[at].text.strip("> "):
        return False
    quoted = [line.text for line in lines[at : at + 200] if line.quoted]
    hollow = sum(not text.strip("> ") for text in quoted)
    return len(quoted) > 1 and 3 * hollow >= 2 * len(quoted)
