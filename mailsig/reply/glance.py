"""A first look at the lines of a text: whether it can hold a history at all.

Most mail is no reply. Every rule needs a quote mark, or within reach a colon, a dash or a
label (`choice`); a text that has none of them, or only where the rules then see nothing,
needs no reading line by line.

PERF (relay 10 KB, plain 2 KB): reading all lines was three quarters of signing fresh mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import filterfalse
from operator import itemgetter

from mailsig.reply.choice import TELLING_FIRST, TELLING_LAST, choose
from mailsig.reply.headers import LONGEST_BARE_TO, TO, bare_label_role
from mailsig.reply.lines import (
    BLANK,
    INVISIBLE,
    NOT_SHOWN,
    cleaned,
    quote_depth,
    split_lines,
    text_lines,
)

_BEFORE, _BEHIND = 24, 48  # lines around a telling one that rules may read
_SHORT = 3_000  # code points: not many more lines than those


# In ASCII, a line needs one of these unless it is a label.
_TELLING_ASCII = frozenset(filter(str.isascii, TELLING_FIRST | TELLING_LAST | {":"}))
# A label without its colon stands below a date (Lotus Notes). The commonest come first.
_SIGNS = "".join(dict.fromkeys((":", "-", *"0123456789", *sorted(_TELLING_ASCII))))


def may_hold_history(text: str) -> bool:
    """Whether a plain text must be read line by line; False: it holds no history."""
    # PERF (relay 10 KB): half of the short mail that is no reply has none of them.
    if text.isascii() and not any(map(text.__contains__, _SIGNS)):
        return False
    if len(text) < _SHORT and ":" in text and text.count(":") > text.count("://"):
        return True  # a line tells, and around it is all
    source = split_lines(text, keepends=False)
    if ">" in text and any(quote_depth(line) for line in source if ">" in line):
        return True
    if "\0" in text or (not text.isascii() and holds_invisible(source)):
        lines = [NOT_SHOWN.sub("", line.strip(BLANK)) for line in source]
        text = "\n".join(lines)
    else:
        lines = list(map(str.strip, source))
    found = telling(lines, text)
    if not found:
        return False
    stretches = list(around(found, lines))
    return 2 * sum(map(len, stretches)) > len(lines) or any(
        choose(text_lines("\n".join(source[near[0] : near[-1] + 1]))) is not None
        for near in stretches
    )


def holds_invisible(lines: list[str]) -> bool:
    """Whether characters without width stand in some lines."""
    text = "".join(filterfalse(str.isascii, lines))
    return bool(text) and any(char in text for char in INVISIBLE)


def telling(lines: list[str], shown: str, wide: Iterable[str] = ()) -> list[int]:
    """Return the lines that `choice` calls telling, as it does.

    `shown` is all of them, `wide` are those that may be shorter as a reader sees them.
    """
    found: list[int] = []
    # PERF (relay 10 KB): one character is told in a fiftieth of the time of all lines.
    if not shown.isascii() or any(map(shown.__contains__, _TELLING_ASCII)):
        found = _with_characters(lines, shown)
    short = {line for line in lines if len(line) <= LONGEST_BARE_TO}
    short.discard("")
    if short or wide:
        labels = set(filter(_is_label, short.union(wide)))
        if labels:
            found += [at for at, line in enumerate(lines) if line in labels]
    return sorted(set(found)) if found else found


def _with_characters(lines: list[str], shown: str) -> list[int]:
    """Return the lines that some character makes telling."""
    found: list[int] = []
    for end, chars in ((0, TELLING_FIRST), (-1, TELLING_LAST)):
        if any(map(shown.__contains__, chars)) and not chars.isdisjoint(
            map(itemgetter(end), filter(None, lines))
        ):
            found += [at for at, line in enumerate(lines) if line and line[end] in chars]
    # PERF (base64 HTML 200 KB): there are few dashes, and a search for two is slow.
    words = (":", "：", "--") if "-" in shown and "" in shown.split("-") else (":", "：")
    for word in words:
        if word in shown:
            found += [
                at for at, line in enumerate(lines)
                if word in line and (word != ":" or line.count(":") > line.count("://"))
            ]  # fmt: skip
    return found


def _is_label(line: str) -> bool:
    line = " ".join(cleaned(line).split())
    return len(line) <= LONGEST_BARE_TO and bare_label_role(line) == TO


def around(found: list[int], lines: list[str]) -> Iterator[list[int]]:
    """Yield the indexes of the visible lines around telling ones, for each stretch."""
    visible = [at for at, line in enumerate(lines) if line]
    number = {at: index for index, at in enumerate(visible)}
    start = end = 0
    for at in (*(number[at] for at in found), None):
        if at is not None and end and at - _BEFORE <= end:
            end = at + _BEHIND
            continue
        if end:
            yield visible[start:end]
        if at is not None:
            start, end = max(0, at - _BEFORE), at + _BEHIND
