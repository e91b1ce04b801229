"""What a browser mends in a signature's HTML, as findings with their offsets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from mailsig.html.elements import VOID
from mailsig.html.tokens import RAW, SKIP, START, Token

Level = Literal["warning", "note"]
RawFinding = tuple[int, str, str, Level]
"""Offset, rule, detail and level."""

# Elements whose end tag HTML lets an author leave out.
_OPTIONAL_END = frozenset(
    ("p", "li", "dt", "dd", "td", "th", "tr", "tbody", "thead", "tfoot", "colgroup")
)
_SHELL = frozenset(("html", "head", "body", "title", "meta", "link"))
_TABLE = frozenset(("table", "thead", "tbody", "tfoot", "tr"))
_IN_TABLE = _TABLE | frozenset(("caption", "colgroup", "col", "td", "th"))


class _Balance:
    """The elements that are open, in order."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, int]] = []
        self.count: Counter[str] = Counter()

    @property
    def top(self) -> str:
        return self.opened[-1][0] if self.opened else ""

    def open(self, name: str, start: int) -> None:
        self.opened.append((name, start))
        self.count[name] += 1

    def close(self, name: str, where: str) -> Iterator[RawFinding]:
        """Close down to ``name``; yields what was not closed before it."""
        while (opened := self.opened.pop())[0] != name:
            self.count[opened[0]] -= 1
            yield unclosed(*opened, where)
        self.count[name] -= 1


def unclosed(name: str, start: int, where: str) -> RawFinding:
    """Return the finding for an element without an end tag."""
    level: Level = "note" if name in _OPTIONAL_END else "warning"
    return start, "unclosed-tag", f"<{name}> is not closed: closed {where}", level


def mended(html: str, tokens: Sequence[Token]) -> Iterator[RawFinding]:
    """Yield tags that are not closed or close nothing, and what can't stand in a table."""
    balance = _Balance()
    at = 0
    for kind, start, end, name in tokens:
        if balance.top in _TABLE and html[at:start].strip():
            yield (
                at,
                "outside-cell",
                "text outside of a cell moves before the table",
                "warning",
            )
        at = end
        if kind in (SKIP, RAW):
            continue
        if name in _SHELL:
            if kind == START:
                yield (
                    start,
                    "document-shell",
                    f"<{name}> goes: a signature is a part",
                    "note",
                )
        elif kind == START:
            if balance.top in _TABLE and name not in _IN_TABLE:
                detail = f"<{name}> outside of a cell moves before the table"
                yield start, "outside-cell", detail, "warning"
            if name not in VOID:
                balance.open(name, start)
        elif balance.count[name]:
            yield from balance.close(name, f"before </{name}>")
        else:
            yield start, "stray-end-tag", f"</{name}> closes nothing and goes", "warning"
    for name, start in balance.opened:
        yield unclosed(name, start, "at the end")
