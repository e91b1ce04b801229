"""Checks of a signature when it is made: what will hurt in real mail, and where.

Findings are data; nothing is changed or refused here. Places are those of the source that
was handed in, so a finding can be shown beside the line it is about.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mailsig.html.attribute_spans import AttributeSpan, attribute_spans
from mailsig.html.references import unescape_value
from mailsig.html.tokens import RAW, SKIP, START, Token, tokenize
from mailsig.review.balance import Level, RawFinding, mended
from mailsig.review.rules import (
    BOXES,
    HARMLESS,
    IGNORED_PROPERTIES,
    IGNORED_VALUES,
    MAX_HTML_OCTETS,
    MAX_IMAGE_OCTETS,
    MAX_IMAGES_OCTETS,
    MAX_WIDTH,
    OUTLOOK,
)

if TYPE_CHECKING:
    from mailsig.signature import InlineImage

_REFERENCE = re.compile(r"&[#\w]++;")
_DECLARATION = re.compile(
    r"""([a-zA-Z-]++)\s*+:((?:[^;"'(]++|"[^"]*+"?|'[^']*+'?|\([^)]*+\)?)*+)"""
)
_PIXELS = re.compile(r"\s*([0-9]{1,9})(?:\.[0-9]*)?\s*(?:px)?\s*\Z", re.IGNORECASE)
_NON_ASCII = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that will hurt, or that a reader should know.

    Attributes:
        rule: A stable lower-case word, e.g. ``image-without-alt``.
        detail: One sentence for the author.
        part: What it is about: ``html``, ``text``, ``reply_html``, ``images``, ...
        line: Line in that part, from 1; 0 where it is about the part as a whole.
        column: Column in that line, from 1.
        level: ``warning``, or ``note`` for what is worth knowing only.
    """

    rule: str
    detail: str
    part: str
    line: int = 0
    column: int = 0
    level: Level = "warning"

    def __str__(self) -> str:
        place = (
            f"{self.part}, line {self.line}, column {self.column}"
            if self.line
            else self.part
        )
        return f"{place}: {self.detail} [{self.rule}]"


def review(
    *,
    html: str | None = None,
    text: str | None = None,
    images: Iterable[InlineImage] = (),
    names: tuple[str, str] = ("html", "text"),
) -> tuple[Finding, ...]:
    """Return what is wrong with the sources of a signature, by part and place.

    Args:
        html: The HTML as its author wrote it, before it is normalised.
        text: The plain text.
        images: The inline images.
        names: What the parts are called in the findings.
    """
    found: list[Finding] = []
    html_name, text_name = names
    if html is None:
        found.append(Finding("no-html", "no HTML: it is derived from the text", text_name))
    else:
        found += _placed(html_name, html, _html_findings(html))
    if text is None:
        found.append(Finding("no-text", "no text: it is derived from the HTML", html_name))
    else:
        found += _placed(text_name, text, _text_findings(text))
    found += _image_findings(tuple(images))
    return tuple(found)


def _placed(part: str, source: str, found: Iterable[RawFinding]) -> Iterator[Finding]:
    """Yield findings with lines and columns: the first of each kind, and how many."""
    ordered = sorted(found)
    times = Counter((rule, detail) for _, rule, detail, _ in ordered)
    seen = set()
    line, at = 1, 0
    for offset, rule, detail, level in ordered:
        if (rule, detail) in seen:
            continue
        seen.add((rule, detail))
        line, at = line + source.count("\n", at, offset), offset
        column = offset - source.rfind("\n", 0, offset)
        count = times[rule, detail]
        more = f" ({count} times)" if count > 1 else ""
        yield Finding(rule, detail + more, part, line, column, level)


def _text_findings(text: str) -> Iterator[RawFinding]:
    yield from _non_ascii(text, "make a plain-text part UTF-8 where its charset lacks them")


def _html_findings(html: str) -> Iterator[RawFinding]:
    size = len(html.encode("utf-8", "surrogatepass"))
    if size > MAX_HTML_OCTETS:
        detail = (
            f"{size} octets of HTML: long threads will be clipped (over {MAX_HTML_OCTETS})"
        )
        yield 0, "large-html", detail, "warning"
    yield from _non_ascii(html, "become numeric references in mail that isn't UTF-8")
    tokens = tokenize(html)
    for token in tokens:
        kind, start, end, name = token
        if kind == START:
            yield from _element_findings(html, token)
        elif kind == RAW and name == "style":
            yield from _style_sheet(html, start, end)
        elif kind == SKIP and html.startswith("<!--", start):
            yield start, "comment", "comments go, conditional ones for Outlook too", "note"
    yield from mended(html, tokens)


def _non_ascii(text: str, effect: str) -> Iterator[RawFinding]:
    first = _NON_ASCII.search(text)
    if first:
        each = Counter(_NON_ASCII.findall(text))
        shown = ", ".join(f"{c} U+{ord(c):04X}" for c, _ in each.most_common(5))
        more = ", …" if len(each) > 5 else ""
        detail = f"{each.total()} characters outside of ASCII {effect}: {shown}{more}"
        yield first.start(), "non-ascii", detail, "note"


def _style_sheet(html: str, start: int, end: int) -> Iterator[RawFinding]:
    imported = html.find("@import", start, end)
    if imported >= 0:
        yield imported, "external-css", "mail clients load no @import", "warning"
    yield start, "style-sheet", "a <style> is refused: use style attributes", "warning"


# --- one element


def _element_findings(html: str, token: Token) -> Iterator[RawFinding]:
    _, start, _, name = token
    spans: dict[str, AttributeSpan] = {}
    for span in attribute_spans(html, token):
        spans.setdefault(span.name, span)
    values = {
        key: unescape_value(html[span.value_start : span.value_end]).strip()
        for key, span in spans.items()
    }
    if name == "link" and "stylesheet" in values.get("rel", "").lower():
        yield start, "external-css", "mail clients load no style sheets", "warning"
    if name == "img":
        yield from _img_findings(start, spans, values)
    if "width" in spans and _is_wide(values["width"]):
        yield spans["width"].start, *_too_wide(values["width"])
    if "background" in spans:
        detail = f"{OUTLOOK} ignores the attribute background"
        yield spans["background"].start, "ignored-style", detail, "warning"
    if "style" in spans:
        span = spans["style"]
        yield from _style_findings(name, html[span.value_start : span.value_end], span)


def _img_findings(
    start: int, spans: dict[str, AttributeSpan], values: dict[str, str]
) -> Iterator[RawFinding]:
    source = values.get("src", "").lower()
    if "alt" not in spans:
        detail = 'an image needs alt text (alt="" if it says nothing)'
        yield start, "image-without-alt", detail, "warning"
    if not {"width", "height"} <= spans.keys():
        detail = f"an image needs width and height: {OUTLOOK} shows it in its own size"
        yield start, "image-without-size", detail, "warning"
    if source.startswith("data:"):
        detail = "data: images are not shown by Outlook and Gmail: use an InlineImage"
        yield spans["src"].start, "data-image", detail, "warning"
    elif source.startswith(("http:", "https:")):
        detail = "a remote image stays hidden until the reader allows it"
        yield spans["src"].start, "remote-image", detail, "note"


def _is_wide(value: str) -> bool:
    pixels = _PIXELS.match(value)
    return pixels is not None and int(pixels[1]) > MAX_WIDTH


def _too_wide(value: str) -> tuple[str, str, Level]:
    return "too-wide", f"width {value} is over {MAX_WIDTH} pixels", "warning"


def _style_findings(element: str, style: str, span: AttributeSpan) -> Iterator[RawFinding]:
    # A reference holds a semicolon; what it stands for is no matter here.
    style = _REFERENCE.sub(lambda match: "_" * len(match[0]), style)
    for match in _DECLARATION.finditer(style):
        at = span.value_start + match.start()
        name, value = match[1].lower(), match[2].strip().lower()
        if name == "width" and _is_wide(value):
            yield at, *_too_wide(value)
        for client, shown in _ignored(element, name, value):
            yield at, "ignored-style", f"{client} ignores {shown}", "warning"


def _ignored(element: str, name: str, value: str) -> Iterator[tuple[str, str]]:
    """Yield who ignores a declaration, and how to call it."""
    if name in IGNORED_PROPERTIES and (element, name) not in HARMLESS:
        yield IGNORED_PROPERTIES[name], name
    for of, pattern, client in IGNORED_VALUES:
        if of in ("", name, name.partition("-")[0]):
            found = pattern.search(value)
            if found:
                yield client, f"{name}: {found[0].strip().rstrip('(')}"
    box = name if name in BOXES else name.partition("-")[0]
    if (
        box in BOXES
        and element not in BOXES[box]
        and "-" not in name.removeprefix("padding-")
    ):
        yield OUTLOOK, f"{name} on <{element}>"


def _image_findings(images: tuple[InlineImage, ...]) -> Iterator[Finding]:
    warn = partial(Finding, part="images")
    total = sum(len(image.data) for image in images)
    for image in images:
        if len(image.data) > MAX_IMAGE_OCTETS:
            detail = f"{image.name} has {len(image.data)} octets (over {MAX_IMAGE_OCTETS})"
            yield warn("large-image", detail)
        if image.media_type not in ("image/png", "image/jpeg", "image/gif"):
            detail = f"{OUTLOOK} doesn't show {image.media_type} ({image.name})"
            yield warn("image-type", detail)
    if total > MAX_IMAGES_OCTETS:
        detail = f"{total} octets of images in every message (over {MAX_IMAGES_OCTETS})"
        yield warn("large-images", detail)
