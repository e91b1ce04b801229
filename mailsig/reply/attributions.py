"""Attributions: "On ... Bob wrote:".

Told by their parts (date, time, address, opening word, verb) and not by whole phrases, so
that the order of words is free. Seven lines are joined at most. The first tests are cheap
ones that most lines fail.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from mailsig.reply.dates import DATE, TIME
from mailsig.reply.lines import INVISIBLE, Line
from mailsig.reply.words import LONGEST, TURKISH, alternatives, key, listed

WEAK, STRONG = 1, 2
GOES_ON = 200
"""Code points of a line that an attribution may go on from to the next."""
_LEADS = listed("leads")
_LEAD_WORDS = {word.partition(" ")[0] for word in _LEADS} | {f"{word}," for word in _LEADS}
_VERBS = listed("verbs")
_LOOSE = listed("loose")
_BEFORE = listed("before")
_UNSPACED = (("\u0e00", "\u0e7f"), ("\u3040", "\u30ff"), ("\u3400", "\u9fff"),
             ("\uac00", "\ud7af"))  # fmt: skip


def _is_unspaced(word: str) -> bool:
    """Whether a word is of a script that writes no blanks between words."""
    return any(first <= word[0] <= last for first, last in _UNSPACED)


_ENDINGS = tuple(sorted(_VERBS | _LOOSE, key=len, reverse=True))
_SPACED: dict[str, list[str]] = {}  # by their last word
for _verb in _ENDINGS:
    if not _is_unspaced(_verb):
        _SPACED.setdefault(_verb.rpartition(" ")[2], []).append(_verb)
_UNSPACED_ENDINGS = tuple(verb for verb in _ENDINGS if _is_unspaced(verb))
_MAIL = re.compile(r"[^\s<>@\"]{1,64}@[^\s<>@\"]{2,}")
_MAIL_END = re.compile(r"[<(\[][^\s<>@]{1,64}@[^\s@]{2,200}[>)\]]+\W{0,4}\Z")
_NAME_MAIL = re.compile(
    r"\A\W{0,3}(?:[^<@:]{0,60}<[^<>]{3,160}>|[^\s<>@]{1,64}@[^\s<>@]{2,80})\W{0,3}\Z"
)
_STARTS_DATED = re.compile(
    r"\W{0,3}+(?:[^\W\d]{1,12}+[.,]{0,2}+\s++)?+\d{1,4}+(?![\w%])|\d{4}年"
)
_OLD_GMAIL = re.compile(r"\d{4}-\d\d-\d\d \d\d?:\d\d gmt[+-]\d\d:\d\d \D{2,60}\Z")
_FRONT = " \t\"'*_>|-–—‘’“”„«»([#" + INVISIBLE
COLONS = frozenset(":：﹕՝៖")
_ENDS = " \t:：﹕՝៖*_-–—|.،" + INVISIBLE
_END = 48  # code points at a line's end in which its verb and colon stand
_COLON, _VERB, _LOOSE_VERB, _ADDRESS = 1, 2, 4, 8


# PERF (import): the patterns of all words are compiled when first needed.


@cache
def _before_name() -> re.Pattern[str]:
    nameless = alternatives(listed("nameless"))
    return re.compile(rf"(?<!\w)(?:{alternatives(_BEFORE)})(?!\w)(?! (?:{nameless})(?!\w))")


@cache
def _said() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{alternatives(_VERBS)})\s?[:：]")


class Attribution(NamedTuple):
    """An attribution: its last line, and whether it needs a quote below it."""

    last: int
    strength: int
    said: bool = False
    """A verb says who wrote."""


def _ending(text: str) -> int:
    """Return how a line ends, as flags: a colon or dashes, a verb, an address."""
    tail = text[-_END:].casefold()
    if not tail.isascii():
        tail = unicodedata.normalize("NFC", tail).replace("\xa0", " ")
        if "ı" in tail or "\u0307" in tail:
            tail = tail.translate(TURKISH)
    words = tail.rstrip(_ENDS)
    flags = _COLON if _is_open(tail[len(words) :]) else 0
    last = words[words.rfind(" ") + 1 :]
    if last in _SPACED:
        flags |= _verb_at_end(words, _SPACED[last])
    elif words[-1:] > "\u0e00" and words.endswith(_UNSPACED_ENDINGS):
        flags |= _verb_at_end(words, _UNSPACED_ENDINGS)
    elif words and words[-1] in ">)]" and "@" in text[-LONGEST:]:
        flags |= _ADDRESS
    return flags


def _is_open(end: str) -> bool:
    return bool(end) and (not COLONS.isdisjoint(end) or "--" in end)


def may_end(text: str) -> bool:
    """Whether a line ends in a colon or in dashes, whatever blanks and marks follow."""
    tail = text[-_END:].replace("\xa0", " ")
    return _is_open(tail[len(tail.rstrip(_ENDS)) :])


def ends_in_verb(text: str) -> bool:
    """Whether a line ends in a verb of attributions, with or without a colon."""
    return _ending(text) & (_VERB | _LOOSE_VERB) > 0


def _verb_at_end(words: str, verbs: Iterable[str]) -> int:
    for verb in verbs:
        if words.endswith(verb):
            before = words[: -len(verb)][-1:]
            if not before.isalnum() or _is_unspaced(verb):
                return _VERB if verb in _VERBS else _LOOSE_VERB
    return 0


def may_open(text: str) -> bool:
    """Whether a line opens as attributions do: "On", "Am", a weekday and a digit."""
    front = text[:60].lstrip(_FRONT).casefold()
    first = front.partition(" ")[0]
    if first in _LEAD_WORDS or _STARTS_DATED.match(front):
        return True
    if first.isascii():
        return False
    first = key(first)
    return (
        first in _LEAD_WORDS
        or first.rstrip(".,") in _LEADS
        or (first[:1] in ("在", "于", "於", "ב") and any(map(str.isdigit, first)))
    )


def _opens_dated(text: str) -> bool:
    """Whether no word stands before the date: after "On" and "Am", a verb has to follow."""
    first = text[:60].lstrip(_FRONT).casefold().partition(" ")[0]
    return not first.isascii() or first not in _LEAD_WORDS


def goes_on_in_prose(text: str) -> bool:
    """Whether a line begins in small letters with a word like "on": no program does."""
    return text[0].islower() and not _opens_dated(text)


def _strength(text: str, leads: bool, ending: int) -> int:
    """Return how surely a (joined) line is an attribution."""
    shown = key(text[:LONGEST])
    time = TIME.search(shown) is not None
    if not (ending or time):
        return 0  # PERF (reply 30 KB): most lines that only open as one does
    date = DATE.search(shown) is not None
    mail = _MAIL.search(shown) is not None
    score = date + time + mail + leads
    colon = ending & _COLON
    if ending & _VERB:
        if colon and score >= 2 and (date or time):
            return STRONG
        if colon and mail and _is_name_and_mail(text):
            return STRONG
        return WEAK
    if ending & _LOOSE_VERB:
        if colon and score >= 3 and mail:
            return STRONG
        return WEAK if score >= 2 else 0
    if colon:
        if score >= 2 and (date or time) and _before_name().search(shown):
            return STRONG
        if (date or time) and mail and leads:
            sure = time and _opens_dated(text) and _MAIL_END.search(text[:LONGEST])
            return STRONG if sure else WEAK
        return WEAK if score >= 2 or (score == leads and _opens_with_verb(text)) else 0
    if ending & _ADDRESS and date and leads:
        return WEAK
    if not ending and date and time and (mail or (leads and _before_name().search(shown))):
        return WEAK
    return 0


def _opens_with_verb(text: str) -> bool:
    """Whether a line is a verb and a name, as Celtic languages have it."""
    words = text[:GOES_ON].split(" ", 3)
    for count in range(1, len(words)):
        if words[count][:1].isupper():
            verb = key(" ".join(words[:count]))
            return verb in _BEFORE
    return False


def _verb_inside(text: str) -> bool:
    return len(text) <= LONGEST and _before_name().search(key(text)) is not None


def introduces(text: str) -> bool:
    """Whether a line above a quote that ends the mail belongs to it, in any language."""
    if len(text) > 160 or (text[-1] not in COLONS and text[0] != ":"):
        return False  # it stands first in Hebrew that was typed as it looks
    shown = key(text)
    return any(pattern.search(shown) for pattern in (DATE, TIME, _MAIL))


def _is_name_and_mail(text: str) -> bool:
    words = text.rstrip(_ENDS)
    head = words.rpartition(" ")[0] or words
    for _ in range(3):
        if _NAME_MAIL.match(head):
            return True
        head = head.rpartition(" ")[0]
    return False


def attribution(lines: Sequence[Line], at: int) -> Attribution | None:
    """Return the attribution that begins with line `at`; it may go on in the next lines."""
    line = lines[at]
    text = line.text
    leads = may_open(text)
    ending = _ending(text) if len(text) <= LONGEST else 0
    best: Attribution | None = None
    plain = (leads or "@" in text) and len(text) <= 160
    if ending or (plain and any(map(str.isdigit, text))):
        strength = _strength(text, leads, ending)
        if strength == STRONG:
            return Attribution(at, STRONG)
        said = bool(ending & _VERB) or (not ending and _verb_inside(text))
        best = Attribution(at, strength, said) if strength else None
    if leads and (":" in text or "：" in text):
        if _OLD_GMAIL.match(key(text)):
            return Attribution(at, STRONG)
        verb = _said().search(key(text[:LONGEST]))
        if verb is not None:
            head = key(text[:LONGEST])[: verb.end()]
            exact = TIME.search(head) or _MAIL.search(head)
            if exact and _strength(head, True, _VERB | _COLON) == STRONG:
                return Attribution(at, STRONG)
    goes_on = leads or ("@" in text and _verb_inside(text))
    joined = _joined(lines, at, leads, goes_on)
    if joined is not None and (best is None or joined.strength > best.strength):
        return joined
    return best


def _joined(
    lines: Sequence[Line], at: int, leads: bool, goes_on: bool
) -> Attribution | None:
    """Return an attribution that goes on over the next lines."""
    text = lines[at].text
    if len(text) > GOES_ON or not (goes_on or _verb_below(lines, at)):
        return None
    row = lines[at].row
    weak: Attribution | None = None
    for index in range(at + 1, min(at + (7 if goes_on else 3), len(lines))):
        line = lines[index]
        shown = line.text
        opened = text.rfind("<") > text.rfind(">") or text.rfind("(") > text.rfind(")")
        if len(shown) > 160 or (
            line.quoted != lines[at].quoted and not (opened or _only_verb(shown))
        ):
            break
        if line.row > row + 1 and not (
            opened or shown[0] in "<(>" or _only_verb(shown) or _says_who(shown)
        ):
            break
        if index > at + 3 and not opened and not DATE.search(key(text)):
            break
        row = line.row
        text = f"{text} {shown}"
        if len(text) > LONGEST:
            break
        ending = _ending(shown)
        if not ending:
            continue
        if not goes_on and not (ending & _VERB and _only_verb(shown)):
            continue
        strength = _strength(text, leads, ending)
        if strength and _later_start(lines, at + 1, index):
            return None
        if strength == STRONG:
            return Attribution(index, STRONG)
        if strength and weak is None:
            weak = Attribution(index, WEAK, bool(ending & _VERB))
    return weak


def _verb_below(lines: Sequence[Line], at: int) -> bool:
    """Whether the verb of an attribution stands alone on one of the next two lines."""
    for line in lines[at + 1 : at + 3]:
        if 1 < len(line.text) < 34 and _only_verb(line.text):
            return True
    return False


def _only_verb(text: str) -> bool:
    """Whether a line is nothing but the verb of an attribution, or `> wrote:`."""
    words = key(text).rstrip(_ENDS).lstrip(_FRONT)
    return len(words) < 32 and words in _VERBS


def _says_who(text: str) -> bool:
    """Whether a line is a name, an address and a verb: the date stands above it."""
    return "@" in text and _ending(text) == _COLON | _VERB


def _later_start(lines: Sequence[Line], first: int, last: int) -> bool:
    """Whether the attribution that ends with `last` begins later than supposed."""
    for start in range(first, last + 1):
        text = lines[start].text
        if not may_open(text):
            continue
        if start == last and _opens_with_verb(text):
            return True
        joined = " ".join(line.text for line in lines[start : last + 1])
        if len(joined) > LONGEST or not DATE.search(key(joined)):
            continue
        if _strength(joined, True, _ending(lines[last].text)) == STRONG:
            return True
    return False
