"""Where the newest text ends: the choice among what the classifiers see.

The lines are read in order and the first thing that begins the history wins (by position,
not by client). What runs to the end of the mail is taken at once. A quote may have the
author's text below it, so the lines after it are judged (the tail test): a short tail is a
closing under a top-posted reply, a long one, or text between quotes, is the reply itself. A
quote of which nobody says whose it is may be an excerpt: it yields to a later attribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from mailsig.reply.attributions import attribution, introduces
from mailsig.reply.footers import (
    is_banner,
    is_card,
    is_closing,
    is_footer,
    is_greeting,
    points_below,
)
from mailsig.reply.hits import QUOTE_MARKS, Hit, hit_at, quote_follows, runs_to_the_end
from mailsig.reply.lines import IMAGE, UNREAD, Line, UnreadError
from mailsig.reply.mobile import is_client_signature
from mailsig.reply.telling import next_telling, reach


class Cut(NamedTuple):
    """The choice in line numbers."""

    resumes: int
    """The first line of history below the place (the number of lines: none)."""
    rule: str
    confidence: str
    own: tuple[int, ...] | None
    """The lines that the author wrote; None: all above the place, and those `below`."""
    below: tuple[int, ...] = ()
    """Lines without a quote mark below a quote that ends with the mail."""


def choose_so_far(lines: Sequence[Line]) -> Cut | None:
    """Return the choice where no line below those read can change it, else None."""
    try:
        return choose([*lines, UNREAD])
    except UnreadError:
        return None


def choose(lines: Sequence[Line]) -> Cut | None:
    """Return where the history begins, or None when the mail has none."""
    if lines and lines[0].quoted and not lines[0].firm and hit_at(lines, 0) is None:
        # The author's own indentation goes around all of it.
        lines = [
            replace(line, quoted=line.quoted - 1 if line.quoted else 0) for line in lines
        ]
    bare: Hit | None = None
    written = False  # by the author, since the bare quote began
    telling = -1
    for at, line in enumerate(lines):
        if telling < at:
            telling = next_telling(lines, at)
        hit = hit_at(lines, at) if telling <= at + reach(line.text) else None
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


_FEW = 4  # lines above a quote that may only point to the answers below


def _top(hit: Hit, below: tuple[int, ...] = ()) -> Cut:
    return Cut(hit.start, hit.rule, hit.confidence, None, below)


# --- the tail test


def _tail_test(lines: Sequence[Line], hit: Hit) -> Cut:
    tail, again, own = _tail(lines, hit)
    if not tail:
        if not hit.named and hit.start and introduces(lines[hit.start - 1].text):
            hit = hit._replace(start=hit.start - 1)
        return _top(hit, own)
    top = [line for line in lines[: hit.start] if not _is_boilerplate(line)]
    closing = (
        len(tail) <= max(6, 2 * len(top))
        or is_closing(lines[tail[0]].text)
        or is_card([lines[at].text for at in tail])
    )
    top_posted = top and hit.named and not again and closing
    if top_posted and not _leads_below(lines, top, tail):
        return _top(hit, own)
    rule = "bottom-posted" if not (top or again) else "interleaved"
    if not hit.named:
        rule = "excerpt"
    resumes = tail[-1] + 1
    near = range(max(hit.body, tail[-1] - _FEW), tail[-1] + 1)
    footed = any(is_footer(lines, at) for at in near)  # it may go on below
    while resumes < len(lines) and not (
        _is_history(lines, resumes) or (not footed and is_footer(lines, resumes))
    ):
        resumes += 1
    above = tuple(range(hit.start))
    return Cut(resumes, rule, "medium" if hit.named else "low", above + own)


def _tail(lines: Sequence[Line], hit: Hit) -> tuple[list[int], bool, tuple[int, ...]]:
    """Return the new lines below a quote, whether one follows, and all unquoted ones."""
    tail: list[int] = []
    own: list[int] = []
    again = signed = rest = False
    at = hit.body
    while at < len(lines):
        line = lines[at]
        if line.quoted or line.text[0] == "|":
            rest = bool(tail)  # what is left of the quote below the last new text
            again = again or rest
            signed = False
        elif _is_wrap_rest(lines, at):
            pass
        else:
            if runs_to_the_end(lines, at) is not None:
                break
            found = attribution(lines, at)
            if found is not None and quote_follows(lines, found.last):
                at = found.last + 1
                signed = False
                continue
            own.append(at)
            footer = not rest and is_footer(lines, at)
            signed = signed or footer or _is_delimiter(line.text)
            if not signed and not _is_boilerplate(line):
                tail.append(at)
                rest = False
        at += 1
    return tail, again, tuple(own)


def _is_history(lines: Sequence[Line], at: int) -> bool:
    if lines[at].quoted or runs_to_the_end(lines, at) is not None:
        return True
    found = attribution(lines, at)
    return found is not None and quote_follows(lines, found.last)


def _leads_below(lines: Sequence[Line], top: list[Line], tail: list[int]) -> bool:
    """Whether what stands above a quote leaves the place to an answer below it."""
    return _is_greeting(top) or (_points_below(top) and _is_prose(lines, tail))


def _is_greeting(top: list[Line]) -> bool:
    """Whether nothing but "Hi Bob," stands above the quote: the reply is below."""
    if len(top) != 1 or len(top[0].text) >= 40:
        return False
    return top[0].text[-1] in ",，、" or is_greeting(top[0].text)


def _points_below(top: list[Line]) -> bool:
    """Whether these are a few lines that say where the answers stand ("see below")."""
    return len(top) <= _FEW and any(points_below(line.text) for line in top)


def _is_prose(lines: Sequence[Line], tail: list[int]) -> bool:
    """Whether lines below a quote are more than a signature: a sentence opens them."""
    text = lines[tail[0]].text
    return text[-1] in ".!?…。！？" and not is_closing(text)


def _is_wrap_rest(lines: Sequence[Line], at: int) -> bool:
    """Whether a line between two quoted ones lost its `>` when it was wrapped."""
    if not 0 < at < len(lines) - 1:
        return False
    above, line, below = lines[at - 1 : at + 2]
    if above.text[0] not in QUOTE_MARKS or below.text[0] not in QUOTE_MARKS:
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


_EMOJI = "\U0001f300"  # the first of the signs that are an answer by themselves


def _is_boilerplate(line: Line) -> bool:
    """Whether it is no new text: a client's signature, a rule, a picture, punctuation."""
    text = line.text
    return (
        line.own
        or text == IMAGE
        or not any(c.isalnum() or c >= _EMOJI for c in text.lstrip("-_=*~ ")[:40])
        or is_client_signature(text)
        or is_banner(text)
    )
