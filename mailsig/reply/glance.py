"""A first look at the lines of a text: whether it can hold a history at all.

Most mail is no reply. Every rule needs a line that tells (`telling`) within reach; a text
that has none of them, or only where the rules then see nothing, needs no reading line by
line.

PERF (relay 10 KB, plain 2 KB): reading all lines was three quarters of signing fresh mail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, filterfalse
from operator import itemgetter

from mailsig.reply.choice import choose
from mailsig.reply.headers import LONGEST_BARE_TO, is_bare_to
from mailsig.reply.lines import (
    BLANK,
    INVISIBLE,
    NOT_SHOWN,
    quote_depth,
    split_lines,
    text_lines,
)
from mailsig.reply.signs import SIGNS, none_tells
from mailsig.reply.telling import FIRST, LAST, more_than_links, tells

_BEFORE, _BEHIND = 12, 32  # lines around a telling one that rules may read
_NEAR = 40  # lines below the top
_SHORT = 1_000  # code points: all are read as soon
# The others of these are looked for in the midst of a line as well.
_OPENING, _ENDING = FIRST - {"-"}, LAST - {":", "："}


def seen_without_history(text: str) -> bool:
    """Whether a plain text is seen to hold no history, sooner than by its lines."""
    return not _is_read_as_soon(text) and none_tells(text)


def _is_read_as_soon(text: str) -> bool:
    return len(text) < _SHORT and ":" in text and more_than_links(text)


def may_hold_history(text: str) -> bool:
    """Whether a plain text must be read line by line; False: it holds no history."""
    if _is_read_as_soon(text):
        return True
    if none_tells(text):
        return False
    source = split_lines(text, keepends=False)
    if ">" in text and any(quote_depth(line) for line in source if ">" in line):
        return True
    if "\0" in text or (not text.isascii() and holds_invisible(source)):
        lines = [NOT_SHOWN.sub("", line.strip(BLANK)) for line in source]
        text = "\n".join(lines)
    else:
        lines = list(map(str.strip, source))
    found = telling(lines, text)
    first = next(found, None)
    if first is None:
        return False
    if first < _NEAR:
        return True  # all is judged as soon as the stretch
    return any(
        choose(text_lines("\n".join(source[near[0] : near[-1] + 1]))) is not None
        for near in around(chain((first,), found), lines)
    )


def holds_invisible(lines: list[str]) -> bool:
    """Whether characters without width stand in some lines."""
    text = "".join(filterfalse(str.isascii, lines))
    return bool(text) and any(char in text for char in INVISIBLE)


def telling(
    lines: list[str],
    shown: str,
    wide: Iterable[str] = (),
    seen: Callable[[str], str] = str,
) -> Iterator[int]:
    """Yield the lines that tell, in their order, as `choice` has them.

    `shown` is all of them, `wide` are those that may be shorter as a reader sees them,
    which `seen` gives.
    """
    short = {line for line in lines if len(line) <= LONGEST_BARE_TO}
    short.discard("")
    labels = set(filter(is_bare_to, short))
    labels.update(line for line in wide if is_bare_to(seen(line)))
    found: set[int] = set()
    # PERF (plain 2 KB): one character is told in a fiftieth of the time of all lines.
    if not shown.isascii() or any(map(shown.__contains__, SIGNS)):
        found = _candidates(lines, shown)
    if labels:
        found.update(at for at, line in enumerate(lines) if line in labels)
    for at in sorted(found):
        if tells(seen(lines[at]), map(seen, _above(lines, at))):
            yield at


def _candidates(lines: list[str], shown: str) -> set[int]:
    """Return the lines that have the characters of one that tells."""
    found: set[int] = set()
    dashed = _dashes_meet(shown)
    for end, chars, there in (
        (0, FIRST, dashed or any(map(shown.__contains__, _OPENING))),
        (-1, LAST, any(map(shown.__contains__, _ENDING))),
    ):
        if there and not chars.isdisjoint(map(itemgetter(end), filter(None, lines))):
            found.update(at for at, line in enumerate(lines) if line and line[end] in chars)
    if ":" in shown:
        found.update(
            at for at, line in enumerate(lines)
            if ":" in line and more_than_links(line)
        )  # fmt: skip
    for word, there in (("：", "：" in shown), ("--", dashed)):
        if there:
            found.update(at for at, line in enumerate(lines) if word in line)
    return found


def _dashes_meet(text: str) -> bool:
    """Whether a dash stands beside another, and not only in words and lists.

    PERF (base64 HTML 200 KB): a search for two characters is slow.
    """
    return "-" in text and any(
        not after or after[0] in FIRST for after in text.split("-")[1:]
    )


def _above(lines: list[str], at: int) -> Iterator[str]:
    return filter(None, map(lines.__getitem__, range(at - 1, -1, -1)))


def around(found: Iterable[int], lines: list[str]) -> Iterator[list[int]]:
    """Yield the indexes of the visible lines around telling ones, for each stretch."""
    visible = [at for at, line in enumerate(lines) if line]
    number = {at: index for index, at in enumerate(visible)}
    start = end = 0
    for at in map(number.__getitem__, found):
        if end and at - _BEFORE > end:
            yield visible[start:end]
            end = 0
        start = start if end else max(0, at - _BEFORE)
        end = at + _BEHIND
    if end:
        yield visible[start:end]
