"""A first look at a plain text: whether it can hold a history at all.

Most mail is no reply. Every rule needs a quote mark, or within reach a colon, a dash or a
label (`choice`); a text that has none of them, or only where the rules then see nothing,
needs no reading line by line.

PERF (relay 10 KB, plain 2 KB): reading all lines was three quarters of signing fresh mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailsig.reply.choice import choose
from mailsig.reply.headers import TO, bare_label_role
from mailsig.reply.lines import text_lines

__all__ = ["may_hold_history"]

_QUOTE = re.compile(r"\n[ \t\u200b\ufeff]{0,4}+(?:[>›»]|&gt;|[A-Z]{1,3}>)")
# What `choice` calls telling at either end of a line; any blank may surround it.
_FIRST = re.compile(r"\n[^\S\n]*+[-_=~‐‑‒–—―─━－*•+#|>›»&\u200b-\u200f\u2060\ufeff]")
_LAST = re.compile(r"[*_®:：]\s*+\n")
_SHORT = re.compile(r"\n(\w[^\n]{0,19}+|\W[^\n]{1,19}+)(?=\n)")
# With two blank lines in a row, a number of lines says nothing of how many are visible.
_WIDE_GAP = re.compile(r"\n[^\S\n]*+\n[^\S\n]*+\n")
_BEFORE, _BEHIND = 20, 60  # lines around a telling one that rules may read, blank ones too


def may_hold_history(text: str) -> bool:
    """Whether a plain text must be read line by line; False: it holds no history."""
    text = f"\n{text.strip()}\n"
    if "\r" in text and text.count("\r") > text.count("\r\n"):
        return True
    if _QUOTE.search(text) or _WIDE_GAP.search(text):
        return True
    looked = 0
    behind = -1
    for at in _telling(text):
        if at < behind:
            continue
        start, behind = _window(text, at)
        looked += behind - start
        if 2 * looked > len(text) or choose(text_lines(text[start:behind])) is not None:
            return True
    return False


def _telling(text: str) -> Iterator[int]:
    """The offsets at which something stands that a rule could begin with."""
    found = [match.end() for match in _FIRST.finditer(text)]
    for word in (":", "：", "--"):
        at = text.find(word)
        while at >= 0:
            if word != ":" or not text.startswith("://", at):
                found.append(at)
            at = text.find(word, at + 1)
    if any(char in text for char in "*_®"):
        found += [match.start() for match in _LAST.finditer(text)]
    for match in _SHORT.finditer(text):
        if bare_label_role(match[1].strip()) == TO:
            found.append(match.start(1))
    return iter(sorted(found))


def _window(text: str, at: int) -> tuple[int, int]:
    """The lines around an offset, as (start, end)."""
    start = at
    for _ in range(_BEFORE):
        start = text.rfind("\n", 0, start)
        if start < 0:
            break
    end = at
    for _ in range(_BEHIND):
        end = text.find("\n", end) + 1
        if not end:
            return start + 1, len(text)
    return start + 1, end
