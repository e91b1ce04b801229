"""Where the newest text ends: the choice among what the classifiers see.

The lines are read in order and the first thing that begins the history wins (by position,
not by client). What runs to the end of the mail is taken at once. A quote may have the
author's text below it, so the lines after it are judged (the tail test): a short tail is a
closing under a top-posted reply, a long one, or text between quotes, is the reply itself. A
quote of which nobody says whose it is may be an excerpt: it yields to a later attribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mailsig.client_signature_line import is_client_signature
from mailsig.reply import clients
from mailsig.reply.attributions import STRONG, attribution
from mailsig.reply.dates import DATE
from mailsig.reply.headers import (
    SUBJECT,
    TO,
    bare_label_role,
    header_block,
    label_role,
    one_line_header,
)
from mailsig.reply.lines import IMAGE, Line
from mailsig.reply.separators import (
    is_forward_opener,
    is_framed,
    is_phrase,
    is_rule,
    is_separator,
)

__all__ = ["Cut", "choose"]


class Cut(NamedTuple):
    """The choice in line numbers."""

    last: int
    """The last line above the place (-1: none)."""
    resumes: int
    """The first line of history below the place (the number of lines: none)."""
    rule: str
    confidence: str
    own: tuple[int, ...] | None
    """The lines that the author wrote; None: all lines up to `last`."""
    final: bool = False
    """No line further down could change it."""


class _Hit(NamedTuple):
    start: int
    body: int
    """The first line after the attribution: where a quote would begin."""
    rule: str
    confidence: str
    to_the_end: bool
    named: bool = True


_MARKS = ">›»&"
"""What a quoted line of plain text begins with."""


def choose(lines: Sequence[Line], since: int = 0) -> Cut | None:
    """Where the history begins, or None when the mail has none.

    Lines before `since` are known to begin nothing.
    """
    if lines and lines[0].quoted and not lines[0].firm and _hit(lines, 0) is None:
        # The author's own indentation goes around all of it.
        lines = [
            line._replace(quoted=line.quoted - 1 if line.quoted else 0) for line in lines
        ]
    bare: _Hit | None = None
    written = False  # by the author, since the bare quote began
    telling = -1
    for at in range(since, len(lines)):
        line = lines[at]
        if telling < at:
            telling = _next_telling(lines, at)
        hit = _hit(lines, at) if telling <= at + _REACH else None
        if hit is not None and not hit.named:
            if bare is None:
                bare, written = hit, False
        elif hit is not None:
            if bare is None or written:
                return _top(hit) if hit.to_the_end else _tail_test(lines, hit)
            return _tail_test(lines, bare)
        elif bare is not None and not line.quoted and not _is_boilerplate(line):
            written = True
    return _tail_test(lines, bare) if bare is not None else None


_TELLING_FIRST = frozenset("-_=~‐‑‒–—―─━－*•+#|>›»&")
_TELLING_LAST = frozenset(":：*_®")
_REACH = 8  # an attribution of seven lines, what must follow it, and the line below that


def _next_telling(lines: Sequence[Line], at: int) -> int:
    """The next line without which nothing before it could begin the history.

    PERF (newsletter 100 KB): every rule needs a mark, a quote, a colon or a dash within
    reach, and few lines of prose have one.
    """
    for index in range(at, len(lines)):
        line = lines[index]
        text = line.text
        if (
            line.quoted
            or line.mark is not None
            or text[0] in _TELLING_FIRST
            or text[-1] in _TELLING_LAST
            or (":" in text and text.count(":") > text.count("://"))
            or "：" in text
            or "--" in text
            or (len(text) <= 12 and bare_label_role(text) == TO)
        ):
            return index
    return len(lines) + _REACH


def _top(hit: _Hit) -> Cut:
    return Cut(hit.start - 1, hit.start, hit.rule, hit.confidence, None, hit.to_the_end)


# --- what begins at a line


def _hit(lines: Sequence[Line], at: int) -> _Hit | None:
    line = lines[at]
    if line.mark is not None and (hit := _marked(lines, at, line.mark)) is not None:
        return hit
    if not line.quoted:
        return _to_the_end(lines, at) or _attributed(lines, at)
    if at and lines[at - 1].quoted:
        return None
    if (hit := _named_inside(lines, at)) is not None:
        return hit
    if not line.firm:
        return None
    return _Hit(at, at, "quote", "low", False, named=False)


def _named_inside(lines: Sequence[Line], at: int) -> _Hit | None:
    """A quote that opens with its attribution (Apple Mail) or header."""
    marked = lines[at].text[0] in _MARKS
    found = attribution(lines, at)
    if found is not None and (found.strength == STRONG or not marked):
        return _Hit(at, at, "attribution", "high", False)
    if marked:
        return None
    ends = _to_the_end(lines, at)
    return ends._replace(to_the_end=False, body=at) if ends is not None else None


def _marked(lines: Sequence[Line], at: int, mark: clients.Mark) -> _Hit | None:
    if mark.kind == clients.END:
        return _Hit(at, at, mark.rule, "high", True)
    if mark.kind == clients.BOX:
        named = mark.rule != "proton" or _is_proof(lines, at)
        return _Hit(at, at, mark.rule, "high" if named else "low", False, named)
    if mark.kind == clients.PROOF and _is_proof(lines, at):
        found = attribution(lines, at)
        last = found.last if found is not None else at
        body = last + 1
        quoted = lines[at].quoted or _quote_follows(lines, last)
        return _Hit(at, body, mark.rule, "high", not quoted)
    return None


def _is_proof(lines: Sequence[Line], at: int) -> bool:
    """Whether a box that authors' text may carry begins as history does."""
    line = lines[at]
    if _to_the_end(lines, at) is not None or attribution(lines, at) is not None:
        return True
    if line.quoted and line.firm and line.text[0] in ">":
        return True
    if header_block(lines, at).weak or is_rule(line.text):
        return True
    return (
        line.text.endswith((":", "："))
        and len(line.text) < 160
        and _quote_follows(lines, at)
    )


def _to_the_end(lines: Sequence[Line], at: int) -> _Hit | None:
    """What can only be followed by history: a separator or a header block."""
    text = lines[at].text
    if is_separator(text):
        return _Hit(at, at + 1, "separator", "high", True)
    if text[-1] in ":：*_®" and is_forward_opener(text):
        return _Hit(at, at + 1, "forward-opener", "high", True)
    if is_rule(text):
        for below in range(at + 1, min(at + 4, len(lines))):
            header = header_block(lines, below)
            if header.weak or one_line_header(lines[below].text).strong:
                return _Hit(at, below, "rule-and-header", "high", True)
        return None
    if is_framed(text) and at + 1 < len(lines) and header_block(lines, at + 1).weak:
        return _Hit(at, at + 1, "separator", "medium", True)
    if ":" not in text and "：" not in text:
        if len(text) <= 12:
            return _notes_header(lines, at)
        if len(text) >= 60 or at + 1 >= len(lines) or not label_role(lines[at + 1].text):
            return None
        if is_phrase(text) and header_block(lines, at + 1).weak:
            return _Hit(at, at + 1, "separator", "medium", True)
        return None
    header = header_block(lines, at)
    if header.strong or (header.roles and one_line_header(text).strong):
        return _Hit(at, at, "header-block", "high" if at else "low", True)
    return None


def _notes_header(lines: Sequence[Line], at: int) -> _Hit | None:
    """The table of Lotus Notes: labels alone, without colons."""
    text = lines[at].text
    if bare_label_role(text) != TO:
        return None
    for below in lines[at + 1 : at + 9]:
        if len(below.text) < 16 and bare_label_role(below.text) == SUBJECT:
            return _Hit(_notes_start(lines, at), at, "notes-header", "medium", True)
    return None


def _notes_start(lines: Sequence[Line], at: int) -> int:
    """The name and date that stand above the labels."""
    for above in range(at - 1, max(-1, at - 4), -1):
        text = lines[above].text
        if len(text) < 60 and DATE.search(text):
            return above - 1 if above and len(lines[above - 1].text) < 60 else above
    return at


def _attributed(lines: Sequence[Line], at: int) -> _Hit | None:
    found = attribution(lines, at)
    if found is None:
        return None
    if _quote_follows(lines, found.last):
        confidence = "high" if found.strength == STRONG else "medium"
        hollow = found.strength == STRONG and _is_hollow(lines, found.last + 1)
        return _Hit(at, found.last + 1, "attribution", confidence, hollow)
    if found.strength == STRONG:
        return _Hit(at, found.last + 1, "attribution", "medium", True)
    below = found.last + 1
    if (
        found.said
        and below < len(lines)
        and (header_block(lines, below).weak or _to_the_end(lines, below))
    ):
        return _Hit(at, below, "attribution", "medium", True)
    return None


def _quote_follows(lines: Sequence[Line], last: int) -> bool:
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


# --- the tail test


def _tail_test(lines: Sequence[Line], hit: _Hit) -> Cut:
    tail, again, own = _tail(lines, hit)
    if not tail:
        return _top(hit)
    top = [line for line in lines[: hit.start] if not _is_boilerplate(line)]
    closing = len(tail) <= max(6, 2 * len(top)) and not _is_greeting(top)
    if top and hit.named and not again and closing:
        return _top(hit)
    rule = "bottom-posted" if not (top or again) else "interleaved"
    if not hit.named:
        rule = "excerpt"
    last = tail[-1]
    resumes = last + 1
    while resumes < len(lines) and not _is_history(lines, resumes):
        resumes += 1
    above = tuple(range(hit.start))
    return Cut(last, resumes, rule, "medium" if hit.named else "low", above + own)


def _tail(lines: Sequence[Line], hit: _Hit) -> tuple[list[int], bool, tuple[int, ...]]:
    """The new lines below a quote, whether a quote follows them, and all unquoted ones."""
    tail: list[int] = []
    own: list[int] = []
    again = signed = False
    at = hit.body
    while at < len(lines):
        line = lines[at]
        if line.quoted or line.text[0] == "|":
            again = again or bool(tail)
            signed = False
        elif _is_wrap_rest(lines, at):
            pass
        else:
            if _to_the_end(lines, at) is not None:
                break
            found = attribution(lines, at)
            if found is not None and _quote_follows(lines, found.last):
                at = found.last + 1
                signed = False
                continue
            own.append(at)
            signed = signed or _is_delimiter(line.text)
            if not signed and not _is_boilerplate(line):
                tail.append(at)
        at += 1
    return tail, again, tuple(own)


def _is_history(lines: Sequence[Line], at: int) -> bool:
    if lines[at].quoted or _to_the_end(lines, at) is not None:
        return True
    found = attribution(lines, at)
    return found is not None and _quote_follows(lines, found.last)


def _is_greeting(top: list[Line]) -> bool:
    """Nothing but "Hi Bob," above the quote: the reply stands below."""
    return len(top) == 1 and len(top[0].text) < 40 and top[0].text[-1] in ",，、"


def _is_wrap_rest(lines: Sequence[Line], at: int) -> bool:
    """A line between two quoted ones that lost its `>` when it was wrapped."""
    if not 0 < at < len(lines) - 1:
        return False
    above, line, below = lines[at - 1 : at + 2]
    if above.text[0] not in _MARKS or below.text[0] not in _MARKS:
        return False
    if not (above.quoted and below.quoted and above.row + 1 == line.row == below.row - 1):
        return False
    text = above.text
    return (
        len(text) >= 60
        or text.endswith("=")
        or text.rfind("(") > text.rfind(")")
        or text.rfind("<") > text.rfind(">")
        or (" " not in line.text and len(line.text) > 20)
        or ("://" in line.text and line.text[0] in "(<h")
    )


def _is_delimiter(text: str) -> bool:
    return text in ("--", "—", "__", "---")


def _is_boilerplate(line: Line) -> bool:
    """Never counted as new text: signatures of clients, rules, pictures, punctuation."""
    text = line.text
    return (
        line.own
        or text == IMAGE
        or not any(map(str.isalnum, text.lstrip("-_=*~ ")[:40]))
        or is_client_signature(text)
    )
