"""Pictures that travel with a message, and how many a signature may have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mailsig.errors import MailsigError

MAX_IMAGE_OCTETS = 5_000_000
"""Largest image, and the most that all images of a signature may hold, in octets."""

_MEDIA_TYPE = re.compile(r"image/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}")
_IMAGE_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class InlineImage:
    """A picture that travels with the message; the HTML shows it as ``cid:name``.

    Args:
        data: The image file, not empty, at most 5,000,000 octets.
        media_type: ``image/…`` in lower case, without parameters.
        name: What stands behind ``cid:`` in the HTML: 1 to 64 ASCII letters, digits, dots,
            hyphens and underscores, a letter or digit at either end. It is the file name
            too. The Content-ID (RFC 2392) is another for each message.

    Raises:
        MailsigError: One of them breaks its rule.
    """

    data: bytes = field(repr=False)
    media_type: str
    name: str

    def __post_init__(self) -> None:
        if not isinstance(self.data, bytes):
            raise MailsigError(f"data must be bytes, got {type(self.data).__name__}")
        if not 0 < len(self.data) <= MAX_IMAGE_OCTETS:
            raise MailsigError(
                f"data must hold 1 to {MAX_IMAGE_OCTETS} octets, got {len(self.data)}"
            )
        _check_token("media_type", self.media_type, _MEDIA_TYPE, "be a lower-case image/…")
        _check_token(
            "name",
            self.name,
            _IMAGE_NAME,
            "be 1 to 64 ASCII letters, digits, '.', '_' and '-', a letter or digit at "
            "either end",
        )


def _check_token(name: str, value: object, pattern: re.Pattern[str], rule: str) -> None:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise MailsigError(f"{name} must {rule}, got {value!r}")


def each_image(images: Iterable[object]) -> Iterator[InlineImage]:
    """Yield images one by one; raises at what is none."""
    for image in images:
        if not isinstance(image, InlineImage):
            raise MailsigError(f"images must hold InlineImage, got {type(image).__name__}")
        yield image


def checked_images(given: object, html: str | None) -> tuple[InlineImage, ...]:
    """Return the ``images`` of a signature as a tuple; raises where one breaks a rule."""
    try:
        images: tuple[object, ...] = tuple(given)  # type: ignore[arg-type]
    except TypeError:
        raise MailsigError(
            f"images must be a sequence of InlineImage, got {type(given).__name__}"
        ) from None
    checked: list[InlineImage] = []
    names: set[str] = set()
    for image in each_image(images):
        if image.name.lower() in names:
            raise MailsigError(
                f"images must have different names, got {image.name!r} twice"
            )
        names.add(image.name.lower())
        checked.append(image)
    if checked and html is None:
        raise MailsigError("images need html that shows them, got text only")
    size = sum(len(image.data) for image in checked)
    if size > MAX_IMAGE_OCTETS:
        raise MailsigError(
            f"images must hold at most {MAX_IMAGE_OCTETS} octets together, got {size}"
        )
    return tuple(checked)
