"""Signature templates: HTML and text with fields of a directory, in Jinja2's sandbox.

The only package that imports Jinja2 (``pip install mailsig[templates]``); nothing in the
library imports it. Its rules:

* ``{{ field }}``, ``{{ field|upper }}``, ``{% if field %}`` with ``elif`` and ``else``,
  ``{# note #}``. No loops, calls, attributes or includes: a template reads its fields.
* What is wrong with a template is said when it is built, with line and column.
* A value is text wherever it stands, and is never read as a template again.
* A line whose fields are all empty disappears. In text: a line of the source. In HTML:
  the innermost ``<tr>``, ``<p>``, ``<li>``, ``<div>`` or heading around the field, or the
  line that a ``<br>`` ends. A link, image or ``<span>`` without a value goes too.
* A line that holds nothing but ``{% %}`` or ``{# #}`` tags leaves no blank line behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from mailsig.errors import MailsigError
from mailsig.fragment.normalised import Normalised
from mailsig.inline_image import InlineImage, each_image
from mailsig.review import Finding, review
from mailsig.signature import Signature
from mailsig.templates.html import Shapes, check_source
from mailsig.templates.parse import TemplateError
from mailsig.templates.source import Compiled, compile_template
from mailsig.templates.values import clean

__all__ = ["DIRECTORY_FIELDS", "SignatureTemplate", "TemplateError"]

DIRECTORY_FIELDS: Final = (
    "name",
    "first_name",
    "last_name",
    "pronouns",
    "title",
    "department",
    "company",
    "street",
    "postal_code",
    "city",
    "state",
    "country",
    "email",
    "phone",
    "mobile",
    "fax",
    "website",
    "linkedin",
    "booking_url",
    "photo",
)
"""The fields that a template may use unless it is given others."""

_HTML_PARTS = frozenset(("html", "reply_html"))
_PARTS = ("html", "text", "reply_html", "reply_text")
_GIVEN = (*_PARTS, "images", "known")


@dataclass(frozen=True, kw_only=True)
class SignatureTemplate:
    """A signature with places for a person's fields.

    Attributes:
        html: The HTML template; ``None`` derives it from the text.
        text: The plain-text template; ``None`` derives it from the HTML.
        reply_html: The same for the short signature of replies (``Options.replies``).
        reply_text: And its text.
        images: Pictures that the HTML refers to as ``cid:name``.
        known: Names of the fields that a template may use.

    Raises:
        TemplateError: A template is broken, uses an unknown field, or puts one where
            its value could become markup.
        MailsigError: There is neither HTML nor text, a name in ``known`` is none, or an
            argument is of another type.
    """

    html: str | None = None
    text: str | None = None
    reply_html: str | None = None
    reply_text: str | None = None
    images: tuple[InlineImage, ...] = ()
    known: tuple[str, ...] = DIRECTORY_FIELDS
    fields: frozenset[str] = field(init=False, compare=False)
    """The fields that the template uses."""
    _compiled: dict[str, Compiled] = field(init=False, repr=False, compare=False)
    _shapes: dict[str, Shapes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "images", _checked_images(self.images))
        object.__setattr__(self, "known", _checked_names(self.known))
        compiled = {}
        for part in _PARTS:
            source = getattr(self, part)
            if source is None:
                continue
            if not isinstance(source, str):
                raise MailsigError(
                    f"SignatureTemplate.{part} must be a str, got {source!r}"
                )
            compiled[part] = compile_template(part, source, self.known)
            if part in _HTML_PARTS:
                check_source(part, compiled[part].sample)
        if not {"html", "text"} & compiled.keys():
            raise MailsigError("SignatureTemplate must have html or text, got neither")
        used = frozenset[str]().union(*(each.fields for each in compiled.values()))
        object.__setattr__(self, "fields", used)
        object.__setattr__(self, "_compiled", compiled)
        object.__setattr__(self, "_shapes", {part: Shapes() for part in _PARTS})
        for part in _HTML_PARTS & compiled.keys():
            with suppress(MailsigError):  # it may be meant for people without some field
                self._shapes[part].fill(compiled[part].pieces(dict.fromkeys(used, "1")))

    def __reduce__(self) -> tuple[Callable[[], SignatureTemplate], tuple[()]]:
        """Pickle what it was built from: it is compiled where it arrives."""
        given = {name: getattr(self, name) for name in _GIVEN}
        return partial(SignatureTemplate, **given), ()

    def render(
        self, fields: Mapping[str, object], *, images: Iterable[InlineImage] = ()
    ) -> Signature:
        """Return the signature of one person.

        Args:
            fields: The person's values: text, numbers or ``None``. A field that is
                missing is empty; one that the template doesn't use is not looked at.
            images: The person's own pictures; they go before the template's of the
                same name. A picture that the result doesn't refer to is left out.

        Raises:
            MailsigError: A value is neither text nor a number, nothing is left, or an
                argument is of another type.
        """
        if not isinstance(fields, Mapping):
            raise MailsigError(f"fields must be a mapping, got {type(fields).__name__}")
        values = {name: clean(name, fields.get(name)) for name in self.fields}
        mine = _checked_images(images)
        pictures = {image.name: image for image in (*self.images, *mine)}
        reply = None
        if "reply_html" in self._compiled or "reply_text" in self._compiled:
            reply = self._signature(values, pictures, "reply_", None)
        return self._signature(values, pictures, "", reply)

    def _signature(
        self,
        values: Mapping[str, str],
        pictures: Mapping[str, InlineImage],
        prefix: str,
        reply: Signature | None,
    ) -> Signature:
        html_part, text_part = prefix + "html", prefix + "text"
        html: Normalised | None = None
        text: str | None = None
        if html_part in self._compiled:
            html = self._shapes[html_part].fill(self._compiled[html_part].pieces(values))
        if text_part in self._compiled:
            text = "".join(self._compiled[text_part].pieces(values))
        shown = html.cids if html else ()
        images = tuple(image for name, image in pictures.items() if name in shown)
        return Signature(html=html, text=text, images=images, reply=reply)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What will hurt in real mail, with its place in the template; worked out anew."""
        found: list[Finding] = []
        for html, text in (("html", "text"), ("reply_html", "reply_text")):
            if html in self._compiled or text in self._compiled:
                found += review(
                    html=self._shown(html),
                    text=self._shown(text),
                    images=self.images,
                    names=(html, text),
                )
        return tuple(found)

    def _shown(self, part: str) -> str | None:
        compiled = self._compiled.get(part)
        return None if compiled is None else compiled.sample


def _checked_images(given: object) -> tuple[InlineImage, ...]:
    return tuple(each_image(given if isinstance(given, Iterable) else (given,)))


def _checked_names(names: object) -> tuple[str, ...]:
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise MailsigError(
            f"SignatureTemplate.known must be a tuple of names, got {names!r}"
        )
    checked = []
    for name in names:
        if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
            raise MailsigError(
                f"SignatureTemplate.known must hold identifiers, got {name!r}"
            )
        checked.append(name)
    return tuple(checked)
