"""Reads a signature template from a folder, as the ones in ``examples/signatures/``.

A folder is one signature::

    corporate/
        signature.html      the HTML template
        signature.txt       the plain-text template
        reply.html          the short one for replies (optional)
        reply.txt           its text (optional)
        images/logo.png     shown by the HTML as cid:logo.png (optional)

What a desktop leaves in ``images/`` (.DS_Store, Thumbs.db, desktop.ini) is passed over.

>>> template = load("examples/signatures/corporate")
>>> sorted(template.fields)[:3]
['city', 'company', 'department']
>>> print(template.render({"name": "Maren Holt", "company": "Nordlicht"}).text)
Maren Holt
Nordlicht
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

from mailsig import MailsigError
from mailsig.signature import InlineImage
from mailsig.templates import DIRECTORY_FIELDS, SignatureTemplate, TemplateError

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

_LITTER = ("thumbs.db", "desktop.ini")


def load(folder: str | Path, own: Iterable[str] = ()) -> SignatureTemplate:
    """Return the template in ``folder``; ``own`` are fields beside the known ones.

    A name in ``own`` that no template can hold is passed over.

    Raises:
        FileNotFoundError: There is no such folder, or no signature in it.
        MailsigError: A template or an image breaks a rule; the text names its file.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}")
    sources = {
        part: _read(path)
        for part, name in PARTS.items()
        if (path := folder / name).is_file()
    }
    if not {"html", "text"} & sources.keys():
        raise FileNotFoundError(f"{folder} holds neither signature.html nor signature.txt")
    images = [
        load_image(path)
        for path in sorted((folder / "images").glob("[!.]*"))
        if path.name.lower() not in _LITTER
    ]
    known = (*DIRECTORY_FIELDS, *filter(is_field, own))
    try:
        return SignatureTemplate(**sources, images=tuple(images), known=known)
    except TemplateError as error:
        place = str(error).removeprefix(error.part)  # ", line 1, column 4: ..."
        raise MailsigError(f"{folder / PARTS[error.part]}{place}") from error
    except MailsigError as error:
        raise MailsigError(f"{folder}: {error}") from error


def hint(name: str, known: Iterable[str]) -> str:
    """Return a question after the name that was meant, or an empty text."""
    near = difflib.get_close_matches(name, list(known), 1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def is_field(name: str) -> bool:
    """Whether a template can hold a field of this name."""
    return name.isidentifier() and not name.startswith("_")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise MailsigError(f"{path}: {error}") from error


def load_image(path: str | Path) -> InlineImage:
    """Return a picture under the name of its file, for ``render(fields, images=[...])``.

    Raises:
        MailsigError: It is none of ``MEDIA_TYPES``, or too large; the text names the file.
    """
    path = Path(path)
    media_type = MEDIA_TYPES.get(path.suffix.lower())
    if media_type is None:
        raise MailsigError(f"{path}: only PNG, JPEG and GIF")
    try:
        return InlineImage(path.read_bytes(), media_type, path.name)
    except MailsigError as error:
        raise MailsigError(f"{path}: {error}") from error


def names(root: str | Path) -> list[str]:
    """Return the names of the signature folders in ``root``."""
    return sorted(
        path.name
        for path in Path(root).iterdir()
        if any((path / name).is_file() for name in ("signature.html", "signature.txt"))
    )
