"""The value that a caller builds: a signature.

Checked and worked out once, here, so that signing a message costs none of it. The heavy
parsers (html5lib, beautifulsoup4, lxml) are imported when the first signature with HTML is
built; one that has only text never needs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailsig.errors import MailsigError
from mailsig.fingerprint import Fingerprint, fingerprint, squeeze
from mailsig.fold import fold
from mailsig.fragment import SENTINEL
from mailsig.fragment.linkify import html_of
from mailsig.fragment.normalised import Normalised
from mailsig.fragment.printable import printable
from mailsig.fragment.wrap import wrap
from mailsig.inline_image import InlineImage, checked_images

if TYPE_CHECKING:
    from mailsig.review import Finding

__all__ = ["InlineImage", "Signature"]


MAX_CHARACTERS = 200_000
"""Longest ``html`` or ``text``, in characters."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_CID = re.compile(r"(?<![^\s\"'(,;])cid:([A-Za-z0-9._-]+)(?=[^<>]*>)")


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Signature:
    """What is put into a message: an HTML and a text form of the same signature.

    Give one of ``html`` and ``text``, and the other is derived from it. The values are
    immutable, compare and hash by content, and can be shared between threads and pickled.

    Args:
        html: A fragment or a whole document, at most 200,000 characters. It is normalised
            to one balanced block element; what could run, frame or restyle the mail
            around it is refused (``<script>``, ``<style>``, ``on…`` attributes,
            ``javascript:``, form fields, …), comments are dropped.
        text: Any line ends, at most 200,000 characters. A first line ``-- ``, of a derived
            text too, is remembered and taken off: the library writes it where it belongs.
        images: Each must be shown by the HTML as ``cid:name``, and each ``cid:`` of the
            HTML must be one of them.
        reply: What ``Options(replies="short")`` puts into replies instead.

    Attributes:
        html: One block element that carries ``data-mailsig="<digest>"``, no line over 990
            octets where blanks or tags allow a line break.
        html_ascii: The same, every non-ASCII character as a numeric reference.
        text: LF newlines, no trailing blanks, no blank line at either end.
        text_ascii: ``text`` folded to ASCII (``ü`` -> ``u``), ``""`` if nothing is left.
        own_delimiter: Whether the text began with a delimiter line of its own.
        cids: The names that the HTML refers to as ``cid:``, in order, once each.
        digest: Eight hexadecimal digits that change with html, text and images.
        given: The ``html`` and ``text`` that were handed in.
        lines: The visible lines of ``text`` as they are compared: without blanks, in
            folded case, those with a letter or digit.

    Raises:
        MailsigError: An argument breaks a rule; the text says which.
    """

    html: str
    text: str
    images: tuple[InlineImage, ...]
    reply: Signature | None

    own_delimiter: bool = field(init=False)
    html_ascii: str = field(init=False, compare=False)
    text_ascii: str = field(init=False, compare=False)
    cids: tuple[str, ...] = field(init=False, compare=False)
    digest: str = field(init=False, compare=False)
    prints_text: tuple[Fingerprint, ...] = field(init=False, compare=False)
    prints_html: tuple[Fingerprint, ...] = field(init=False, compare=False)
    given: tuple[str | None, str | None] = field(init=False, compare=False)

    def __init__(
        self,
        *,
        html: str | None = None,
        text: str | None = None,
        images: Iterable[InlineImage] = (),
        reply: Signature | None = None,
    ) -> None:
        self._set(given=(html, text))
        if html is None and text is None:
            raise MailsigError("a signature needs html or text, got neither")
        _check_str("html", html)
        _check_str("text", text)
        pictures = checked_images(images, html)
        _check_reply(reply)
        own_delimiter = False
        if text is not None:
            text, own_delimiter = _normalised_text(text)
        source, cids, shown = _html_and_lines(html, text)
        if text is None:
            text, own_delimiter = _derived_text(source)
        _check_references(cids, pictures)
        digest = _digest(source, text, pictures)
        marked = _marked(source, digest)
        self._set(
            html=marked,
            html_ascii=marked.encode("ascii", "xmlcharrefreplace").decode("ascii"),
            text=text,
            text_ascii=fold(text),
            images=pictures,
            reply=reply,
            own_delimiter=own_delimiter,
            cids=cids,
            digest=digest,
        )
        self._set_prints(shown)

    def _set(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _set_prints(self, shown: list[str]) -> None:
        texts = [fingerprint(self.text.split("\n"))]
        if self.text_ascii != self.text:
            texts.append(fingerprint(self.text_ascii.split("\n")))
        pages = [fingerprint(shown)]
        self._set(
            prints_text=_distinct(texts + pages), prints_html=_distinct(pages + texts[:1])
        )

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What will hurt in real mail, with its place in ``given``; worked out anew."""
        from mailsig.review import review

        html, text = self.given
        return review(html=html, text=text, images=self.images)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the text as ``mailsig.once`` compares them."""
        return self.prints_text[0].lines if self.prints_text else ()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        first = self.text.split("\n", 1)[0]
        first = first if len(first) <= 40 else f"{first[:39]}…"
        return f"<Signature {self.digest} {first!r}>"


def with_content_ids(html: str, content_ids: Mapping[str, str]) -> str:
    """Return HTML with the names behind ``cid:``, in its tags, replaced where known."""
    return _CID.sub(lambda match: f"cid:{content_ids.get(match[1], match[1])}", html)


def _distinct(prints: list[Fingerprint]) -> tuple[Fingerprint, ...]:
    return tuple({print_.lines: print_ for print_ in prints if print_.lines}.values())


# --- checks


def _check_str(name: str, value: object) -> None:
    if value is None:
        return
    if not isinstance(value, str):
        raise MailsigError(f"{name} must be a str, got {type(value).__name__}")
    if len(value) > MAX_CHARACTERS:
        raise MailsigError(
            f"{name} must have at most {MAX_CHARACTERS} characters, got {len(value)}"
        )
    if "\x00" in value:
        raise MailsigError(f"{name} must not hold NUL, got one at {value.index(chr(0))}")
    surrogate = _SURROGATE.search(value)
    if surrogate:
        raise MailsigError(
            f"{name} must not hold lone surrogates, got one at {surrogate.start()}"
        )


def _check_reply(reply: object) -> None:
    if reply is None:
        return
    if not isinstance(reply, Signature):
        raise MailsigError(f"reply must be a Signature, got {type(reply).__name__}")
    if reply.reply is not None:
        raise MailsigError("reply must not have a reply of its own")


def _check_references(cids: tuple[str, ...], images: tuple[InlineImage, ...]) -> None:
    names = [image.name for image in images]
    for cid in cids:
        if cid not in names:
            raise MailsigError(f"html refers to cid:{cid}, but no image has that name")
    for name in names:
        if name not in cids:
            raise MailsigError(f"html must show every image, got no cid:{name}")


# --- one form from the other


def _normalised_text(
    given: str, if_blank: str = "text must not be blank"
) -> tuple[str, bool]:
    """Return the text as it is kept, and whether a delimiter line was taken off."""
    lines = [line.rstrip() for line in printable(given).split("\n")]
    first = next((index for index, line in enumerate(lines) if line), len(lines))
    own_delimiter = first < len(lines) and lines[first] == "--"
    text = "\n".join(lines[first + own_delimiter :]).strip("\n")
    if not squeeze(text):
        raise MailsigError(if_blank)
    return text, own_delimiter


def _html_and_lines(
    html: str | None, text: str | None
) -> tuple[str, tuple[str, ...], list[str]]:
    """Return the fragment without its sentinel, its cid names and its visible lines."""
    if html is None:
        return html_of(text or ""), (), (text or "").split("\n")
    from mailsig.fragment.normalise import normalise
    from mailsig.fragment.rendered import visible_lines

    if isinstance(html, Normalised):
        source, cids = str(html), html.cids
    else:
        source, cids = normalise(html)
    return source, cids, visible_lines(source)


def _derived_text(source: str) -> tuple[str, bool]:
    from mailsig.fragment.rendered import text_of

    if_blank = "text must be given: html shows no text to derive it from"
    return _normalised_text(text_of(source), if_blank)


def _marked(source: str, digest: str) -> str:
    root_end = source.index(">")
    return wrap(f'{source[:root_end]} {SENTINEL}="{digest}"{source[root_end:]}')


def _digest(source: str, text: str, images: tuple[InlineImage, ...]) -> str:
    # Blanks squeezed: a fragment whose long lines were broken is still the same.
    import hashlib  # PERF (import)

    hashed = hashlib.sha256(" ".join(source.split()).encode("utf-8"))
    hashed.update(b"\0" + text.encode("utf-8"))
    for image in images:
        head = f"\0{image.name}\0{image.media_type}\0{len(image.data)}\0"
        hashed.update(head.encode("ascii") + image.data)
    return hashed.hexdigest()[:8]
