"""A fragment's visible text, line by line: what a text/plain alternative says.

Links become ``label <url>`` unless the label is the URL, images their ``alt`` or nothing;
blocks and rows begin a line, and so do the cells of a row if one of them has several lines
(else two blanks stand between them); runs of blank lines become one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

from mailsig.fingerprint import JOINT
from mailsig.html.elements import BLOCK

_CELLS = frozenset(("td", "th"))
_LINES = BLOCK - _CELLS
_BLANKS = re.compile(r"[ \t\n\f\r]+")
_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_WEB = re.compile(r"^(?:https?://|mailto:|tel:)|/$", re.IGNORECASE)


@dataclass(slots=True)
class _Page:
    """Text as it is set: ``out`` holds the finished lines, ``line`` the open one."""

    out: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)

    def end_line(self, *, even_empty: bool = False, as_set: bool = False) -> None:
        shown = "".join(self.line)
        if shown.strip(JOINT + " ") or even_empty:
            self.out.append(shown if as_set else shown.strip(" \u00a0"))
        self.line.clear()

    def say(self, text: str) -> None:
        """Add text; blanks collapse over the border of two texts."""
        shown = _BLANKS.sub(" ", text)
        if shown.startswith(" ") and (not self.line or self.line[-1].endswith(" ")):
            shown = shown[1:]
        if shown:
            self.line.append(shown)


def text_of(fragment: str) -> str:
    """Return the text that stands for a normalised fragment (``""``: it shows none)."""
    lines = (line.replace("\u00a0", " ").rstrip() for line in _lines(fragment, links=True))
    text = "\n".join(lines).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", text)


def visible_lines(fragment: str) -> list[str]:
    """Return the lines a reader sees: no addresses of links, no words for images.

    ``JOINT`` stands where two text nodes meet in a line.
    """
    return _lines(fragment, links=False)


def _lines(fragment: str, *, links: bool) -> list[str]:
    page = _Page()
    # PERF (template of 200 lines): asking every text for its <pre> is half of the work.
    preformatted = "<pre" in fragment
    for step, node in _walk(BeautifulSoup(fragment, "lxml")):
        if isinstance(node, NavigableString):
            _say(page, node, links, preformatted)
        elif isinstance(node, Tag):
            if step == "open":
                _open(page, node, links)
            else:
                _close(page, node, links)
    page.end_line()
    return page.out


def _walk(soup: BeautifulSoup) -> Iterator[tuple[str, PageElement]]:
    """Yield every node in document order, tags twice, without what is hidden."""
    pending: list[tuple[str, PageElement]] = [("open", soup)]
    while pending:
        step, node = pending.pop()
        if step == "open" and isinstance(node, Tag):
            if node.has_attr("hidden") or _HIDDEN.search(str(node.get("style", ""))):
                continue
            pending.append(("close", node))
            pending.extend(("open", child) for child in reversed(node.contents))
        yield step, node


def _say(page: _Page, node: NavigableString, links: bool, preformatted: bool) -> None:
    if not preformatted or node.find_parent("pre") is None:
        page.say(str(node))
    else:
        first, *others = str(node).split("\n")
        page.line.append(first)
        for line in others:
            page.end_line(even_empty=True, as_set=True)
            page.line.append(line)
    if not links:
        page.line.append(JOINT)


def _open(page: _Page, tag: Tag, links: bool) -> None:
    if tag.name == "br":
        page.end_line(even_empty=True)
    elif tag.name in _LINES:
        page.end_line()
    elif tag.name in _CELLS and page.line:
        if not links or _is_tall(tag.parent):
            page.end_line()
        else:
            page.line.append("\u00a0 ")
    elif tag.name == "img" and links:
        alt = str(tag.get("alt", "")).strip()
        if alt:
            page.say(f" {alt} ")


def _is_tall(row: Tag | None) -> bool:
    """Whether a cell of this row has more than one line."""
    return row is not None and any(
        cell.find("br") is not None or len(cell.find_all(list(_LINES), limit=2)) > 1
        for cell in row.find_all(["td", "th"], recursive=False)
    )


def _close(page: _Page, tag: Tag, links: bool) -> None:
    if tag.name in _LINES:
        page.end_line(as_set=tag.name == "pre")
    elif tag.name == "a" and links:
        label = " ".join(tag.get_text(" ").split())
        address = _shown_address(str(tag.get("href", "")).strip(), label)
        if address:
            glue = " " if page.line and not page.line[-1].endswith(" ") else ""
            page.line.append(f"{glue}<{address}>")


def _shown_address(href: str, label: str) -> str:
    """Return what to write behind the label of a link, ``""`` for nothing."""
    if not re.match(r"[a-z][a-z0-9+.-]*:", href, re.I) or href[:4].lower() == "cid:":
        return ""
    shown = re.sub(r"^(?:mailto|tel):", "", href, flags=re.I)
    if _bare(shown) == _bare(label):
        return ""
    return shown


def _bare(address: str) -> str:
    return re.sub(r"[\s()-]", "", _WEB.sub("", address)).lower().removeprefix("www.")
