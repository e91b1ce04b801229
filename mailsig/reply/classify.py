"""What a visible line is: the classifiers that plain text and HTML share.

* header block: lines that begin with the labels of a mail's header ("From:", "Sent:").
* separator: a known phrase between dashes ("-----Original Message-----").
* attribution: "On ... Bob wrote:", told by its parts (date, time, address, opening word,
  verb) and not by whole phrases, so that word order is free.

Every look is bounded: 420 characters of a line, seven lines of an attribution, sixteen of a
header block. The first tests are cheap ones that most lines fail.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from mailsig.reply.lines import INVISIBLE, Line
from mailsig.reply.vocabulary import LANGUAGES, MONTHS

__all__ = [
    "STRONG",
    "WEAK",
    "Attribution",
    "attribution",
    "header_roles",
    "is_forward_opener",
    "is_phrase",
    "is_rule",
    "is_separator",
    "key",
    "label_role",
    "one_line_header",
]

LONGEST = 420
_DECORATION = re.compile(f"[*_|>{INVISIBLE}]+")


def key(text: str) -> str:
    """The form in which words are compared with the vocabulary."""
    shown = _DECORATION.sub("", text).casefold()
    if not shown.isascii():
        shown = unicodedata.normalize("NFC", shown).replace("i\u0307", "i")  # a Turkish I
    return " ".join(shown.split())


def _words(field: str) -> dict[str, None]:
    found: dict[str, None] = {}
    for words in LANGUAGES.values():
        for word in getattr(words, field).split("|"):
            if word:
                found[key(word)] = None
    return found


def _alternatives(words: dict[str, None]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


# --- header blocks

SENDER, TO, CC, DATE, SUBJECT, OTHER = 1, 2, 4, 8, 16, 32
MAIN = SENDER | TO | DATE | SUBJECT
_FIELDS = (
    ("other", OTHER),
    ("cc", CC),
    ("subject", SUBJECT),
    ("date", DATE),
    ("to", TO),
    ("sender", SENDER),
)
_LABELS = {word: role for field, role in _FIELDS for word in _words(field)}
_LONGEST_LABEL = 44


def label_role(text: str) -> int:
    """The role of the label that a line begins with ("From:"), or 0."""
    colon = text.find(":", 0, _LONGEST_LABEL)
    wide = text.find("：", 0, _LONGEST_LABEL)
    if colon < 0 or -1 < wide < colon:
        colon = wide
    if colon <= 0 or "0" <= text[colon - 1] <= "9":
        return 0
    return _LABELS.get(key(text[:colon]), 0)


def bare_label_role(text: str) -> int:
    """The role of a line that is a label alone, without its colon (Lotus Notes)."""
    return _LABELS.get(key(text), 0) if len(text) < _LONGEST_LABEL else 0


class Header(NamedTuple):
    """A run of header lines: the roles seen, and whether an address stands in it."""

    roles: int
    address: bool
    dated: bool = False
    """A sender's address and a date with its time stand next to each other."""

    @property
    def strong(self) -> bool:
        """At least three of sender, to, date and subject, as a mail has them."""
        main = self.roles & MAIN
        if main.bit_count() >= 3:
            return bool(main & SUBJECT) or self.address
        return self.dated

    @property
    def weak(self) -> bool:
        """Enough below a line that says the same: a rule, a client's mark."""
        main = self.roles & MAIN
        return main.bit_count() >= 2 and (
            bool(main & SENDER) or (main & (DATE | TO) == DATE | TO and self.address)
        )


def header_roles(lines: Sequence[Line], at: int) -> Header:
    """The header block that begins with line `at` (no roles: none does)."""
    first = label_role(lines[at].text)
    if not first & MAIN:
        return Header(0, False)
    roles = first
    address = "@" in lines[at].text
    gap = 0
    for line in lines[at + 1 : at + 16]:
        role = label_role(line.text)
        if role:
            roles |= role
            gap = 0
        else:
            gap += 1
            if gap > 2:
                break
        address = address or "@" in line.text[:LONGEST]
    return Header(roles, address, _is_dated(lines, at))


def _is_dated(lines: Sequence[Line], at: int) -> bool:
    pair = lines[at : at + 2]
    if (
        len(pair) < 2
        or label_role(pair[0].text) != SENDER
        or label_role(pair[1].text) != DATE
    ):
        return False
    when = pair[1].text[:LONGEST]
    return "@" in pair[0].text[:LONGEST] and bool(
        _TIME.search(when) and _DATE.search(key(when))
    )


_LABEL_WORDS = re.compile(r"(?:\S+\s+){0,2}\S+\s*\Z")


def one_line_header(text: str) -> Header:
    """The header block that stands on one line ("From: A To: B Subject: C")."""
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
    return Header(roles, "@" in text)


# --- separators

_DASH = "-_=~‐‑‒–—―─━－*•+#"
_SEPARATORS = _words("separators")
_OPENERS = _words("openers")
_ALONE = _words("alone")
_PHRASES = _SEPARATORS | _OPENERS
_PHRASE_AT = re.compile(f"(?:{_alternatives(_PHRASES)})")
_DASHES = re.compile(rf"[>\s|]*+([{_DASH}]{{2,}}+)\s*+")
_RULE = re.compile(
    r"[>\s]*+(?:_{5,}+|-{5,}+|={5,}+|[—―─━]{3,}+|\*{5,}+|(?:[-_] ){5,}+)\s*+\Z"
)


def is_rule(text: str) -> bool:
    """A line of dashes or underscores alone."""
    return text[0] in ">_-=—―─━*" and _RULE.match(text, 0, LONGEST) is not None


def is_separator(text: str) -> bool:
    """A known phrase between dashes."""
    first = text[0]
    if first not in _DASH and first not in ">|":
        return False
    match = _DASHES.match(text, 0, LONGEST)
    if match is None:
        return False
    rest = key(text[match.end() : match.end() + 160])
    phrase = _PHRASE_AT.match(rest)
    if phrase is None:
        return False
    after = rest[phrase.end() :].lstrip(" :")
    return not after or after[0] in _DASH or len(match[1]) >= 5 or ":" in after


def framed_words(text: str) -> bool:
    """A few words of any language between dashes: a separator if a header follows."""
    if text[0] not in _DASH or len(text) > 120:
        return False
    match = _DASHES.match(text)
    if match is None:
        return False
    rest = text[match.end() :].rstrip(" \t:")
    return bool(rest) and rest[-1] in _DASH and any(c.isalpha() for c in rest)


def is_forward_opener(text: str) -> bool:
    """A line of its own that says it: "Begin forwarded message:" and its kin."""
    if len(text) >= 90:
        return False
    words = key(text).strip(" .-")
    return words in _ALONE or (
        words[-1:] in (":", "：") and words.rstrip(" :：") in _PHRASES
    )


def is_phrase(text: str) -> bool:
    """A separator's or forward's phrase alone, with or without dashes and colon."""
    return len(text) < 90 and key(text).strip(" :：." + _DASH) in _PHRASES


# --- attributions

WEAK, STRONG = 1, 2
_LEADS = _words("leads")
_LEAD_WORDS = {word.partition(" ")[0] for word in _LEADS} | {f"{word}," for word in _LEADS}
_VERBS = _words("verbs")
_LOOSE = _words("loose")
_BEFORE = _words("before")
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ENDINGS = tuple(sorted(_VERBS | _LOOSE, key=len, reverse=True))
_SPACED = {verb.rpartition(" ")[2] for verb in _ENDINGS if not _UNSPACED.match(verb)}
_UNSPACED_ENDINGS = tuple(verb for verb in _ENDINGS if _UNSPACED.match(verb))
_BEFORE_NAME = re.compile(rf"(?<!\w)(?:{_alternatives(_BEFORE)})(?!\w)")
_SAID = re.compile(rf"(?<!\w)(?:{_alternatives(_VERBS)})\s?[:：]")
_MAIL = re.compile(r"[^\s<>@\"]{1,64}@[^\s<>@\"]{2,}")
_MAIL_END = re.compile(r"[<(\[][^\s<>@]{1,64}@[^\s@]{2,200}[>)\]]+\W{0,4}\Z")
_NAME_MAIL = re.compile(
    r"\A\W{0,3}(?:[^<@:]{0,60}<[^<>]{3,160}>|[^\s<>@]{1,64}@[^\s<>@]{2,80})\W{0,3}\Z"
)
_TIME = re.compile(r"(?<!\d)\d{1,2}\s?[:h時时点]\s?\d{2}(?!\d)")
_DATE = re.compile(
    r"(?<!\d)(?:[12]\d{3}|[\u0660-\u0669\u06f0-\u06f9]{4})(?!\d)"
    r"|(?<!\d)\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}(?!\d)"
    r"|\d\s?[年月월日일]"
    rf"|(?<!\w)(?:{MONTHS})\w{{0,7}}\.?\s\d|\d\.?\s(?:{MONTHS})(?!\w)"
    r"|\d\.?\s(?:de\s)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,7}"
)
_STARTS_DATED = re.compile(r"\W{0,3}(?:[^\W\d]{1,12}[.,]{0,2}\s+)?\d{1,4}(?![\w%])|\d{4}年")
_OLD_GMAIL = re.compile(r"\d{4}-\d\d-\d\d \d\d?:\d\d gmt[+-]\d\d:\d\d \D{2,60}\Z")
_FRONT = " \t\"'*_>|-–—‘’“”„«»([#" + INVISIBLE
_ENDS = " \t:：*_-–—|.،" + INVISIBLE
_COLON, _VERB, _LOOSE_VERB, _ADDRESS = 1, 2, 4, 8


class Attribution(NamedTuple):
    """An attribution: its last line, and whether it needs a quote below it."""

    last: int
    strength: int


def _ending(text: str) -> int:
    """How a line ends, as flags: a colon or dashes, a verb, an address."""
    tail = text[-48:].casefold()
    if not tail.isascii():
        tail = unicodedata.normalize("NFC", tail).replace("\xa0", " ")
    words = tail.rstrip(_ENDS)
    rest = tail[len(words) :]
    flags = _COLON if ":" in rest or "：" in rest or "--" in rest else 0
    if words[words.rfind(" ") + 1 :] in _SPACED or (
        words > "\u0e00" and words.endswith(_UNSPACED_ENDINGS)
    ):
        flags |= _verb_at_end(words)
    elif words and words[-1] in ">)]" and "@" in text[-LONGEST:]:
        flags |= _ADDRESS
    return flags


def _verb_at_end(words: str) -> int:
    for verb in _ENDINGS:
        if words.endswith(verb):
            before = words[: -len(verb)][-1:]
            if not before.isalnum() or _UNSPACED.match(verb):
                return _VERB if verb in _VERBS else _LOOSE_VERB
    return 0


def _leads(text: str) -> bool:
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


def _strength(text: str, leads: bool, ending: int) -> int:
    """How surely a (joined) line is an attribution."""
    shown = key(text[:LONGEST])
    date = _DATE.search(shown) is not None
    time = _TIME.search(shown) is not None
    mail = _MAIL.search(shown) is not None
    score = date + time + mail + leads
    colon = ending & _COLON
    if ending & _VERB:
        if colon and (score >= 2 and (date or time or mail)):
            return STRONG
        if colon and mail and _is_name_and_mail(text):
            return STRONG
        return WEAK
    if ending & _LOOSE_VERB:
        if colon and score >= 3 and mail:
            return STRONG
        return WEAK if score >= 2 else 0
    if colon:
        if score >= 2 and (date or time or mail) and _BEFORE_NAME.search(shown):
            return STRONG
        if (date or time) and mail and leads:
            return STRONG if time and _MAIL_END.search(text[:LONGEST]) else WEAK
        return WEAK if score >= 2 else 0
    if ending & _ADDRESS and date and leads:
        return WEAK
    if not ending and date and time and leads and _BEFORE_NAME.search(shown):
        return WEAK
    return 0


def _verb_inside(text: str) -> bool:
    return len(text) <= LONGEST and _BEFORE_NAME.search(key(text)) is not None


def _is_name_and_mail(text: str) -> bool:
    words = text.rstrip(_ENDS)
    head = words.rpartition(" ")[0] or words
    for _ in range(3):
        if _NAME_MAIL.match(head):
            return True
        head = head.rpartition(" ")[0]
    return False


def attribution(lines: Sequence[Line], at: int) -> Attribution | None:
    """The attribution that begins with line `at`; it may be wrapped to the next lines."""
    line = lines[at]
    text = line.text
    leads = _leads(text) or ("@" in text and _verb_inside(text))
    ending = _ending(text) if len(text) <= LONGEST else 0
    best: Attribution | None = None
    if ending or (leads and len(text) <= 160 and any(map(str.isdigit, text))):
        strength = _strength(text, leads, ending)
        if strength == STRONG:
            return Attribution(at, STRONG)
        best = Attribution(at, strength) if strength else None
    if leads and (":" in text or "：" in text):
        if _OLD_GMAIL.match(key(text)):
            return Attribution(at, STRONG)
        said = _SAID.search(key(text[:LONGEST]))
        if (
            said
            and _strength(key(text[:LONGEST])[: said.end()], True, _VERB | _COLON) == STRONG
        ):
            return Attribution(at, STRONG)
    joined = _joined(lines, at, leads)
    if joined is not None and (best is None or joined.strength > best.strength):
        return joined
    return best


def _joined(lines: Sequence[Line], at: int, leads: bool) -> Attribution | None:
    """An attribution that goes on over the next lines."""
    text = lines[at].text
    if len(text) > 200 or not (leads or _verb_below(lines, at)):
        return None
    row = lines[at].row
    weak: Attribution | None = None
    for index in range(at + 1, min(at + (7 if leads else 3), len(lines))):
        line = lines[index]
        shown = line.text
        opened = text.rfind("<") > text.rfind(">") or text.rfind("(") > text.rfind(")")
        if len(shown) > 160 or (
            line.quoted != lines[at].quoted and not (opened or _only_verb(shown))
        ):
            break
        if line.row > row + 1 and not (opened or shown[0] in "<(>" or _only_verb(shown)):
            break
        if index > at + 3 and not opened and not _DATE.search(key(text)):
            break
        row = line.row
        text = f"{text} {shown}"
        if len(text) > LONGEST:
            break
        ending = _ending(shown)
        if not ending:
            continue
        if not leads and not (ending & _VERB and _only_verb(shown)):
            continue
        strength = _strength(text, leads, ending)
        if strength and _later_start(lines, at + 1, index):
            return None
        if strength == STRONG:
            return Attribution(index, STRONG)
        if strength and weak is None:
            weak = Attribution(index, WEAK)
    return weak


def _verb_below(lines: Sequence[Line], at: int) -> bool:
    """Whether the verb of an attribution stands alone on one of the next two lines."""
    return any(
        len(line.text) < 34 and _only_verb(line.text) for line in lines[at + 1 : at + 3]
    )


def _only_verb(text: str) -> bool:
    """A line that is nothing but the verb of an attribution, or `> wrote:`."""
    words = key(text).rstrip(_ENDS).lstrip(_FRONT)
    return len(words) < 32 and words in _VERBS


def _later_start(lines: Sequence[Line], first: int, last: int) -> bool:
    """Whether the attribution that ends with `last` begins later than supposed."""
    for start in range(first, last + 1):
        text = lines[start].text
        if not _leads(text):
            continue
        joined = " ".join(line.text for line in lines[start : last + 1])
        if len(joined) > LONGEST or not _DATE.search(key(joined)):
            continue
        if _strength(joined, True, _ending(lines[last].text)) == STRONG:
            return True
    return False
