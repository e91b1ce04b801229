"""Reads a signature template from a folder, as the ones in ``examples/signatures/``.

A folder is one signature::

    corporate/
        signature.html      the HTML template
        signature.txt       the plain-text template
        reply.html          the short one for replies (optional)
        reply.txt           its text (optional)
        images/logo.png     shown by the HTML as cid:logo.png (optional)

>>> template = load("examples/signatures/corporate")
>>> sorted(template.fields)[:3]
['city', 'company', 'department']
>>> print(template.render({"name": "Maren Holt", "company": "Nordlicht"}).text)
Maren Holt
Nordlicht
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mailsig.signature import InlineImage
from mailsig.templates import DIRECTORY_FIELDS, SignatureTemplate

PARTS = {
    "html": "signature.html",
    "text": "signature.txt",
    "reply_html": "reply.html",
    "reply_text": "reply.txt",
}

# Outlook on Windows shows neither WebP nor SVG.
MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
}


def load(folder: str | Path, known: Iterable[str] = DIRECTORY_FIELDS) -> SignatureTemplate:
    """Return the template in ``folder``; ``known`` are the fields it may use.

    Raises:
        FileNotFoundError: The folder holds neither signature.html nor signature.txt.
        MailsigError: A template or an image breaks a rule; the text says where.
    """
    folder = Path(folder)
    sources = {
        part: path.read_text(encoding="utf-8")
        for part, name in PARTS.items()
        if (path := folder / name).is_file()
    }
    if not {"html", "text"} & sources.keys():
        raise FileNotFoundError(f"{folder} holds neither signature.html nor signature.txt")
    images = sorted((folder / "images").glob("*"))
    return SignatureTemplate(
        **sources,
        images=tuple(map(load_image, images)),
        known=tuple(known),
    )


def load_image(path: str | Path) -> InlineImage:
    """Return a picture under the name of its file, for ``render(fields, images=[...])``.

    Raises:
        KeyError: The suffix is none of ``MEDIA_TYPES``.
    """
    path = Path(path)
    return InlineImage(path.read_bytes(), MEDIA_TYPES[path.suffix.lower()], path.name)


def names(root: str | Path) -> list[str]:
    """Return the names of the signature folders in ``root``."""
    return sorted(
        path.name
        for path in Path(root).iterdir()
        if any((path / name).is_file() for name in ("signature.html", "signature.txt"))
    )
